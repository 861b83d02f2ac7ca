import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { join } from 'node:path';

import execa from 'execa';
import pWaitFor from 'p-wait-for';

import { ROOT } from '../../scripts/lib/paths';
import { freePort, HOST, isFree } from '../../scripts/lib/ports';
import { makeFolder, noteProcess, removeLeftFolders } from '../../scripts/lib/queue/folders';
import { startGuarded } from '../../scripts/lib/queue/guarded';
import { isPostgresReady, isRedisReady } from '../../scripts/lib/queue/servers';

/** Where all servers of these tests are, in place of the machine's own folder. */
let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(os.tmpdir(), 'alfacrm-servers-'));
	chmodSync(folder, 0o777);
	jest.spyOn(os, 'tmpdir').mockReturnValue(folder);
});
afterEach(() => {
	jest.restoreAllMocks();
	rmSync(folder, { recursive: true, force: true });
});

/** A process that has ended. */
const dead = () => spawnSync(process.execPath, ['--eval', '']).pid;

/** A folder whose maker has ended. */
function leftFolder(...processes: number[]): string {
	const left = mkdtempSync(join(folder, 'alfacrm-queue-redis-'));
	for (const pid of [dead(), ...processes]) noteProcess(left, pid);
	return left;
}

describe('what a killed start has left', () => {
	it('is removed at the next one when nobody uses it any more', () => {
		const [own, left, used] = [makeFolder('Redis'), leftFolder(dead()), leftFolder(process.ppid)];
		removeLeftFolders();
		expect([own, left, used].map((path) => existsSync(path))).toEqual([true, false, true]);
	});

	it('is let alone where it is not sure whose it is', () => {
		const others = leftFolder();
		const unmarked = mkdtempSync(join(folder, 'alfacrm-queue-redis-'));
		jest.spyOn(process, 'getuid').mockReturnValue(4_711);
		removeLeftFolders();
		expect([others, unmarked].map((path) => existsSync(path))).toEqual([true, true]);
	});

	it('includes the folder of a server whose starter was killed', async () => {
		const port = await freePort();
		const parent = execa.node(join(ROOT, 'test', 'unit', 'startGuarded.ts'), [String(port)], {
			cwd: ROOT,
			env: { TMPDIR: folder },
			nodeOptions: ['--import', 'tsx'],
			reject: false,
		});
		const left = () => {
			removeLeftFolders();
			return readdirSync(folder).filter((name) => name.startsWith('alfacrm-')).length;
		};
		try {
			await pWaitFor(async () => !(await isFree(port)), { timeout: 20_000 });
			expect(left()).toBe(1);
		} finally {
			parent.kill('SIGKILL');
			await parent;
		}
		const isGone = () => left() === 0;
		await pWaitFor(isGone, { timeout: 20_000 });
		expect(await isFree(port)).toBe(true);
	});
});

describe('a server at a port that another program has taken meanwhile', () => {
	it('is started at another one', async () => {
		const taken: number[] = [];
		const others: net.Server[] = [];
		const { port, stop } = await startGuarded('Test', async ({ port: own, folder: data }) => {
			if (taken.length === 0) {
				const other = net.createServer().listen(own, HOST);
				others.push(other);
				await new Promise((resolve) => other.once('listening', resolve));
			}
			taken.push(own);
			const ready = join(data, 'ready');
			chmodSync(data, 0o777);
			const program = `require('node:net').createServer().listen(${own}, '${HOST}', () => require('node:fs').writeFileSync(${JSON.stringify(ready)}, ''));`;
			return {
				program: process.execPath,
				args: ['--eval', program],
				stopSignal: 'SIGKILL',
				isReady: async () => await Promise.resolve(existsSync(ready)),
			};
		});
		expect(taken).toEqual([expect.any(Number), port]);
		expect(readdirSync(folder)).toHaveLength(1);
		await stop();
		expect(readdirSync(folder)).toEqual([]);
		others.forEach((other) => other.close());
	});

	it('is not taken for ready because another Redis answers there', async () => {
		const redis = (dir: string) => `*2\r\n$3\r\ndir\r\n$${dir.length}\r\n${dir}\r\n`;
		let dir = '/var/lib/redis';
		const other = net.createServer((socket) => socket.once('data', () => socket.write(redis(dir))));
		const port = await freePort();
		await new Promise<void>((resolve) => other.listen(port, HOST, resolve));
		expect(await isRedisReady(port, folder)).toBe(false);
		dir = folder;
		expect(await isRedisReady(port, folder)).toBe(true);
		other.close();
		expect(await isRedisReady(port, folder)).toBe(false);
	});

	it('is not taken for ready because another Postgres answers there', () => {
		const says = (status: string) =>
			writeFileSync(
				join(folder, 'data', 'postmaster.pid'),
				`17\n${folder}\n1790000000\n5432\n\n127.0.0.1\n1 2\n${status}\n`,
			);
		mkdirSync(join(folder, 'data'));
		expect(isPostgresReady(join(folder, 'data'))).toBe(false);
		says('starting');
		expect(isPostgresReady(join(folder, 'data'))).toBe(false);
		says('ready   ');
		expect(isPostgresReady(join(folder, 'data'))).toBe(true);
	});
});
