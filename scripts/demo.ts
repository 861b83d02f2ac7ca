import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import prettyMs from 'pretty-ms';
import { UserFacingError } from './bootstrap/userFacingError';
import { ensureBuilt, packTarball } from './lib/build';
import type { DemoFlags } from './lib/demo';
import { choosePorts, demoFlags, leaveOpen, saveCredential } from './lib/demo';
import { allExamples } from './lib/examples';
import { wholeNumber } from './lib/flags';
import type { Cleanup } from './lib/foreground';
import { inForeground } from './lib/foreground';
import { runMainJob } from './lib/mainJob';
import { N8nClient } from './lib/n8n/client';
import { ensureN8n } from './lib/n8n/install';
import { startN8n } from './lib/n8n/start';
import type { SavedWorkflow } from './lib/n8n/types';
import { say } from './lib/progress';
import { startSandbox } from './lib/sandbox';

async function demo(cleanup: Cleanup): Promise<number> {
	const started = Date.now();
	const flags = demoFlags('demo')
		.option('--customers <n>', 'how many customers the sandbox holds', wholeNumber(1_000_000))
		.parse()
		.opts<DemoFlags & { customers?: number }>();
	const ports = await choosePorts('demo', flags);
	await ensureBuilt();
	await ensureN8n();

	say('Starting n8n and the sandbox');
	const { client, sandbox, n8n } = await startBoth(cleanup, ports, flags.customers);
	const saved = await saveCredential(client, sandbox);
	let mainJob: SavedWorkflow | undefined;
	for (const { file, workflow } of allExamples()) {
		const imported = await client.importWorkflow(workflow, [saved]);
		if (file === 'main-job.json') mainJob = imported;
	}
	if (!mainJob) throw new UserFacingError('examples/main-job.json is missing.');
	const { execution, checks } = await runMainJob(client, sandbox, mainJob);
	checks.sum(prettyMs(Date.now() - started));
	if (flags.once) return checks.wrong === 0 ? 0 : 1;
	return await leaveOpen(`${n8n.url}/workflow/${mainJob.id}/executions/${execution}`, sandbox);
}

async function startBoth(cleanup: Cleanup, ports: { n8n: number; sandbox: number }, customers?: number) {
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

/** `npm run demo` */
export const main = async () => await inForeground(demo);
