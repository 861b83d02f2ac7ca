'use strict';

const path = require('node:path');
const { HOST } = require('./ports.js');

/** What a shell, a test runner or a developer's own n8n may have set and must not reach this n8n. */
const FOREIGN =
	/^(N8N_|NODES_|DB_|QUEUE_|EXECUTIONS_|WEBHOOK_|GENERIC_|CREDENTIALS_|OFFLOAD_|npm_|JEST_|NODE_OPTIONS$|NODE_ENV$|NODE_PATH$|E2E_TESTS$)/;

/**
 * The environment of an n8n of our own: one user folder, loopback only, nothing that would call n8n's makers.
 * @param {{ binDir: string }} n8n
 * @param {string} userFolder
 * @param {NodeJS.ProcessEnv} [extra]
 * @returns {NodeJS.ProcessEnv}
 */
function n8nEnv(n8n, userFolder, extra = {}) {
	const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));
	return {
		...own,
		PATH: `${n8n.binDir}${path.delimiter}${process.env.PATH ?? ''}`,
		N8N_USER_FOLDER: userFolder,
		N8N_LISTEN_ADDRESS: HOST,
		N8N_HOST: HOST,
		N8N_SECURE_COOKIE: 'false',
		DB_TYPE: 'sqlite',
		...QUIET,
		...extra,
	};
}

const QUIET = {
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_PYTHON_ENABLED: 'false',
	N8N_AI_ENABLED: 'false',
	N8N_DISABLED_MODULES: 'mcp-registry',
};

module.exports = { n8nEnv };
