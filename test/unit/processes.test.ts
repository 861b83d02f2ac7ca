import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import execa from 'execa';
import pWaitFor from 'p-wait-for';

import { withLock } from '../../scripts/lib/lock';
import { ROOT } from '../../scripts/lib/paths';
import { freePort, HOST, requireFree } from '../../scripts/lib/ports';
import { findPrograms } from '../../scripts/lib/queue/programs';
import { startServer } from '../../scripts/lib/server';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'alfacrm-processes-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A server that answers each request, as a script. */
function script(before = ''): string {
	const file = join(folder, 'server.js');
	writeFileSync(
		file,
		`${before}
		require('node:http').createServer((_, response) => response.end('fine')).listen(Number(process.argv[2]), '${HOST}');`,
	);
	return file;
}

async function optionsOf(file: string) {
	const port = await freePort();
	return {
		what: 'The server',
		script: file,
		args: [String(port)],
		cwd: folder,
		env: process.env,
		log: join(folder, 'server.log'),
		health: `http://${HOST}:${port}/`,
		timeout: 20_000,
	};
}

const answers = async (url: string) =>
	await fetch(url)
		.then(({ ok }) => ok)
		.catch(() => false);

describe('a server', () => {
	it('is ready when it has started, and gone when it has stopped', async () => {
		const options = await optionsOf(script());
		const server = await startServer(options);
		expect(await answers(options.health)).toBe(true);
		expect(server.isRunning()).toBe(true);
		await server.stop();
		expect(server.isRunning()).toBe(false);
		expect(await answers(options.health)).toBe(false);
	});

	it('that does not start shows the end of its log', async () => {
		const options = await optionsOf(script('throw new Error("No such thing");'));
		await expect(startServer(options)).rejects.toMatchObject({
			code: 'START_FAILED',
			message: expect.stringContaining('The server ended while starting') as string,
			details: expect.stringContaining('No such thing') as string,
		});
	});

	/** Ends with the program that it runs, for a program that is none of Node's does not watch its parent. */
	const guarded = async () => {
		const options = await optionsOf(script());
		const program = { program: process.execPath, args: [options.script, ...options.args], folder };
		return {
			...options,
			script: join(ROOT, 'scripts', 'lib', 'queue', 'guard.ts'),
			nodeOptions: ['--import', 'tsx'],
			args: [JSON.stringify({ ...program, stopSignal: 'SIGKILL' })],
			cwd: ROOT,
		};
	};

	it.each([
		['a server', async () => await optionsOf(script())],
		['a guarded program', guarded],
	])('as %s ends with the process that started it, even if that is killed', async (_what, optionsFor) => {
		const options = await optionsFor();
		const parent = execa.node(join(ROOT, 'test', 'unit', 'startServer.ts'), [JSON.stringify(options)], {
			cwd: ROOT,
			nodeOptions: ['--import', 'tsx'],
			reject: false,
		});
		await pWaitFor(async () => await answers(options.health), { timeout: 20_000 });
		parent.kill('SIGKILL');
		await parent;
		await pWaitFor(async () => !(await answers(options.health)), { timeout: 20_000 });
	});
});

describe('the servers that queue mode needs', () => {
	const has = (...names: string[]) => names.forEach((name) => writeFileSync(join(folder, name), ''));

	it('are found where all programs of one are together', () => {
		has('initdb', 'postgres', 'redis-server');
		const { postgres, redis } = findPrograms([join(folder, 'none'), folder]);
		expect([postgres.initdb, redis]).toEqual([join(folder, 'initdb'), join(folder, 'redis-server')]);
	});

	it.each([
		['Postgres and Redis', []],
		['Redis', ['initdb', 'postgres']],
		['Postgres', ['initdb', 'redis-server']],
	])('are named with what to install where there is no %s', (missing, names) => {
		has(...names);
		expect(() => findPrograms([folder])).toThrow(
			`needs ${missing}, which this machine does not have.\nOn Debian and Ubuntu: apt-get install postgresql redis-server`,
		);
	});
});

describe('a lock', () => {
	it('lets one work at a time, and is gone when the last one fails', async () => {
		const place = join(folder, 'below', 'lock');
		const order: string[] = [];
		const work = (name: string) => async () => {
			order.push(`${name} begins`);
			await new Promise((resolve) => setImmediate(resolve));
			order.push(`${name} ends`);
			if (name === 'second') throw new Error('It fails');
		};
		const first = withLock(place, 'a test', work('first'));
		await Promise.allSettled([first, withLock(place, 'a test', work('second'))]);
		expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
		expect(await withLock(place, 'a test', async () => 3)).toBe(3);
	});
});

it('a port that is taken is refused, with the flag to choose another', async () => {
	const options = await optionsOf(script());
	const server = await startServer(options);
	const port = Number(options.args[0]);
	await expect(requireFree(port, 'n8n', 'npm run demo -- --port')).rejects.toThrow(
		/npm run demo -- --port \d+$/,
	);
	await server.stop();
	expect(readFileSync(options.log, 'utf8')).toBe('');
});
