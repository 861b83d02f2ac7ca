import type { ICredentialDataDecryptedObject, IDataObject, IHttpRequestHelper } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { AlfaCrmApi } from '../../credentials/AlfaCrmApi.credentials';
import { rateLimiterOf } from '../../nodes/AlfaCrm/api/rateLimiter';
import { noteNodeCall, renewToken } from '../../nodes/AlfaCrm/api/renewals';
import { loginOf, offerCredential, usableToken } from '../../nodes/AlfaCrm/api/sessions';
import { contextOf, failureOfCall, READ, WRITE } from './apiSupport';
import { stopJitter } from './limiterSupport';

let schools = 0;
const newCredential = (changes = {}) => ({
	hostname: `renewals${++schools}.s20.online`,
	email: 'api@school.example',
	apiKey: 'key',
	appKey: '',
	requestsPerSecond: 1,
	token: 'dead',
	...changes,
});

/** n8n's helpers, with a login that takes 60 ms. */
function helpersWith(logIn: () => void) {
	const httpRequest = async () => {
		logIn();
		await sleep(60);
		return { token: 'new' };
	};
	return { helpers: { httpRequest } } as unknown as IHttpRequestHelper;
}

describe('a token that n8n renews for a call', () => {
	stopJitter();
	const credential = new AlfaCrmApi();

	it('is there for the others before the call has a place of its own, which it waits for', async () => {
		const data = newCredential();
		const begun = Date.now();
		const renewal = credential.preAuthentication.call(helpersWith(jest.fn()), data);
		await jest.advanceTimersByTimeAsync(60);
		await expect(renewal).resolves.toEqual({ token: 'new' });
		Object.assign(data, { token: 'new' });

		const sent: number[] = [];
		for (let time = 1; time <= 2; time++) {
			void credential.authenticate(data, { url: '/' }).then(({ headers }) => {
				expect(headers).toMatchObject({ 'X-ALFACRM-TOKEN': 'new' });
				sent.push(Date.now() - begun);
			});
			await jest.runAllTimersAsync();
		}
		// The login's place is taken until a second after its answer; whatever else is sent has its place already.
		expect(sent).toHaveLength(2);
		expect(sent[0]).toBeGreaterThanOrEqual(1_060);
		expect(sent[0]).toBeLessThan(1_200);
		expect(sent[1]).toBe(sent[0]);
	});

	it.each([
		['a call of these nodes, which was answered with 401', true, ''],
		['a call of another node, which may have failed for any reason', false, 'dead'],
	])('is not tried by others meanwhile only after %s', async (_what, isOfNode, meanwhile) => {
		const data = newCredential();
		if (isOfNode) noteNodeCall(data);
		const renewal = credential.preAuthentication.call(helpersWith(jest.fn()), data);
		expect(usableToken(loginOf(data), 'dead')).toBe(meanwhile);
		await jest.runAllTimersAsync();
		await renewal;
		expect(usableToken(loginOf(data), 'dead')).toBe(isOfNode ? 'new' : 'dead');
	});

	it('is not asked for where another process has got one by the time that the login may be sent', async () => {
		const data = newCredential();
		const stored = { ...data };
		const withdraw = offerCredential(loginOf(data), async () => await Promise.resolve({ ...stored }));
		const logIn = jest.fn();
		const limiter = rateLimiterOf(loginOf(data).origin);
		await limiter.run({ perSecond: 1 }, async () => await Promise.resolve());
		const renewal = credential.preAuthentication.call(helpersWith(logIn), data);
		// It has looked twice, and waits for its place.
		await jest.advanceTimersByTimeAsync(500);
		stored.token = 'of another process';
		await jest.runAllTimersAsync();
		await expect(renewal).resolves.toEqual({ token: 'of another process' });
		expect(logIn).not.toHaveBeenCalled();
		withdraw();
	});
});

it('a call of these nodes is known as one when its token is renewed', async () => {
	const meanwhile: string[] = [];
	const logIn = async (data: IDataObject) => {
		const credential = Object.assign(data, { token: 'dead' }) as ICredentialDataDecryptedObject;
		const renewal = renewToken(helpersWith(jest.fn()), credential);
		meanwhile.push(usableToken(loginOf(credential), 'dead'));
		return await renewal;
	};
	const { client } = contextOf(() => ({ items: [] }), { credential: newCredential({ token: '' }), logIn });
	await client.request(READ);
	expect(meanwhile).toEqual(['']);
});

it('a call that is cancelled while its token is renewed was not carried out, and says nothing else', async () => {
	const cancel = new AbortController();
	const credential = newCredential({ requestsPerSecond: 0, token: '' });
	const logIn = async (data: IDataObject) =>
		await renewToken(helpersWith(jest.fn()), data as ICredentialDataDecryptedObject);
	const { client, sent } = contextOf(() => new Promise(() => {}), {
		credential,
		logIn,
		signal: cancel.signal,
	});
	const onLost = jest.fn();
	const failure = failureOfCall(client, { ...WRITE, onLost });
	while (sent.length === 0) await sleep(1);
	cancel.abort();
	await expect(failure).resolves.toMatchObject({ message: 'The execution was cancelled', description: '' });
	expect(onLost).not.toHaveBeenCalled();
});
