import { on } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ExecaChildProcess } from 'execa';
import execa from 'execa';

import { faultPresets } from '../../sandbox';
import { defaultSettings } from '../../sandbox/model/settings';

/** Runs the command line of the sandbox; what nobody has taken of its words is in `stdout` and `stderr` when it has ended. */
const runCli = (args: string[]): ExecaChildProcess =>
	execa.node('sandbox/cli.ts', args, {
		cwd: join(__dirname, '../..'),
		nodeOptions: ['--import', 'tsx'],
		reject: false,
		stripFinalNewline: false,
	});

/** Starts it and takes the lines that it says until it can be called. */
async function started(...args: string[]) {
	const cli = runCli(['--port', '0', ...args]);
	let said = '';
	for await (const [data] of on(cli.stdout ?? process.stdin, 'data', { close: ['close'] })) {
		said += String(data);
		if (!said.includes('control')) continue;
		const url = /^sandbox listening on (http:\/\/127\.0\.0\.1:\d+)\n/.exec(said)?.[1] ?? '';
		const read = async (path: string) => (await (await fetch(`${url}/_sandbox/${path}`)).json()) as unknown;
		const stop = async () => {
			cli.kill('SIGTERM');
			return await cli;
		};
		return { said, url, read, stop };
	}
	throw new Error(`Ended without saying where it is: ${said}`);
}

describe('the command line', () => {
	const folder = mkdtempSync(join(tmpdir(), 'profile-'));
	const write = (name: string, text: string) => {
		writeFileSync(join(folder, name), text);
		return join(folder, name);
	};
	afterAll(() => rmSync(folder, { recursive: true }));

	it('starts, says where, plays an account, puts its own settings first, refuses a taken port, ends on a signal', async () => {
		const file = write('alfacrm-profile.json', JSON.stringify({ total: 'missing', pageSize: 30 }));
		const settings = ['--set', 'pageSize=7', '--set', 'rateLimit=0', '--today', '2027-12-31'];
		const { said, url, read, stop } = await started('--customers', '60', '--profile', file, ...settings);
		expect(said).toContain('admin@school.example');
		expect(await read('health')).toMatchObject({ ok: true, records: { customer: 60 } });
		expect(await read('settings')).toMatchObject({ pageSize: 7, rateLimit: 0, total: 'missing' });
		expect(await isAround('2027-12-31', read)).toBe(true);

		const port = new URL(url).port;
		const second = await runCli(['--port', port]);
		expect([second.exitCode, second.stdout]).toEqual([1, '']);
		expect(second.stderr).toMatch(new RegExp(`^sandbox: Port ${port} of 127.0.0.1 is in use.*\n$`));

		const { exitCode, stderr } = await stop();
		expect([exitCode, stderr]).toEqual([0, '']);
		await expect(fetch(url)).rejects.toMatchObject({ name: 'TypeError' });
	});

	it('begins a school that lives on the day to which its clock is set', async () => {
		const { read, stop } = await started('--customers', '60', '--set', 'now=2028-02-29 18:20:00');
		expect(await isAround('2028-02-29', read)).toBe(true);
		await stop();
	});

	/** Whether lessons are over up to a day and planned from it on. */
	async function isAround(day: string, read: (path: string) => Promise<unknown>) {
		const lessons = (await read('records/lesson')) as Array<{ date: string; status: number }>;
		const days = (status: number) =>
			lessons.flatMap((lesson) => (lesson.status === status ? [lesson.date] : [])).sort();
		return (days(3).at(-1) ?? '9') <= day && (days(1)[0] ?? '') >= day;
	}

	it('explains each setting on --help, its default first', async () => {
		const { exitCode, stdout } = await runCli(['--help']);
		expect(exitCode).toBe(0);
		for (const [name, value] of Object.entries(defaultSettings)) {
			const first = typeof value === 'object' ? '\\S' : String(value);
			expect(stdout).toMatch(new RegExp(`^  ${name}: ${first}.*\n      \\S`, 'm'));
		}
		expect(stdout).toContain('  pageSize: 20\n      rows of a page, 1 to 500\n');
	});

	it.each<[args: () => string[], message: RegExp]>([
		[() => ['--set', 'pagesize=7'], /Unknown setting "pagesize"/],
		[() => ['--today', '2026-13-01'], /--today must be a day such as 2026-02-10/],
		[() => ['--profile', write('text.json', '{oops')], /^sandbox: --profile: .*JSON/],
		[() => ['--profile', write('other.json', '{"totals": 1}')], /^sandbox: Unknown setting "totals"/],
	])('refuses wrong options in one line: %#', async (args, message) => {
		const { exitCode, stderr } = await runCli(args());
		expect([exitCode, stderr.trim()]).toEqual([1, expect.stringMatching(message)]);
		expect(stderr.trim().split('\n')).toHaveLength(1);
	});
});

it('the README names the ways to fail', () => {
	const readme = readFileSync(join(__dirname, '../../sandbox/README.md'), 'utf8');
	for (const way of Object.keys(faultPresets)) expect(readme).toContain(`\`${way}\``);
});
