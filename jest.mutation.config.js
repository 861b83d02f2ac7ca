const { projects, testTimeout } = require('./jest.config.js');

const { displayName, ...engine } = projects.find((project) => project.displayName === 'engine');
/** What looks at files of the repository, which Stryker has a copy of. */
const BESIDE = ['unit/(documentation|examples|processes|release)', 'properties/(histories|dueDates)'];

/** For stryker.config.mjs: the quick tests, of which thousands are run for each change. */
/** @type {import('jest').Config} */
module.exports = {
	...engine,
	testMatch: ['unit', 'properties'].map((name) => `<rootDir>/test/${name}/**/*.test.ts`),
	testPathIgnorePatterns: BESIDE.map((name) => `/test/${name}`),
	testTimeout,
};
