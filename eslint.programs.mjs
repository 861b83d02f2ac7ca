import { configWithoutCloudSupport } from '@n8n/node-cli/eslint';

/** The sandbox, the scripts and the tests are no nodes: they start processes, and their errors are their own. */
export default [
	...configWithoutCloudSupport,
	// That of scripts/ names tools, and is no package.
	{ ignores: ['package.json'] },
	{
		files: ['**/*.ts'],
		rules: {
			'@n8n/community-nodes/no-dangerous-functions': 'off',
			'@n8n/community-nodes/require-node-api-error': 'off',
		},
	},
];
