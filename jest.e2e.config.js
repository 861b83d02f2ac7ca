const base = require('./jest.config.js').projects[0];

/** The packed package in a real n8n, by its interfaces and by its editor in a Chromium; slow, so one file at a time. */
/** @type {import('jest').Config} */
module.exports = {
	projects: ['e2e', 'browser'].map((name) => ({
		...base,
		displayName: name,
		testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
	})),
	testTimeout: 180_000,
};
