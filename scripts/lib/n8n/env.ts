import fs from 'node:fs';
import path from 'node:path';
import { HOST } from '../ports';

/** A module that would call n8n's makers; older versions do not know it, and start with none that they do not know. */
const REGISTRY = 'mcp-registry';

/** What a shell, a test runner or a developer's own n8n may have set and must not reach this n8n. */
const FOREIGN =
	/^(N8N_|NODES_|DB_|QUEUE_|EXECUTIONS_|WEBHOOK_|GENERIC_|CREDENTIALS_|OFFLOAD_|npm_|JEST_|NODE_OPTIONS$|NODE_ENV$|NODE_PATH$|E2E_TESTS$)/;

/**
 * The environment of an n8n of our own: one user folder, loopback only, nothing that would call n8n's makers.
 * @param n8n its Node, and its node_modules folder
 */
export function n8nEnv(
	{ node, modules }: { node: string; modules: string },
	userFolder: string,
	extra: NodeJS.ProcessEnv = {},
): NodeJS.ProcessEnv {
	const hasRegistry = fs.existsSync(path.join(modules, 'n8n', 'dist', 'modules', REGISTRY));
	const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));
	return {
		...own,
		PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}`,
		N8N_USER_FOLDER: userFolder,
		N8N_LISTEN_ADDRESS: HOST,
		N8N_WORKER_SERVER_ADDRESS: HOST,
		N8N_HOST: HOST,
		N8N_SECURE_COOKIE: 'false',
		DB_TYPE: 'sqlite',
		...QUIET,
		...(hasRegistry && { N8N_DISABLED_MODULES: REGISTRY }),
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
};
