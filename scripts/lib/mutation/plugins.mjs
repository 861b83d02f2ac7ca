import fs from 'node:fs';
import { declareFactoryPlugin, PluginKind, tokens, commonTokens } from '@stryker-mutator/api/plugin';
import { TestStatus } from '@stryker-mutator/api/test-runner';
import { strykerPlugins as jestPlugins } from '@stryker-mutator/jest-runner';

/**
 * What Stryker loads into its processes. Its own runner would load every test file for each mutant, n8n's engine included, and run all
 * tests to the end; this one takes only the files whose tests reach the mutant, the quick ones first, and stops when it is caught.
 * It also keeps to the time: see scripts/mutation.ts. JavaScript, because Stryker's processes load no TypeScript.
 */
const { MUTATION_TESTS: TESTS, MUTATION_MINUTES: MINUTES } = process.env;

/** The status of what was not tried, for lack of time. */
const LEFT = 'no time left';

/**
 * What the run without mutants reached. Stryker's own account of it, each test with each mutant, is more than processes can send
 * each other, so Stryker gets one entry for each file, and the tests of a mutant stand here.
 *
 * @returns {{ tests: Array<{ id: string, file: string, ms: number }>, reached: Record<string, number[]> }} the tests, and of each
 * mutant the places of its own among them
 */
const reach = () => JSON.parse(fs.readFileSync(TESTS, 'utf8'));

function noteReach({ tests, mutantCoverage }) {
	const known = tests.map(({ id, fileName, timeSpentMs }) => ({ id, file: fileName, ms: timeSpentMs }));
	const reached = {};
	const byFile = {};
	known.forEach(({ id, file }, index) => {
		const ofFile = (byFile[file] ??= {});
		for (const [mutant, hits] of Object.entries(mutantCoverage.perTest[id] ?? {})) {
			(reached[mutant] ??= []).push(index);
			ofFile[mutant] = (ofFile[mutant] ?? 0) + hits;
		}
	});
	fs.writeFileSync(TESTS, JSON.stringify({ tests: known, reached }));
	return byFile;
}

/** One entry for each file, with the time of all its tests. */
function asFiles(tests) {
	const files = new Map();
	for (const test of tests) {
		const { fileName } = test;
		const timeSpentMs = (files.get(fileName)?.timeSpentMs ?? 0) + test.timeSpentMs;
		files.set(fileName, { ...test, id: fileName, name: fileName, timeSpentMs });
	}
	return [...files.values()];
}

/** The same for all processes, also for those that take the place of one that hung. */
function deadline() {
	const place = `${TESTS}.deadline`;
	try {
		fs.writeFileSync(place, String(Date.now() + Number(MINUTES) * 60_000), { flag: 'wx' });
	} catch (error) {
		if (error.code !== 'EEXIST') throw error;
	}
	return Number(fs.readFileSync(place, 'utf8'));
}

function runnerFactory(injector) {
	const runner = injector.injectFunction(jestPlugins[0].factory);
	const original = Object.fromEntries(
		['dryRun', 'mutantRun', 'run'].map((name) => [name, runner[name].bind(runner)]),
	);
	/** The file to run; all when there is none. */
	let file;
	let known;
	/** How many mutants of a source a test file has caught; it will most likely catch the next one. */
	const catches = new Map();

	runner.run = async (settings) =>
		await original.run(file === undefined ? settings : { ...settings, testFiles: [file] });

	runner.dryRun = async (options) => {
		const result = await original.dryRun(options);
		if (result.status !== 'complete') return result;
		// Stryker names those that failed, and goes no further.
		if (result.tests.some(({ status }) => status === TestStatus.Failed))
			return { ...result, mutantCoverage: undefined };
		const perTest = noteReach(result);
		const { static: whileLoading } = result.mutantCoverage;
		return { ...result, tests: asFiles(result.tests), mutantCoverage: { static: whileLoading, perTest } };
	};

	runner.mutantRun = async (options) => {
		if (Date.now() > deadline()) return { status: 'error', errorMessage: LEFT };
		known ??= reach();
		const key = (name) => `${options.sandboxFileName} ${name}`;
		const files = new Map();
		for (const at of known.reached[options.activeMutant.id]) {
			const { id, file: name, ms } = known.tests[at];
			const one = files.get(name) ?? { name, ids: [], ms: 0 };
			one.ids.push(id);
			one.ms += ms;
			files.set(name, one);
		}
		const chosen = [...files.values()].sort(
			(a, b) => (catches.get(key(b.name)) ?? 0) - (catches.get(key(a.name)) ?? 0) || a.ms - b.ms,
		);
		try {
			let result;
			for (const { name, ids } of chosen) {
				file = name;
				result = await original.mutantRun({ ...options, testFilter: ids });
				if (result.status === 'survived') continue;
				catches.set(key(name), (catches.get(key(name)) ?? 0) + 1);
				break;
			}
			return result;
		} finally {
			file = undefined;
		}
	};
	return runner;
}
runnerFactory.inject = tokens(commonTokens.injector);

/** Deals the mutants out in random order, so that those which the time allows are a fair sample of all. */
function shuffleFactory() {
	return {
		init: async () => {},
		group: async (mutants) => {
			const ids = mutants.map(({ id }) => [id]);
			for (let left = ids.length - 1; left > 0; left--) {
				const other = Math.floor(Math.random() * (left + 1));
				[ids[left], ids[other]] = [ids[other], ids[left]];
			}
			return ids;
		},
		check: async (mutants) => Object.fromEntries(mutants.map(({ id }) => [id, { status: 'passed' }])),
	};
}
shuffleFactory.inject = tokens();

export const strykerPlugins = [
	declareFactoryPlugin(PluginKind.TestRunner, 'jest-by-file', runnerFactory),
	declareFactoryPlugin(PluginKind.Checker, 'shuffle', shuffleFactory),
];
