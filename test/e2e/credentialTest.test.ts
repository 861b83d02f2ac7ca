import { useRealN8n } from './support/realN8n';

// A test's calls come in quick succession, and n8n sends its second one itself, past the package's pace.
const real = useRealN8n({ customers: 100, settings: { rateLimit: 0 } });

describe("the credential's test", () => {
	const test = async (changes: Record<string, unknown>) =>
		await real.client.testCredential(await real.credentialWith(changes));
	afterEach(() => real.sandbox.faults.clear());

	it.each([
		['the address', () => real.sandbox.url],
		['host and port alone', () => `127.0.0.1:${real.sandbox.port}`],
		['a page pasted from the browser', () => `${real.sandbox.url}/company/1/lead/index?x=1#top`],
	])('succeeds with %s', async (_what, hostname) => {
		expect(await test({ hostname: hostname() })).toEqual({ status: 'OK', message: 'Connection successful!' });
	});

	it.each([
		['a wrong key', { apiKey: 'not-the-key' }, /Check 'Email' and 'API Key'/],
		['an unknown host', { hostname: 'no-such-school.invalid' }, /host no-such-school.invalid was not found/],
		['a host that refuses', { hostname: '127.0.0.1:1' }, /127.0.0.1:1 refused the connection/],
		['http:// elsewhere', { hostname: 'http://demo.s20.online' }, /send the API key unprotected/],
	])('says what is wrong with %s', async (_what, changes, message) => {
		expect(await test(changes)).toMatchObject({ status: 'Error', message: expect.stringMatching(message) });
	});

	it('says that the role has no right to the API', async () => {
		const result = await test({ ...real.sandbox.account.noRights });
		expect(result).toMatchObject({
			status: 'Error',
			message: expect.stringMatching(/v2api module in the role/),
		});
	});

	it('says that there are too many requests, not that the login is wrong', async () => {
		real.sandbox.faults.add({ match: { entity: 'branch' }, kind: 'tooMany' });
		expect(await test({})).toMatchObject({
			status: 'Error',
			message: expect.stringMatching(/The login works.*too many/),
		});
	});

	it.each([
		['that it is no AlfaCRM', { kind: 'html' as const, status: 200 }, /does not answer as AlfaCRM does/],
		[
			'where a redirect led',
			{ kind: 'redirect' as const, location: 'https://example.org/' },
			/redirect to example.org/,
		],
		[
			'that the host does not answer',
			{ kind: 'hang' as const, times: 0 },
			/did not answer the login within 10 seconds/,
		],
	])(
		'says %s',
		async (_what, fault, message) => {
			real.sandbox.faults.add({ match: { pathContains: 'auth/login' }, ...fault });
			expect(await test({})).toMatchObject({ status: 'Error', message: expect.stringMatching(message) });
		},
		90_000,
	);
});
