import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';

import execa from 'execa';
import pWaitFor from 'p-wait-for';

import { scripts } from '../../package.json';
import { withLock } from '../../scripts/lib/lock';
import { inRepo, ROOT } from '../../scripts/lib/paths';
import { freePort, HOST, requireFree } from '../../scripts/lib/ports';
import { findPrograms } from '../../scripts/lib/queue/programs';
import type { ServerOptions } from '../../scripts/lib/server';
import { startServer } from '../../scripts/lib/server';

/** Where all that these tests write is, in place of the machine's own folder. */
let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(os.tmpdir(), 'alfacrm-processes-'));
	chmodSync(folder, 0o777);
});
afterEach(() => {
	jest.restoreAllMocks();
	rmSync(folder, { recursive: true, force: true });
});

/** A process of its own that calls something in a module of scripts/, and is there until it is killed. */
const inProcess = (module: string, call: string) => {
	const code = `require('${inRepo('scripts', 'lib', module)}').${call}`;
	const options = { cwd: ROOT, env: { TMPDIR: folder }, reject: false };
	return execa(process.execPath, ['--import', 'tsx', '--eval', code], options);
};

describe('a fresh clone, in which nothing is installed', () => {
	/** For the maintainers, by n8n's own tool. */
	const RELEASES = ['release', 'prepublishOnly'];
	const COMMANDS = Object.entries(scripts).filter(([name]) => !RELEASES.includes(name));
	const SCRIPTS = COMMANDS.flatMap(([, line]) =>
		[...line.matchAll(/node scripts\/bootstrap\.js (?!&)(\S+)/g)].map(([, script]) => script),
	);

	it.each(COMMANDS)('is made ready first by npm run %s', (_name, line) => {
		expect(line).toMatch(/^node scripts\/bootstrap\.js( |$)/);
	});

	// That it can be loaded is said by its types.
	it.each([...new Set(SCRIPTS)])('can then be asked for %s', (script) => {
		expect(readFileSync(inRepo('scripts', `${script}.ts`), 'utf8')).toMatch(
			/^export (async function|const) main\b/m,
		);
	});
});

describe('the bootstrap', () => {
	const packages = (version: string) =>
		JSON.stringify({
			packages: { '': { devDependencies: { one: version } }, 'node_modules/one': { version } },
		});
	/** As npm. */
	const npm = (work: string) =>
		writeFileSync(
			join(folder, 'npm-cli.js'),
			`const fs = require('node:fs');
			fs.appendFileSync('npm.log', process.argv.slice(5, 7).join(' ') + '\\n');
			${work}`,
		);
	const installs = `fs.mkdirSync('node_modules', { recursive: true });
		fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');`;
	const run = async (npm_execpath = join(folder, 'npm-cli.js')) =>
		await execa('node', ['scripts/bootstrap.js'], { cwd: folder, env: { npm_execpath }, reject: false });
	const asked = () => readFileSync(join(folder, 'npm.log'), 'utf8').trim().split('\n');

	beforeEach(() => {
		mkdirSync(join(folder, 'scripts'));
		for (const part of ['bootstrap.js', 'bootstrap'])
			cpSync(inRepo('scripts', part), join(folder, 'scripts', part), { recursive: true });
		writeFileSync(join(folder, 'package-lock.json'), packages('1.0.0'));
	});

	it('needs nothing but Node to install what package-lock.json asks for, once, and anew when that changes', async () => {
		npm(installs);
		expect(await run()).toMatchObject({ exitCode: 0, stderr: '' });
		expect(await run()).toMatchObject({ exitCode: 0, stdout: '' });
		expect(asked()).toEqual(['ci --loglevel=error']);
		writeFileSync(join(folder, 'package-lock.json'), packages('2.0.0'));
		expect(await run()).toMatchObject({ exitCode: 0 });
		expect(asked()).toHaveLength(2);
	});

	it('says what it could not do, below what npm says', async () => {
		npm("console.error('ENOTFOUND'); process.exitCode = 1;");
		const { exitCode, stderr } = await run();
		expect(exitCode).toBe(1);
		expect(stderr).toMatch(/^ENOTFOUND\s+Could not install the development dependencies/);
	});

	it('sends whom npm does not run to npm', async () => {
		const { exitCode, stderr } = await run('');
		expect([exitCode, stderr.trim()]).toEqual([1, 'Let npm run this: npm run <command>']);
	});
});

describe('a server', () => {
	/** One that answers each request. */
	const optionsOf = async (before = ''): Promise<ServerOptions & { health: string }> => {
		const script = join(folder, 'server.js');
		const answer = '(_, response) => response.end("fine")';
		const listen = `require('node:http').createServer(${answer}).listen(Number(process.argv[2]), '${HOST}');`;
		writeFileSync(script, `${before}\n${listen}`);
		const port = await freePort();
		return {
			...{ what: 'The server', script, args: [String(port)], cwd: folder, env: process.env },
			...{ log: join(folder, 'server.log'), health: `http://${HOST}:${port}/`, timeout: 20_000 },
		};
	};
	const answers = async (url: string) =>
		await fetch(url)
			.then(({ ok }) => ok)
			.catch(() => false);

	it('is ready when it has started, its port taken for others, and gone when it has stopped', async () => {
		const options = await optionsOf();
		const server = await startServer(options);
		expect([await answers(options.health), server.isRunning()]).toEqual([true, true]);
		await expect(requireFree(Number(options.args[0]), 'n8n', 'npm run demo -- --port')).rejects.toThrow(
			/npm run demo -- --port \d+$/,
		);
		await server.stop();
		expect([await answers(options.health), server.isRunning()]).toEqual([false, false]);
		expect(readFileSync(options.log, 'utf8')).toBe('');
	});

	it('that does not start shows the end of its log', async () => {
		const options = await optionsOf('throw new Error("No such thing");');
		await expect(startServer(options)).rejects.toMatchObject({
			message: expect.stringContaining('The server ended while starting') as string,
			details: expect.stringContaining('No such thing') as string,
		});
	});

	/** Ends with the program that it runs, for a program that is none of Node's does not watch its parent. */
	const guarded = async () => {
		const options = await optionsOf();
		const args = [options.script, ...options.args];
		const program = { program: process.execPath, args, stopSignal: 'SIGKILL' };
		return {
			...options,
			script: inRepo('scripts', 'lib', 'queue', 'guard.ts'),
			nodeOptions: ['--import', 'tsx'],
			args: [JSON.stringify(program)],
			cwd: ROOT,
		};
	};

	it.each([
		['a server', async () => await optionsOf()],
		['a guarded program', guarded],
	])('as %s ends with the process that started it, even if that is killed', async (_what, optionsFor) => {
		const options = await optionsFor();
		const parent = inProcess('server.ts', `startServer(${JSON.stringify(options)})`);
		await pWaitFor(async () => await answers(options.health), { timeout: 20_000 });
		parent.kill('SIGKILL');
		await parent;
		await pWaitFor(async () => !(await answers(options.health)), { timeout: 20_000 });
		expect(await answers(options.health)).toBe(false);
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

it('a lock lets one work at a time, and is gone when the last one fails', async () => {
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
