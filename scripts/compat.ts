import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import execa from 'execa';
import { version as own } from '../package.json';
import { npm } from './bootstrap/npm';
import { UserFacingError } from './bootstrap/userFacingError';
import { main as writeDocs } from './docs';
import { ensureBuilt } from './lib/build';
import type { Outcome } from './lib/compat';
import { OUTCOMES, withOutcome } from './lib/compat';
import { makeCommand } from './lib/flags';
import { runJest } from './lib/jest';
import { readJson, writeJson } from './lib/json';
import { ensureN8n } from './lib/n8n/install';
import { ROOT } from './lib/paths';
import { say } from './lib/progress';

interface Report {
	testResults: Array<{
		message: string;
		assertionResults: Array<{ title: string; status: string }>;
	}>;
}

/** `npm run compat -- 1.123 latest`: the packed package in other versions of n8n, one after the other. */
export async function main() {
	const { args } = makeCommand('compat')
		.argument(
			'<versions...>',
			'of n8n: 1.123 is the newest of that line, 2.20.12 that one, and there is latest',
		)
		.addHelpText('after', '\nEach stays in the cache, which takes 1.5 to 3 GB. All run in Node 24.')
		.parse();
	await ensureBuilt();
	let isWhole = true;
	for (const name of args) {
		const outcome = await tryOut(await versionOf(name));
		writeJson(OUTCOMES, withOutcome(readJson<Outcome[]>(OUTCOMES), outcome));
		isWhole &&= Object.values(outcome.checks).every(Boolean);
	}
	await writeDocs();
	return isWhole ? 0 : 1;
}

/** The newest version of n8n that a name stands for, as npm says. */
async function versionOf(name: string): Promise<string> {
	const args = ['view', `n8n@${name}`, 'version', '--json'];
	const found = await npm(args, { cwd: ROOT, what: `look up n8n ${name}` });
	const versions = [JSON.parse(found) as string | string[]].flat();
	// npm gives them in no order.
	return versions.sort(new Intl.Collator('en', { numeric: true }).compare).at(-1) ?? name;
}

async function tryOut(n8n: string): Promise<Outcome> {
	const { stdout: node } = await execa((await ensureN8n(n8n)).node, ['--version']);
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-compat-'));
	const outputFile = path.join(folder, 'report.json');
	say(`The package in n8n ${n8n}`);
	const args = ['--config', 'jest.e2e.config.js', '--selectProjects', 'compat', '--verbose'];
	await runJest([...args, '--json', '--outputFile', outputFile], { ALFACRM_N8N_VERSION: n8n });
	const { testResults } = readJson<Report>(outputFile);
	fs.rmSync(folder, { recursive: true });
	const results = testResults.flatMap(({ assertionResults }) => assertionResults);
	// Nothing at all tells of the way here and not of the package.
	if (!results.some(({ status }) => status === 'passed'))
		throw new UserFacingError(`Nothing could be tried in n8n ${n8n}.`, { details: testResults[0]?.message });
	return {
		n8n,
		node: node.replace(/^v/, ''),
		date: new Date().toISOString().slice(0, 10),
		version: own,
		checks: Object.fromEntries(results.map(({ title, status }) => [title, status === 'passed'])),
	};
}
