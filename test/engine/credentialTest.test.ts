import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { AlfaCrmApi } from '../../credentials/AlfaCrmApi.credentials';
import { makeErrorBody } from '../support/nodeErrors';
import { Engine } from './support/engine';
import { frontDeskOf } from './support/frontDesk';
import type { RawAnswer } from './support/rawServer';
import { useRawServer } from './support/rawServer';
import { useSchool } from './support/school';
import { testCredential } from './support/testCredential';

/**
 * Tests the message that the editor shows below a credential. n8n tests a credential by listing the branches.
 */
const school = useSchool({ customers: 10 });
const server = useRawServer();
const { changeSettings } = frontDeskOf(school);

const SUCCESS = { status: 'OK', message: 'Connection successful!' } as const;

/** Counts the users, because the node remembers the login of each. */
let userCount = 0;

/** Makes the credential of a new user, who logs in at the raw server. */
function credentialOfRawServer(): ICredentialDataDecryptedObject {
	userCount += 1;
	return {
		hostname: server.url,
		email: `user${userCount}@school.example`,
		apiKey: 'key',
		requestsPerSecond: 0,
	};
}

/** Lets the login succeed, and answers the list of branches with `answer`. */
function answerBranchesWith(answer: RawAnswer): void {
	server.answer = ({ path }) => (path === 'auth/login' ? { body: { token: `token ${userCount}` } } : answer);
}

/** Tests a credential whose login succeeds, and whose list of branches is answered with `answer`. */
async function testWithAnswer(answer: RawAnswer) {
	answerBranchesWith(answer);
	return await testCredential(credentialOfRawServer());
}

/**
 * Divides the timeouts of all calls by 50, and returns the list of the timeouts as they were, to
 * which each call adds its own.
 */
function shortenTimeouts(engine: Engine): number[] {
	const timeouts: number[] = [];
	const authenticate = engine.credentials.authenticate.bind(engine.credentials);
	engine.credentials.authenticate = async (...args) => {
		const request = await authenticate(...args);
		const timeout = request.timeout ?? Infinity;
		timeouts.push(timeout);
		return { ...request, timeout: timeout / 50 };
	};
	return timeouts;
}

