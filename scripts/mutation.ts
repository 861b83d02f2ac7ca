import type { LogLevel, MutantResult, PartialStrykerOptions } from '@stryker-mutator/api/core';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import prettyMs from 'pretty-ms';
import { UserFacingError } from './bootstrap/userFacingError';
import { flagsOf, wholeNumber } from './lib/flags';
import { inRepo } from './lib/paths';
import { say, step } from './lib/progress';

const FOLDERS = ['fields', 'operations', 'api'].map((folder) => `nodes/AlfaCrm/${folder}`);
const REPORT = inRepo('coverage', 'mutation.json');

interface Flags {
	minutes: number;
	tests: string;
	jobs: number;
}

/** `npm run test:mutation`: breaks the sources in one place at a time, and counts how often the tests notice. */
export async function main() {
	const command = flagsOf('test:mutation')
		.argument('[files or folders...]', `what is broken (${FOLDERS.join(', ')})`)
		.option('--minutes <n>', 'how long mutants are tried, after the tests without mutants', Number, 30)
		.option('--tests <re>', 'only the test files whose path matches', '')
		.option('--jobs <n>', 'how many at the same time', wholeNumber(64), os.cpus().length)
		.parse();
	const { minutes, tests, jobs } = command.opts<Flags>();
	const given = command.args;
	const places = given.length > 0 ? given : FOLDERS.filter((folder) => fs.existsSync(inRepo(folder)));
	const missing = places.filter((place) => !fs.existsSync(inRepo(place)));
	if (missing.length > 0) throw new UserFacingError(`There is no ${missing.join(', no ')}.`);
	const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-mutation-'));
	Object.assign(process.env, {
		MUTATION_TESTS: path.join(scratch, 'tests.json'),
		MUTATION_MINUTES: String(minutes),
		MUTATION_ONLY: tests,
	});
	try {
		const { Stryker } = await import('@stryker-mutator/core');
		const started = Date.now();
		const results = await step(
			`Breaking ${places.join(', ')}`,
			`the tests once, then ${minutes} min`,
			async () => await new Stryker(optionsFor(places, jobs)).runMutationTest(),
		);
		summarise(results, prettyMs(Date.now() - started));
	} finally {
		fs.rmSync(scratch, { recursive: true, force: true });
	}
	return 0;
}

function optionsFor(places: string[], jobs: number): PartialStrykerOptions {
	return {
		mutate: places.map((place) => (place.endsWith('.ts') ? place : `${place}/**/*.ts`)),
		testRunner: 'jest-by-file',
		checkers: ['shuffle'],
		plugins: ['@stryker-mutator/jest-runner', inRepo('scripts', 'lib', 'mutation', 'plugins.mjs')],
		jest: { projectType: 'custom', configFile: 'jest.mutation.config.js', enableFindRelatedTests: false },
		coverageAnalysis: 'perTest',
		// What only runs while a module is loaded: texts of the form, mostly. Each would need all tests.
		ignoreStatic: true,
		ignorePatterns: ['dist', 'coverage', 'docs/images'],
		concurrency: jobs,
		dryRunTimeoutMinutes: 90,
		timeoutMS: 180_000,
		reporters: [],
		tempDirName: '.stryker-tmp',
		logLevel: 'error' as LogLevel,
		allowConsoleColors: false,
	};
}

/** Nobody tries what no test reaches, so its share is taken into the score as it is, whatever the time allowed for the others. */
function summarise(results: MutantResult[], time: string) {
	const of = (...statuses: string[]) => results.filter(({ status }) => statuses.includes(status));
	const caught = of('Killed', 'Timeout');
	const survived = of('Survived');
	const unreached = of('NoCoverage');
	const left = of('RuntimeError', 'CompileError', 'Pending');
	const tried = caught.length + survived.length;
	const reached = tried + left.length;
	fs.mkdirSync(path.dirname(REPORT), { recursive: true });
	fs.writeFileSync(REPORT, JSON.stringify([...survived, ...unreached], null, '\t'));
	for (const mutant of survived) say(`survived  ${describe(mutant)}`);
	for (const mutant of unreached) say(`unreached ${describe(mutant)}`);
	const rate = tried > 0 ? caught.length / tried : 0;
	const score = reached > 0 ? (rate * reached) / (reached + unreached.length) : 0;
	const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
	say(
		`${caught.length} caught / ${tried} tried (${percent(rate)}) of ${reached} that tests reach, in ${time}; ` +
			`${unreached.length} more are reached by none: ${percent(score)} over all`,
	);
}

function describe({ fileName, location: { start }, mutatorName, replacement = '' }: MutantResult) {
	const place = `${path.relative(inRepo(), fileName)}:${start.line}:${start.column}`;
	return `${place} ${mutatorName} ${replacement.replace(/\s+/g, ' ').slice(0, 100)}`;
}
