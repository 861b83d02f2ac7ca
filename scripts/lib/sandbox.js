'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { inRepo, ROOT } = require('./paths.js');
const { freePort, HOST } = require('./ports.js');
const { answers, startServer } = require('./server-process.js');

/**
 * @typedef {object} SandboxHandle
 * @property {string} url
 * @property {(method: string, path: string, body?: unknown) => Promise<any>} control calls /_sandbox/..., for example control('GET', 'journal')
 * @property {() => Promise<{ hostname: string, email: string, apiKey: string }>} credential the data of an `alfaCrmApi` credential for it
 * @property {() => Promise<void>} stop
 */

/**
 * Starts the sandbox AlfaCRM as a process of its own.
 * @param {{ port?: number, args?: string[] }} [options] `args`: further flags of sandbox/cli.mjs
 * @returns {Promise<SandboxHandle>}
 */
async function startSandbox(options = {}) {
	const port = options.port ?? (await freePort());
	const url = `http://${HOST}:${port}`;
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-sandbox-'));
	const removeFolder = () => fs.rmSync(folder, { recursive: true, force: true });
	const tsx = pathToFileURL(require.resolve('tsx', { paths: [ROOT] })).href;
	let server;
	try {
		server = await startServer({
			what: 'The AlfaCRM sandbox',
			node: process.execPath,
			args: ['--import', tsx, inRepo('sandbox', 'cli.mjs'), '--port', String(port), ...(options.args ?? [])],
			cwd: ROOT,
			env: process.env,
			log: path.join(folder, 'sandbox.log'),
			isReady: async () => await answers(`${url}/_sandbox/health`),
			timeout: 60_000,
		});
	} catch (error) {
		removeFolder();
		throw error;
	}
	const { stop } = server;
	const control = async (
		/** @type {string} */ method,
		/** @type {string} */ where,
		/** @type {unknown} */ body = undefined,
	) => {
		const response = await fetch(`${url}/_sandbox/${where}`, {
			method,
			...(body === undefined
				? {}
				: { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
		});
		const text = await response.text();
		if (!response.ok)
			throw new Error(`The sandbox answered ${response.status} to ${method} ${where}: ${text}`);
		return text ? JSON.parse(text) : undefined;
	};
	return {
		url,
		control,
		credential: async () => {
			const { email, apiKey } = await control('GET', 'account');
			return { hostname: url, email, apiKey };
		},
		stop: async () => {
			await stop();
			removeFolder();
		},
	};
}

module.exports = { startSandbox };
