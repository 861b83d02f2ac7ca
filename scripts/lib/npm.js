'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { Problem } = require('./problem.js');
const { run, tail } = require('./run.js');

const OFFLINE =
	/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT)\b/;

const QUIET = ['--no-audit', '--no-fund', '--no-update-notifier'];

/**
 * The npm in use, as a script that any Node can run (so n8n is installed by Node 24 without a second npm).
 * @returns {string} path of npm-cli.js
 */
function npmCli() {
	const nodeDir = path.dirname(process.execPath);
	const candidates = [
		process.env.npm_execpath,
		path.join(nodeDir, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
		path.join(nodeDir, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
		...(process.env.PATH ?? '')
			.split(path.delimiter)
			.flatMap((dir) => [path.join(dir, 'npm'), path.join(dir, 'node_modules', 'npm', 'bin', 'npm-cli.js')]),
	];
	for (const candidate of candidates) {
		if (!candidate || !fs.existsSync(candidate)) continue;
		const real = fs.realpathSync(candidate);
		if (path.basename(real) === 'npm-cli.js') return real;
	}
	throw new Problem('npm was not found. Install Node.js 20 or newer together with npm and try again.');
}

/**
 * The environment for a nested npm: without what `npm run` adds for this repository.
 * @param {NodeJS.ProcessEnv} [extra]
 * @returns {NodeJS.ProcessEnv}
 */
function npmEnv(extra = {}) {
	const inherited = Object.entries(process.env).filter(
		([name]) =>
			!/^npm_(lifecycle|package)_/.test(name) &&
			!/^npm_config_(local_prefix|ignore_scripts|legacy_peer_deps|save_exact|engine_strict|nodedir)$/i.test(
				name,
			),
	);
	return { ...Object.fromEntries(inherited), ...extra };
}

/**
 * Runs npm and turns its failures into something a person can act on.
 * @param {string[]} args
 * @param {{ cwd: string, what: string, downloads?: boolean, node?: string, env?: NodeJS.ProcessEnv }} options `what` completes "Could not ..."
 * @returns {Promise<string>} npm's stdout
 */
async function npm(args, options) {
	const source = options.downloads ? [(await registryAnswers()) ? '--prefer-offline' : '--offline'] : [];
	const result = await run(options.node ?? process.execPath, [npmCli(), ...args, ...source, ...QUIET], {
		cwd: options.cwd,
		env: npmEnv(options.env),
		leash: true,
	});
	if (result.code === 0) return result.stdout;
	if (result.signal === 'SIGKILL') {
		throw new Problem(
			`Could not ${options.what}: the system killed npm, most likely for lack of memory. Installing n8n takes up to 4.5 GB for two minutes.`,
		);
	}
	throw npmProblem(options.what, result.output);
}

/**
 * Without a network npm retries each package for a minute and more; asking once lets it look only at what it has already
 * downloaded, which may be all it needs, and give up at once otherwise. An odd answer is still an answer.
 */
async function registryAnswers() {
	const ping = await run(
		process.execPath,
		[npmCli(), 'ping', '--fetch-retries=0', '--fetch-timeout=15000', ...QUIET],
		{
			env: npmEnv(),
			leash: true,
		},
	);
	return ping.code === 0 || !OFFLINE.test(ping.output);
}

/**
 * @param {string} what
 * @param {string} output
 */
function npmProblem(what, output) {
	if (OFFLINE.test(output)) {
		return new Problem(
			`Could not ${what}: the npm registry is not reachable.\nCheck the network or proxy (npm config get registry) and run the command again.`,
			{ code: 'NO_NETWORK' },
		);
	}
	if (/\bENOSPC\b/.test(output)) {
		return new Problem(`Could not ${what}: the disk is full. n8n needs about 3 GB.`, { code: 'NO_SPACE' });
	}
	return new Problem(`Could not ${what}: npm stopped.`, { details: tail(withoutSecrets(output), 15) });
}

/** @param {string} output */
function withoutSecrets(output) {
	return output.replace(/\/\/[^/@\s]+@/g, '//***@').replace(/(_auth\w*=)\S+/gi, '$1***');
}

module.exports = { npm, npmCli, npmEnv };
