import { DateTime } from 'luxon';

import { allExamples, JOBS } from '../../scripts/lib/examples';
import type { Sandbox } from '../../sandbox';
import { startSandbox } from '../../sandbox';
import { jobs } from './jobs';
import { CREDENTIAL_NAMES, saveCredentialAs } from './support/credentials';
import { useRealN8n } from './support/realN8n';
import type { Side } from './support/example';
import { Example } from './support/example';

const real = useRealN8n(
	{ customers: 45, settings: { rateLimit: 0 } },
	// What stands in front of n8n tells who calls.
	{ N8N_PROXY_HOPS: '1' },
);

beforeAll(async () => {
	const { url, account } = real.sandbox;
	const { email, apiKey } = account;
	// Examples are imported without any choice: n8n finds the credentials by name.
	await saveCredentialAs(real.client, CREDENTIAL_NAMES.alfaCrm, 'alfaCrmApi', {
		hostname: url,
		email,
		apiKey,
		requestsPerSecond: 50,
	});
	await saveCredentialAs(real.client, CREDENTIAL_NAMES.openAi, 'openAiApi', {
		apiKey: 'none',
		url: `${url}/v1`,
		header: false,
	});
	await saveCredentialAs(real.client, CREDENTIAL_NAMES.bearer, 'httpBearerAuth', { token: 'none' });
});

it('plays each job', () => {
	expect(jobs.map(({ name }) => name)).toEqual(JOBS.map(({ name }) => name));
});

describe.each(jobs)('$name', ({ name, play, otherPromises = {} }) => {
	beforeEach(() => real.sandbox.reset());
	const examples: Example[] = [];
	const start = async (side: Side, edit?: Parameters<typeof Example.import>[3]) => {
		const example = await Example.import(name, side, real, edit);
		examples.push(example);
		return example;
	};
	// One that polls on would be seen in what the next jobs ask, and what failed would still take their calls.
	afterEach(async () => {
		for (const example of examples.splice(0)) await example.unpublish();
	});

	it('does its job with this package', async () => await play(start, 'package', real));

	if (JOBS.some((job) => job.name === name && job.isCompared)) {
		it('does the same with HTTP Request nodes', async () => await play(start, 'http', real));
	}

	for (const [promise, check] of Object.entries(otherPromises))
		it(promise, async () => await check(start, real));
});

describe('in the school of the demo, which lives today', () => {
	let school: Sandbox;
	beforeAll(async () => {
		const today = DateTime.now().setZone('Europe/Moscow').toFormat('yyyy-MM-dd HH:mm:ss');
		school = await startSandbox({ today, settings: { rateLimit: 0 } });
	});
	afterAll(async () => await school.close());

	// The others wait for somebody: a visitor, a parent, AlfaCRM.
	const started = allExamples().filter(({ workflow }) =>
		workflow.nodes.some(({ type }) => /\.(schedule|manual|alfaCrm)Trigger$/.test(type)),
	);

	it.each(started)('$file has a result at once', async ({ workflow }) => {
		const credential = await real.createCredentialWith({ hostname: school.url, requestsPerSecond: 50 });
		const { id } = await real.client.importWorkflow({ ...workflow, id: undefined }, [credential]);
		const execution = await real.client.runWorkflow(id, { timeout: 120_000 });
		expect(execution.error).toBeUndefined();
		const { lastNode = '' } = execution;
		const follows = workflow.connections as Record<string, { main: unknown[][] } | undefined>;
		expect(follows[lastNode]?.main[0] ?? []).toEqual([]);
		expect(execution.outputs(lastNode).length).toBeGreaterThan(0);
	});
});
