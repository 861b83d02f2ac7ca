import type { Command } from 'commander';
import prettyMs from 'pretty-ms';
import { UserFacingError } from '../bootstrap/userFacingError';
import type { Sandbox } from '../../sandbox';
import { startSandbox } from '../../sandbox';
import { localNow } from '../../sandbox/model/clock';
import { defaultSettings } from '../../sandbox/model/settings';
import { ensureBuilt } from './build';
import { makeCommand, parseWholeNumberUpTo } from './flags';
import type { Cleanup } from './foreground';
import { inForeground } from './foreground';
import type { N8nClient } from './n8n/client';
import { OWNER } from './n8n/client';
import { ensureN8n } from './n8n/install';
import { freePort, requireFree } from './ports';
import { say } from './progress';
import { credentialDataFor } from './sandbox';

/** The flags of every demo. */
interface DemoFlags {
	once?: boolean;
	port?: number;
	sandboxPort?: number;
	customers?: number;
}

/** A promise of the demo, compared with what the sandbox has stored. */
export interface DemoCheck {
	title: string;
	/** What the demo has found. */
	result: string;
	isPassed: boolean;
}

interface DemoResult {
	/** The page of the editor that shows the run. */
	page: string;
	checks: DemoCheck[];
}

interface Demo<T extends object> {
	/** The name of the npm script, for example "demo". */
	script: string;
	/** Adds the flags that only this demo has. */
	addFlags?: (command: Command) => Command;
	/** Checks that the machine has what the demo needs, and throws if not. */
	checkNeeds?: () => unknown;
	/** Starts n8n on the port, adds its end to `cleanup`, and runs the demo. */
	run: (sandbox: Sandbox, flags: T & { port: number }, cleanup: Cleanup) => Promise<DemoResult>;
}

/**
 * Starts the sandbox, runs a demo, and prints its result. Then the editor stays open until the user
 * stops the script, unless `--once` is given.
 */
export async function runDemo<T extends object>(demo: Demo<T>) {
	return await inForeground(async (cleanup) => {
		const startedAt = Date.now();
		const flags = readFlags(demo);
		demo.checkNeeds?.();
		const ports = await choosePorts(demo.script, flags);
		await ensureBuilt();
		await ensureN8n();

		const sandbox = await startToday(ports.sandbox, flags.customers);
		cleanup.unshift(sandbox.close);
		const { page, checks } = await demo.run(sandbox, { ...flags, port: ports.n8n }, cleanup);

		const failedCount = printChecks(checks, Date.now() - startedAt);
		if (flags.once) return failedCount === 0 ? 0 : 1;
		printAddresses(page, sandbox);
		return await new Promise(() => {});
	});
}

function readFlags<T extends object>({ script, addFlags }: Demo<T>): T & DemoFlags {
	const command = makeCommand(script)
		.option('--once', 'stop after the result instead of leaving the editor open')
		.option('--port <n>', "n8n's port (5678; with --once any free one)", parseWholeNumberUpTo(65_535))
		.option(
			'--sandbox-port <n>',
			"the sandbox's (4010; with --once any free one)",
			parseWholeNumberUpTo(65_535),
		)
		.option('--customers <n>', 'how many customers the sandbox holds', parseWholeNumberUpTo(1_000_000));
	addFlags?.(command);
	return command.parse().opts<T & DemoFlags>();
}

/** Chooses the ports that the flags name or, if they name none, the usual ones. With `--once`, any free ports do. */
async function choosePorts(script: string, { once, port, sandboxPort }: DemoFlags) {
	const command = `npm run ${script} --`;
	const choosePort = async (namedPort: number | undefined, usualPort: number, what: string, flag: string) => {
		if (namedPort === undefined && once) return await freePort();
		const chosenPort = namedPort ?? usualPort;
		await requireFree(chosenPort, what, `${command} ${flag}`);
		return chosenPort;
	};
	return {
		n8n: await choosePort(port, 5678, 'n8n', '--port'),
		sandbox: await choosePort(sandboxPort, 4010, 'the sandbox', '--sandbox-port'),
	};
}

/** Prints each check, and a summary with the time that the demo took. Returns how many checks have failed. */
function printChecks(checks: DemoCheck[], durationMs: number): number {
	for (const { title, result, isPassed } of checks) {
		say(`  ${isPassed ? 'ok   ' : 'WRONG'}  ${title.padEnd(20)} ${result}`);
	}

	const failedCount = checks.filter(({ isPassed }) => !isPassed).length;
	const summary = failedCount === 0 ? 'Everything holds' : `${failedCount} check(s) did not hold`;
	say(`\n${summary}; ${prettyMs(durationMs)} in all.`);
	return failedCount;
}

function printAddresses(page: string, sandbox: Sandbox) {
	say(`\nThe editor shows this run at ${page}`);
	say(`  login     ${OWNER.email}`);
	say(`  password  ${OWNER.password}`);
	say(`  sandbox   ${sandbox.url} (requests: ${sandbox.url}/_sandbox/journal)`);
	say('Press Ctrl+C to stop; nothing is kept.');
}

/** Starts a sandbox whose school lives today. */
export async function startToday(port: number, customers?: number): Promise<Sandbox> {
	return await startSandbox({ port, customers, today: localNow(defaultSettings) });
}

/** Saves the sandbox's credential in n8n, and lets n8n test it. */
export async function saveCredential(client: N8nClient, sandbox: Sandbox) {
	const data = credentialDataFor(sandbox);
	const credential = await client.createCredential({ name: 'AlfaCRM sandbox', type: 'alfaCrmApi', data });
	const test = await client.testCredential(credential);
	if (test.status === 'OK') return credential;
	throw new UserFacingError(`n8n's test of the AlfaCRM credential did not pass: ${test.message}`);
}
