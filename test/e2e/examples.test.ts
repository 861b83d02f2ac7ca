import { DateTime } from 'luxon';

import type { Sandbox } from '../../sandbox';
import { startSandbox } from '../../sandbox';
import { allExamples, JOBS } from '../../scripts/lib/examples';
import type { Workflow } from '../../scripts/lib/n8n/types';
import { jobs } from './jobs';
import type { ImportExample } from './jobs/types';
import { CREDENTIAL_NAMES, saveCredentialAs } from './support/credentials';
import { Example } from './support/example';
import { useRealN8n } from './support/realN8n';

/** The triggers of the examples that begin by themselves. The other examples wait for a visitor, a parent or AlfaCRM. */
const STARTING_TRIGGER = /\.(schedule|manual|alfaCrm)Trigger$/;

const real = useRealN8n(
	{ customers: 45, settings: { rateLimit: 0 } },
	// n8n takes the address of the sender from the proxy in front of it.
	{ N8N_PROXY_HOPS: '1' },
);

/** Saves the credentials under the names that the examples refer to, so that n8n chooses them for an imported example. */
beforeAll(async () => {
	const { url, account } = real.sandbox;
	await saveCredentialAs(real.client, CREDENTIAL_NAMES.alfaCrm, 'alfaCrmApi', {
		hostname: url,
		email: account.email,
		apiKey: account.apiKey,
		requestsPerSecond: 50,
	});
	await saveCredentialAs(real.client, CREDENTIAL_NAMES.openAi, 'openAiApi', {
		apiKey: 'none',
		url: `${url}/v1`,
		header: false,
	});
	await saveCredentialAs(real.client, CREDENTIAL_NAMES.bearer, 'httpBearerAuth', { token: 'none' });
});

it('the jobs of this folder are the examples of the READMEs, in their order', () => {
	const playedJobs = jobs.map(({ name }) => name);
	const examplesOfReadmes = JOBS.map(({ name }) => name);

	expect(playedJobs).toEqual(examplesOfReadmes);
});

describe('the example', () => {
	const importedExamples: Example[] = [];
	const comparedNames = JOBS.filter(({ isCompared }) => isCompared).map(({ name }) => name);
	const comparedJobs = jobs.filter(({ name }) => comparedNames.includes(name));
	const otherPromises = jobs.flatMap(({ name, otherPromises: checks = {} }) =>
		Object.entries(checks).map(([promise, check]) => ({ name, promise, check })),
	);

	/** Makes the function by which a job imports its example. */
	function makeImporter(name: string): ImportExample {
		return async (side, edit) => {
			const example = await Example.import(name, side, real, edit);
			importedExamples.push(example);
			return example;
		};
	}

	beforeEach(() => real.sandbox.reset());

	/** Switches off the examples of a test. A failed test may have left one on, whose polls would disturb the next tests. */
	afterEach(async () => {
		for (const example of importedExamples.splice(0)) {
			await example.unpublish();
		}
	});

	it.each(jobs)('$name does its job with this package', async ({ name, play }) => {
		await play(makeImporter(name), 'package', real);
	});

	it.each(comparedJobs)('$name does the same job with HTTP Request nodes', async ({ name, play }) => {
		await play(makeImporter(name), 'http', real);
	});

	it.each(otherPromises)('$name $promise', async ({ name, check }) => {
		await check(makeImporter(name), real);
	});
});

describe('in a school with records of today', () => {
	const startingExamples = allExamples().filter(({ workflow }) =>
		workflow.nodes.some(({ type }) => STARTING_TRIGGER.test(type)),
	);
	let school: Sandbox;

	beforeAll(async () => {
		const today = DateTime.now().setZone('Europe/Moscow').toFormat('yyyy-MM-dd HH:mm:ss');
		school = await startSandbox({ today, settings: { rateLimit: 0 } });
	});

	afterAll(async () => await school.close());

	/** Lists what comes after a node. */
	function readConnections({ connections }: Workflow, node: string): unknown[] {
		const outputs = connections as Record<string, { main: unknown[][] } | undefined>;
		return outputs[node]?.main[0] ?? [];
	}

	it.each(startingExamples)('$file runs to its last node and returns items', async ({ workflow }) => {
		const credential = await real.createCredentialWith({ hostname: school.url, requestsPerSecond: 50 });
		const { id } = await real.client.importWorkflow({ ...workflow, id: undefined }, [credential]);

		const execution = await real.client.runWorkflow(id, { timeout: 120_000 });

		expect(execution.error).toBeUndefined();
		const { lastNode = '' } = execution;
		expect(readConnections(workflow, lastNode)).toEqual([]);
		expect(execution.outputs(lastNode)).not.toEqual([]);
	});
});
