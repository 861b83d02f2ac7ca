import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

/** The folder of one test, in which all its files are. */
let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(os.tmpdir(), 'alfacrm-processes-'));
	chmodSync(folder, 0o777);
});

afterEach(() => {
	rmSync(folder, { recursive: true, force: true });
});

describe('A command of a fresh clone', () => {
	/** Only maintainers run these two, with n8n's own tool. */
	const RELEASE_COMMANDS = ['release', 'prepublishOnly'];

	const commands = Object.entries(scripts)
		.filter(([name]) => !RELEASE_COMMANDS.includes(name))
		.map(([name, line]) => ({ name, line }));
	const scriptNames = commands.flatMap(({ line }) =>
		[...line.matchAll(/node scripts\/bootstrap\.js (?!&)(\S+)/g)].map(([, script]) => script),
	);

	it.each(commands)('npm run $name begins with the bootstrap, which installs what is missing', ({ line }) => {
		expect(line).toMatch(/^node scripts\/bootstrap\.js( |$)/);
	});

	// The type check proves that the scripts can be loaded.
	it.each([...new Set(scriptNames)])(
		'scripts/%s.ts exports the function main for the bootstrap',
		(script) => {
			const code = readFileSync(inRepo('scripts', `${script}.ts`), 'utf8');

			expect(code).toMatch(/^export (async function|const) main\b/m);
		},
	);
});

describe('The bootstrap', () => {
	/** Lets npm install what package-lock.json asks for. */
	const INSTALLATION = `fs.mkdirSync('node_modules', { recursive: true });
		fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');`;

	const FAILURE = "console.error('ENOTFOUND'); process.exitCode = 1;";

	/** Writes a package-lock.json that asks for one package. */
	function writePackageLock(version: string): void {
		const packages = {
			'': { devDependencies: { one: version } },
			'node_modules/one': { version },
		};
		writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
	}

	/** Puts a program in the place of npm. It notes its first arguments, and then runs the code. */
	function replaceNpm(code: string): void {
		writeFileSync(
			join(folder, 'npm-cli.js'),
			`const fs = require('node:fs');
			fs.appendFileSync('npm.log', process.argv.slice(5, 7).join(' ') + '\\n');
			${code}`,
		);
	}

	/** Runs the bootstrap as npm does, which tells where npm itself is. */
	async function runBootstrap({ npm = join(folder, 'npm-cli.js') } = {}) {
		return await execa('node', ['scripts/bootstrap.js'], {
			cwd: folder,
			env: { npm_execpath: npm },
			reject: false,
		});
	}

	/** Reads with which arguments npm was called, one text for each call. */
	function readNpmCalls(): string[] {
		return readFileSync(join(folder, 'npm.log'), 'utf8').trim().split('\n');
	}

	beforeEach(() => {
		mkdirSync(join(folder, 'scripts'));
		cpSync(inRepo('scripts', 'bootstrap.js'), join(folder, 'scripts', 'bootstrap.js'));
		cpSync(inRepo('scripts', 'bootstrap'), join(folder, 'scripts', 'bootstrap'), { recursive: true });
		writePackageLock('1.0.0');
	});

	it('the bootstrap installs what package-lock.json asks for and needs nothing but Node', async () => {
		replaceNpm(INSTALLATION);

		const { exitCode, stderr } = await runBootstrap();

		expect(exitCode).toBe(0);
		expect(stderr).toBe('');
		expect(readNpmCalls()).toEqual(['ci --loglevel=error']);
	});

	it('the bootstrap installs nothing when everything is installed', async () => {
		replaceNpm(INSTALLATION);
		await runBootstrap();

		const { exitCode, stdout } = await runBootstrap();

		expect(exitCode).toBe(0);
		expect(stdout).toBe('');
		expect(readNpmCalls()).toEqual(['ci --loglevel=error']);
	});

	it('the bootstrap installs again when package-lock.json asks for another version', async () => {
		replaceNpm(INSTALLATION);
		await runBootstrap();
		writePackageLock('2.0.0');

		const { exitCode } = await runBootstrap();

		expect(exitCode).toBe(0);
		expect(readNpmCalls()).toEqual(['ci --loglevel=error', 'ci --loglevel=error']);
	});

	it('the bootstrap shows the error of npm, and below it that the installation has failed', async () => {
		replaceNpm(FAILURE);

		const { exitCode, stderr } = await runBootstrap();

		expect(exitCode).toBe(1);
		expect(stderr).toMatch(/^ENOTFOUND\s+Could not install the development dependencies/);
	});

	it('the bootstrap asks for npm when it was started without npm', async () => {
		const { exitCode, stderr } = await runBootstrap({ npm: '' });

		expect(exitCode).toBe(1);
		expect(stderr.trim()).toBe('Let npm run this: npm run <command>');
	});
});

