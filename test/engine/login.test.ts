import type { ICredentialDataDecryptedObject, INodeParameters } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { Fault } from '../../sandbox';
import { getRateLimiter } from '../../nodes/AlfaCrm/api/rateLimiter';
import { Engine } from './support/engine';
import { useFastTime } from './support/fastTime';
import { findByPhoneForm } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { Poller } from './support/poller';
import type { RawAnswer } from './support/rawServer';
import { useRawServer } from './support/rawServer';
import { withOtherHostName, useSchool } from './support/school';
import { failure } from './support/version';

const school = useSchool({ customers: 30 });
const server = useRawServer();
useFastTime();
const { addLead, changeSettings } = frontDeskOf(school);

const listBranches: INodeParameters = {
	resource: 'branch',
	operation: 'getAll',
	returnAll: true,
};
const times = (count: number) => Array.from({ length: count }, () => ({}));
const logins = () => school.readJournal('auth/login').length;
const engineWith = (more: ICredentialDataDecryptedObject) => new Engine({ ...school.credential, ...more });

describe('a login', () => {
	it('happens once for all items and for executions that start together, and not again in the next', async () => {
		const run = async () => await school.engine.run({ parameters: listBranches, items: times(5) });
		const runs = [...(await Promise.all([run(), run(), run()])), await run()];
		expect(runs.map(({ json }) => json.length)).toEqual([15, 15, 15, 15]);
		expect(school.readJournal('branch/index')).toHaveLength(20);
		expect(logins()).toBe(1);
	});

	it('sends e-mail and key as documented, without branch and token', async () => {
		await school.engine.run({ parameters: listBranches });
		const [entry] = school.readJournal('auth/login');
		expect(entry).toMatchObject({ method: 'POST', path: '/v2api/auth/login' });
		expect(entry.body).toEqual({ email: school.sandbox.account.email, api_key: '***' });
		expect(entry.headers['content-type']).toBe('application/json');
		expect(entry.headers).not.toHaveProperty('x-alfacrm-token');
	});

	it('takes the app key along where the credential has one, as each call does; else no such header is sent', async () => {
		changeSettings({ requireAppKey: 'app-key-of-the-test' });
		const { json } = await engineWith({ appKey: 'app-key-of-the-test' }).run({ parameters: listBranches });
		expect(json).toHaveLength(3);

		changeSettings({ requireAppKey: null });
		school.sandbox.clearJournal();
		await school.engine.run({ parameters: listBranches });
		for (const { headers } of school.sandbox.journal) expect(headers).not.toHaveProperty('x-app-key');
	});
});

describe('a token that expires', () => {
	it.each([401, 403] as const)('with %i is renewed at the cost of one failed call', async (status) => {
		changeSettings({ expiredTokenStatus: status });
		await school.engine.run({ parameters: listBranches });
		school.sandbox.expireTokens();
		school.sandbox.clearJournal();

		const { json, error } = await school.engine.run({ parameters: listBranches, items: times(3) });
		expect(error).toBeUndefined();
		expect(json).toHaveLength(9);
		const list = 'branch/index';
		const calls = [list, 'auth/login', list, list, list];
		expect(school.readCalls()).toEqual(calls);
		expect(school.sandbox.journal.map((entry) => entry.status)).toEqual([status, 200, 200, 200, 200]);
	});

	it('with a 401 in the body of HTTP 200 makes n8n log in again and keep the new token', async () => {
		const expired = { name: 'Unauthorized', message: 'Expired', code: 0, status: 401 };
		const list = { total: 1, items: [{ id: 1, name: 'Филиал' }] };
		let valid = '';
		server.answer = ({ path, token }) => {
			if (path === 'auth/login') return { body: { token: (valid = `token ${server.requests.length}`) } };
			return { body: token === valid ? list : expired };
		};
		const engine = engineWith({ hostname: server.url });
		await engine.run({ parameters: listBranches });
		valid = '';
		server.requests.length = 0;
		expect((await engine.run({ parameters: listBranches })).json).toHaveLength(1);
		expect((await engine.run({ parameters: listBranches })).json).toHaveLength(1);
		const paths = server.requests.map(({ path }) => path);
		expect(paths).toEqual(['branch/index', 'auth/login', 'branch/index', 'branch/index']);
	});

	describe.each([401, 403] as const)('with %i, where each login ends the older tokens,', (status) => {
		beforeEach(() => changeSettings({ singleToken: true, expiredTokenStatus: status }));

		it('lets executions of one credential go on side by side, after one login', async () => {
			await school.engine.run({ parameters: listBranches });
			for (let round = 2; round < 4; round++) {
				school.sandbox.expireTokens();
				const run = async () => await school.engine.run({ parameters: listBranches, items: times(2) });
				const runs = await Promise.all(times(6).map(run));
				expect(runs.map(({ error, json }) => error?.message ?? json.length)).toEqual([6, 6, 6, 6, 6, 6]);
				expect(logins()).toBe(round);
			}
		});

		it('lets two credentials of one user work side by side, with one login more and not one for each call', async () => {
			const other = new Engine(school.credential);
			const runs = await Promise.all(
				[school.engine, other, school.engine, other].map(
					async (engine) => await engine.run({ parameters: listBranches, items: times(10) }),
				),
			);
			expect(runs.map(({ error, json }) => error?.message ?? json.length)).toEqual([30, 30, 30, 30]);
			expect(logins()).toBeLessThanOrEqual(2);
		});
	});
});

