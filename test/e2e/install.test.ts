import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import execa from 'execa';
import { create } from 'tar';

import { version } from '../../package.json';
import { startSandbox } from '../../sandbox';
import { npmCli, npmEnv } from '../../scripts/bootstrap/npm';
import { ensureBuilt } from '../../scripts/lib/build';
import { readJson, writeJson } from '../../scripts/lib/json';
import { N8nClient } from '../../scripts/lib/n8n/client';
import { startN8n } from '../../scripts/lib/n8n/start';
import { inRepo, ROOT } from '../../scripts/lib/paths';
import { unpack } from '../../scripts/lib/tarball';
import { commandsOf } from '../support/printedCommands';
import { pollTimesEvery, PolledWorkflow } from './support/polled';
import { NODE_TYPE } from './support/realN8n';

const NEWER = '99.0.0';

/** The commands under "From a file", for the machine of n8n. */
const printed = (page: string) => {
	const commands = commandsOf(fs.readFileSync(inRepo(page), 'utf8'));
	const first = commands.findIndex((command) => command.startsWith('rm -rf ~/.n8n/'));
	return commands.slice(first, first + 3);
};

describe('the package as docs/install.md installs it from a file', () => {
	const home = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-home-'));
	afterAll(() => fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

	/** As they are printed, for the file that was packed here. */
	const commands = () => printed('docs/install.md').map((command) => command.replace('/path/to', home));
	const inShell = async (...lines: string[]) =>
		await execa('sh', ['-ec', lines.join('\n')], { env: { ...npmEnv(), HOME: home }, extendEnv: false });

	/** The same package, with another version. */
	async function repack(file: string, newer: string) {
		const folder = await unpack(file);
		const manifest = path.join(folder, 'package.json');
		writeJson(manifest, { ...readJson<object>(manifest), version: newer });
		await create({ file, cwd: path.dirname(folder), gzip: true }, [path.basename(folder)]);
		fs.rmSync(folder, { recursive: true });
	}

	it('is packed under the name that is printed', async () => {
		await ensureBuilt();
		const { stdout } = await execa(process.execPath, [npmCli(), ...['pack'], '--pack-destination', home], {
			cwd: ROOT,
			env: npmEnv(),
			extendEnv: false,
		});
		expect(stdout).toContain(`n8n-nodes-alfacrm-${version}.tgz`);
		for (const page of ['docs/install.md', 'docs/ru/install.md']) {
			const [remove, make, extract] = printed(page);
			expect(remove).toBe('rm -rf ~/.n8n/nodes/node_modules/n8n-nodes-alfacrm');
			expect(make).toMatch(/^mkdir -p ~/);
			expect(extract).toContain(`/path/to/n8n-nodes-alfacrm-${version}.tgz`);
		}
	});

	it('is loaded by n8n under its names, and a newer one by the same commands, whose triggers go on', async () => {
		const file = path.join(home, `n8n-nodes-alfacrm-${version}.tgz`);
		await inShell(...commands());
		const sandbox = await startSandbox({ customers: 5, settings: { rateLimit: 0 } });
		const n8n = await startN8n({ userFolder: home });
		try {
			const client = new N8nClient(n8n);
			await client.signIn();
			const types = await client.nodeTypes();
			expect(types.map(({ name }) => name)).toEqual(
				expect.arrayContaining([NODE_TYPE, `${NODE_TYPE}Trigger`, `${NODE_TYPE}WebhookTrigger`]),
			);
			// What was not installed on that page is not listed there, as the page says.
			expect(await client.session.request('GET', '/rest/community-packages')).toEqual([]);

			const { email, apiKey } = sandbox.account;
			const credential = await client.createCredential({
				name: 'AlfaCRM',
				type: 'alfaCrmApi',
				data: { hostname: sandbox.url, email, apiKey },
			});
			const parameters = { event: 'customerCreated', branchIds: [1], pollTimes: pollTimesEvery(5) };
			const polled = await PolledWorkflow.importTrigger({ client, credential }, parameters);
			await polled.publish();
			const lead = () =>
				sandbox.store.insert('customer', { name: 'Проверка', branch_ids: [1], is_study: 0 }).id;
			const ids = [lead()];
			await polled.waitForItems(1);

			await repack(file, NEWER);
			await inShell(...commands());
			ids.push(lead());
			await n8n.restart();
			await client.signIn();
			ids.push(lead());

			expect((await polled.waitForItems(3)).map(({ id }) => id)).toEqual(ids);
			const updated = (await client.nodeTypes()).find(({ name }) => name === NODE_TYPE);
			expect(updated).toMatchObject({ communityNodePackageVersion: NEWER });
		} finally {
			await n8n.stop({ keep: true });
			await sandbox.close();
		}
	}, 240_000);

	it('leaves alone what else is in that folder, and is removed by the first line', async () => {
		const nodes = path.join(home, '.n8n/nodes');
		const isThere = (name: string) => fs.existsSync(path.join(nodes, 'node_modules', name));
		// n8n's own list of what its page has installed, with something that was removed there since.
		const list = path.join(nodes, 'package.json');
		const listed = { name: 'installed-nodes', private: true, dependencies: { 'n8n-nodes-gone': '1.0.0' } };
		writeJson(list, listed);
		fs.mkdirSync(path.join(nodes, 'node_modules/n8n-nodes-beside'));
		const those = ['n8n-nodes-alfacrm', 'n8n-nodes-beside', 'n8n-nodes-gone', 'n8n-workflow'];

		await inShell(...commands());
		expect(those.map(isThere)).toEqual([true, true, false, false]);
		await inShell(commands()[0]);
		expect(those.map(isThere)).toEqual([false, true, false, false]);
		expect(readJson(list)).toEqual(listed);
	});
});
