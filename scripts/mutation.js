'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { duration, inRepo, Problem, say, step } = require('./lib');

const FOLDERS = ['fields', 'operations', 'api'].map((folder) => `nodes/AlfaCrm/${folder}`);
const REPORT = inRepo('coverage', 'mutation.json');
const USAGE = `npm run test:mutation [-- flags] [files or folders]
  --minutes <n>  how long mutants are tried (30); the tests without mutants, which come first, are not counted
  --tests <re>   only the test files whose path matches; all that may notice without it
  --jobs <n>     how many at the same time (${os.cpus().length})
Without files: ${FOLDERS.join(', ')}`;

/** `npm run test:mutation`: breaks the sources in one place at a time, and counts how often the tests notice. */
async function main() {
	const { values, positionals } = readFlags();
	if (values.help) {
		say(USAGE);
		return 0;
	}
	const places =
		positionals.length > 0 ? positionals : FOLDERS.filter((folder) => fs.existsSync(inRepo(folder)));
	const missing = places.filter((place) => !fs.existsSync(inRepo(place)));
	if (missing.length > 0) throw new Problem(`There is no ${missing.join(', no ')}.`);
	const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-mutation-'));
	Object.assign(process.env, {
		MUTATION_TESTS: path.join(scratch, 'tests.json'),
		MUTATION_MINUTES: values.minutes,
		MUTATION_ONLY: values.tests,
	});
	try {
		const { Stryker } = await import('@stryker-mutator/core');
		const started = Date.now();
		const results = await step(
			`Breaking ${places.join(', ')}`,
			`the tests once, then ${values.minutes} min`,
			async () => await new Stryker(optionsFor(places, Number(values.jobs))).runMutationTest(),
		);
		summarise(results, duration(Date.now() - started));
	} finally {
		fs.rmSync(scratch, { recursive: true, force: true });
	}
	return 0;
}

function readFlags() {
	try {
		return parseArgs({
			allowPositionals: true,
			options: {
				minutes: { type: 'string', default: '30' },
				tests: { type: 'string', default: '' },
				jobs: { type: 'string', default: String(os.cpus().length) },
				help: { type: 'boolean', short: 'h', default: false },
			},
		});
	} catch (error) {
		throw new Problem(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
	}
}

/**
 * @param {string[]} places
 * @param {number} jobs
 * @returns {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
function optionsFor(places, jobs) {
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
		logLevel: /** @type {const} */ ('error'),
		allowConsoleColors: false,
	};
}

/**
 * Nobody tries what no test reaches, so its share is taken into the score as it is, whatever the time allowed for the others.
 * @param {import('@stryker-mutator/api/core').MutantResult[]} results
 * @param {string} time
 */
function summarise(results, time) {
	const of = (/** @type {string[]} */ ...statuses) =>
		results.filter(({ status }) => statuses.includes(status));
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
	const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(1)} %`;
	say(
		`${caught.length} caught / ${tried} tried (${percent(rate)}) of ${reached} that tests reach, in ${time}; ` +
			`${unreached.length} more are reached by none: ${percent(score)} over all`,
	);
}

/** @param {import('@stryker-mutator/api/core').MutantResult} mutant */
function describe({ fileName, location: { start }, mutatorName, replacement = '' }) {
	const place = `${path.relative(inRepo(), fileName)}:${start.line}:${start.column}`;
	return `${place} ${mutatorName} ${replacement.replace(/\s+/g, ' ').slice(0, 100)}`;
}

module.exports = { main };
