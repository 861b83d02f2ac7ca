const base = require('./jest.e2e.config.js').projects[0];

/** A part of what a user does, in the version of n8n that ALFACRM_N8N_VERSION names, see scripts/compat.ts. */
/** @type {import('jest').Config} */
module.exports = {
	projects: [{ ...base, displayName: 'compat', testMatch: ['<rootDir>/test/compat/**/*.test.ts'] }],
	testTimeout: 180_000,
	maxWorkers: 1,
};
