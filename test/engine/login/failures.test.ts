import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { Engine } from '../support/engine';
import type { RawAnswer } from '../support/rawServer';
import { useRawServer } from '../support/rawServer';
import { otherNameOf } from '../support/school';

const server = useRawServer();
const parameters = { resource: 'branch', operation: 'getAll', returnAll: true, addNames: false };
const yii = (status: number): RawAnswer => ({
	body: { name: 'Error', message: 'Подождите', code: 0, status },
});

let users = 0;
const engine = (more: ICredentialDataDecryptedObject = {}) =>
	new Engine({
		hostname: server.url,
		email: `failing${++users}@school.example`,
		apiKey: 'key',
		requestsPerSecond: 0,
		...more,
	});
/** The first answers to a login, after which it works. */
const logins = (...answers: RawAnswer[]) => {
	let count = 0;
	server.answer = ({ path }) => {
		if (path !== 'auth/login')
			return { body: { total: 1, count: 1, page: 0, items: [{ id: 1, name: 'Центр' }] } };
		return answers[count++] ?? { body: { token: `token ${users} ${count}` } };
	};
};
const tries = () => server.requests.filter(({ path }) => path === 'auth/login').length;

describe('a login that fails', () => {
	it.each([429, 503])('with %i in the body of HTTP 200 is tried again', async (status) => {
		logins(yii(status));
		const { json, error } = await engine({ hostname: otherNameOf(server.url) }).run({ parameters });
		expect(error).toBeUndefined();
		expect(json).toMatchObject([{ id: 1 }]);
		expect(tries()).toBe(2);
	});

	it('with 401 in the body of HTTP 200 is not, and names email and key', async () => {
		logins(yii(401));
		const { error } = await engine().run({ parameters });
		expect(error?.message).toMatch(/'Email' and 'API Key'/);
		expect(error?.message).not.toMatch(/App Key/);
		expect(tries()).toBe(1);
	});

	it('names the app key where there is one', async () => {
		logins({ status: 403, body: { message: 'Not Authorized', status: 403 } });
		const { error } = await engine({ appKey: 'the app key' }).run({ parameters });
		expect(error?.message).toMatch(/'App Key'/);
	});

	it('with a web page and 403 is not blamed on the key', async () => {
		logins({ status: 403, body: '<html>Forbidden</html>' });
		const { error } = await engine().run({ parameters });
		expect(error?.message).toMatch(/There is no AlfaCRM at 127\.0\.0\.1/);
	});

	it('with 400 names the status', async () => {
		logins({ status: 400, body: { message: 'Bad Request', status: 400 } });
		const { error } = await engine().run({ parameters });
		expect(error?.message).toMatch(/would not take the login \(HTTP 400\)/);
	});
});

describe('an execution that is cancelled while it logs in', () => {
	const cancelledAfter = async (ms: number, credential = engine()) => {
		const execution = new AbortController();
		const begun = Date.now();
		void sleep(ms).then(() => execution.abort());
		await credential.run({ parameters, signal: execution.signal });
		return Date.now() - begun;
	};

	it('ends at once while the login has no answer', async () => {
		logins({ hangs: true });
		expect(await cancelledAfter(200)).toBeLessThan(2_000);
		expect(tries()).toBe(1);
	});

	it('ends at once while the login waits to be repeated', async () => {
		logins({ status: 429, headers: { 'retry-after': '4' } });
		expect(await cancelledAfter(300)).toBeLessThan(2_000);
	});
});
