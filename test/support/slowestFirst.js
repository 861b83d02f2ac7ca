const Sequencer = require('@jest/test-sequencer').default;

/** Parts of the paths of suites that take minutes, the slowest first. */
const SLOW_SUITES = [
	'e2e/examples',
	'e2e/trigger',
	'release/linters',
	'e2e/',
	'properties/values.test',
	'properties/trigger/',
	'properties/repeated',
	'properties/',
];

/**
 * Begins with the suites that take longest, so that no worker is still busy with one of them when all others have
 * finished. Jest itself sorts suites by the time that they took before. In a fresh clone it knows no times and sorts by
 * the size of the files, but these files are small.
 */
class SlowestFirst extends Sequencer {
	/** Sorts the suites. The slow ones come first. */
	sort(tests) {
		// Every path includes an empty text, so all other suites come last.
		const findRank = ({ path }) => [...SLOW_SUITES, ''].findIndex((part) => path.includes(part));
		return super.sort(tests).sort((a, b) => findRank(a) - findRank(b));
	}
}

module.exports = SlowestFirst;
