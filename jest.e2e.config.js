const base = require('./jest.config.js').projects[0];

/** The packed package in a real n8n; slow, so one file at a time. */
/** @type {import('jest').Config} */
module.exports = {
	...base,
	displayName: 'e2e',
	testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
	testTimeout: 180_000,
};
