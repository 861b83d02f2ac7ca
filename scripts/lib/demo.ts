import { UserFacingError } from '../bootstrap/userFacingError';
import { flagsOf, wholeNumber } from './flags';
import type { N8nClient } from './n8n/client';
import { OWNER } from './n8n/client';
import { freePort, requireFree } from './ports';
import { say } from './progress';
import type { SandboxHandle } from './sandbox';

/** What the flags of every demo say. */
export interface DemoFlags {
	once?: boolean;
	port?: number;
	sandboxPort?: number;
}

/** @param script for example "demo" */
export function demoFlags(script: string) {
	return flagsOf(script)
		.option('--once', 'stop after the result instead of leaving the editor open')
		.option('--port <n>', "n8n's port (5678; with --once any free one)", wholeNumber(65_535))
		.option('--sandbox-port <n>', "the sandbox's port (4010; with --once any free one)", wholeNumber(65_535));
}

export async function choosePorts(script: string, { once, port, sandboxPort }: DemoFlags) {
	const choose = async (given: number | undefined, usual: number, what: string, flag: string) => {
		if (given === undefined && once) return await freePort();
		await requireFree(given ?? usual, what, `npm run ${script} -- ${flag}`);
		return given ?? usual;
	};
	return {
		n8n: await choose(port, 5678, 'n8n', '--port'),
		sandbox: await choose(sandboxPort, 4010, 'the sandbox', '--sandbox-port'),
	};
}

/** Saves the sandbox's credential, and makes n8n test it. */
export async function saveCredential(client: N8nClient, sandbox: SandboxHandle) {
	const saved = await client.createCredential({
		name: 'AlfaCRM sandbox',
		type: 'alfaCrmApi',
		data: await sandbox.credential(),
	});
	const test = await client.testCredential(saved);
	if (test.status === 'OK') return saved;
	throw new UserFacingError(`n8n's test of the AlfaCRM credential did not pass: ${test.message}`);
}

/** Says where everything is, and leaves it open. */
export async function leaveOpen(page: string, sandbox: SandboxHandle): Promise<never> {
	say(`\nThe editor shows this run at ${page}`);
	say(`  login     ${OWNER.email}`);
	say(`  password  ${OWNER.password}`);
	say(`  sandbox   ${sandbox.url} (requests: ${sandbox.url}/_sandbox/journal)`);
	say('Press Ctrl+C to stop; nothing is kept.');
	return await new Promise(() => {});
}
