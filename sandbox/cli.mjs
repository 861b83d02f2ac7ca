import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startSandbox } from './index.ts';
import { localNow } from './model/clock.ts';
import { defaultSettings, parseSetting } from './model/settings.ts';
import { settingsOfProfile } from './profile.ts';
import { settingsHelp } from './reference.ts';

const help = `Usage: npm run sandbox -- [options]

  --port N           port, 4010 if absent, 0 = any free one
  --host ADDRESS     127.0.0.1 if absent
  --customers N      customers to invent, 300 if absent
  --seed N           another number makes other customers, 1 if absent
  --today DAY        the day on which the school lives, as 2026-02-10; the day it is if absent
  --profile FILE     answers like the account of which Account → Check made it
  --set NAME=VALUE   a setting, whatever the profile says; may be repeated
  --help

Settings, the default first:

${settingsHelp()}`;

class WrongUse extends Error {}

function readNumber(name, text, max) {
	const number = Number(text);
	if (!/^\d+$/.test(text) || number > max) {
		throw new WrongUse(`--${name} must be a whole number from 0 to ${max}, not "${text}"`);
	}
	return number;
}

function readDay(text) {
	if (text === undefined || (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)))) return text;
	throw new WrongUse(`--today must be a day such as 2026-02-10, not "${text}"`);
}

function readProfile(file) {
	if (file === undefined) return {};
	let profile;
	try {
		profile = JSON.parse(readFileSync(file, 'utf8'));
	} catch (error) {
		throw new WrongUse(`--profile: ${error.code === 'ENOENT' ? `no such file: ${file}` : error.message}`);
	}
	return settingsOfProfile(profile);
}

function readOptions() {
	try {
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
		const settings = Object.assign({}, readProfile(values.profile), ...values.set.map(parseSetting));
		return {
			help: values.help,
			host: values.host,
			port: readNumber('port', values.port, 65535),
			customers: readNumber('customers', values.customers, 1_000_000),
			seed: readNumber('seed', values.seed, Number.MAX_SAFE_INTEGER),
			today: readDay(values.today) ?? localNow({ ...defaultSettings, ...settings }),
			settings,
		};
	} catch (error) {
		throw new WrongUse(error.message);
	}
}

function explain(error, { host, port } = {}) {
	if (error.code === 'EADDRINUSE') return `Port ${port} of ${host} is in use; choose another: npm run sandbox -- --port ${port + 1}`;
	if (error.code === 'EACCES') return `No permission to listen on port ${port}; choose another: npm run sandbox -- --port 4010`;
	if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') return `No such address here: ${host}`;
	return error.message;
}

async function main() {
	let options;
	try {
		options = readOptions();
		if (options.help) return console.log(help);
		const sandbox = await startSandbox(options);
		// Scripts wait for this line.
		console.log(`sandbox listening on ${sandbox.url}`);
		console.log(`  email    ${sandbox.account.email}`);
		console.log(`  api key  ${sandbox.account.apiKey}`);
		console.log(`  control  ${sandbox.url}/_sandbox/`);

		const stop = async () => {
			await sandbox.close();
			process.exit(0);
		};
		process.once('SIGINT', stop);
		process.once('SIGTERM', stop);
	} catch (error) {
		console.error(`sandbox: ${explain(error, options)}`);
		process.exit(1);
	}
}

await main();
