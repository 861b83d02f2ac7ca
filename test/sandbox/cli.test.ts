import { on } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import type { ExecaChildProcess } from 'execa';
import execa from 'execa';

import { faultPresets } from '../../sandbox';
import { defaultSettings } from '../../sandbox/model/settings';
import { LESSON_STATUS } from '../support/codes';

/**
 * The settings whose default is a word, a number or a switch. The help writes lists and objects in another
 * way.
 */
const SETTINGS_WITH_PLAIN_DEFAULT = Object.entries(defaultSettings)
	.filter(([, value]) => typeof value !== 'object')
	.map(([name, value]) => ({ name, value: String(value) }));

const ADDRESS = /^sandbox listening on (http:\/\/127\.0\.0\.1:\d+)\n/;

/** Runs the command line of the sandbox until it ends by itself or is stopped. */
function runCli(...args: string[]): ExecaChildProcess {
	return execa.node('sandbox/cli.ts', args, {
		cwd: join(__dirname, '../..'),
		nodeOptions: ['--import', 'tsx'],
		reject: false,
		stripFinalNewline: false,
	});
}

/** A sandbox that was started from the command line. */
interface StartedSandbox {
	/** The lines that it has printed until it could be called. */
	greeting: string;
	url: string;
	process: ExecaChildProcess;
}

/** Starts the sandbox on a free port, and waits until it answers a call. */
async function startCli(...args: string[]): Promise<StartedSandbox> {
	const process = runCli('--port', '0', ...args);
	const greeting = await readGreeting(process.stdout as Readable);
	const [, url = ''] = ADDRESS.exec(greeting) ?? [];
	const sandbox = { greeting, url, process };
	await callControl(sandbox, 'health');
	return sandbox;
}

/** Reads what the sandbox prints, up to the line about the control API, which is the last one. */
async function readGreeting(stdout: Readable): Promise<string> {
	let greeting = '';
	for await (const [data] of on(stdout, 'data', { close: ['close'] })) {
		greeting += String(data);
		if (greeting.includes('control')) return greeting;
	}
	throw new Error(`The sandbox ended before it could be called: ${greeting}`);
}

/** Stops the sandbox as a user does with Ctrl+C or a service manager, and waits for its end. */
async function stopCli({ process }: StartedSandbox) {
	process.kill('SIGTERM');
	return await process;
}

/** Reads from the control API of a sandbox. */
async function callControl({ url }: StartedSandbox, path: string): Promise<unknown> {
	const response = await fetch(`${url}/_sandbox/${path}`);
	return await response.json();
}

/** Reads the days of all lessons with a status, in their order. */
async function readLessonDays(sandbox: StartedSandbox, lessonStatus: number): Promise<string[]> {
	const lessons = (await callControl(sandbox, 'records/lesson')) as Array<{ date: string; status: number }>;
	const days = lessons.filter(({ status }) => status === lessonStatus).map(({ date }) => date);
	return days.sort();
}

/** Expects that the school has held lessons up to a day, and has planned lessons from this day on. */
async function expectSchoolToLiveOn(day: string, sandbox: StartedSandbox): Promise<void> {
	const heldDays = await readLessonDays(sandbox, LESSON_STATUS.held);
	const plannedDays = await readLessonDays(sandbox, LESSON_STATUS.planned);

	// Days such as "2027-12-31" can be compared as texts.
	const lastHeldDay = heldDays.at(-1) as string;
	const [firstPlannedDay] = plannedDays;
	expect(lastHeldDay <= day).toBe(true);
	expect(firstPlannedDay >= day).toBe(true);
}

const profileFolder = mkdtempSync(join(tmpdir(), 'profile-'));

afterAll(() => rmSync(profileFolder, { recursive: true }));

/** Writes a profile of an account, and returns its path. */
function writeProfile(name: string, text: string): string {
	const path = join(profileFolder, name);
	writeFileSync(path, text);
	return path;
}

