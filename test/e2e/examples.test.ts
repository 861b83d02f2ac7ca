import { useRealN8n } from './support/real-n8n';
import type { Side } from './support/stage';
import { Stage } from './support/stage';
import { jobs } from './jobs';

const real = useRealN8n({ customers: 45, settings: { rateLimit: 0 } });

beforeAll(async () => {
	// The name that n8n gives to a first credential; examples are imported without any choice.
	const { email, apiKey } = real.sandbox.account;
	await real.client.createCredential({
		name: 'AlfaCRM account',
		type: 'alfaCrmApi',
		data: { hostname: real.sandbox.url, email, apiKey, requestsPerSecond: 50 },
	});
});

describe.each(jobs)('$name', ({ name, play, more = {} }) => {
	beforeEach(() => real.sandbox.reset());
	const start = async (side: Side, edit?: Parameters<typeof Stage.of>[3]) =>
		await Stage.of(name, side, real, edit);

	it('does its job with this package', async () => await play(start, 'package', real));

	it('does the same with HTTP Request nodes', async () => await play(start, 'http', real));

	for (const [promise, check] of Object.entries(more)) it(promise, async () => await check(start, real));
});
