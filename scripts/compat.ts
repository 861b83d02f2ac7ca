import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { version as own } from '../package.json';
import { UserFacingError } from './bootstrap/userFacingError';
import { main as writeDocs } from './docs';
import { ensureBuilt } from './lib/build';
import type { Outcome } from './lib/compat/table';
import { OUTCOMES, withOutcome } from './lib/compat/table';
import { versionsOf } from './lib/compat/versions';
import { flagsOf } from './lib/flags';
import { runJest } from './lib/jest';
import { readJson, writeJson } from './lib/json';
import { installed } from './lib/n8n/install';
import { say } from './lib/progress';

interface Report {
	testResults: Array<{
		message: string;
		assertionResults: Array<{ title: string; status: string }>;
	}>;
}

/** So many versions of a line are tried to be installed. */
const TRIES = 3;

/** `npm run compat -- 1.123 latest`: the packed package in other versions of n8n, one after the other. */
export async function main() {
	const command = flagsOf('compat')
		.argument(
			'<versions...>',
			'of n8n: 1.123 is the newest of that line, 2.20.12 that one, and there is latest',
		)
		.option(
			'--keep',
			'leaves what was installed in the cache, 1.5 to 3 GB for each; what failed stays there anyhow',
		)
		.addHelpText('after', '\nAll of them run in Node 24, which comes from npm where it is not there.')
		.parse();
	const { keep = false } = command.opts<{ keep?: boolean }>();
	await ensureBuilt();
	let isWhole = true;
	for (const name of command.args) {
		const n8n = await installFirst(await versionsOf(name));
		const outcome = await tryOut(n8n.version, n8n.nodeVersion);
		const isSound = Object.values(outcome.checks).every(Boolean);
		// Whoever looks into what failed needs it once more.
		if (!keep && n8n.isNew && isSound) fs.rmSync(n8n.folder, { recursive: true, force: true });
		const outcomes = fs.existsSync(OUTCOMES) ? readJson<Outcome[]>(OUTCOMES) : [];
		writeJson(OUTCOMES, withOutcome(outcomes, outcome));
		isWhole &&= isSound;
	}
	await writeDocs();
	return isWhole ? 0 : 1;
}

/** The first that the registry has all parts of. */
async function installFirst(versions: string[]) {
	for (const version of versions.slice(0, TRIES)) {
		try {
			return await installed(version);
		} catch (error) {
			const isIncomplete = error instanceof UserFacingError && /\b(ETARGET|E404)\b/.test(error.details);
			if (!isIncomplete) throw error;
			say(`The registry lacks parts of n8n ${version}`);
		}
	}
	throw new UserFacingError(`The registry lacks parts of n8n ${versions.slice(0, TRIES).join(', ')}.`);
}

async function tryOut(n8n: string, node: string): Promise<Outcome> {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-compat-'));
	const outputFile = path.join(folder, 'report.json');
	say(`The package in n8n ${n8n}`);
	const args = [
		'--config',
		'jest.e2e.config.js',
		'--selectProjects',
		'compat',
		'--json',
		'--outputFile',
		outputFile,
	];
	await runJest([...args, '--verbose'], { ALFACRM_N8N_VERSION: n8n });
	const { testResults } = readJson<Report>(outputFile);
	fs.rmSync(folder, { recursive: true });
	const results = testResults.flatMap(({ assertionResults }) => assertionResults);
	// Nothing at all tells of the way here and not of the package.
	if (!results.some(({ status }) => status === 'passed'))
		throw new UserFacingError(`Nothing could be tried in n8n ${n8n}.`, { details: testResults[0]?.message });
	return {
		n8n,
		node,
		date: new Date().toISOString().slice(0, 10),
		version: own,
		checks: Object.fromEntries(results.map(({ title, status }) => [title, status === 'passed'])),
	};
}
