import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startSandbox, type SandboxOptions } from './index';
import { localNow } from './model/clock';
import { InputError } from './model/inputError';
import { defaultSettings, parseSetting, type Settings } from './model/settings';
import { settingsHelp } from './reference';

const help = `Usage: npm run sandbox -- [options]

  --port N           port, 4010 if absent, 0 = any free one
  --host ADDRESS     127.0.0.1 if absent
  --customers N      customers to invent, 300 if absent
  --seed N           another number makes other customers, 1 if absent
  --today DAY        the day on which the school lives, as 2026-02-10; the day it is if absent
  --profile FILE     settings as JSON, as npm run account:profile makes them of an account
  --set NAME=VALUE   a setting, whatever the profile says; may be repeated
  --help

Settings, the default first:

${settingsHelp()}`;

type Options = SandboxOptions & { host: string; port: number };

const say = (text: string) => process.stdout.write(`${text}\n`);

function readNumber(name: string, text: string, max: number): number {
	const number = Number(text);
	if (/^\d+$/.test(text) && number <= max) return number;
	throw new InputError(`--${name} must be a whole number from 0 to ${max}, not "${text}"`);
}

function readDay(text: string): string {
	if (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
	throw new InputError(`--today must be a day such as 2026-02-10, not "${text}"`);
}

function readProfile(file: string): Partial<Settings> {
	try {
		return JSON.parse(readFileSync(file, 'utf8')) as Partial<Settings>;
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		throw new InputError(`--profile: ${code === 'ENOENT' ? `no such file: ${file}` : message}`);
	}
}

/** @returns undefined where only help is asked for */
function readOptions(): Options | undefined {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '4010' },
			host: { type: 'string', default: '127.0.0.1' },
			customers: { type: 'string', default: '300' },
			seed: { type: 'string', default: '1' },
			today: { type: 'string' },
			profile: { type: 'string' },
			set: { type: 'string', multiple: true, default: [] },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) return undefined;
	const { profile, today } = values;
	// What a setting is given is checked when the sandbox starts.
	const settings = Object.assign(
		profile === undefined ? {} : readProfile(profile),
		...values.set.map(parseSetting),
	) as Partial<Settings>;
	return {
		host: values.host,
		port: readNumber('port', values.port, 65_535),
		customers: readNumber('customers', values.customers, 1_000_000),
		seed: readNumber('seed', values.seed, Number.MAX_SAFE_INTEGER),
		today: today === undefined ? localNow({ ...defaultSettings, ...settings }) : readDay(today),
		settings,
	};
}

/** Why it could not listen, and which command does. */
function explain({ code, message }: NodeJS.ErrnoException, { host, port }: Options): string {
	const other = 'choose another: npm run sandbox -- --port';
	if (code === 'EADDRINUSE') return `Port ${port} of ${host} is in use; ${other} ${port + 1}`;
	if (code === 'EACCES') return `No permission to listen on port ${port}; ${other} 4010`;
	if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `No such address here: ${host}`;
	return message;
}

async function serve(options: Options): Promise<void> {
	const sandbox = await startSandbox(options).catch((error: Error) => {
		throw new InputError(explain(error, options));
	});
	// Scripts wait for this line.
	say(`sandbox listening on ${sandbox.url}`);
	say(`  email    ${sandbox.account.email}`);
	say(`  api key  ${sandbox.account.apiKey}`);
	say(`  control  ${sandbox.url}/_sandbox/`);
	const stop = async () => {
		await sandbox.close();
		process.exit(0);
	};
	for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
}

async function main(): Promise<void> {
	const options = readOptions();
	if (options === undefined) say(help);
	else await serve(options);
}

main().catch((error: Error) => {
	process.stderr.write(`sandbox: ${error.message}\n`);
	process.exit(1);
});