describe('a login that AlfaCRM refuses', () => {
	const items = times(10);

	it.each([
		['forbidden403', 'apiKey'],
		['unauthorized401', 'email'],
	] as const)('by %s is tried once for all items and named as the cause', async (loginRejection, wrong) => {
		changeSettings({ loginRejection });
		const engine = engineWith({ [wrong]: 'nobody@school.example' });
		const { error } = await engine.run({ parameters: listBranches });
		expect(error?.message).toContain("Check 'Email' and 'API Key'");
		expect(error?.failure).toEqual(failure({ cause: 'credential-invalid' }));
		expect(school.readCalls()).toEqual(['auth/login']);

		school.sandbox.clearJournal();
		const more = { parameters: listBranches, items, onError: 'continueErrorOutput' } as const;
		const { errorItems } = await engine.run(more);
		expect(errorItems).toHaveLength(items.length);
		for (const { json } of errorItems) expect(json.error).toMatch(/did not accept the login/);
		expect(school.readCalls()).toEqual(['auth/login']);
	});
});

describe('a user without the right', () => {
	it('to use the API is told so, without another login', async () => {
		const { error } = await engineWith({ ...school.sandbox.account.noRights }).run({
			parameters: listBranches,
		});
		expect(error).toMatchObject({ httpCode: '403' });
		expect(error?.message).toContain('denied access');
		expect(error?.description).toContain('v2api');
		expect(school.readCalls()).toEqual(['auth/login', 'branch/index']);
	});
});

describe('a login that fails', () => {
	let users = 0;
	const engine = () => engineWith({ hostname: server.url, email: `failing${++users}@school.example` });
	/** What comes of the first login, after which it works. */
	const firstLogin = (answer: RawAnswer) => {
		let count = 0;
		server.answer = ({ path }) => {
			if (path !== 'auth/login') return { body: { total: 1, items: [{ id: 1, name: 'Центр' }] } };
			return count++ === 0 ? answer : { body: { token: `token ${users}` } };
		};
	};
	const tries = () => server.requests.filter(({ path }) => path === 'auth/login').length;
	const inBody = (status: number): RawAnswer => ({
		body: { name: 'Error', message: 'Подождите', code: 0, status },
	});

	it('with 429 in the body of HTTP 200 is tried again', async () => {
		firstLogin(inBody(429));
		const { json, error } = await engine().run({ parameters: listBranches });
		expect(error).toBeUndefined();
		expect(json).toMatchObject([{ id: 1 }]);
		expect(tries()).toBe(2);
	});

	it('with 401 in the body of HTTP 200 is not, and says what to look at', async () => {
		firstLogin(inBody(401));
		const { error } = await engine().run({ parameters: listBranches });
		expect(error?.message).toMatch(/^(?!.*App Key).*'Email' and 'API Key'/);
		expect(tries()).toBe(1);
	});
});

