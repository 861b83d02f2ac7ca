/**
 * For `npm run test:mutation`, by Stryker itself: breaks the sources of the fields in one place at a time, and tells which of these
 * changes no unit test and no property notices. `-- --mutate 'nodes/AlfaCrm/api/**'` takes other sources; a whole room takes hours.
 */
/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
	mutate: ['nodes/AlfaCrm/fields/**/*.ts'],
	testRunner: 'jest',
	jest: { projectType: 'custom', configFile: 'jest.mutation.config.js' },
	coverageAnalysis: 'perTest',
	// A text of the form takes part in every test, and few of these look at it.
	ignoreStatic: true,
	ignorePatterns: ['dist', 'coverage', 'docs'],
	dryRunTimeoutMinutes: 90,
	reporters: ['clear-text', 'progress', 'json'],
	jsonReporter: { fileName: 'coverage/mutation.json' },
};
