import fs from 'node:fs';
import execa from 'execa';
import { DateTime } from 'luxon';
import { npmCli, npmEnv } from '../../bootstrap/npm';
import { ensureBuilt, packTarball } from '../build';
import { readJson } from '../json';
import { allPages, brokenLinks } from '../markdown';
import { inRepo, ROOT } from '../paths';
import { changelogFaults } from './changelog';
import { MOST_KILOBYTES, oddContents } from './contents';
import type { Package } from './manifest';
import { codexFaults, iconFaults, manifestFaults, versionFaults } from './manifest';
import type { Manifest } from './owner';
import { mailFaults, placeholdersIn, repositoryFaults } from './owner';
import { packedFileFaults, readmeFaults } from './readme';
import { scan, unpack } from './scan';
import { publishFaults, workflowFaults } from './workflows';

export interface ReleaseFlags {
	tag?: string;
	allowPlaceholderOwner?: boolean;
}

interface ReleaseCheck {
	name: string;
	/** What is wrong; empty if nothing is. */
	find: () => Promise<string[]>;
	/** What to do about it. */
	advice: string;
}

/** What tells people where to write. */
const MAILED = ['SECURITY.md', 'CODE_OF_CONDUCT.md'];

const read = (file: string) => fs.readFileSync(inRepo(file), 'utf8');

/** All checks, in the order of what they cost; what builds comes last. */
export async function releaseChecks({ tag, allowPlaceholderOwner }: ReleaseFlags): Promise<ReleaseCheck[]> {
	const manifest = readJson<Package & Manifest>(inRepo('package.json'));
	const { name: packageName, version } = manifest;
	// Where the day begins first: whoever releases may live there.
	const today = DateTime.now().setZone('Pacific/Kiritimati').toISODate() ?? '';
	// GitHub says where a workflow runs.
	const { GITHUB_REPOSITORY: here } = process.env;
	/** A check that only looks. */
	const look = (name: string, advice: string, find: () => string[]): ReleaseCheck => ({
		name,
		advice,
		find: async () => await Promise.resolve(find()),
	});
	const command = (name: string, script: string, advice: string): ReleaseCheck => ({
		name,
		advice,
		find: async () => await npmRun(script),
	});
	const ofRepository = (repository: NonNullable<typeof here>) =>
		look('The repository is this one', 'npm run set-owner -- <github-owner> --repository <name>', () =>
			repositoryFaults(manifest, repository),
		);
	return [
		{ name: 'Nothing uncommitted', advice: 'commit it or remove it', find: gitStatus },
		look('The owner is real', 'npm run set-owner -- <github-owner> --email <address>', () =>
			allowPlaceholderOwner ? [] : placeholdersIn(manifest).map((part) => `${part} is a placeholder`),
		),
		look('The owner can be reached', 'npm run set-owner -- <github-owner> --email <address>', () =>
			mailFaults(manifest, Object.fromEntries(MAILED.map((page) => [page, read(page)]))),
		),
		...(tag !== undefined && here ? [ofRepository(here)] : []),
		look('The version is real', 'set it in package.json, then npm install', () =>
			versionFaults(manifest, readJson<Package>(inRepo('package-lock.json')).version, tag),
		),
		look('Pages name the file of the version', 'write its name there', () =>
			allPages().flatMap((page) =>
				packedFileFaults(read(page), packageName, version).map((fault) => `${page}: ${fault}`),
			),
		),
		look('CHANGELOG.md has the version', 'say there what it brings, and when', () =>
			changelogFaults(read('CHANGELOG.md'), version, tag !== undefined, today),
		),
		look('package.json is as n8n wants it', 'nothing is needed at run time but n8n', () =>
			manifestFaults(manifest),
		),
		look('Codex files', 'see those of the other nodes', () => codexFaults(ROOT)),
		look('Icons, light and dark', 'draw them in icons/', () => iconFaults(ROOT)),
		look("README.md: n8n's headings, English", 'move what is not to docs/', () =>
			readmeFaults(read('README.md')),
		),
		look('Links of all pages', 'mend them', () =>
			allPages().flatMap((page) => brokenLinks(page).map((link) => `${page}: ${link}`)),
		),
		{ name: 'Workflows', advice: 'mend them', find: async () => await workflowFaults(ROOT) },
		look('publish.yml: tests, provenance', 'n8n takes no package without', () =>
			publishFaults(read('.github/workflows/publish.yml')),
		),
		command('Format', 'format', 'npm run format:fix'),
		command("Lint, by n8n's newest rules", 'lint', 'npm run lint:fix'),
		command('Layers', 'layers', 'see docs/architecture.md'),
		command('Nothing unused', 'unused', 'remove it'),
		command('Types', 'typecheck', 'mend them'),
		{
			name: 'Build',
			advice: 'mend it',
			find: async () => {
				await ensureBuilt();
				return [];
			},
		},
		{
			name: "n8n's scan of the sources",
			advice: 'mend what it names',
			find: async () => await scan(ROOT, 'source'),
		},
		{ name: 'The tarball, and its scan', advice: 'see scripts/lib/release/contents.ts', find: tarballFaults },
	];
}

async function gitStatus(): Promise<string[]> {
	const { stdout } = await execa('git', ['status', '--porcelain'], { cwd: ROOT });
	return stdout.split('\n').filter(Boolean);
}

/** What a command of the repository prints, if it fails. */
async function npmRun(script: string): Promise<string[]> {
	const options = { cwd: ROOT, env: npmEnv(), extendEnv: false, reject: false, all: true };
	const { failed, all } = await execa(process.execPath, [npmCli(), 'run', '--silent', script], options);
	return failed ? [all ?? ''] : [];
}

async function tarballFaults(): Promise<string[]> {
	const { file, files, bytes, remove } = await packTarball();
	try {
		const size = bytes / 1_000;
		const found = await scan(await unpack(file), 'package');
		return [
			...oddContents(files),
			...(size >= MOST_KILOBYTES ? [`it has ${size} kB, and may have less than ${MOST_KILOBYTES}`] : []),
			...found,
		];
	} finally {
		remove();
	}
}
