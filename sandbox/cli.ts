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

main().catch((error: Error) => {
	process.stderr.write(`sandbox: ${error.message}\n`);
	process.exit(1);
});

async function main(): Promise<void> {
	const options = readOptions();
	if (options === undefined) {
		print(help);
	} else {
		await serve(options);
	}
}

/** Reads the options of the command line. Returns undefined if the user asks for help. */
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

	const settings = readSettings(values.profile, values.set);
	return {
		host: values.host,
		port: readNumber('port', values.port, 65_535),
		customers: readNumber('customers', values.customers, 1_000_000),
		seed: readNumber('seed', values.seed, Number.MAX_SAFE_INTEGER),
		today: values.today === undefined ? localNow({ ...defaultSettings, ...settings }) : readDay(values.today),
		settings,
	};
}

/** Reads the settings of a profile and of `--set`, which win. The sandbox checks their values when it starts. */
function readSettings(profile: string | undefined, assignments: readonly string[]): Partial<Settings> {
	const profileSettings = profile === undefined ? {} : readProfile(profile);
	return Object.assign({}, profileSettings, ...assignments.map(parseSetting)) as Partial<Settings>;
}

function readProfile(file: string): Partial<Settings> {
	try {
		return JSON.parse(readFileSync(file, 'utf8')) as Partial<Settings>;
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		throw new InputError(`--profile: ${code === 'ENOENT' ? `no such file: ${file}` : message}`);
	}
}

function readNumber(name: string, text: string, max: number): number {
	const number = Number(text);
	const isValid = /^\d+$/.test(text) && number <= max;
	if (!isValid) throw new InputError(`--${name} must be a whole number from 0 to ${max}, not "${text}"`);
	return number;
}

function readDay(text: string): string {
	const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
	if (!isDay) throw new InputError(`--today must be a day such as 2026-02-10, not "${text}"`);
	return text;
}

/** Starts the sandbox and runs it until the process is told to stop. */
async function serve(options: Options): Promise<void> {
	const sandbox = await startSandbox(options).catch((error: Error) => {
		throw new InputError(explainStartError(error, options));
	});

	// Scripts wait for this line and read the address from it.
	print(`sandbox listening on ${sandbox.url}`);
	print(`  email    ${sandbox.account.email}`);
	print(`  api key  ${sandbox.account.apiKey}`);
	print(`  control  ${sandbox.url}/_sandbox/`);

	const stop = async (): Promise<void> => {
		await sandbox.close();
		process.exit(0);
	};
	process.once('SIGINT', () => void stop());
	process.once('SIGTERM', () => void stop());
}

/** Says why the sandbox could not listen, and with which command it can. */
function explainStartError({ code, message }: NodeJS.ErrnoException, { host, port }: Options): string {
	const command = 'npm run sandbox -- --port';
	switch (code) {
		case 'EADDRINUSE':
			return `Port ${port} of ${host} is in use; choose another: ${command} ${port + 1}`;
		case 'EACCES':
			return `No permission to listen on port ${port}; choose another: ${command} 4010`;
		case 'EADDRNOTAVAIL':
		case 'ENOTFOUND':
			return `No such address here: ${host}`;
		default:
			return message;
	}
}

function print(text: string): void {
	process.stdout.write(`${text}\n`);
}
