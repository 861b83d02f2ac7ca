'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { installPackage } = require('./install-package.js');
const { n8nEnv } = require('./n8n-env.js');
const { ensureN8n } = require('./n8n-install.js');
const { freePort, HOST } = require('./ports.js');
const { Problem } = require('./problem.js');
const { answers, startServer } = require('./server-process.js');

/**
 * @typedef {object} N8nHandle
 * @property {string} url
 * @property {number} port
 * @property {string} userFolder
 * @property {string} log path of n8n's log
 * @property {string} modules n8n's node_modules folder
 * @property {() => number} pid
 * @property {() => boolean} isRunning
 * @property {(options?: { keep?: boolean }) => Promise<void>} stop ends n8n; removes the user folder if it was made here, unless `keep`
 * @property {(options?: { env?: NodeJS.ProcessEnv, kill?: boolean }) => Promise<void>} restart same data, same port; `kill`: as if the power failed
 *
 * @typedef {object} N8nOptions
 * @property {string} [userFolder] an existing folder keeps its data; default a new temporary one
 * @property {number} [port]
 * @property {NodeJS.ProcessEnv} [env] added to n8n's environment
 * @property {string} [tarball] package to install before starting
 */

/**
 * Starts a real n8n that listens on 127.0.0.1 only, with its own user folder, and waits until it serves requests.
 * @param {N8nOptions} [options]
 * @returns {Promise<N8nHandle>}
 */
async function startN8n(options = {}) {
	let n8n = await ensureN8n();
	const own = !options.userFolder;
	const userFolder = options.userFolder ?? fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-n8n-'));
	const removeFolder = () => {
		if (own) fs.rmSync(userFolder, { recursive: true, force: true, maxRetries: 5 });
	};
	const port = options.port ?? (await freePort());
	const url = `http://${HOST}:${port}`;
	const log = path.join(userFolder, 'n8n.log');

	const launch = async (/** @type {NodeJS.ProcessEnv} */ env) => {
		const brokerPort = await freePort();
		return await startServer({
			what: `n8n ${n8n.version}`,
			node: n8n.node,
			args: [n8n.cli, 'start'],
			cwd: userFolder,
			env: n8nEnv(n8n, userFolder, {
				N8N_PORT: String(port),
				N8N_RUNNERS_BROKER_PORT: String(brokerPort),
				...env,
			}),
			log,
			isReady: async () => await answers(`${url}/healthz/readiness`),
			timeout: 120_000,
		});
	};

	let env = options.env ?? {};
	let server;
	try {
		if (options.tarball) await installPackage(options.tarball, userFolder);
		try {
			server = await launch(env);
		} catch (error) {
			if (!(error instanceof Problem) || error.code !== 'START_FAILED') throw error;
			n8n = await ensureN8n({ suspect: true });
			if (!n8n.isNew) throw error;
			server = await launch(env);
		}
	} catch (error) {
		removeFolder();
		throw error;
	}

	let current = server;
	return {
		url,
		port,
		userFolder,
		log,
		modules: n8n.modules,
		pid: () => current.pid,
		isRunning: () => current.isRunning(),
		stop: async ({ keep = false } = {}) => {
			await current.stop();
			if (!keep) removeFolder();
		},
		restart: async (change = {}) => {
			await (change.kill ? current.kill() : current.stop());
			env = { ...env, ...change.env };
			current = await launch(env);
		},
	};
}

module.exports = { startN8n };