describe('a started sandbox', () => {
	let sandbox: StartedSandbox;

	beforeAll(async () => {
		const profile = writeProfile('alfacrm-profile.json', '{ "total": "missing", "pageSize": 30 }');
		const schoolOptions = ['--customers', '60', '--today', '2027-12-31', '--profile', profile];
		sandbox = await startCli(...schoolOptions, '--set', 'pageSize=7', '--set', 'rateLimit=0');
	});

	afterAll(async () => {
		await stopCli(sandbox);
	});

	it('a started sandbox prints its address and the email of the administrator', () => {
		expect(sandbox.greeting).toMatch(ADDRESS);
		expect(sandbox.greeting).toContain('admin@school.example');
	});

	it('a started sandbox has as many customers as --customers says', async () => {
		expect(await callControl(sandbox, 'health')).toMatchObject({ ok: true, records: { customer: 60 } });
	});

	it('a started sandbox takes a setting from --set rather than from the profile of the account', async () => {
		expect(await callControl(sandbox, 'settings')).toMatchObject({
			pageSize: 7,
			rateLimit: 0,
			total: 'missing',
		});
	});

	it('the school of a started sandbox lives on the day of --today', async () => {
		await expectSchoolToLiveOn('2027-12-31', sandbox);
	});

	it('a second sandbox refuses to start on the port of the first one', async () => {
		const { port } = new URL(sandbox.url);

		const { exitCode, stdout, stderr } = await runCli('--port', port);

		expect(exitCode).toBe(1);
		expect(stdout).toBe('');
		expect(stderr).toMatch(new RegExp(`^sandbox: Port ${port} of 127.0.0.1 is in use.*\n$`));
	});
});

it('the school of a sandbox lives on the day of the setting "now"', async () => {
	const sandbox = await startCli('--customers', '60', '--set', 'now=2028-02-29 18:20:00');

	await expectSchoolToLiveOn('2028-02-29', sandbox);
	await stopCli(sandbox);
});

it('a started sandbox ends without an error when it gets the signal SIGTERM', async () => {
	const sandbox = await startCli('--customers', '20');

	const { exitCode, stderr } = await stopCli(sandbox);

	expect(exitCode).toBe(0);
	expect(stderr).toBe('');
	await expect(fetch(sandbox.url)).rejects.toMatchObject({ name: 'TypeError' });
});

describe('--help', () => {
	let help: string;

	beforeAll(async () => {
		const { exitCode, stdout } = await runCli('--help');
		expect(exitCode).toBe(0);
		help = stdout;
	});

	it('--help shows a setting with its default value and an explanation', () => {
		expect(help).toContain('  pageSize: 20\n      rows of a page, 1 to 500\n');
	});

	it.each(SETTINGS_WITH_PLAIN_DEFAULT)(
		'--help names $value as the first value of the setting $name',
		({ name, value }) => {
			expect(help).toMatch(new RegExp(`^  ${name}: ${value}\\b`, 'm'));
		},
	);

	it.each(Object.keys(defaultSettings))(
		'--help has the values and an explanation of the setting %s',
		(name) => {
			expect(help).toMatch(new RegExp(`^  ${name}: \\S.*\n      \\S`, 'm'));
		},
	);
});

describe('wrong options', () => {
	const brokenProfile = writeProfile('broken.json', '{oops');
	const unknownProfile = writeProfile('unknown.json', '{"totals": 1}');

	it.each([
		{
			mistake: 'an unknown setting',
			args: ['--set', 'pagesize=7'],
			message: /Unknown setting "pagesize"/,
		},
		{
			mistake: 'a day that does not exist',
			args: ['--today', '2026-13-01'],
			message: /--today must be a day such as 2026-02-10/,
		},
		{
			mistake: 'a profile that is not JSON',
			args: ['--profile', brokenProfile],
			message: /^sandbox: --profile: .*JSON/,
		},
		{
			mistake: 'a profile with an unknown setting',
			args: ['--profile', unknownProfile],
			message: /^sandbox: Unknown setting "totals"/,
		},
	])(
		'the command line of the sandbox refuses $mistake with an error of one line',
		async ({ args, message }) => {
			const { exitCode, stderr } = await runCli(...args);

			expect(exitCode).toBe(1);
			expect(stderr).toMatch(message);
			expect(stderr.trim()).not.toContain('\n');
		},
	);
});

it.each(Object.keys(faultPresets))('the README of the sandbox names the fault %s', (preset) => {
	const readme = readFileSync(join(__dirname, '../../sandbox/README.md'), 'utf8');

	expect(readme).toContain(`\`${preset}\``);
});
