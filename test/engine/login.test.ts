import type { ICredentialDataDecryptedObject, IDataObject, INodeParameters } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { Fault, JournalEntry } from '../../sandbox';
import { getRateLimiter } from '../../nodes/AlfaCrm/api/rateLimiter';
import type { RunResult } from './support/engine';
import { Engine } from './support/engine';
import { useFastTime } from './support/fastTime';
import { findByPhoneForm } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { Poller } from './support/poller';
import type { RawAnswer } from './support/rawServer';
import { useRawServer } from './support/rawServer';
import { withOtherHostName, useSchool } from './support/school';
import { makeFailure } from './support/version';

/** Tests how the node logs in to AlfaCRM, and when it does so again. The sandbox has three branches. */
const school = useSchool({ customers: 30 });
const server = useRawServer();
useFastTime();
const { addLead, changeSettings, run, runToEnd } = frontDeskOf(school);

const APP_KEY = 'app-key-of-the-test';
const LIST_BRANCHES: INodeParameters = {
	resource: 'branch',
	operation: 'getAll',
	returnAll: true,
};
/** An answer of the raw server: a list of one branch. */
const ONE_BRANCH: RawAnswer = { body: { total: 1, items: [{ id: 1, name: 'Центр' }] } };

const emptyItems = (count: number): IDataObject[] => Array.from({ length: count }, () => ({}));

/** Makes n8n with the credential of the school, in which some values are replaced. */
function makeEngineWith(values: ICredentialDataDecryptedObject): Engine {
	return new Engine({ ...school.credential, ...values });
}

/** Counts the logins that the sandbox has received. */
const countLogins = () => school.readJournal('auth/login').length;

/** Reads the outcome of a run: the message of its error, or else how many records it returned. */
const readOutcome = ({ error, json }: RunResult) => error?.message ?? json.length;

const hasAppKey = ({ headers }: JournalEntry) => 'x-app-key' in headers;

/** Answers in place of AlfaCRM with HTTP 200 and an error in the body. */
function errorInBody(status: number): RawAnswer {
	return { body: { name: 'Error', message: 'Подождите', code: 0, status } };
}

describe('Login', () => {
	it('the node logs in once for all items of an execution', async () => {
		const branches = await run(LIST_BRANCHES, { items: emptyItems(5) });

		expect(branches).toHaveLength(15);
		expect(school.readJournal('branch/index')).toHaveLength(5);
		expect(countLogins()).toBe(1);
	});

	it('the node logs in once for executions that start together', async () => {
		const results = await Promise.all([
			run(LIST_BRANCHES, { items: emptyItems(5) }),
			run(LIST_BRANCHES, { items: emptyItems(5) }),
			run(LIST_BRANCHES, { items: emptyItems(5) }),
		]);

		expect(results.map((branches) => branches.length)).toEqual([15, 15, 15]);
		expect(school.readJournal('branch/index')).toHaveLength(15);
		expect(countLogins()).toBe(1);
	});

	it('the node reuses the token of the last execution', async () => {
		await run(LIST_BRANCHES);

		await run(LIST_BRANCHES);

		expect(school.readJournal('branch/index')).toHaveLength(2);
		expect(countLogins()).toBe(1);
	});

	it('the node logs in with the email and the API key, without a branch or a token', async () => {
		await run(LIST_BRANCHES);

		const [login] = school.readJournal('auth/login');
		expect(login).toMatchObject({ method: 'POST', path: '/v2api/auth/login' });
		expect(login.body).toEqual({ email: school.sandbox.account.email, api_key: '***' });
		expect(login.headers['content-type']).toBe('application/json');
		expect(login.headers).not.toHaveProperty('x-alfacrm-token');
	});

	it('the node sends the app key of the credential with the login and with each call', async () => {
		changeSettings({ requireAppKey: APP_KEY });

		const { json } = await makeEngineWith({ appKey: APP_KEY }).run({ parameters: LIST_BRANCHES });

		expect(json).toHaveLength(3);
		expect(school.readCalls()).toEqual(expect.arrayContaining(['auth/login', 'branch/index']));
		expect(school.sandbox.journal.filter(hasAppKey)).toEqual(school.sandbox.journal);
	});

	it('the node sends no header for an app key when the credential has none', async () => {
		await run(LIST_BRANCHES);

		expect(school.readCalls()).toEqual(expect.arrayContaining(['auth/login', 'branch/index']));
		expect(school.sandbox.journal.filter(hasAppKey)).toEqual([]);
	});
});

