const base = require('./jest.e2e.config.js').projects[0];

/** The packed package in n8n's queue mode: a dozen processes for all tests of a file, so one file at a time. */
/** @type {import('jest').Config} */
module.exports = {
	projects: [{ ...base, displayName: 'queue', testMatch: ['<rootDir>/test/queue/**/*.test.ts'] }],
	testTimeout: 300_000,
};
