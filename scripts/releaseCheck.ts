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

interface Flags {
	tag?: string;
	allowPlaceholderOwner?: boolean;
}

/** Looks for faults, and returns them as a text; an empty text if there are none. */
type Check = () => Promise<string> | string;

/** `npm run release:check`: checks everything that a reviewer of n8n would look at before a release. */
export async function main() {
	const flags = makeCommand('release:check')
		.option('--tag <tag>', 'of the release that is being made, such as v1.0.0')
		.option('--allow-placeholder-owner', 'for the CI of a repository that nobody publishes from yet')
		.parse()
		.opts<Flags>();
	const checks = makeChecks(readJson<Manifest>(inRepo('package.json')), flags);

	let failedCount = 0;
	for (const [name, check] of Object.entries(checks)) {
		const faults = await runCheck(check);
		const isPassed = faults === '';
		say(isPassed ? `passed  ${name}` : `FAILED  ${name}\n${faults}`);
		if (!isPassed) failedCount += 1;
	}
	say(failedCount === 0 ? '\nReady to be released.' : `\n${failedCount} failed.`);
	return failedCount === 0 ? 0 : 1;
}

/** Makes the checks, by the sentence that is true if they pass. */
function makeChecks(manifest: Manifest, flags: Flags): Record<string, Check> {
	return {
		'nothing is uncommitted': async () => await readOutput('git', 'status', '--porcelain'),
		'the owner is real, and can be reached (npm run set-owner)': () => findOwnerFaults(manifest, flags),
		'CHANGELOG.md has the version, and the tag is that': () => findVersionFault(manifest, flags.tag),
		'npm run check': async () => {
			await npm(['run', '--silent', 'check'], { cwd: ROOT, what: 'run the checks' });
			return '';
		},
		"n8n's scan of the sources": async () => await scanPackage(ROOT, 'source'),
		"the tarball, by publint and n8n's scan": findFaultsOfTarball,
	};
}

/** Runs a check. A check that throws has found the fault that its error names. */
async function runCheck(check: Check): Promise<string> {
	try {
		return await check();
	} catch (error) {
		const { message, details = '' } = error as Error & Partial<UserFacingError>;
		return `${message}\n${details}`;
	}
}

function findOwnerFaults(manifest: Manifest, { tag, allowPlaceholderOwner }: Flags): string {
	const placeholders = allowPlaceholderOwner ? [] : placeholdersIn(manifest);
	const faults = placeholders.map((placeholder) => `${placeholder} is a placeholder`);
	faults.push(...mailFaults(manifest));
	if (tag) {
		// GitHub sets this variable to the repository in which a workflow runs.
		faults.push(...repositoryFaults(manifest, String(process.env.GITHUB_REPOSITORY)));
	}
	return faults.join('\n');
}

/** Checks that the changelog has the version of package.json. With a tag, the version must have a date. */
function findVersionFault({ version }: Manifest, tag?: string): string {
	const changelog = fs.readFileSync(inRepo('CHANGELOG.md'), 'utf8');
	const heading = new RegExp(`^## ${version} - (unreleased|\\d{4}-\\d\\d-\\d\\d)$`, 'm');
	const [, date] = heading.exec(changelog) ?? [];
	if (date === undefined) return `it says nothing of ${version}`;

	if (tag === undefined) return '';
	if (tag !== `v${version}`) return `the tag is ${tag}, and the version ${version}`;
	return date === 'unreleased' ? `it gives ${version} no date` : '';
}

/** Packs the package, and checks its files, its size and its contents. */
async function findFaultsOfTarball(): Promise<string> {
	const tarball = await packTarball();
	try {
		const faults = findTarballFaults(tarball.files);
		const kilobytes = tarball.bytes / 1_000;
		if (kilobytes >= MAX_KILOBYTES) faults.push(`it has ${kilobytes} kB, the most is ${MAX_KILOBYTES}`);

		await readOutput('publint', '--strict', tarball.file);
		const unpackedFolder = await unpack(tarball.file);
		faults.push(await scanPackage(unpackedFolder, 'package'));
		return faults.filter(Boolean).join('\n');
	} finally {
		tarball.remove();
	}
}

async function readOutput(command: string, ...args: string[]): Promise<string> {
	const { stdout } = await execa(command, args, { cwd: ROOT, preferLocal: true });
	return stdout;
}
