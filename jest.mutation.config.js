const { projects, testTimeout } = require('./jest.config.js');

const { displayName, ...engine } = projects.find((project) => project.displayName === 'engine');
/** What looks at files of the repository, or is about the trigger alone. */
const BESIDE = ['unit/(documentation|examples|processes|release/\\w+)\\.', 'properties/(histories|dueDates)'];

const { MUTATION_ONLY = '' } = process.env;

/** For scripts/mutation.ts: the tests whose subject Stryker changes. */
/** @type {import('jest').Config} */
module.exports = {
	...engine,
	testMatch: ['unit', 'engine', 'properties'].map((name) => `<rootDir>/test/${name}/**/*.test.ts`),
	testPathIgnorePatterns: [...BESIDE.map((name) => `/test/${name}`), `^(?!.*(?:${MUTATION_ONLY}))`],
	testTimeout,
};
