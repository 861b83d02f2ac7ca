// @ts-check
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { UserFacingError } = require('./userFacingError.js');

const EXIT_WITH_PARENT = path.join(__dirname, 'exitWithParent.js');
const OFFLINE =
	/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT)\b/;
/** What `npm run` sets for this repository and must not reach an npm that works elsewhere. */
const OWN =
	/^npm_((lifecycle|package)_|config_(local_prefix|ignore_scripts|legacy_peer_deps|save_exact|engine_strict|nodedir)$)/i;

/**
 * The npm in use, as a script that any Node can run (so n8n is installed by Node 24 without a second npm).
 * @returns {string} path of npm-cli.js
 */
function npmCli() {
	const inFolder = path.join('node_modules', 'npm', 'bin', 'npm-cli.js');
	const nodeDir = path.dirname(process.execPath);
	const folders = (process.env.PATH ?? '').split(path.delimiter);
	const found = [
		process.env.npm_execpath ?? '',
		path.join(nodeDir, inFolder),
		path.join(nodeDir, '..', 'lib', inFolder),
		...folders.flatMap((folder) => [path.join(folder, 'npm'), path.join(folder, inFolder)]),
	]
		.filter((file) => fs.existsSync(file))
		.map((file) => fs.realpathSync(file))
		.find((file) => path.basename(file) === 'npm-cli.js');
	if (found) return found;
	throw new UserFacingError(
		'npm was not found. Install Node.js 20 or newer together with npm and try again.',
	);
}

/**
 * The environment for a nested npm.
 * @param {NodeJS.ProcessEnv} [extra]
 * @returns {NodeJS.ProcessEnv}
 */
function npmEnv(extra = {}) {
	const inherited = Object.entries(process.env).filter(([name]) => !OWN.test(name));
	return { ...Object.fromEntries(inherited), ...extra };
}

/**
 * @param {string[]} args
 * @param {{ cwd?: string, node?: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ code: number | null, signal: string | null, stdout: string, output: string }>}
 */
function run(args, { cwd, node = process.execPath, env }) {
	const quiet = ['--no-audit', '--no-fund', '--no-update-notifier'];
	const child = spawn(node, ['--require', EXIT_WITH_PARENT, npmCli(), ...args, ...quiet], {
		cwd,
		env: npmEnv(env),
		stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
	});
	return new Promise((resolve, reject) => {
		let [stdout, output] = ['', ''];
		child.stdout?.on('data', (chunk) => {
			stdout += chunk;
			output += chunk;
		});
		child.stderr?.on('data', (chunk) => (output += chunk));
		child.once('error', reject);
		child.once('close', (code, signal) => resolve({ code, signal, stdout, output }));
	});
}

/**
 * Runs npm and turns its failures into something a person can act on.
 * @param {string[]} args
 * @param {{ cwd: string, what: string, downloads?: boolean, node?: string, env?: NodeJS.ProcessEnv }} options `what` completes "Could not ..."
 * @returns {Promise<string>} npm's stdout
 */
async function npm(args, { what, downloads, ...options }) {
	const source = downloads ? [(await registryAnswers()) ? '--prefer-offline' : '--offline'] : [];
	const { code, signal, stdout, output } = await run([...args, ...source], options);
	if (code === 0) return stdout;
	const failed = `Could not ${what}`;
	if (signal === 'SIGKILL')
		throw new UserFacingError(
			`${failed}: the system killed npm, most likely for lack of memory. Installing n8n takes up to 4.5 GB for two minutes.`,
		);
	if (OFFLINE.test(output))
		throw new UserFacingError(
			`${failed}: the npm registry is not reachable.\nCheck the network or proxy (npm config get registry) and run the command again.`,
			{ code: 'NO_NETWORK' },
		);
	if (/\bENOSPC\b/.test(output))
		throw new UserFacingError(`${failed}: the disk is full. n8n needs about 3 GB.`, { code: 'NO_SPACE' });
	const details = output.replace(/\/\/[^/@\s]+@/g, '//***@').replace(/(_auth\w*=)\S+/gi, '$1***');
	throw new UserFacingError(`${failed}: npm stopped.`, { details });
}

/**
 * Without a network npm retries each package for a minute and more; asking once lets it look only at what it has already
 * downloaded, which may be all it needs, and give up at once otherwise. An odd answer is still an answer.
 */
async function registryAnswers() {
	const { code, output } = await run(['ping', '--fetch-retries=0', '--fetch-timeout=15000'], {});
	return code === 0 || !OFFLINE.test(output);
}

module.exports = { EXIT_WITH_PARENT, npm, npmCli, npmEnv };
