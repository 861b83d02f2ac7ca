import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import execa from 'execa';
import type { IDataObject } from 'n8n-workflow';
import { create } from 'tar';

import { version } from '../../package.json';
import type { Sandbox } from '../../sandbox';
import { startSandbox } from '../../sandbox';
import { npmCli, npmEnv } from '../../scripts/bootstrap/npm';
import { ensureBuilt } from '../../scripts/lib/build';
import { readJson, writeJson } from '../../scripts/lib/json';
import { N8nClient } from '../../scripts/lib/n8n/client';
import { startN8n } from '../../scripts/lib/n8n/start';
import { inRepo, ROOT } from '../../scripts/lib/paths';
import { unpack } from '../../scripts/lib/tarball';
import { CUSTOMER_TYPE } from '../support/codes';
import { commandsOf } from '../support/printedCommands';
import { pollTimesEvery, PolledWorkflow } from './support/polled';
import { NODE_TYPE } from './support/realN8n';

const NEWER_VERSION = '99.0.0';
const TARBALL_NAME = `n8n-nodes-alfacrm-${version}.tgz`;

/** The home folder of a user who installs the package "From a file", as docs/install.md describes it. */
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-home-'));
const tarball = path.join(home, TARBALL_NAME);
const nodesFolder = path.join(home, '.n8n/nodes');

