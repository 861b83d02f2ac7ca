'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');

const LEASH = path.join(__dirname, 'leash.js');
const KEEP_CHARACTERS = 200_000;

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [timeout] milliseconds after which the command is killed
 * @property {boolean} [leash] `command` is a Node and has to end when this process ends, even if that is killed
 * @property {boolean} [inherit] let the command write to the terminal instead of collecting its output
 *
 * @typedef {object} RunResult
 * @property {number} code exit code; 1 when a signal ended the command
 * @property {boolean} timedOut
 * @property {string} signal what ended the command from outside, empty if nothing did
 * @property {string} stdout
 * @property {string} output stdout and stderr as they came
 */

/**
 * Runs a command to its end. A failing command is a result, not an exception.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
function run(command, args, options = {}) {
	return new Promise((resolve) => {
		let stdout = '';
		let output = '';
		let timedOut = false;
		const child = spawn(command, options.leash ? ['--require', LEASH, ...args] : args, {
			cwd: options.cwd,
			env: options.env ?? process.env,
			stdio: options.inherit
				? 'inherit'
				: ['ignore', 'pipe', 'pipe', ...(options.leash ? [/** @type {const} */ ('ipc')] : [])],
		});
		const timer = options.timeout
			? setTimeout(() => {
					timedOut = true;
					child.kill('SIGKILL');
				}, options.timeout)
			: undefined;
		child.stdout?.on('data', (chunk) => {
			stdout += chunk;
			output = (output + chunk).slice(-KEEP_CHARACTERS);
		});
		child.stderr?.on('data', (chunk) => {
			output = (output + chunk).slice(-KEEP_CHARACTERS);
		});
		const stopWithUs = () => child.kill('SIGTERM');
		process.once('exit', stopWithUs);
		const finish = (/** @type {number} */ code, signal = '') => {
			clearTimeout(timer);
			process.removeListener('exit', stopWithUs);
			resolve({ code, signal, timedOut, stdout, output });
		};
		child.once('error', (error) => {
			output += String(error.message);
			finish(127);
		});
		child.once('close', (code, signal) => finish(code ?? 1, signal ?? ''));
	});
}

/**
 * @param {string} text
 * @param {number} lines
 */
function tail(text, lines) {
	return text.trimEnd().split('\n').slice(-lines).join('\n');
}

module.exports = { run, tail, LEASH };
