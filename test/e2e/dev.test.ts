import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import execa from 'execa';

import { n8n as manifest } from '../../package.json';
import { ensureBuilt } from '../../scripts/lib/build';
import { N8nClient } from '../../scripts/lib/n8n/client';
import { ensureN8n } from '../../scripts/lib/n8n/install';
import { inRepo } from '../../scripts/lib/paths';
import { freePort, HOST } from '../../scripts/lib/ports';
import { NODE_TYPE } from './support/realN8n';
import { waitFor } from './support/wait';

const FOLDERS = ['nodes', 'credentials', 'icons', 'sandbox', 'scripts', 'dist'];
const FILES = [
	'package.json',
	'package-lock.json',
	'tsconfig.json',
	'gulpfile.js',
	'rollup.config.mjs',
	'index.js',
	'README.md',
	'LICENSE',
];

/** For a source that changes: these ones must not. */
describe('npm run dev, in a copy of this repository', () => {
	const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-copy-'));
	const userFolder = path.join(copy, 'user');
	const node = path.join(copy, 'nodes', 'AlfaCrm', 'AlfaCrm.node.ts');
	const change = (from: string, to: string) => {
		const source = fs.readFileSync(node, 'utf8');
		expect(source).toContain(from);
		fs.writeFileSync(node, source.replace(from, to));
	};
	let said = '';
	let command: execa.ExecaChildProcess | undefined;
	const start = (...flags: string[]) => {
		said = '';
		command = execa.node('scripts/bootstrap.js', ['dev', '--user-folder', userFolder, ...flags], {
			cwd: copy,
			reject: false,
		});
		for (const stream of [command.stdout, command.stderr])
			stream?.on('data', (text) => (said += String(text)));
	};
	const hears = async (words: string) =>
		await waitFor(`"${words}" in: ${said}`, async () => said.includes(words) || undefined, 240_000);
	const stop = async () => {
		command?.kill();
		return await command;
	};

	beforeAll(async () => {
		await ensureBuilt();
		for (const name of [...FOLDERS, ...FILES])
			fs.cpSync(inRepo(name), path.join(copy, name), { recursive: true });
		fs.symlinkSync(inRepo('node_modules'), path.join(copy, 'node_modules'));
	});
	afterEach(stop);
	afterAll(() => fs.rmSync(copy, { recursive: true, force: true, maxRetries: 5 }));

	it('starts an n8n that shows each change of a source without a restart, and an AlfaCRM', async () => {
		const [port, sandboxPort] = [await freePort(), await freePort()];
		start('--port', String(port), '--sandbox-port', String(sandboxPort));
		await hears('n8n runs at');
		change("displayName: 'AlfaCRM'", "displayName: 'AlfaCRM as changed'");
		expect(said).toContain(`hostname http://${HOST}:${sandboxPort}`);
		expect((await fetch(`http://${HOST}:${sandboxPort}/_sandbox/health`)).ok).toBe(true);
		const { modules } = await ensureN8n();
		const client = new N8nClient({ url: `http://${HOST}:${port}`, modules });
		await client.signIn();
		const shown = async () => (await client.nodeTypes()).find(({ name }) => name === NODE_TYPE)?.displayName;
		await waitFor('the change', async () => {
			// While n8n writes the list anew, what it serves may be cut off.
			const name = await shown().catch(() => undefined);
			return name === 'AlfaCRM as changed' ? true : undefined;
		});
		expect(await stop()).toMatchObject({ exitCode: 0 });
	}, 400_000);

	it.each(['', '/'])("starts no n8n on the data of somebody's own: ~%s", async (end) => {
		const { exitCode, stderr } = await execa.node(
			'scripts/bootstrap.js',
			['dev', '--user-folder', os.homedir() + end],
			{ cwd: copy, reject: false },
		);
		expect(exitCode).toBe(1);
		expect(stderr).toContain('add --no-n8n and start yours.');
	});

	it('compiles into an n8n that somebody else starts', async () => {
		start('--no-n8n');
		await hears('Each change is compiled into');
		const folder = path.join(userFolder, '.n8n/nodes/node_modules/n8n-nodes-alfacrm/dist/nodes/AlfaCrm');
		const compiled = path.join(folder, 'AlfaCrm.node.js');
		const code = fs.readdirSync(folder).filter((name) => name.endsWith('.js'));
		expect(code.sort()).toEqual(manifest.nodes.map((file) => path.basename(file)).sort());
		expect(fs.existsSync(path.join(folder, 'api', 'client.js'))).toBe(true);
		change('AlfaCRM as changed', 'AlfaCRM once more');
		await waitFor('the change', async () =>
			fs.readFileSync(compiled, 'utf8').includes('AlfaCRM once more') ? true : undefined,
		);
		expect(await stop()).toMatchObject({ exitCode: 0 });
	}, 400_000);
});
