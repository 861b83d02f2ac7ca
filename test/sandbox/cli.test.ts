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