describe.each([{ status: 401 }, { status: 403 }] as const)(
	'A token that has expired, which AlfaCRM refuses with HTTP $status',
	({ status }) => {
		beforeEach(() => {
			changeSettings({ expiredTokenStatus: status });
		});

		it('the node replaces an expired token after one failed call', async () => {
			await run(LIST_BRANCHES);
			school.sandbox.expireTokens();
			school.sandbox.clearJournal();

			const branches = await run(LIST_BRANCHES, { items: emptyItems(3) });

			expect(branches).toHaveLength(9);
			expect(school.sandbox.journal).toMatchObject([
				{ path: '/v2api/branch/index', status },
				{ path: '/v2api/auth/login', status: 200 },
				{ path: '/v2api/branch/index', status: 200 },
				{ path: '/v2api/branch/index', status: 200 },
				{ path: '/v2api/branch/index', status: 200 },
			]);
		});

		describe('in an account where each login ends the older tokens', () => {
			/** The branches that an execution of two items returns in an account with three branches. */
			const BRANCHES_OF_EXECUTION = 6;

			/**
			 * Starts six executions of two items at once. Returns how many branches each returned, or its
			 * error.
			 */
			async function runSixExecutions(): Promise<Array<string | number>> {
				const executions = emptyItems(6).map(
					async () => await runToEnd(LIST_BRANCHES, { items: emptyItems(2) }),
				);
				return (await Promise.all(executions)).map(readOutcome);
			}

			beforeEach(() => {
				changeSettings({ singleToken: true });
			});

			it('six executions log in once when their token expires', async () => {
				await run(LIST_BRANCHES);
				school.sandbox.expireTokens();

				const outcomes = await runSixExecutions();

				expect(outcomes).toEqual(Array(6).fill(BRANCHES_OF_EXECUTION));
				expect(countLogins()).toBe(2);
			});

			it('six executions log in once more when their new token expires as well', async () => {
				await run(LIST_BRANCHES);
				school.sandbox.expireTokens();
				await runSixExecutions();
				school.sandbox.expireTokens();

				const outcomes = await runSixExecutions();

				expect(outcomes).toEqual(Array(6).fill(BRANCHES_OF_EXECUTION));
				expect(countLogins()).toBe(3);
			});

			it('four executions with two credentials of one user log in at most twice, although each login ends the older tokens', async () => {
				const otherEngine = new Engine(school.credential);
				const listTenTimes = { parameters: LIST_BRANCHES, items: emptyItems(10) };

				const results = await Promise.all([
					school.engine.run(listTenTimes),
					otherEngine.run(listTenTimes),
					school.engine.run(listTenTimes),
					otherEngine.run(listTenTimes),
				]);

				expect(results.map(readOutcome)).toEqual([30, 30, 30, 30]);
				expect(countLogins()).toBeLessThanOrEqual(2);
			});
		});
	},
);

describe('A token that has expired, which AlfaCRM refuses with a 401 in the body of HTTP 200', () => {
	let validToken = '';
	let engine: Engine;
	const readPaths = () => server.requests.map(({ path }) => path);

	beforeEach(async () => {
		server.answer = ({ path, token }) => {
			if (path === 'auth/login') {
				validToken = `token ${server.requests.length}`;
				return { body: { token: validToken } };
			}
			return token === validToken ? ONE_BRANCH : errorInBody(401);
		};
		engine = makeEngineWith({ hostname: server.url });
		await engine.run({ parameters: LIST_BRANCHES });
		validToken = 'none, because the token of the first login has expired';
		server.requests.length = 0;
	});

	it('the node replaces a token that AlfaCRM refuses with a 401 in the body of HTTP 200', async () => {
		const { json } = await engine.run({ parameters: LIST_BRANCHES });

		expect(json).toMatchObject([{ id: 1 }]);
		expect(readPaths()).toEqual(['branch/index', 'auth/login', 'branch/index']);
	});

	it('the next execution sends the new token, not the expired one', async () => {
		await engine.run({ parameters: LIST_BRANCHES });
		server.requests.length = 0;

		const { json } = await engine.run({ parameters: LIST_BRANCHES });

		expect(json).toMatchObject([{ id: 1 }]);
		expect(readPaths()).toEqual(['branch/index']);
	});
});

