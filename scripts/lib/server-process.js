'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { Problem } = require('./problem.js');
const { LEASH, tail } = require('./run.js');

const STOP_MS = 20_000;

/**
 * @typedef {object} ServerProcess
 * @property {number} pid
 * @property {string} log path of the file that takes its output
 * @property {Promise<void>} ended settles when the process is gone
 * @property {() => boolean} isRunning
 * @property {() => Promise<void>} stop ends this process and waits until it is gone
 * @property {() => Promise<void>} kill the same without giving it time to tidy up
 *
 * @typedef {object} ServerOptions
 * @property {string} what for messages
 * @property {string} node
 * @property {string[]} args
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {string} log
 * @property {() => Promise<boolean>} isReady
 * @property {number} timeout milliseconds to become ready
 */

/**
 * Starts a Node server and waits until it is ready.
 * @param {ServerOptions} options
 * @returns {Promise<ServerProcess>}
 */
async function startServer(options) {
	fs.mkdirSync(path.dirname(options.log), { recursive: true });
	const offset = fs.existsSync(options.log) ? fs.statSync(options.log).size : 0;
	const output = fs.openSync(options.log, 'a');
	const child = spawn(options.node, ['--require', LEASH, ...options.args], {
		cwd: options.cwd,
		env: options.env,
		stdio: ['ignore', output, output, 'ipc'],
	});
	fs.closeSync(output);
	let running = true;
	/** @type {Promise<void>} */
	const ended = new Promise((resolve) => {
		const end = () => {
			running = false;
			resolve();
		};
		child.once('exit', end);
		child.once('error', end);
	});
	const terminate = async (/** @type {NodeJS.Signals} */ signal) => {
		if (!running) return;
		child.kill(signal);
		const patience = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
		await ended;
		clearTimeout(patience);
	};
	const server = {
		pid: child.pid ?? 0,
		log: options.log,
		ended,
		isRunning: () => running,
		stop: async () => await terminate('SIGTERM'),
		kill: async () => await terminate('SIGKILL'),
	};
	const deadline = Date.now() + options.timeout;
	while (running && Date.now() < deadline) {
		if (await options.isReady()) return server;
		await Promise.race([ended, sleep(100)]);
	}
	const why = running ? `was not ready within ${options.timeout / 1000} s` : 'ended while starting';
	await server.stop();
	const said = fs.readFileSync(options.log).subarray(offset).toString('utf8');
	throw new Problem(`${options.what} ${why}. The end of its log:`, {
		details: tail(said, 25),
		code: 'START_FAILED',
	});
}

/**
 * @param {string} url
 * @returns {Promise<boolean>} whether it answers with success
 */
async function answers(url) {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
		await response.arrayBuffer();
		return response.ok;
	} catch {
		return false;
	}
}

module.exports = { startServer, answers };
