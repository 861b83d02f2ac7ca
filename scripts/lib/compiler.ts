import fs from 'node:fs';
import path from 'node:path';
import execa from 'execa';
import pWaitFor from 'p-wait-for';
import { UserFacingError } from '../bootstrap/userFacingError';
import { inRepo, ROOT } from './paths';

/** What TypeScript says at the end of each round. */
const ROUND = /Watching for file changes/;
const FIRST_ROUND_MS = 300_000;
/** n8n needs no types, and whoever is in the midst of a change wants to see it although some of them do not fit yet. */
const JUST_CODE = ['--declaration', 'false', '--noEmitOnError', 'false'];

interface Compiler {
	stop: () => Promise<void>;
	/** Settles when it ends by itself. */
	ended: Promise<unknown>;
}

/**
 * Compiles the package into a folder, now and after each change of a source: module by module, in place of the code that is there.
 * @param onLine what it has to say: errors, and that it works
 */
export async function startCompiler(folder: string, onLine: (line: string) => void): Promise<Compiler> {
	removeCode(folder);
	const child = execa.node(
		path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc'),
		[
			'--watch',
			'--preserveWatchOutput',
			'--project',
			inRepo('tsconfig.json'),
			'--outDir',
			folder,
			...JUST_CODE,
		],
		{ cwd: ROOT, reject: false, stdin: 'ignore' },
	);
	let isReady = false;
	child.stdout?.setEncoding('utf8').on('data', (text: string) => {
		isReady ||= ROUND.test(text);
		text.split('\n').filter(Boolean).forEach(onLine);
	});
	const isOver = () => child.exitCode !== null;
	await pWaitFor(() => isReady || isOver(), { timeout: FIRST_ROUND_MS }).catch(() => child.kill());
	if (!isReady)
		throw new UserFacingError('TypeScript did not compile the package.', { details: (await child).stderr });
	return {
		ended: child,
		stop: async () => {
			child.kill();
			await child;
		},
	};
}

/** What was published is one file for each room: for an import of a folder, Node would take `api.js` and not `api/index.js`. */
function removeCode(folder: string) {
	const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
	for (const file of files) if (file.endsWith('.js')) fs.rmSync(path.join(folder, file));
}
