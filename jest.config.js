/** isolated-vm has no build for Node 20; n8n-core loads it lazily and these tests do not need it. */
const moduleNameMapper = { '^isolated-vm$': '<rootDir>/test/support/emptyModule.ts' };

/** @type {import('jest').Config} */
module.exports = {
	projects: ['unit', 'sandbox', 'engine', 'properties'].map((name) => ({
		displayName: name,
		rootDir: __dirname,
		testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
		transform: { '^.+\\.ts$': '<rootDir>/test/support/transform.js' },
		moduleNameMapper,
		setupFiles: ['<rootDir>/test/support/setup.ts'],
		setupFilesAfterEnv: ['<rootDir>/test/support/newProcess.ts'],
		globals: { DEPTH: Number(process.env.TEST_DEPTH ?? 0) },
		modulePathIgnorePatterns: ['<rootDir>/dist/package.json'],
	})),
	// What a property tries is another in each run; a failure prints the seed that plays it again.
	showSeed: true,
	testTimeout: 30_000,
	// Jest leaves a core to others: on a machine with two it would take twice as long.
	maxWorkers: '100%',
	// What a test file loaded of n8n-core is not all let go of: three hundred files filled a worker's memory.
	workerIdleMemoryLimit: '1GB',
	testSequencer: '<rootDir>/test/support/slowestFirst.js',
};
