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

/** What the flags of every demo say. */
interface DemoFlags {
	once?: boolean;
	port?: number;
	sandboxPort?: number;
}

/** What a demo has shown. */
interface Shown {
	/** Of the editor, below n8n's address. */
	page: string;
	/** What it promises, held against what the sandbox has. */
	checks: Array<[title: string, shown: string, holds: boolean]>;
}

/**
 * Starts the sandbox, shows something, says whether it holds, and leaves everything open unless it is told otherwise.
 * @param script for example "demo"
 * @param addFlags what this demo has besides
 * @param show starts an n8n on that port, which it puts into `cleanup`
 * @param findNeeds ends it where the machine lacks something
 */
export async function runDemo<T extends object>(
	script: string,
	addFlags: (flags: Command) => Command,
	show: (sandbox: Sandbox, flags: T & { port: number }, cleanup: Cleanup) => Promise<Shown>,
	findNeeds: () => unknown = () => {},
) {
	return await inForeground(async (cleanup) => {
		const started = Date.now();
		const flags = addFlags(makeCommand(script))
			.option('--once', 'stop after the result instead of leaving the editor open')
			.option('--port <n>', "n8n's port (5678; with --once any free one)", parseWholeNumberUpTo(65_535))
			.option(
				'--sandbox-port <n>',
				"the sandbox's (4010; with --once any free one)",
				parseWholeNumberUpTo(65_535),
			)
			.option('--customers <n>', 'how many customers the sandbox holds', parseWholeNumberUpTo(1_000_000))
			.parse()
			.opts<T & DemoFlags & { customers?: number }>();
		findNeeds();
		const choose = async (given: number | undefined, usual: number, what: string, flag: string) => {
			if (given === undefined && flags.once) return await freePort();
			await requireFree(given ?? usual, what, `npm run ${script} -- ${flag}`);
			return given ?? usual;
		};
		const port = await choose(flags.port, 5678, 'n8n', '--port');
		const sandboxPort = await choose(flags.sandboxPort, 4010, 'the sandbox', '--sandbox-port');
		await ensureBuilt();
		await ensureN8n();
		const sandbox = await startToday(sandboxPort, flags.customers);
		cleanup.unshift(sandbox.close);
		const { page, checks } = await show(sandbox, { ...flags, port }, cleanup);
		for (const [title, shown, holds] of checks)
			say(`  ${holds ? 'ok   ' : 'WRONG'}  ${title.padEnd(20)} ${shown}`);
		const wrong = checks.filter(([, , holds]) => !holds).length;
		const sum = wrong === 0 ? 'Everything holds' : `${wrong} check(s) did not hold`;
		say(`\n${sum}; ${prettyMs(Date.now() - started)} in all.`);
		if (flags.once) return Math.min(wrong, 1);
		say(`\nThe editor shows this run at ${page}`);
		say(`  login     ${OWNER.email}`);
		say(`  password  ${OWNER.password}`);
		say(`  sandbox   ${sandbox.url} (requests: ${sandbox.url}/_sandbox/journal)`);
		say('Press Ctrl+C to stop; nothing is kept.');
		return await new Promise(() => {});
	});
}

/** A sandbox whose school lives today. */
export const startToday = async (port: number, customers?: number) =>
	await startSandbox({ port, customers, today: localNow(defaultSettings) });

/** Saves the sandbox's credential, and makes n8n test it. */
export async function saveCredential(client: N8nClient, sandbox: Sandbox) {
	const data = credentialDataFor(sandbox);
	const saved = await client.createCredential({ name: 'AlfaCRM sandbox', type: 'alfaCrmApi', data });
	const test = await client.testCredential(saved);
	if (test.status === 'OK') return saved;
	throw new UserFacingError(`n8n's test of the AlfaCRM credential did not pass: ${test.message}`);
}
