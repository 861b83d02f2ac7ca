import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import prettyMs from 'pretty-ms';
import { report, UserFacingError } from './bootstrap/userFacingError';
import { ensureBuilt, packTarball } from './lib/build';
import { allExamples } from './lib/examples';
import { flagsOf, wholeNumber } from './lib/flags';
import { runMainJob } from './lib/mainJob';
import { N8nClient, OWNER } from './lib/n8n/client';
import { ensureN8n } from './lib/n8n/install';
import { startN8n } from './lib/n8n/start';
import type { SavedWorkflow } from './lib/n8n/types';
import { freePort, requireFree } from './lib/ports';
import { say } from './lib/progress';
import { startSandbox } from './lib/sandbox';

interface Flags {
	once?: boolean;
	port?: number;
	sandboxPort?: number;
	customers?: number;
}

/** What has to be undone at the end, newest first. */
const cleanup: Array<() => unknown> = [];

async function demo(): Promise<number> {
	const started = Date.now();
	const flags = flagsOf('demo')
		.option('--once', 'stop after the result instead of leaving the editor open')
		.option('--port <n>', "n8n's port (5678; with --once any free one)", wholeNumber(65_535))
		.option('--sandbox-port <n>', "the sandbox's port (4010; with --once any free one)", wholeNumber(65_535))
		.option('--customers <n>', 'how many customers the sandbox holds', wholeNumber(1_000_000))
		.parse()
		.opts<Flags>();
	const ports = await choosePorts(flags);
	await ensureBuilt();
	await ensureN8n();

	say('Starting n8n and the sandbox');
	const { client, sandbox, n8n } = await startBoth(ports, flags.customers);
	const saved = await client.createCredential({
		name: 'AlfaCRM sandbox',
		type: 'alfaCrmApi',
		data: await sandbox.credential(),
	});
	const test = await client.testCredential(saved);
	if (test.status !== 'OK')
		throw new UserFacingError(`n8n's test of the AlfaCRM credential did not pass: ${test.message}`);
	let mainJob: SavedWorkflow | undefined;
	for (const { file, workflow } of allExamples()) {
		const imported = await client.importWorkflow(workflow, [saved]);
		if (file === 'main-job.json') mainJob = imported;
	}
	if (!mainJob) throw new UserFacingError('examples/main-job.json is missing.');
	const { execution, wrong } = await runMainJob(client, sandbox, mainJob);
	const outcome = wrong === 0 ? 'Everything holds' : `${wrong} check(s) did not hold`;
	say(`\n${outcome}; ${prettyMs(Date.now() - started)} in all.`);
	if (flags.once) return wrong === 0 ? 0 : 1;

	say(`\nThe editor shows this run at ${n8n.url}/workflow/${mainJob.id}/executions/${execution}`);
	say(`  login     ${OWNER.email}`);
	say(`  password  ${OWNER.password}`);
	say(`  sandbox   ${sandbox.url} (requests: ${sandbox.url}/_sandbox/journal)`);
	say('Press Ctrl+C to stop; nothing is kept.');
	return await new Promise(() => {});
}

async function choosePorts({ once, port, sandboxPort }: Flags) {
	const choose = async (given: number | undefined, usual: number, what: string, flag: string) => {
		if (given === undefined && once) return await freePort();
		await requireFree(given ?? usual, what, `npm run demo -- ${flag}`);
		return given ?? usual;
	};
	return {
		n8n: await choose(port, 5678, 'n8n', '--port'),
		sandbox: await choose(sandboxPort, 4010, 'the sandbox', '--sandbox-port'),
	};
}

async function startBoth(ports: { n8n: number; sandbox: number }, customers?: number) {
	const userFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-demo-'));
	cleanup.unshift(() => fs.rmSync(userFolder, { recursive: true, force: true, maxRetries: 5 }));
	const tarball = await packTarball();
	cleanup.unshift(tarball.remove);
	const starting = [
		startN8n({ userFolder, port: ports.n8n, tarball: tarball.file }),
		startSandbox({ port: ports.sandbox, args: customers ? ['--customers', String(customers)] : [] }),
	] as const;
	cleanup.unshift(
		async () => await Promise.allSettled(starting.map(async (server) => await (await server).stop())),
	);
	const [n8n, sandbox] = await Promise.all(starting);
	const client = new N8nClient(n8n);
	await client.signIn();
	return { client, sandbox, n8n };
}

async function cleanUp() {
	for (const undo of cleanup.splice(0)) {
		try {
			await undo();
		} catch (error) {
			report(error);
		}
	}
}

/** Settles when the user or the system asks the demo to stop; whoever asks twice does not wait. */
async function interrupted(): Promise<number> {
	return await new Promise((resolve) => {
		let isStopping = false;
		const stop = () => {
			if (isStopping) process.exit(130);
			isStopping = true;
			say('\nStopping');
			resolve(cleanup.length > 0 ? 0 : 130);
		};
		// Not `once`: where nobody listens any more, libraries end the process themselves.
		for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
	});
}

/** `npm run demo` */
export async function main() {
	try {
		return await Promise.race([interrupted(), demo()]);
	} finally {
		await cleanUp();
	}
}