describe('A server', () => {
	type AnsweringServer = ServerOptions & { health: string };

	const LISTEN = `require('node:http')
		.createServer((_, response) => response.end('fine'))
		.listen(Number(process.argv[2]), '${HOST}');`;

	/** Makes the options for a server that runs the code. */
	async function makeServerOptions(code: string): Promise<AnsweringServer> {
		const script = join(folder, 'server.js');
		writeFileSync(script, code);
		const port = await freePort();
		return {
			what: 'The server',
			script,
			args: [String(port)],
			cwd: folder,
			env: process.env,
			log: join(folder, 'server.log'),
			health: `http://${HOST}:${port}/`,
			timeout: 20_000,
		};
	}

	/** Makes the options for a server that the guard ends, as it does with programs that do not watch their parent. */
	async function makeGuardedOptions(): Promise<AnsweringServer> {
		const options = await makeServerOptions(LISTEN);
		const program = {
			program: process.execPath,
			args: [options.script, ...options.args],
			stopSignal: 'SIGKILL',
		};
		return {
			...options,
			script: inRepo('scripts', 'lib', 'queue', 'guard.ts'),
			nodeOptions: ['--import', 'tsx'],
			args: [JSON.stringify(program)],
			cwd: ROOT,
		};
	}

	/** Whether the server at an address answers. */
	async function answers(url: string): Promise<boolean> {
		return await fetch(url)
			.then(({ ok }) => ok)
			.catch(() => false);
	}

	/** Starts a server in a process of its own, which stays until it is killed. */
	function startServerInOtherProcess(options: ServerOptions) {
		const code = `require('${inRepo('scripts', 'lib', 'server.ts')}').startServer(${JSON.stringify(options)})`;
		return execa(process.execPath, ['--import', 'tsx', '--eval', code], {
			cwd: ROOT,
			env: { TMPDIR: folder },
			reject: false,
		});
	}

	it('a server answers from its start until it is stopped, and writes nothing into its log', async () => {
		const options = await makeServerOptions(LISTEN);

		const server = await startServer(options);
		const answersAfterStart = await answers(options.health);
		const isRunningAfterStart = server.isRunning();
		await server.stop();

		expect(answersAfterStart).toBe(true);
		expect(isRunningAfterStart).toBe(true);
		expect(await answers(options.health)).toBe(false);
		expect(server.isRunning()).toBe(false);
		expect(readFileSync(options.log, 'utf8')).toBe('');
	});

	it('a server shows the end of its log when it does not start', async () => {
		const options = await makeServerOptions('throw new Error("No such thing");');

		const start = startServer(options);

		await expect(start).rejects.toMatchObject({
			message: 'The server ended while starting. The end of its log:',
			details: expect.stringContaining('No such thing') as string,
		});
	});

	it.each([
		{ program: 'a Node server', makeOptions: async () => await makeServerOptions(LISTEN) },
		{ program: 'a program under the guard', makeOptions: makeGuardedOptions },
	])('$program ends when the process that has started it is killed', async ({ makeOptions }) => {
		const options = await makeOptions();
		const parent = startServerInOtherProcess(options);
		await pWaitFor(async () => await answers(options.health), { timeout: 20_000 });

		parent.kill('SIGKILL');
		await parent;
		await pWaitFor(async () => !(await answers(options.health)), { timeout: 20_000 });

		expect(await answers(options.health)).toBe(false);
	});
});

describe('requireFree', () => {
	it('requireFree refuses a port that is taken and shows the command with another port', async () => {
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
		const { port } = server.address() as AddressInfo;
		const anyOtherPort = `(?!${port}$)\\d+`;

		const check = requireFree(port, 'n8n', 'npm run demo -- --port');

		await expect(check).rejects.toThrow(`Port ${port} is taken, so n8n cannot start there.`);
		await expect(check).rejects.toThrow(new RegExp(`: npm run demo -- --port ${anyOtherPort}$`));
		server.close();
	});
});

describe('The search for the programs that queue mode needs', () => {
	/** Puts empty files with the names of programs into the folder of the test. */
	function addPrograms(names: readonly string[]): void {
		for (const name of names) {
			writeFileSync(join(folder, name), '');
		}
	}

	it('the search finds the programs of Postgres and Redis in one of the folders', () => {
		addPrograms(['initdb', 'postgres', 'redis-server']);

		const { postgres, redis } = findPrograms([join(folder, 'none'), folder]);

		expect(postgres).toEqual({ initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') });
		expect(redis).toBe(join(folder, 'redis-server'));
	});

	it.each([
		{ missing: 'Postgres and Redis', programs: [] },
		{ missing: 'Redis', programs: ['initdb', 'postgres'] },
		{ missing: 'Postgres', programs: ['initdb', 'redis-server'] },
	])('the search says how to install the programs when $missing cannot be found', ({ missing, programs }) => {
		addPrograms(programs);

		expect(() => findPrograms([folder])).toThrow(
			`needs ${missing}, which this machine does not have.\nOn Debian and Ubuntu: apt-get install postgresql redis-server`,
		);
	});
});

describe('A lock between processes', () => {
	it('a lock lets the second work begin when the first one has ended', async () => {
		const lock = join(folder, 'below', 'lock');
		const order: string[] = [];
		const work = (name: string) => async () => {
			order.push(`${name} begins`);
			await new Promise((resolve) => setImmediate(resolve));
			order.push(`${name} ends`);
		};

		await Promise.all([withLock(lock, 'a test', work('first')), withLock(lock, 'a test', work('second'))]);

		expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
	});

	it('a lock is free again when its work has failed', async () => {
		const lock = join(folder, 'below', 'lock');
		const failure = withLock(lock, 'a test', async () => {
			throw await Promise.resolve(new Error('It fails'));
		});
		await expect(failure).rejects.toThrow('It fails');

		const result = await withLock(lock, 'a test', async () => await Promise.resolve(3));

		expect(result).toBe(3);
	});
});
