import { Option } from 'commander';
import type { ApiClient } from '../nodes/AlfaCrm/api/client';
import { readAccount } from '../nodes/AlfaCrm/operations/account/check/readAccount';
import { defaultSettings, docsOf, settingNames, type Settings } from '../sandbox/model/settings';
import { makeClient } from './lib/account/client';
import { Account } from './lib/account/account';
import { runProbe, type Probe, type ProbeOutcome } from './lib/account/probe';
import { PROBES } from './lib/account/probes';
import { makeCommand, parseWholeNumberUpTo } from './lib/flags';
import { writeJson } from './lib/json';
import { markdownTable } from './lib/markdown';
import { say, showProgress } from './lib/progress';

interface Flags {
	host: string;
	email: string;
	key: string;
	appKey?: string;
	branch?: number;
	out?: string;
}

/**
 * `npm run account:profile`: finds out in what a live account differs from the sandbox, and prints the
 * settings with which the sandbox answers like it (`npm run sandbox -- --profile <file>`). It only
 * requests lists, and prints no data of persons.
 */
export async function main() {
	const { host, email, key, appKey = '', branch, out } = readFlags();
	// The client waits for the rate limit with timers that do not keep the process alive.
	const keepAlive = setInterval(() => {}, 60_000);
	try {
		const client = makeClient({ hostname: host, email, apiKey: key, appKey });
		const { rows, settings } = await showProgress(
			`Asking ${host}`,
			async () => await readAccountProfile(client, branch),
		);
		say(markdownTable(['probe', 'found', 'in the sandbox', 'fact', 'setting'], rows));
		say(`\n${JSON.stringify(settings, null, '\t')}`);
		if (out !== undefined) writeJson(out, settings);
		return 0;
	} catch (error) {
		// These two texts contain neither the key nor a token. Other parts of an error might.
		const { message, description } = error as Error & { description?: string };
		say([message, description].filter(Boolean).join(' '));
		return 1;
	} finally {
		clearInterval(keepAlive);
	}
}

function readFlags(): Flags {
	return makeCommand('account:profile')
		.addOption(makeRequiredOption('--host <host>', 'host of the account, as demo.s20.online', 'ALFACRM_HOST'))
		.addOption(makeRequiredOption('--email <email>', 'email of one of its users', 'ALFACRM_EMAIL'))
		.addOption(
			makeRequiredOption('--key <key>', 'v2api key of that user, better by the variable', 'ALFACRM_KEY'),
		)
		.addOption(new Option('--app-key <key>', 'if the account needs one').env('ALFACRM_APP_KEY'))
		.option('--branch <id>', 'the first that the user may read, if absent', parseWholeNumberUpTo(1_000_000))
		.option('--out <file>', 'writes the settings into a file')
		.parse()
		.opts<Flags>();
}

function makeRequiredOption(flags: string, description: string, variable: string): Option {
	return new Option(flags, description).env(variable).makeOptionMandatory();
}

/**
 * Runs all probes on an account. Returns a row of the table for each probe, and the settings that
 * differ from those of the sandbox.
 */
export async function readAccountProfile(client: ApiClient, branch?: number) {
	const account = new Account(client, await readAccount(client, branch));
	let settings: Settings = defaultSettings;
	const rows: string[][] = [];
	for (const probe of PROBES) {
		const outcome = await runProbe(probe, account);
		rows.push(makeRow(probe, outcome));
		if ('finding' in outcome) settings = { ...settings, ...outcome.finding.changeSettings(settings) };
	}
	return { rows, settings: pickChangedSettings(settings) };
}

/** Makes the row of a probe: its name, its outcome, and where the question comes from. */
function makeRow({ setting, subject }: Probe, outcome: ProbeOutcome): string[] {
	const { fact, meaning } = docsOf(setting);
	const name = subject ?? setting;
	const explanation = subject === undefined ? meaning : setting;
	if ('reason' in outcome) return [name, outcome.reason, '', fact, explanation];

	const { description, changeSettings } = outcome.finding;
	const changedSettings = pickChangedSettings({ ...defaultSettings, ...changeSettings(defaultSettings) });
	const isLikeSandbox = Object.keys(changedSettings).length === 0;
	return [name, description, isLikeSandbox ? 'the same' : 'otherwise', fact, explanation];
}

/** Picks the settings that differ from the defaults of the sandbox. */
function pickChangedSettings(settings: Settings): Partial<Settings> {
	const changedNames = settingNames.filter(
		(name) => JSON.stringify(settings[name]) !== JSON.stringify(defaultSettings[name]),
	);
	return Object.fromEntries(changedNames.map((name) => [name, settings[name]]));
}
