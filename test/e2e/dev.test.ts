import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import execa from 'execa';

import { ensureBuilt } from '../../scripts/lib/build';
import { N8nClient } from '../../scripts/lib/n8n/client';
import { ensureN8n } from '../../scripts/lib/n8n/install';
import { inRepo } from '../../scripts/lib/paths';
import { freePort, HOST } from '../../scripts/lib/ports';
import { NODE_TYPE } from './support/realN8n';
import { waitFor } from './support/wait';

const COPIED_FOLDERS = ['nodes', 'credentials', 'icons', 'sandbox', 'scripts', 'dist'];
const COPIED_FILES = [
	'package.json',
	'package-lock.json',
	'tsconfig.json',
	'gulpfile.js',
	'rollup.config.mjs',
	'index.js',
	'README.md',
	'LICENSE',
];

const FOUR_MINUTES = 240_000;

/** The tests change a source of the node, so `npm run dev` runs in a copy of the repository. */
const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-copy-'));
const userFolder = path.join(copy, 'user');

let devCommand: execa.ExecaChildProcess | undefined;
let output = '';

beforeAll(async () => {
	await ensureBuilt();
	for (const name of [...COPIED_FOLDERS, ...COPIED_FILES]) {
		fs.cpSync(inRepo(name), path.join(copy, name), { recursive: true });
	}
	fs.symlinkSync(inRepo('node_modules'), path.join(copy, 'node_modules'));
});

afterEach(async () => {
	await stopDev();
});

afterAll(() => {
	fs.rmSync(copy, { recursive: true, force: true, maxRetries: 5 });
});

/** Starts `npm run dev` in the copy and collects its output. */
function startDev(...flags: string[]): void {
	const args = ['dev', '--user-folder', userFolder, ...flags];
	devCommand = execa.node('scripts/bootstrap.js', args, { cwd: copy, reject: false });

	output = '';
	for (const stream of [devCommand.stdout, devCommand.stderr]) {
		stream?.on('data', (text) => {
			output += String(text);
		});
	}
}

/** Ends `npm run dev` as Ctrl+C does, and returns how it ended. */
async function stopDev() {
	devCommand?.kill();
	return await devCommand;
}

/** Waits until `npm run dev` has printed some words. */
async function waitForOutput(words: string): Promise<void> {
	const isPrinted = async () => (output.includes(words) ? true : undefined);
	await waitFor(`"${words}" in the output`, isPrinted, FOUR_MINUTES);
}

/** Changes the display name in the source of the AlfaCRM node. */
function renameNode({ from, to }: { from: string; to: string }): void {
	const source = path.join(copy, 'nodes', 'AlfaCrm', 'AlfaCrm.node.ts');
	const code = fs.readFileSync(source, 'utf8');
	expect(code).toContain(`displayName: '${from}'`);
	fs.writeFileSync(source, code.replace(`displayName: '${from}'`, `displayName: '${to}'`));
}

/** Signs in to the n8n that `npm run dev` has started. */
async function signInToN8n(port: number): Promise<N8nClient> {
	const { modules } = await ensureN8n();
	const client = new N8nClient({ url: `http://${HOST}:${port}`, modules });
	await client.signIn();
	return client;
}

/** Waits until n8n shows the AlfaCRM node under a name. */
async function waitForNodeName(client: N8nClient, displayName: string): Promise<void> {
	await waitFor(`the node name "${displayName}"`, async () => {
		// n8n may serve an incomplete list while it writes a new one.
		const nodeTypes = await client.nodeTypes().catch(() => []);
		const node = nodeTypes.find(({ name }) => name === NODE_TYPE);
		return node?.displayName === displayName ? true : undefined;
	});
}

it('npm run dev starts a sandbox and an n8n that shows a changed source without a restart', async () => {
	const port = await freePort();
	const sandboxPort = await freePort();
	startDev('--port', String(port), '--sandbox-port', String(sandboxPort));
	await waitForOutput('n8n runs at');

	renameNode({ from: 'AlfaCRM', to: 'AlfaCRM as changed' });

	expect(output).toContain(`hostname http://${HOST}:${sandboxPort}`);
	const health = await fetch(`http://${HOST}:${sandboxPort}/_sandbox/health`);
	expect(health.ok).toBe(true);
	const client = await signInToN8n(port);
	await waitForNodeName(client, 'AlfaCRM as changed');
	expect(await stopDev()).toMatchObject({ exitCode: 0 });
}, 400_000);

it.each([{ slash: '' }, { slash: '/' }])(
	"npm run dev starts no n8n on the user's own data in ~$slash",
	async ({ slash }) => {
		const args = ['dev', '--user-folder', `${os.homedir()}${slash}`];

		const { exitCode, stderr } = await execa.node('scripts/bootstrap.js', args, { cwd: copy, reject: false });

		expect(exitCode).toBe(1);
		expect(stderr).toContain('add --no-n8n and start yours.');
	},
);

describe('npm run dev -- --no-n8n', () => {
	const installedNodes = path.join(
		userFolder,
		'.n8n/nodes/node_modules/n8n-nodes-alfacrm/dist/nodes/AlfaCrm',
	);

	it('npm run dev -- --no-n8n compiles the nodes, and each change, into the folder of another n8n', async () => {
		startDev('--no-n8n');
		await waitForOutput('Each change is compiled into');

		const compiledFiles = fs.readdirSync(installedNodes).filter((name) => name.endsWith('.js'));
		expect(new Set(compiledFiles)).toEqual(
			new Set(['AlfaCrm.node.js', 'AlfaCrmTrigger.node.js', 'AlfaCrmWebhookTrigger.node.js']),
		);
		expect(fs.existsSync(path.join(installedNodes, 'api', 'client.js'))).toBe(true);

		// The first test has changed the name.
		renameNode({ from: 'AlfaCRM as changed', to: 'AlfaCRM once more' });

		const compiledNode = path.join(installedNodes, 'AlfaCrm.node.js');
		await waitFor('the changed name in the compiled node', async () =>
			fs.readFileSync(compiledNode, 'utf8').includes('AlfaCRM once more') ? true : undefined,
		);
		expect(await stopDev()).toMatchObject({ exitCode: 0 });
	}, 400_000);
});