describe('The test of a credential', () => {
	it('the test succeeds when the login and the list of branches succeed', async () => {
		const result = await testCredential(school.credential);

		expect(result).toEqual(SUCCESS);
	});

	it('the test succeeds with a pasted browser address and with blanks around the values', async () => {
		const { email, apiKey } = school.sandbox.account;

		const result = await testCredential({
			hostname: ` ${school.sandbox.url}/company/1/customer `,
			email: `${email} `,
			apiKey: ` ${apiKey}\n`,
			requestsPerSecond: 0,
		});

		expect(result).toEqual(SUCCESS);
	});

	it('the test names Email and API Key when the key is wrong', async () => {
		const { status, message } = await testCredential({ ...school.credential, apiKey: 'not-the-key' });

		expect(status).toBe('Error');
		expect(message).toContain("Check 'Email' and 'API Key'");
	});

	it("the test replaces both keys in AlfaCRM's message by dots", async () => {
		server.answer = () => ({
			status: 400,
			body: makeErrorBody(400, 'Refused: key of the user, key of the app'),
		});

		const { message } = await testCredential({
			...credentialOfRawServer(),
			apiKey: 'key of the user',
			appKey: 'key of the app',
		});

		expect(message).toContain('Refused: …, …');
	});

	it.each<{ content: string; answer: RawAnswer }>([
		{ content: 'a web page', answer: { body: '<!DOCTYPE html><html><body>Вход</body></html>' } },
		{ content: 'no content', answer: { status: 204 } },
		{ content: 'an empty object', answer: { body: {} } },
		{
			content: 'success: false',
			answer: { body: { success: false, errors: ['Тариф не оплачен.'] } },
		},
		{
			content: 'null',
			answer: { body: 'null', headers: { 'content-type': 'application/json' } },
		},
		{ content: 'null in place of the list', answer: { body: { total: 0, items: null } } },
	])('the test says that no list of branches came when AlfaCRM answers with $content', async ({ answer }) => {
		const result = await testWithAnswer(answer);

		expect(result).toEqual({
			status: 'Error',
			message:
				"The login works, but no list of branches came. Check 'Hostname' and whether AlfaCRM opens in a browser.",
		});
	});

	it('the test says that this user needs a branch when AlfaCRM lists none', async () => {
		const { status, message } = await testWithAnswer({ body: { total: 0, items: [] } });

		expect(status).toBe('Error');
		expect(message).toMatch(/The login works, but AlfaCRM lists no branch.*'Branch ID'/);
	});

	it.each([{ status: 301 }, { status: 302 }, { status: 303 }, { status: 307 }, { status: 308 }])(
		'the test does not follow a redirect with HTTP $status, and names Hostname',
		async ({ status }) => {
			const result = await testWithAnswer({
				status,
				headers: { location: 'https://other.example/' },
			});

			expect(result.status).toBe('Error');
			expect(result.message).toMatch(/redirect.*not followed.*Check 'Hostname'/);
		},
	);

	it.each([
		{
			status: 400,
			advice: 'to check the main branch and Hostname',
			message: /main branch is disabled.*'Branch ID'.*check 'Hostname'/,
		},
		{
			status: 401,
			advice: 'that the token is refused',
			message: /does not take the token/,
		},
		{
			status: 403,
			advice: 'to switch on the v2api module',
			message: /v2api module.*main branch is disabled.*'Branch ID'/,
		},
		{
			status: 404,
			advice: 'to check the main branch and Hostname',
			message: /main branch is disabled.*'Branch ID'.*check 'Hostname'/,
		},
		{
			status: 405,
			advice: 'to check the main branch',
			message: /main branch is disabled.*'Branch ID'/,
		},
		{ status: 429, advice: 'that there are too many requests', message: /too many requests/ },
		{ status: 500, advice: 'that the server had trouble', message: /The login works, but .*had trouble/ },
		{ status: 502, advice: 'that the server had trouble', message: /The login works, but .*had trouble/ },
		{ status: 503, advice: 'that the server had trouble', message: /The login works, but .*had trouble/ },
		{ status: 504, advice: 'that the server had trouble', message: /The login works, but .*had trouble/ },
	])('the test says $advice after HTTP $status', async ({ status, message }) => {
		const result = await testWithAnswer({ status, body: { message: 'no' } });

		expect(result.status).toBe('Error');
		expect(result.message).toMatch(message);
	});

	it.each([
		{ status: 401, advice: 'that the token is refused', message: /does not take the token/ },
		{ status: 503, advice: 'that the server had trouble', message: /had trouble/ },
	])('the test says $advice after a $status in the body of HTTP 200', async ({ status, message }) => {
		const result = await testWithAnswer({ body: makeErrorBody(status, 'no') });

		expect(result.status).toBe('Error');
		expect(result.message).toMatch(message);
	});

	it.each([{ branchId: 0 }, { branchId: 2 }])(
		'the test gives up within 15 seconds when the list of branches has no answer and Branch ID is $branchId',
		async ({ branchId }) => {
			answerBranchesWith({ hangs: true });
			const credential = { ...credentialOfRawServer(), branchId };
			const engine = new Engine(credential);
			const timeouts = shortenTimeouts(engine);

			const { status } = await testCredential(credential, engine);

			expect(status).toBe('Error');
			expect(timeouts).toHaveLength(1);
			expect(timeouts[0]).toBeLessThan(15_000);
		},
	);
});

describe('The test of a credential with a Branch ID', () => {
	const readPathOfTest = () => school.readJournal('branch/index').at(-1)?.path;

	it('the test names Branch ID when the main branch is disabled and the credential has none', async () => {
		changeSettings({ mainBranch: 'off' });

		const { status, message } = await testCredential(school.credential);

		expect(status).toBe('Error');
		expect(message).toContain("'Branch ID'");
	});

	it.each([
		{ branchId: 2, type: 'number' },
		{ branchId: '2', type: 'text' },
	])('the test lists the branches inside of branch 2 when Branch ID is the $type 2', async ({ branchId }) => {
		changeSettings({ mainBranch: 'off' });

		const result = await testCredential({ ...school.credential, branchId });

		expect(result).toEqual(SUCCESS);
		expect(readPathOfTest()).toBe('/v2api/2/branch/index');
	});

	it.each([
		{ branchId: 0, content: '0' },
		{ branchId: '', content: 'an empty text' },
		{ branchId: null, content: 'null' },
		{ branchId: undefined, content: 'undefined' },
	])('the test lists the branches of the whole account when Branch ID is $content', async ({ branchId }) => {
		const credential = { ...school.credential, branchId } as ICredentialDataDecryptedObject;

		const result = await testCredential(credential);

		expect(result).toEqual(SUCCESS);
		expect(readPathOfTest()).toBe('/v2api/branch/index');
	});
});

describe('The copy of the credential that the editor gets, without its prototype', () => {
	it('the credential has its own property authenticate, without which the HTTP Request node would not offer it', () => {
		const copy = { ...new AlfaCrmApi() };

		expect(copy).toHaveProperty('authenticate');
	});
});