afterAll(() => {
	fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

/** Reads the three commands that a page prints under "From a file" for the machine of n8n. */
function readInstallCommands(page: string): string[] {
	const commands = commandsOf(fs.readFileSync(inRepo(page), 'utf8'));
	const firstIndex = commands.findIndex((command) => command.startsWith('rm -rf ~/.n8n/'));
	return commands.slice(firstIndex, firstIndex + 3);
}

/** Runs commands in a shell of the user with this home folder. */
async function runInShell(...commands: string[]): Promise<void> {
	const env = { ...npmEnv(), HOME: home };
	await execa('sh', ['-ec', commands.join('\n')], { env, extendEnv: false });
}

/** Runs the printed commands for the tarball in the home folder. */
async function installPackage(): Promise<void> {
	const commands = readInstallCommands('docs/install.md');
	await runInShell(...commands.map((command) => command.replace('/path/to', home)));
}

/** Runs the first of the printed commands, which removes the package. */
async function removePackage(): Promise<void> {
	const [removeCommand] = readInstallCommands('docs/install.md');
	await runInShell(removeCommand);
}

/** Packs the same package again with a newer version in its package.json. */
async function repackAsNewerVersion(): Promise<void> {
	const folder = await unpack(tarball);
	const manifest = path.join(folder, 'package.json');
	writeJson(manifest, { ...readJson<object>(manifest), version: NEWER_VERSION });
	await create({ file: tarball, cwd: path.dirname(folder), gzip: true }, [path.basename(folder)]);
	fs.rmSync(folder, { recursive: true });
}

describe('the printed commands', () => {
	it('npm pack makes a file with the printed name', async () => {
		await ensureBuilt();

		const { stdout } = await execa(process.execPath, [npmCli(), 'pack', '--pack-destination', home], {
			cwd: ROOT,
			env: npmEnv(),
			extendEnv: false,
		});

		expect(stdout).toContain(TARBALL_NAME);
	});

	it.each(['docs/install.md', 'docs/ru/install.md'])(
		'%s prints commands that remove the old package, make a folder and extract the file',
		(page) => {
			const [removeCommand, makeFolderCommand, extractCommand] = readInstallCommands(page);

			expect(removeCommand).toBe('rm -rf ~/.n8n/nodes/node_modules/n8n-nodes-alfacrm');
			expect(makeFolderCommand).toMatch(/^mkdir -p ~/);
			expect(extractCommand).toContain(`/path/to/${TARBALL_NAME}`);
		},
	);
});

describe('an n8n with the package from a file', () => {
	let sandbox: Sandbox;
	let n8n: Awaited<ReturnType<typeof startN8n>>;
	let client: N8nClient;

	beforeAll(async () => {
		await installPackage();
		sandbox = await startSandbox({ customers: 5, settings: { rateLimit: 0 } });
		n8n = await startN8n({ userFolder: home });
		client = new N8nClient(n8n);
		await client.signIn();
	}, 240_000);

	afterAll(async () => {
		await n8n?.stop({ keep: true });
		await sandbox?.close();
	});

	/** Publishes a workflow that reports each new customer of branch 1. */
	async function publishCustomerTrigger(): Promise<PolledWorkflow> {
		const { email, apiKey } = sandbox.account;
		const credential = await client.createCredential({
			name: 'AlfaCRM',
			type: 'alfaCrmApi',
			data: { hostname: sandbox.url, email, apiKey },
		});
		const polled = await PolledWorkflow.importTrigger(
			{ client, credential },
			{ event: 'customerCreated', branchIds: [1], pollTimes: pollTimesEvery(5) },
		);
		await polled.publish();
		return polled;
	}

	/** Adds a lead to branch 1 and returns its ID. */
	function addLead(): number {
		const lead = { name: 'Проверка', branch_ids: [1], is_study: CUSTOMER_TYPE.lead };
		return sandbox.store.insert('customer', lead).id;
	}

	it('n8n loads the three nodes of the package under their names', async () => {
		const nodeTypes = await client.nodeTypes();

		const names = nodeTypes.map(({ name }) => name);
		expect(names).toEqual(
			expect.arrayContaining([NODE_TYPE, `${NODE_TYPE}Trigger`, `${NODE_TYPE}WebhookTrigger`]),
		);
	});

	it('n8n does not list the package on its page of community nodes', async () => {
		expect(await client.session.request('GET', '/rest/community-packages')).toEqual([]);
	});

	it('a trigger goes on after the same commands have installed a newer version', async () => {
		const polled = await publishCustomerTrigger();
		const leadBefore = addLead();
		await polled.waitForItems(1);

		await repackAsNewerVersion();
		await installPackage();
		const leadDuringUpdate = addLead();
		await n8n.restart();
		await client.signIn();
		const leadAfter = addLead();

		const items: IDataObject[] = await polled.waitForItems(3);
		expect(items.map(({ id }) => id)).toEqual([leadBefore, leadDuringUpdate, leadAfter]);
		expect(await client.nodeTypes()).toContainEqual(
			expect.objectContaining({ name: NODE_TYPE, communityNodePackageVersion: NEWER_VERSION }),
		);
	}, 240_000);
});

describe('other packages in the folder of n8n', () => {
	/** n8n's own list of the packages that its page has installed. The package `n8n-nodes-gone` was removed since. */
	const listFile = path.join(nodesFolder, 'package.json');
	const INSTALLED_LIST = {
		name: 'installed-nodes',
		private: true,
		dependencies: { 'n8n-nodes-gone': '1.0.0' },
	};

	beforeAll(() => {
		writeJson(listFile, INSTALLED_LIST);
		fs.mkdirSync(path.join(nodesFolder, 'node_modules/n8n-nodes-beside'), { recursive: true });
	});

	function listInstalledPackages(): Set<string> {
		return new Set(fs.readdirSync(path.join(nodesFolder, 'node_modules')));
	}

	it('the commands install the package and leave other packages alone', async () => {
		await installPackage();

		expect(listInstalledPackages()).toEqual(new Set(['n8n-nodes-alfacrm', 'n8n-nodes-beside']));
		expect(readJson(listFile)).toEqual(INSTALLED_LIST);
	});

	it('the first command removes the package and leaves other packages alone', async () => {
		await removePackage();

		expect(listInstalledPackages()).toEqual(new Set(['n8n-nodes-beside']));
		expect(readJson(listFile)).toEqual(INSTALLED_LIST);
	});
});
