import fs from 'node:fs';
import execa from 'execa';
import { npm } from './bootstrap/npm';
import type { UserFacingError } from './bootstrap/userFacingError';
import { packTarball } from './lib/build';
import { makeCommand } from './lib/flags';
import { readJson } from './lib/json';
import type { Manifest } from './lib/owner';
import { mailFaults, placeholdersIn, repositoryFaults } from './lib/owner';
import { inRepo, ROOT } from './lib/paths';
import { say } from './lib/progress';
import { MAX_KILOBYTES, findTarballFaults, scanPackage, unpack } from './lib/tarball';

/** `npm run release:check`: all that a reviewer of n8n, or of this repository, would look at before a release. */
export async function main() {
	const { tag, allowPlaceholderOwner } = makeCommand('release:check')
		.option('--tag <tag>', 'of the release that is being made, such as v1.0.0')
		.option('--allow-placeholder-owner', 'for the CI of a repository that nobody publishes from yet')
		.parse()
		.opts<{ tag?: string; allowPlaceholderOwner?: boolean }>();
	const manifest = readJson<Manifest>(inRepo('package.json'));
	/** What is wrong, empty if nothing is; what fails says so. */
	const checks: Record<string, () => Promise<string> | string> = {
		'nothing is uncommitted': async () => await outputOf('git', 'status', '--porcelain'),
		'the owner is real, and can be reached (npm run set-owner)': () =>
			[
				...(allowPlaceholderOwner ? [] : placeholdersIn(manifest).map((part) => `${part} is a placeholder`)),
				...mailFaults(manifest),
				// GitHub says where a workflow runs.
				...(tag ? repositoryFaults(manifest, String(process.env.GITHUB_REPOSITORY)) : []),
			].join('\n'),
		'CHANGELOG.md has the version, and the tag is that': () => versionFault(manifest, tag),
		'npm run check': async () => {
			await npm(['run', '--silent', 'check'], { cwd: ROOT, what: 'run the checks' });
			return '';
		},
		"n8n's scan of the sources": async () => await scanPackage(ROOT, 'source'),
		"the tarball, by publint and n8n's scan": tarballFaults,
	};
	let failed = 0;
	for (const [name, find] of Object.entries(checks)) {
		const fault = await Promise.resolve()
			.then(find)
			.catch((error: Error & Partial<UserFacingError>) => `${error.message}\n${error.details ?? ''}`);
		say(fault === '' ? `passed  ${name}` : `FAILED  ${name}\n${fault}`);
		failed += fault === '' ? 0 : 1;
	}
	say(failed === 0 ? '\nReady to be released.' : `\n${failed} failed.`);
	return Math.min(failed, 1);
}

async function outputOf(command: string, ...args: string[]): Promise<string> {
	return (await execa(command, args, { cwd: ROOT, preferLocal: true })).stdout;
}

/** A version has a date as soon as it gets its tag. */
function versionFault({ version }: Manifest, tag?: string): string {
	const changelog = fs.readFileSync(inRepo('CHANGELOG.md'), 'utf8');
	const [, date] =
		new RegExp(`^## ${version} - (unreleased|\\d{4}-\\d\\d-\\d\\d)$`, 'm').exec(changelog) ?? [];
	if (date === undefined) return `it says nothing of ${version}`;
	if (tag === undefined) return '';
	if (tag !== `v${version}`) return `the tag is ${tag}, and the version ${version}`;
	return date === 'unreleased' ? `it gives ${version} no date` : '';
}

async function tarballFaults(): Promise<string> {
	const { file, files, bytes, remove } = await packTarball();
	try {
		const odd = findTarballFaults(files);
		const size =
			bytes < MAX_KILOBYTES * 1_000 ? '' : `it has ${bytes / 1_000} kB, the most is ${MAX_KILOBYTES}`;
		await outputOf('publint', '--strict', file);
		return [...odd, size, await scanPackage(await unpack(file), 'package')].filter(Boolean).join('\n');
	} finally {
		remove();
	}
}
