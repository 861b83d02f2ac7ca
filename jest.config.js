const transform = {
	'^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.dev.json', diagnostics: false }],
};
/** isolated-vm has no build for Node 20; n8n-core loads it lazily and these tests do not need it. */
const moduleNameMapper = { '^isolated-vm$': '<rootDir>/test/support/emptyModule.ts' };

/** @type {import('jest').Config} */
module.exports = {
	projects: ['unit', 'sandbox', 'engine'].map((name) => ({
		displayName: name,
		rootDir: __dirname,
		testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
		transform,
		moduleNameMapper,
		setupFiles: ['<rootDir>/test/support/setup.ts'],
		globals: {
			POLL_HISTORIES: Number(process.env.POLL_HISTORIES ?? (process.env.CI ? 10_000 : 2_000)),
			// Another seed plays other histories.
			POLL_SEED: Number(process.env.POLL_SEED ?? 20_260_210),
			// Another seed tries other values at the places that do not see them all; VALUES_ALL=1 tries all everywhere.
			VALUES_SEED: Number(process.env.VALUES_SEED ?? 20_260_210),
			VALUES_ALL: process.env.VALUES_ALL === '1',
			// How many lines a failed test of the values shows.
			VALUES_SHOWN: Number(process.env.VALUES_SHOWN ?? 60),
		},
		modulePathIgnorePatterns: ['<rootDir>/dist/package.json'],
	})),
	testTimeout: 30_000,
	// Jest leaves a core to others: on a machine with two it would take twice as long.
	maxWorkers: '100%',
	// What a test file loaded of n8n-core is not all let go of: three hundred files filled a worker's memory.
	workerIdleMemoryLimit: '1GB',
	testSequencer: '<rootDir>/test/support/slowestFirst.js',
};
