'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const {
	ensureBuilt,
	ensureN8n,
	freePort,
	inRepo,
	N8nClient,
	OWNER,
	packTarball,
	Problem,
	report,
	requireFree,
	say,
	duration,
	startN8n,
	startSandbox,
} = require('./lib');
const { runMainJob } = require('./lib/main-job.js');

const USAGE = `npm run demo [-- flags]
  --once             stop after the result instead of leaving the editor open
  --port <n>         n8n's port (5678; with --once any free one)
  --sandbox-port <n> the sandbox's port (4010; with --once any free one)
  --customers <n>    how many customers the sandbox holds`;

/** What has to be undone at the end, newest first. @type {Array<() => unknown>} */
const cleanup = [];

async function demo() {
	const started = Date.now();
	const flags = readFlags();
	if (!flags) return 0;
	const ports = await choosePorts(flags);
	await ensureBuilt();
	await ensureN8n();

	say('Starting n8n and the sandbox');
	const { client, sandbox, n8n } = await startBoth(ports, flags.customers);
	const saved = await client.createCredential({
		name: 'AlfaCRM sandbox',
		type: 'alfaCrmApi',
		data: await sandbox.credential(),
	});
	const test = await client.testCredential(saved);
	if (test.status !== 'OK')
		throw new Problem(`n8n's test of the AlfaCRM credential did not pass: ${test.message}`);
	const imported = [];
	for (const file of fs
		.readdirSync(inRepo('examples'))
		.filter((name) => name.endsWith('.json'))
		.sort()) {
		const workflow = JSON.parse(fs.readFileSync(inRepo('examples', file), 'utf8'));
		imported.push({ file, workflow: await client.importWorkflow(workflow, [saved]) });
	}
	const mainJob = imported.find(({ file }) => file === 'main-job.json')?.workflow;
	if (!mainJob) throw new Problem('examples/main-job.json is missing.');
	const wrong = await runMainJob(client, sandbox, mainJob);
	say(
		`\n${wrong === 0 ? 'Everything holds' : `${wrong} check(s) did not hold`}; ${duration(Date.now() - started)} in all.`,
	);
	if (flags.once) return wrong === 0 ? 0 : 1;

	say(`\nThe editor is open at ${n8n.url}/workflow/${mainJob.id}`);
	say(`  login     ${OWNER.email}`);
	say(`  password  ${OWNER.password}`);
	say(`  sandbox   ${sandbox.url} (requests: ${sandbox.url}/_sandbox/journal)`);
	say('Press Ctrl+C to stop; nothing is kept.');
	return await new Promise(() => {});
}

function readFlags() {
	try {
		const { values } = parseArgs({
			options: {
				once: { type: 'boolean', default: false },
				port: { type: 'string' },
				'sandbox-port': { type: 'string' },
				customers: { type: 'string' },
				help: { type: 'boolean', short: 'h', default: false },
			},
		});
		if (values.help) {
			say(USAGE);
			return undefined;
		}
		return {
			once: values.once,
			port: wholeNumber('--port', values.port, 65_535),
			sandboxPort: wholeNumber('--sandbox-port', values['sandbox-port'], 65_535),
			customers: wholeNumber('--customers', values.customers, 1_000_000),
		};
	} catch (error) {
		if (error instanceof Problem) throw error;
		throw new Problem(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
	}
}

/**
 * @param {string} flag
 * @param {string | undefined} text
 * @param {number} most
 */
function wholeNumber(flag, text, most) {
	if (text === undefined) return undefined;
	const value = Number(text);
	if (Number.isInteger(value) && value > 0 && value <= most) return value;
	throw new Problem(`${flag} takes a whole number from 1 to ${most}, not "${text}".`);
}

/** @param {{ once: boolean, port?: number, sandboxPort?: number }} flags */
async function choosePorts(flags) {
	const choose = async (
		/** @type {number | undefined} */ given,
		/** @type {number} */ usual,
		/** @type {string} */ what,
		/** @type {string} */ flag,
	) => {
		if (given === undefined && flags.once) return await freePort();
		await requireFree(given ?? usual, what, flag);
		return given ?? usual;
	};
	return {
		n8n: await choose(flags.port, 5678, 'n8n', '--port'),
		sandbox: await choose(flags.sandboxPort, 4010, 'the sandbox', '--sandbox-port'),
	};
}

/**
 * @param {{ n8n: number, sandbox: number }} ports
 * @param {number | undefined} customers
 */
async function startBoth(ports, customers) {
	const userFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-demo-'));
	cleanup.unshift(() => fs.rmSync(userFolder, { recursive: true, force: true, maxRetries: 5 }));
	const tarball = await packTarball();
	cleanup.unshift(tarball.remove);
	const starting = {
		n8n: startN8n({ userFolder, port: ports.n8n, tarball: tarball.file }),
		sandbox: startSandbox({ port: ports.sandbox, args: customers ? ['--customers', String(customers)] : [] }),
	};
	cleanup.unshift(
		async () =>
			await Promise.allSettled(Object.values(starting).map(async (server) => await (await server).stop())),
	);
	const [n8n, sandbox] = await Promise.all([starting.n8n, starting.sandbox]);
	const client = new N8nClient(n8n);
	await client.signIn();
	return { client, sandbox, n8n };
}

async function cleanUp() {
	for (const undo of cleanup.splice(0)) {
		try {
			await undo();
		} catch (error) {
			report(error);
		}
	}
}

/** Settles when the user or the system asks the demo to stop. */
async function interrupted() {
	return await new Promise((resolve) => {
		for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
			process.once(signal, () => {
				say('\nStopping');
				resolve(cleanup.length > 0 ? 0 : 130);
			});
		}
	});
}

/** `npm run demo` */
async function main() {
	try {
		return await Promise.race([interrupted(), demo()]);
	} finally {
		await cleanUp();
	}
}

module.exports = { main };
