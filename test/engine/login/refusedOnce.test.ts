import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { Engine } from '../support/engine';
import { useRawServer } from '../support/rawServer';
import { useSchool } from '../support/school';
import { tellsCause } from '../support/version';

const school = useSchool();
const server = useRawServer();

const parameters = { resource: 'leadStatus', operation: 'getAll', branchId: 1, returnAll: true };
const items = Array.from({ length: 40 }, () => ({}));
const logins = () => school.calls().filter((call) => call === 'auth/login').length;

describe('a login that AlfaCRM refuses', () => {
	it.each(['apiKey', 'email'])('is tried once for all items of an execution: wrong %s', async (name) => {
		const engine = new Engine({ ...school.credential, [name]: 'nobody@school.example' });
		const { errorItems } = await engine.run({ parameters, items, onError: 'continueErrorOutput' });
		expect(errorItems).toHaveLength(items.length);
		for (const { json } of errorItems) expect(json.error).toMatch(/did not accept the login/);
		expect(school.calls()).toEqual(['auth/login']);
	});

	it('is tried once where a token that expired was to be renewed', async () => {
		const engine = new Engine({ ...school.credential });
		await engine.run({ parameters });
		school.sandbox.tokens().length = 0;
		engine.credentials.stored.token = 'expired';
		engine.credentials.stored.apiKey = 'revoked';
		school.sandbox.clearJournal();
		const { errorItems } = await engine.run({ parameters, items, onError: 'continueErrorOutput' });
		expect(errorItems).toHaveLength(items.length);
		expect(logins()).toBe(1);
		expect(school.calls().length).toBeLessThan(4);
	});

	it('works for the next items once the credential is corrected', async () => {
		const engine = new Engine({ ...school.credential, apiKey: 'wrong' });
		const { getDecrypted } = engine.credentials;
		let reads = 0;
		engine.credentials.getDecrypted = async () => {
			if (++reads === 6) engine.credentials.stored.apiKey = school.credential.apiKey;
			return await getDecrypted.call(engine.credentials);
		};
		const { json, errorItems } = await engine.run({ parameters, items, onError: 'continueErrorOutput' });
		expect(errorItems.length).toBeGreaterThan(0);
		expect(json.length).toBeGreaterThan(0);
		expect(logins()).toBe(2);
	});

	it('is tried again where AlfaCRM was merely out of order', async () => {
		let count = 0;
		server.answer = ({ path }) => {
			if (path !== 'auth/login') return { body: { total: 1, count: 1, page: 0, items: [{ id: 1 }] } };
			return ++count === 1 ? { status: 500, body: {} } : { body: { token: 'a token' } };
		};
		const credential = { hostname: server.url, email: 'order@school.example', apiKey: 'a key' };
		const { json, errorItems } = await new Engine({ ...credential, requestsPerSecond: 0 }).run({
			parameters,
			items: [{}, {}],
			onError: 'continueErrorOutput',
		});
		expect([json.length, errorItems.length]).toEqual([1, 1]);
	});
});

// Older n8n loses what came with an error status, unless it was JSON.
(tellsCause ? describe : describe.skip)('a web page in place of an answer', () => {
	const failing = async (status: number, body: string): Promise<string> => {
		server.answer = ({ path }) =>
			path === 'auth/login' ? { body: { token: `token ${status}` } } : { status, body };
		const credential: ICredentialDataDecryptedObject = { hostname: server.url, requestsPerSecond: 0 };
		const who = { email: `page${status}@school.example`, apiKey: 'the key of a user' };
		const { error } = await new Engine({ ...credential, ...who }).run({ parameters });
		return `${error?.message} ${error?.description}`;
	};

	it.each([400, 401, 403, 404, 405, 410])('with HTTP %i is not put down to the user', async (status) => {
		const words = await failing(status, '<html>Access denied by the firewall</html>');
		expect(words).toMatch(new RegExp(`answered with a web page \\(HTTP ${status}\\), so it could not list`));
		expect(words).not.toMatch(/this user may not|does not accept the login|does not exist|parameters/);
	});
});
