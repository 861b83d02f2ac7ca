const { projects, testSequencer, ...run } = require('./jest.config.js');

/** node_modules of the older n8n whose engine takes the place of the one in package.json, see scripts/engine.ts. */
const { N8N_MODULES } = process.env;

const engine = projects.find(({ displayName }) => displayName === 'engine');
const one = (name) => [`^${name}$`, `${N8N_MODULES}/${name}`];

/** @type {import('jest').Config} */
module.exports = {
	projects: [
		{
			...engine,
			moduleNameMapper: {
				...engine.moduleNameMapper,
				...Object.fromEntries(['n8n-core', 'n8n-workflow'].map(one)),
			},
			// What n8n asks of a test of a credential is its newest.
			testPathIgnorePatterns: ['<rootDir>/test/engine/credentialTest'],
		},
	],
	...run,
	// n8n 1 looks after its SSH tunnels by a timer that never lets go.
	forceExit: true,
};
