import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import execa from 'execa';
import { version as packageVersion } from '../package.json';
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

/** The report that Jest writes as JSON. */
interface JestReport {
	testResults: Array<{
		message: string;
		assertionResults: Array<{ title: string; status: string }>;
	}>;
}

/** `npm run compat -- 1.123 latest`: tries the packed package in other versions of n8n, one after the other. */
export async function main() {
	const { args: names } = makeCommand('compat')
		.argument(
			'<versions...>',
			'of n8n: 1.123 is the newest of that line, 2.20.12 that one, and there is latest',
		)
		.addHelpText('after', '\nEach stays in the cache, which takes 1.5 to 3 GB. All run in Node 24.')
		.parse();
	await ensureBuilt();

	let isEveryCheckPassed = true;
	for (const name of names) {
		const outcome = await tryVersion(await findVersion(name));
		writeJson(OUTCOMES, withOutcome(readJson<Outcome[]>(OUTCOMES), outcome));
		if (Object.values(outcome.checks).includes(false)) isEveryCheckPassed = false;
	}
	await writeDocs();
	return isEveryCheckPassed ? 0 : 1;
}

/** Asks npm for the newest version of n8n that a name stands for, such as "1.123" or "latest". */
async function findVersion(name: string): Promise<string> {
	const args = ['view', `n8n@${name}`, 'version', '--json'];
	const answer = await npm(args, { cwd: ROOT, what: `look up n8n ${name}` });
	const versions = [JSON.parse(answer) as string | string[]].flat();

	// npm gives the versions in no particular order.
	const byVersion = new Intl.Collator('en', { numeric: true });
	const newestVersion = versions.sort(byVersion.compare).at(-1);
	return newestVersion ?? name;
}

/** Runs the compatibility tests in a version of n8n. */
async function tryVersion(n8n: string): Promise<Outcome> {
	const { node } = await ensureN8n(n8n);
	const { stdout: nodeVersion } = await execa(node, ['--version']);
	say(`The package in n8n ${n8n}`);
	const { testResults } = await runTests(n8n);

	const results = testResults.flatMap(({ assertionResults }) => assertionResults);
	const checks: Record<string, boolean> = {};
	for (const { title, status } of results) {
		checks[title] = status === 'passed';
	}

	// If no test passed, something else is wrong, and nothing is known about the package.
	const isAnyPassed = Object.values(checks).includes(true);
	if (!isAnyPassed) {
		throw new UserFacingError(`Nothing could be tried in n8n ${n8n}.`, { details: testResults[0]?.message });
	}
	return {
		n8n,
		node: nodeVersion.replace(/^v/, ''),
		date: new Date().toISOString().slice(0, 10),
		version: packageVersion,
		checks,
	};
}

async function runTests(n8nVersion: string): Promise<JestReport> {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-compat-'));
	const reportFile = path.join(folder, 'report.json');
	await runJest(
		[
			'--config=jest.e2e.config.js',
			'--selectProjects=compat',
			'--verbose',
			'--json',
			`--outputFile=${reportFile}`,
		],
		{ ALFACRM_N8N_VERSION: n8nVersion },
	);

	const report = readJson<JestReport>(reportFile);
	fs.rmSync(folder, { recursive: true });
	return report;
}
