import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settingNames } from '../../sandbox/model/settings';
import { linesUntil, runCli } from './runCli';

describe('the command line', () => {
	it('starts, says where, refuses a taken port, and ends on a signal', async () => {
		const settings = ['--set', 'pageSize=7', '--set', 'rateLimit=0'];
		const first = runCli(['--port', '0', '--customers', '12', '--seed', '3', ...settings]);
		const [line, ...rest] = await linesUntil(first, 'control');
		expect(rest.join()).toContain('admin@school.example');
		expect(line).toMatch(/^sandbox listening on http:\/\/127\.0\.0\.1:\d+$/);
		const url = line.split(' ').at(-1) ?? '';
		const health = await (await fetch(`${url}/_sandbox/health`)).json();
		expect(health).toMatchObject({ ok: true, records: { customer: 12 } });
		const set = await (await fetch(`${url}/_sandbox/settings`)).json();
		expect(set).toMatchObject({ pageSize: 7, rateLimit: 0 });

		const port = new URL(url).port;
		const second = await runCli(['--port', port]);
		expect(second.exitCode).toBe(1);
		expect(second.stdout).toBe('');
		expect(second.stderr).toMatch(new RegExp(`^sandbox: Port ${port} of 127.0.0.1 is in use.*\n$`));

		first.kill('SIGTERM');
		const { exitCode, stderr } = await first;
		expect([exitCode, stderr]).toEqual([0, '']);
		await expect(fetch(url)).rejects.toMatchObject({ name: 'TypeError' });
	});

	it('begins a school that lives today, or on the day that is asked for', async () => {
		const lessonsOf = async (args: string[]) => {
			const cli = runCli(['--port', '0', '--customers', '60', ...args]);
			const [line] = await linesUntil(cli, 'control');
			const answer = await fetch(`${line.split(' ').at(-1)}/_sandbox/records/lesson`);
			const lessons = (await answer.json()) as Array<{ date: string; status: number }>;
			cli.kill('SIGTERM');
			await cli;
			return lessons;
		};
		const lessons = await lessonsOf(['--set', 'now=2028-02-29 18:20:00']);
		const others = await lessonsOf(['--today', '2027-12-31']);
		for (const [day, some] of [
			['2028-02-29', lessons],
			['2027-12-31', others],
		] as const) {
			const days = (status: number) =>
				some.flatMap((lesson) => (lesson.status === status ? [lesson.date] : [])).sort();
			expect((days(3).at(-1) ?? '9') <= day).toBe(true);
			expect((days(1)[0] ?? '') >= day).toBe(true);
		}
	});

	it('explains each setting on --help', async () => {
		const { exitCode, stdout } = await runCli(['--help']);
		expect(exitCode).toBe(0);
		for (const name of settingNames) expect(stdout).toMatch(new RegExp(`^  ${name}: \\S.*\n      \\S`, 'm'));
		expect(stdout).toContain('  pageSize: 20\n      rows of a page, 1 to 500\n');
	});

	it('refuses wrong options in one line', async () => {
		const wrong: Array<[args: string[], message: RegExp]> = [
			[['--set', 'pagesize=7'], /Unknown setting "pagesize"/],
			[['--port', 'any'], /--port must be a whole number from 0 to 65535/],
			[['--today', 'tomorrow'], /--today must be a day such as 2026-02-10/],
			[['--today', '2026-13-01'], /--today must be a day such as 2026-02-10/],
			[['--nonsense'], /Unknown option/],
		];
		const runs = await Promise.all(wrong.map(async ([args]) => await runCli(args)));
		for (const [n, { exitCode, stderr }] of runs.entries()) {
			expect(exitCode).toBe(1);
			expect(stderr).toMatch(wrong[n]?.[1] ?? /$^/);
			expect(stderr.trim().split('\n')).toHaveLength(1);
		}
	});
});

describe('--profile', () => {
	const folder = mkdtempSync(join(tmpdir(), 'profile-'));
	const write = (name: string, text: string) => {
		writeFileSync(join(folder, name), text);
		return join(folder, name);
	};
	afterAll(() => rmSync(folder, { recursive: true }));

	const findings = [
		{ check: 'page size unasked', subject: 'lists', found: '30', verdict: 'as expected', rows: null },
		{ check: 'filter', subject: 'tariff.id', found: 'honoured', verdict: 'as expected', rows: null },
		{ check: 'total of a list', subject: 'lists', found: 'missing', verdict: 'differs', rows: null },
		{ check: 'something of a later version', subject: 'x', found: 'y', verdict: 'unknown', rows: null },
	];
	const profile = { format: 'alfacrm-profile', version: 1, findings };

	it('plays the account, and a setting of the command line comes first', async () => {
		const file = write('alfacrm-profile.json', JSON.stringify(profile));
		const cli = runCli(['--port', '0', '--customers', '12', '--profile', file, '--set', 'pageSize=7']);
		const [line] = await linesUntil(cli, 'control');
		const url = line.split(' ').at(-1) ?? '';
		const set = (await (await fetch(`${url}/_sandbox/settings`)).json()) as { ignoredFilters: string[] };
		expect(set).toMatchObject({ pageSize: 7, total: 'missing', pastEnd: 'empty' });
		expect(set.ignoredFilters).not.toContain('tariff.id');
		cli.kill('SIGTERM');
		await cli;
	});

	it.each([
		['no file', () => join(folder, 'none.json'), /^sandbox: --profile: no such file: .*none\.json$/],
		['no JSON', () => write('text.json', '{oops'), /^sandbox: --profile: .*JSON/],
		[
			'another version',
			() => write('later.json', JSON.stringify({ ...profile, version: 2 })),
			/^sandbox: This is no profile of an account, or one of another version$/,
		],
	])('refuses %s in one line', async (_what, file, message) => {
		const { exitCode, stderr } = await runCli(['--port', '0', '--profile', file()]);
		expect(exitCode).toBe(1);
		expect(stderr.trim()).toMatch(message);
	});
});
