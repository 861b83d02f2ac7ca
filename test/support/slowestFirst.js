const Sequencer = require('@jest/test-sequencer').default;

/** Suites that take minutes, the slowest first. */
const SLOW = [
	...['e2e/examples', 'e2e/trigger', 'release/linters', 'e2e/'],
	...['properties/values.test', 'properties/trigger/', 'properties/repeated', 'properties/'],
];

/**
 * Begins with what takes longest, so that no worker is left alone with it at the end. Jest knows how long a suite took
 * only where it ran before; in a fresh clone it goes by the size of the file, and these are small.
 */
class SlowestFirst extends Sequencer {
	sort(tests) {
		const rank = ({ path }) => [...SLOW, ''].findIndex((name) => path.includes(name));
		return super.sort(tests).sort((a, b) => rank(a) - rank(b));
	}
}

module.exports = SlowestFirst;
