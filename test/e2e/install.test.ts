import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import execa from 'execa';

import { version } from '../../package.json';
import { npmCli, npmEnv } from '../../scripts/bootstrap/npm';
import { ensureBuilt } from '../../scripts/lib/build';
import { N8nClient } from '../../scripts/lib/n8n/client';
import { startN8n } from '../../scripts/lib/n8n/start';
import { commandsOf } from '../../scripts/lib/printedCommands';
import { inRepo, ROOT } from '../../scripts/lib/paths';
import { NODE_TYPE } from './support/realN8n';

/** The commands under "From a file", for the machine of n8n. */
const printed = (page: string) => {
	const commands = commandsOf(fs.readFileSync(inRepo(page), 'utf8'));
	const last = commands.findIndex((command) => command.endsWith('.tgz'));
	return commands.slice(last - 1, last + 1);
};

describe('the package as the README installs it from a file', () => {
	const home = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-home-'));
	afterAll(() => fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

	it('is packed under the name that is printed', async () => {
		await ensureBuilt();
		const { stdout } = await execa(process.execPath, [npmCli(), ...['pack'], '--pack-destination', home], {
			cwd: ROOT,
			env: npmEnv(),
			extendEnv: false,
		});
		expect(stdout).toContain(`n8n-nodes-alfacrm-${version}.tgz`);
		for (const page of ['README.md', 'docs/ru/README.md'])
			expect(printed(page)[1]).toContain(`/path/to/n8n-nodes-alfacrm-${version}.tgz`);
	});

	it('is loaded by n8n, with its nodes under their names', async () => {
		const [enter, install] = printed('README.md');
		expect(enter).toBe('mkdir -p ~/.n8n/nodes && cd ~/.n8n/nodes');
		const script = [enter, install.replace('/path/to', home)].join('\n');
		await execa('sh', ['-ec', script], { env: { ...npmEnv(), HOME: home }, extendEnv: false });
		const n8n = await startN8n({ userFolder: home });
		try {
			const client = new N8nClient(n8n);
			await client.signIn();
			const names = (await client.nodeTypes()).map(({ name }) => name);
			expect(names).toEqual(
				expect.arrayContaining([NODE_TYPE, `${NODE_TYPE}Trigger`, `${NODE_TYPE}WebhookTrigger`]),
			);
			// What was not installed on that page is not listed there, as the README says.
			expect(await client.session.request('GET', '/rest/community-packages')).toEqual([]);
		} finally {
			await n8n.stop({ keep: true });
		}
	});
});
