import { Option } from 'commander';
import type { ApiClient } from '../nodes/AlfaCrm/api/client';
import { readAccount } from '../nodes/AlfaCrm/operations/account/check/readAccount';
import type { Settings } from '../sandbox/model/settings';
import { defaultSettings, docsOf, settingNames } from '../sandbox/model/settings';
import { makeClient } from './lib/account/client';
import { Account, PROBES, runProbe } from './lib/account/probes';
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
 * `npm run account:profile`: asks a live account, probe by probe, in what it differs from the facts, and prints the settings
 * with which the sandbox answers like it (`npm run sandbox -- --profile <file>`). It sends nothing but lists, and prints
 * nothing of anybody.
 */
export async function main() {
	const needed = (flags: string, text: string, name: string) =>
		new Option(flags, text).env(name).makeOptionMandatory();
	const { host, email, key, appKey, branch, out } = makeCommand('account:profile')
		.addOption(needed('--host <host>', 'of the AlfaCRM, as demo.s20.online', 'ALFACRM_HOST'))
		.addOption(needed('--email <email>', 'of a user of it', 'ALFACRM_EMAIL'))
		.addOption(needed('--key <key>', 'the v2api key of that user, better by the variable', 'ALFACRM_KEY'))
		.addOption(new Option('--app-key <key>', 'if the account needs one').env('ALFACRM_APP_KEY'))
		.option('--branch <id>', 'the first that the user may read, if absent', parseWholeNumberUpTo(1_000_000))
		.option('--out <file>', 'writes the settings into a file')
		.parse()
		.opts<Flags>();
	// The waits of the client for the rate do not keep a process alive.
	const alive = setInterval(() => {}, 60_000);
	try {
		const client = makeClient({ hostname: host, email, apiKey: key, appKey: appKey ?? '' });
		const { rows, settings } = await showProgress(
			`Asking ${host}`,
			async () => await readAccountProfile(client, branch),
		);
		say(markdownTable(['probe', 'found', 'in the sandbox', 'fact', 'setting'], rows));
		say(`\n${JSON.stringify(settings, null, '\t')}`);
		if (out !== undefined) writeJson(out, settings);
		return 0;
	} catch (error) {
		// The errors of the client hold neither key nor token; what else an error may carry is not printed.
		const { message, description } = error as Error & { description?: string };
		say([message, description].filter(Boolean).join(' '));
		return 1;
	} finally {
		clearInterval(alive);
	}
}

/** What was found, a row for each probe, and the settings that differ from those of the sandbox. */
export async function readAccountProfile(client: ApiClient, branch?: number) {
	const account = new Account(client, await readAccount(client, branch));
	let settings: Settings = defaultSettings;
	const rows: string[][] = [];
	for (const probe of PROBES) {
		const { setting, subject } = probe;
		const told = await runProbe(probe, account);
		const { fact, meaning } = docsOf(setting);
		const name = subject ?? setting;
		const about = [fact, subject === undefined ? meaning : setting];
		if (typeof told === 'string') {
			rows.push([name, told, '', ...about]);
			continue;
		}
		const isSame = changedNames({ ...defaultSettings, ...told.sets(defaultSettings) }).length === 0;
		rows.push([name, told.found, isSame ? 'the same' : 'otherwise', ...about]);
		settings = { ...settings, ...told.sets(settings) };
	}
	return {
		rows,
		settings: Object.fromEntries(changedNames(settings).map((name) => [name, settings[name]])),
	};
}

const changedNames = (settings: Settings) =>
	settingNames.filter((name) => JSON.stringify(settings[name]) !== JSON.stringify(defaultSettings[name]));
