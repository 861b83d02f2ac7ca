import os from 'node:os';
import path from 'node:path';
import { UserFacingError } from './bootstrap/userFacingError';
import { ensureBuilt, packTarball } from './lib/build';
import { startCompiler } from './lib/compiler';
import { startToday } from './lib/demo';
import { makeCommand, parseWholeNumberUpTo } from './lib/flags';
import type { Cleanup } from './lib/foreground';
import { inForeground } from './lib/foreground';
import { installPackage, packageFolder } from './lib/n8n/communityPackage';
import { HOT_RELOAD, isWatched } from './lib/n8n/hotReload';
import { startN8n } from './lib/n8n/start';
import { requireFree } from './lib/ports';
import { say } from './lib/progress';
import { credentialDataFor } from './lib/sandbox';

interface Flags {
	/** False with --no-n8n. */
	n8n: boolean;
	port: number;
	sandboxPort: number;
	userFolder?: string;
}

async function dev(cleanup: Cleanup): Promise<number> {
	const flags = makeCommand('dev')
		.option('--no-n8n', 'start none: your own is to load the nodes, from --user-folder')
		.option(
			'--user-folder <folder>',
			'N8N_USER_FOLDER: n8n keeps its data in .n8n below it (~/.n8n-nodes-alfacrm)',
		)
		.option('--port <n>', "n8n's port", parseWholeNumberUpTo(65_535), 5678)
		.option('--sandbox-port <n>', "the sandbox's port", parseWholeNumberUpTo(65_535), 4010)
		.parse()
		.opts<Flags>();
	if (!flags.n8n && !flags.userFolder)
		throw new UserFacingError('--no-n8n needs --user-folder: the folder in which your n8n has its .n8n.');
	const userFolder = path.resolve(flags.userFolder ?? path.join(os.homedir(), '.n8n-nodes-alfacrm'));
	if (flags.n8n && ownFolders().includes(userFolder))
		throw new UserFacingError(
			`This would start n8n on the data of your own, in ${path.join(userFolder, '.n8n')}. Name another folder, or add --no-n8n and start yours.`,
		);
	if (flags.n8n) {
		await requireFree(flags.port, 'n8n', 'npm run dev -- --port');
		await requireFree(flags.sandboxPort, 'the sandbox', 'npm run dev -- --sandbox-port');
	}
	await ensureBuilt();
	const tarball = await packTarball();
	cleanup.unshift(tarball.remove);
	await installPackage(tarball.file, userFolder);
	const compiler = await startCompiler(path.join(packageFolder(userFolder), 'dist'), say);
	cleanup.unshift(compiler.stop);
	if (flags.n8n) await startBoth(cleanup, userFolder, flags);
	else say(`Each change is compiled into ${packageFolder(userFolder)}`);
	say('Press Ctrl+C to stop.');
	await compiler.ended;
	return 1;
}

/** Where an n8n of somebody's own has its data. */
const ownFolders = (): string[] =>
	[os.homedir(), process.env.N8N_USER_FOLDER ?? os.homedir()].map((one) => path.resolve(one));

async function startBoth(cleanup: Cleanup, userFolder: string, { port, sandboxPort }: Flags) {
	const sandbox = await startToday(sandboxPort);
	cleanup.unshift(sandbox.close);
	const n8n = await startN8n({ userFolder, port, env: HOT_RELOAD });
	cleanup.unshift(async () => await n8n.stop());
	if (!(await isWatched(n8n)))
		say('\nThis n8n does not notice that its files change: start the command anew after a change.');
	const { hostname, email, apiKey } = credentialDataFor(sandbox);
	say(`\nn8n runs at ${n8n.url}; its data stays in ${userFolder}`);
	say(`For a credential: hostname ${hostname}, email ${email}, API key ${apiKey}`);
}

/** `npm run dev`: a real n8n with this package, which loads the nodes anew after each change of a source. */
export const main = async () => await inForeground(dev);
