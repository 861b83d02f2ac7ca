import { UserFacingError } from './bootstrap/userFacingError';
import { runJest } from './lib/jest';
import { ENGINES, ensureEngine } from './lib/n8n/engines';
import { say } from './lib/progress';

/**
 * `npm run test:engine -- <version of n8n-core>`: the engine tests in an older n8n; `npm run test:versions` takes all of these.
 * Further arguments go to jest.
 */
export async function main() {
	const [version, ...rest] = process.argv.slice(2);
	if (version === undefined)
		throw new UserFacingError(`Which n8n-core: ${Object.keys(ENGINES).join(', ')}, or all?`);
	return await testInEngines(version, rest);
}

/**
 * @param version one of ENGINES, or all
 * @param args for jest
 * @returns jest's exit code, the worst of several
 */
export async function testInEngines(version: string, args: string[] = []): Promise<number> {
	const codes = [];
	for (const core of version === 'all' ? Object.keys(ENGINES) : [version]) {
		const modules = await ensureEngine(core);
		say(`The engine tests with n8n-core ${core}`);
		codes.push(await runJest(['--config', 'jest.engine.config.js', ...args], { N8N_MODULES: modules }));
	}
	return Math.max(...codes);
}