describe.each<{
	wrongValue: string;
	loginRejection: string;
	credential: ICredentialDataDecryptedObject;
}>([
	{ wrongValue: 'API key', loginRejection: 'forbidden403', credential: { apiKey: 'wrong-key' } },
	{
		wrongValue: 'email',
		loginRejection: 'unauthorized401',
		credential: { email: 'nobody@school.example' },
	},
])('A login with a wrong $wrongValue, refused as $loginRejection', ({ loginRejection, credential }) => {
	beforeEach(() => {
		changeSettings({ loginRejection });
	});

	it('the node tries a refused login once and names Email and API Key in the error', async () => {
		const { error } = await makeEngineWith(credential).run({ parameters: LIST_BRANCHES });

		expect(error?.message).toContain("Check 'Email' and 'API Key'");
		expect(error?.failure).toEqual(makeFailure({ cause: 'credential-invalid' }));
		expect(school.readCalls()).toEqual(['auth/login']);
	});

	it('ten items fail with the error of one refused login', async () => {
		const { errorItems } = await makeEngineWith(credential).run({
			parameters: LIST_BRANCHES,
			items: emptyItems(10),
			onError: 'continueErrorOutput',
		});

		const messages = errorItems.map(({ json }) => json.error);
		const loginError = expect.stringContaining('did not accept the login') as string;
		expect(messages).toEqual(Array(10).fill(loginError));
		expect(school.readCalls()).toEqual(['auth/login']);
	});
});

describe('A user without the right to use the API', () => {
	it('the node does not log in again when AlfaCRM denies the user access to the API', async () => {
		const engine = makeEngineWith({ ...school.sandbox.account.noRights });

		const { error } = await engine.run({ parameters: LIST_BRANCHES });

		expect(error).toMatchObject({ httpCode: '403' });
		expect(error?.message).toContain('denied access');
		expect(error?.description).toContain('v2api');
		expect(school.readCalls()).toEqual(['auth/login', 'branch/index']);
	});
});

describe('A login that fails the first time', () => {
	/** Counts the users, because the node remembers the refused login of a user. */
	let userCount = 0;
	let engine: Engine;
	const countTries = () => server.requests.filter(({ path }) => path === 'auth/login').length;

	/** Lets the first login fail. A second one and all other calls succeed. */
	function failFirstLogin(answer: RawAnswer): void {
		server.answer = ({ path }) => {
			if (path !== 'auth/login') return ONE_BRANCH;
			return countTries() === 1 ? answer : { body: { token: `token of user ${userCount}` } };
		};
	}

	beforeEach(() => {
		userCount += 1;
		engine = makeEngineWith({ hostname: server.url, email: `failing${userCount}@school.example` });
	});

	it('the node tries the login again after a 429 in the body of HTTP 200', async () => {
		failFirstLogin(errorInBody(429));

		const { json, error } = await engine.run({ parameters: LIST_BRANCHES });

		expect(error).toBeUndefined();
		expect(json).toMatchObject([{ id: 1 }]);
		expect(countTries()).toBe(2);
	});

	it('the node does not try the login again after a 401 in the body of HTTP 200, and names Email and API Key', async () => {
		failFirstLogin(errorInBody(401));

		const { error } = await engine.run({ parameters: LIST_BRANCHES });

		expect(error?.message).toContain("'Email' and 'API Key'");
		expect(error?.message).not.toContain('App Key');
		expect(countTries()).toBe(1);
	});
});

describe('Cancelling an execution during its login', () => {
	/** Time runs faster here, so this is less than three real seconds. */
	const LESS_THAN_THE_WAIT_MS = 50_000;
	/** The node does not know that this address and that of the other tests are one server. */
	const hostname = () => withOtherHostName(server.url);

	/** Cancels an execution when it has come to its wait, and returns how long it takes to end. */
	async function cancelDuringLogin(engine: Engine, isWaiting: () => boolean): Promise<number> {
		const controller = new AbortController();
		const running = engine.run({ parameters: LIST_BRANCHES, signal: controller.signal });
		while (!isWaiting()) {
			await sleep(5);
		}

		const cancelledAt = performance.now();
		controller.abort();
		await running;
		return performance.now() - cancelledAt;
	}

	it('a cancelled execution ends at once while its login has no answer', async () => {
		server.answer = () => ({ status: 403, delayMs: 60_000 });
		const engine = makeEngineWith({ hostname: hostname(), email: 'unanswered@school.example' });

		const timeMs = await cancelDuringLogin(engine, () => server.requests.length > 0);

		expect(timeMs).toBeLessThan(LESS_THAN_THE_WAIT_MS);
		expect(server.requests).toHaveLength(1);
	});

	it('a cancelled execution ends at once while its login waits to be sent again', async () => {
		server.answer = () => ({ status: 429, headers: { 'retry-after': '60' } });
		const engine = makeEngineWith({ hostname: hostname(), email: 'waiting@school.example' });

		const timeMs = await cancelDuringLogin(engine, () => getRateLimiter(hostname()).requestedPauseMs > 0);

		expect(timeMs).toBeLessThan(LESS_THAN_THE_WAIT_MS);
		expect(server.requests).toHaveLength(1);
	});
});

