const { projects, testSequencer } = require('./jest.config.js');

const [base] = projects;

/**
 * What is published, and what the tools of scripts/package.json say, which `npm test` does without (`release`). Then the packed package
 * in a real n8n, by its interfaces and by its editor in a Chromium. Each file starts an n8n of its own; `compat` is what
 * `npm run compat` does in other versions.
 */
/** @type {import('jest').Config} */
module.exports = {
	projects: ['release', 'e2e', 'browser', 'compat'].map((name) => ({
		...base,
		displayName: name,
		testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
	})),
	testTimeout: 180_000,
	maxWorkers: 1,
	testSequencer,
};