describe('an execution that is cancelled while it logs in', () => {
	it.each<[what: string, answer: RawAnswer, isThere: () => boolean]>([
		['has no answer', { status: 403, delayMs: 60_000 }, () => server.requests.length > 0],
		[
			'waits to be repeated',
			{ status: 429, headers: { 'retry-after': '60' } },
			() => getRateLimiter(withOtherHostName(server.url)).requestedPauseMs > 0,
		],
	])('ends at once where the login %s', async (what, answer, isThere) => {
		server.answer = () => answer;
		const execution = new AbortController();
		const engine = engineWith({ hostname: withOtherHostName(server.url), email: `${what}@school.example` });
		const running = engine.run({ parameters: listBranches, signal: execution.signal });
		while (!isThere()) await sleep(5);
		const begun = performance.now();
		execution.abort();
		await running;
		expect(performance.now() - begun).toBeLessThan(50_000);
		expect(server.requests).toHaveLength(1);
	});
});

describe('neither key nor token is in what n8n keeps of', () => {
	const list: INodeParameters = { resource: 'customer', operation: 'getAll', branchId: 1 };
	const atLogin = { match: { pathContains: 'auth/login' } };
	const always = { times: 0, match: { entity: 'customer' } };

	/** Everything an error or item can carry, cycles and non-enumerable causes included. */
	function everythingIn(value: unknown, seen = new Set<unknown>()): string {
		if (typeof value !== 'object' || value === null) return String(value);
		if (seen.has(value)) return '';
		seen.add(value);
		return Object.getOwnPropertyNames(value)
			.map((key) => `${key}=${everythingIn((value as Record<string, unknown>)[key], seen)}`)
			.join('\n');
	}

	it.each<[string, Fault | undefined]>([
		['a success', undefined],
		['a rejected login', { kind: 'status', status: 403, ...atLogin }],
		['a redirected login', { kind: 'redirect', location: 'https://example.org/', ...atLogin }],
		['a 401 that stays', { kind: 'status', status: 401, ...always }],
		['a 500', { kind: 'status', status: 500, ...always }],
	])('%s', async (_what, fault) => {
		if (fault) school.sandbox.faults.add(fault);
		const engine = engineWith({ appKey: 'app-key-of-the-test' });
		for (const onError of [undefined, 'continueErrorOutput'] as const) {
			const { run } = await engine.run({ parameters: list, onError });
			const kept = everythingIn(run);
			const secrets = [school.sandbox.account.apiKey, 'app-key-of-the-test', engine.credentials.stored.token];
			for (const secret of secrets.filter((text) => text !== '')) expect(kept).not.toContain(secret);
			expect(kept).toContain('AlfaCRM');
		}
	});

	it.each([400, 500])('words of AlfaCRM with HTTP %i that hold them', async (status) => {
		await school.engine.run({ parameters: list });
		const secrets = [...school.sandbox.tokens(), String(school.credential.apiKey)];
		const message = `Bad token and key: ${secrets.join(', ')}`;
		school.sandbox.faults.add({ kind: 'status', status, message, ...always });
		const { error, run } = await school.engine.run({ parameters: list });
		expect(error?.message).toMatch(/customers/);
		const kept = everythingIn([error, run]);
		for (const secret of secrets) expect(kept).not.toContain(secret);
	});
});

describe('where the main branch is switched off', () => {
	const PHONE = '+7(900)555-00-01';
	const CREATED = { event: 'customerCreated' };
	const paths = () => [...new Set(school.readJournal('branch/index').map(({ path }) => path))];
	beforeEach(() => changeSettings({ mainBranch: 'off' }));

	it("the branches are those that are listed inside of the credential's, for everything", async () => {
		const id = addLead({ phone: [PHONE], branch_ids: [3] });
		const engine = engineWith({ branchId: 2 });
		expect((await engine.run({ parameters: listBranches })).json).toHaveLength(3);
		expect(await engine.loadOptions('branches', {})).toHaveLength(3);
		expect((await engine.loadOptions('stages', {})).length).toBeGreaterThan(0);
		expect((await engine.run({ parameters: findByPhoneForm(PHONE) })).json).toMatchObject([{ id }]);
		expect(await new Poller(engine, CREATED).poll()).toEqual([]);
		expect(paths()).toEqual(['/v2api/2/branch/index']);
	});
});