describe('Secrets', () => {
	const LIST_CUSTOMERS: INodeParameters = { resource: 'customer', operation: 'getAll', branchId: 1 };
	const login = { pathContains: 'auth/login' };
	const customers = { entity: 'customer' };
	const ALWAYS = 0;

	/** Collects all texts of a value, also of cycles and of causes that are not enumerable. */
	function collectTexts(value: unknown, seen = new Set<unknown>()): string {
		if (typeof value !== 'object' || value === null) return String(value);
		if (seen.has(value)) return '';
		seen.add(value);
		return Object.getOwnPropertyNames(value)
			.map((key) => `${key}=${collectTexts((value as Record<string, unknown>)[key], seen)}`)
			.join('\n');
	}

	/** Finds the keys of the credential and the tokens of all logins that stand in a value. */
	function findSecrets(value: unknown): string[] {
		const texts = collectTexts(value);
		const secrets = [school.sandbox.account.apiKey, APP_KEY, ...school.sandbox.tokens()];
		return secrets.filter((secret) => texts.includes(secret));
	}

	describe.each<{ mode: string; onError: 'continueErrorOutput' | undefined }>([
		{ mode: 'stops on errors', onError: undefined },
		{ mode: 'continues on errors', onError: 'continueErrorOutput' },
	])('of a node that $mode', ({ onError }) => {
		it.each<{ outcome: string; faults: Fault[] }>([
			{ outcome: 'a success', faults: [] },
			{ outcome: 'a rejected login', faults: [{ kind: 'status', status: 403, match: login }] },
			{
				outcome: 'a redirected login',
				faults: [{ kind: 'redirect', location: 'https://example.org/', match: login }],
			},
			{
				outcome: 'a lasting 401',
				faults: [{ kind: 'status', status: 401, times: ALWAYS, match: customers }],
			},
			{
				outcome: 'a lasting 500',
				faults: [{ kind: 'status', status: 500, times: ALWAYS, match: customers }],
			},
		])('a saved run contains neither a key nor a token after $outcome', async ({ faults }) => {
			school.sandbox.faults.add(...faults);
			const engine = makeEngineWith({ appKey: APP_KEY });

			const result = await engine.run({ parameters: LIST_CUSTOMERS, onError });

			expect(collectTexts(result.run)).toContain('AlfaCRM');
			expect(findSecrets(result.run)).toEqual([]);
		});
	});

	it.each([{ status: 400 }, { status: 500 }])(
		'a saved run contains neither a key nor a token when the message of an HTTP $status repeats them',
		async ({ status }) => {
			await run(LIST_CUSTOMERS);
			const [token] = school.sandbox.tokens();
			school.sandbox.faults.add({
				kind: 'status',
				status,
				message: `Bad token and key: ${token}, ${school.sandbox.account.apiKey}`,
				times: ALWAYS,
				match: customers,
			});

			const result = await runToEnd(LIST_CUSTOMERS);

			expect(result.error?.message).toMatch(/customers/);
			expect(findSecrets(result.error)).toEqual([]);
			expect(findSecrets(result.run)).toEqual([]);
		},
	);
});

describe('A credential with the Branch ID 2 in an account whose main branch is disabled', () => {
	const PHONE = '+7(900)555-00-01';
	let engine: Engine;

	/** Expects that the branches were read, and each time inside of branch 2. */
	function expectBranchesReadInBranch2(): void {
		const paths = school.readJournal('branch/index').map(({ path }) => path);
		expect([...new Set(paths)]).toEqual(['/v2api/2/branch/index']);
	}

	beforeEach(() => {
		changeSettings({ mainBranch: 'off' });
		engine = makeEngineWith({ branchId: 2 });
	});

	it("Get Many lists the branches inside of the credential's branch when the main branch is disabled", async () => {
		const { json } = await engine.run({ parameters: LIST_BRANCHES });

		expect(json).toHaveLength(3);
		expectBranchesReadInBranch2();
	});

	it("the dropdown of branches reads the credential's branch when the main branch is disabled", async () => {
		const options = await engine.loadOptions('branches', {});

		expect(options).toHaveLength(3);
		expectBranchesReadInBranch2();
	});

	it('the dropdown of stages is filled although the main branch is disabled', async () => {
		const options = await engine.loadOptions('stages', {});

		expect(options.length).toBeGreaterThan(0);
		expectBranchesReadInBranch2();
	});

	it("Find finds a customer of another branch than the credential's by phone", async () => {
		const lead = addLead({ phone: [PHONE], branch_ids: [3] });

		const { json } = await engine.run({ parameters: findByPhoneForm(PHONE) });

		expect(json).toMatchObject([{ id: lead }]);
		expectBranchesReadInBranch2();
	});

	it('a trigger polls although the main branch is disabled', async () => {
		const records = await new Poller(engine, { event: 'customerCreated' }).poll();

		expect(records).toEqual([]);
		expectBranchesReadInBranch2();
	});
});
