import { RateLimit } from '../../sandbox/http/rateLimit';
import { defaultSettings } from '../../sandbox/model/settings';
import { entityNames } from '../../sandbox/school/entities';
import { useSchool, yiiError } from './support';

const school = useSchool({ now: '2026-02-10 12:00:00' });

/** Lists the branches with a token, by default that of the last login. */
const listBranches = async (token?: string | null) => await school.call('branch/index', {}, { token });

/** Sends several lists of branches at the same moment. */
const listBranchesAtOnce = async (count: number) =>
	await Promise.all(Array.from({ length: count }, async () => await listBranches()));

describe('the login', () => {
	it('the login returns a token and nothing else', async () => {
		const { email, apiKey } = school.sandbox.account;

		const { status, json } = await school.tryLogin(email, apiKey);

		expect(status).toBe(200);
		expect(json).toEqual({ token: expect.stringMatching(/^[0-9a-f]+$/) as string });
	});

	it('the login returns a token that other calls accept', async () => {
		const { email, apiKey } = school.sandbox.account;

		const { json } = await school.tryLogin(email, apiKey);

		expect((await listBranches(String(json.token))).status).toBe(200);
	});

	it('the login does not exist at a path with a branch', async () => {
		const { status } = await school.call('1/auth/login');

		expect(status).toBe(404);
	});

	it('the login reads a JSON body under another content type', async () => {
		const { email, apiKey } = school.sandbox.account;
		const headers = { 'content-type': 'application/x-www-form-urlencoded' };

		const { json } = await school.tryLogin(email, apiKey, { headers });

		expect(json.token).toEqual(expect.any(String));
	});
});

describe('the token of a call', () => {
	it.each([
		{ description: 'missing', token: null },
		{ description: 'unknown', token: 'ffff' },
		{ description: 'empty', token: '' },
	])('the token of a call is refused with HTTP 401 when it is $description', async ({ token }) => {
		const { status, json } = await listBranches(token);

		expect(status).toBe(401);
		expect(json).toEqual(yiiError(401, 'Unauthorized'));
	});

	it('the token of a call is refused with HTTP 401 after the control API has let all tokens expire', async () => {
		await school.callControl('POST', 'tokens/expire');

		expect((await listBranches()).status).toBe(401);
	});
});

describe('a user without the right to use the API', () => {
	it.each(['branch/index', '1/log/index', '1/subject/create', '1/lesson/teach?id=1'])(
		'a user without the right to use the API can log in, and gets HTTP 403 for %s',
		async (path) => {
			await school.login(school.sandbox.account.noRights);

			const { json } = await school.call(path);

			expect(json).toEqual(yiiError(403, 'Forbidden'));
		},
	);
});

describe('a user without the right to write subjects', () => {
	beforeEach(async () => {
		await school.login(school.sandbox.account.noSubjects);
	});

	it('a user without the right to write subjects can list them', async () => {
		const { status } = await school.call('1/subject/index');

		expect(status).toBe(200);
	});

	it.each(['create', 'update?id=1', 'delete?id=1'])(
		'a user without the right to write subjects gets HTTP 403 for %s',
		async (action) => {
			const subjectsBefore = school.readRecords('subject');

			const { status } = await school.call(`1/subject/${action}`, { name: 'Х' });

			expect(status).toBe(403);
			expect(school.readRecords('subject')).toEqual(subjectsBefore);
		},
	);

	it('a user without the right to write subjects can update a room', async () => {
		const room = await school.save('1/room/update?id=1', { note: 'х' });

		expect(room.note).toBe('х');
	});
});

/** The lists that need no parameter. */
const PLAIN_LISTS = [
	'branch',
	'location',
	'customer',
	'subject',
	'study-status',
	'lead-status',
	'lead-source',
	'lead-reject',
	'customer-reject',
	'pipeline',
	'tariff',
	'discount',
	'lesson-type',
	'room',
	'teacher',
	'user',
	'company',
	'level',
	'group',
	'lesson',
	'regular-lesson',
	'pay',
	'pay-account',
	'pay-item',
	'pay-item-category',
	'pay-type',
	'task',
	'sms-message',
	'mail-message',
	'phone-call',
	'log',
];

/** The lists that need a parameter, or that are an action of another entity. */
const NESTED_LISTS = [
	'cgi',
	'customer-tariff',
	'communication',
	'lesson-details',
	'teacher-rate',
	'working-hour',
];

it('every entity of the sandbox has a plain list or a nested one', () => {
	expect([...PLAIN_LISTS, ...NESTED_LISTS].sort()).toEqual([...entityNames].sort());
});

describe('the path of a list', () => {
	it.each(PLAIN_LISTS)('a list of %s may leave out the branch in its path', async (entity) => {
		const { status, ids } = await school.call(`${entity}/index`);

		expect(status).toBe(200);
		expect(ids.length).toBeGreaterThan(0);
	});

	it.each(PLAIN_LISTS)('a list of %s is the same for branch 0 as without a branch', async (entity) => {
		const withoutBranch = await school.call(`${entity}/index`);

		const withBranchZero = await school.call(`0/${entity}/index`);

		expect(withBranchZero.json).toEqual(withoutBranch.json);
	});

	it.each(PLAIN_LISTS)('a list of %s may name a branch in its path', async (entity) => {
		const { json, items } = await school.call(`1/${entity}/index`);

		expect(items.length).toBeGreaterThan(0);
		expect(json).toMatchObject({ page: 0, count: items.length });
	});

	it.each(PLAIN_LISTS)('a list of %s may leave out the action "index" in its path', async (entity) => {
		const withAction = await school.call(`1/${entity}/index`);

		const withoutAction = await school.call(`1/${entity}`);

		expect(withoutAction.json).toEqual(withAction.json);
	});
});

describe('an entity that can only be listed', () => {
	const READ_ONLY_ENTITIES = [
		'customer-reject',
		'pipeline',
		'tariff',
		'discount',
		'lesson-type',
		'teacher',
		'user',
		'company',
		'level',
		'pay-account',
		'pay-item',
		'pay-item-category',
		'pay-type',
		'sms-message',
		'mail-message',
		'phone-call',
		'log',
	];

	it.each(READ_ONLY_ENTITIES)(
		'%s, which can only be listed, answers create, update and delete with HTTP 404',
		async (entity) => {
			const create = await school.call(`1/${entity}/create?id=1`);
			const update = await school.call(`1/${entity}/update?id=1`);
			const deletion = await school.call(`1/${entity}/delete?id=1`);

			expect(create.json).toEqual(yiiError(404, 'Not Found'));
			expect(update.json).toEqual(yiiError(404, 'Not Found'));
			expect(deletion.json).toEqual(yiiError(404, 'Not Found'));
		},
	);
});

describe('the sandbox', () => {
	it.each(['1/lead/index', '1/customer/view', '', '1/x/y/z', '1/lesson-details/index'])(
		'the sandbox answers the unknown path "%s" with HTTP 404',
		async (path) => {
			const { json } = await school.call(path);

			expect(json).toEqual(yiiError(404, 'Not Found'));
		},
	);

	it.each(['GET', 'PUT'])(
		'the sandbox answers a list of customers by %s with HTTP 405 and names POST as allowed',
		async (method) => {
			const { json, headers } = await school.call('1/customer/index', {}, { method });

			expect(json).toEqual(yiiError(405, 'Method Not Allowed'));
			expect(headers.get('allow')).toBe('POST');
		},
	);

	it('the sandbox answers a list of companies by GET', async () => {
		const { ids } = await school.call('company/index', {}, { method: 'GET' });

		expect(ids).toEqual([1, 2]);
	});

	it('the sandbox answers a list of companies by PUT with HTTP 405', async () => {
		const { json } = await school.call('company/index', {}, { method: 'PUT' });

		expect(json).toEqual(yiiError(405, 'Method Not Allowed'));
	});

	it('the sandbox answers a body that is no JSON with HTTP 400', async () => {
		const { json } = await school.call('1/customer/index', {}, { raw: '{"page":' });

		expect(json).toEqual(yiiError(400, 'Bad Request'));
	});

	it.each(['', '[]', '"text"', '  '])('the sandbox reads the body %j as an empty object', async (raw) => {
		const withEmptyObject = await school.call('1/customer/index', {});

		const { json } = await school.call('1/customer/index', {}, { raw });

		expect(json).toEqual(withEmptyObject.json);
	});

	it('the sandbox delays every answer by the latency of its settings', async () => {
		school.changeSettings({ latencyMs: 50 });
		const start = performance.now();

		await listBranches();

		// A timer may end up to 1 ms early.
		expect(performance.now() - start).toBeGreaterThanOrEqual(45);
	});
});

describe('the rate limit', () => {
	it('the rate limit is 5 calls a second by default', () => {
		expect(defaultSettings.rateLimit).toBe(5);
	});

	it('a rate limit of 2 lets a third call pass once the first one is a second old', () => {
		const limit = new RateLimit({ ...defaultSettings, rateLimit: 2 });

		// The times are milliseconds.
		expect(limit.admits(0)).toBe(true);
		expect(limit.admits(300)).toBe(true);
		expect(limit.admits(301)).toBe(false);
		expect(limit.admits(999)).toBe(false);
		expect(limit.admits(1000)).toBe(true);
		expect(limit.admits(1299)).toBe(false);
		expect(limit.admits(1300)).toBe(true);
	});

	it('a rate limit that counts refused calls keeps out a client that goes on calling', () => {
		const limit = new RateLimit({ ...defaultSettings, rateLimit: 1, countRejected: true });

		// The times are milliseconds.
		expect(limit.admits(0)).toBe(true);
		expect(limit.admits(500)).toBe(false);
		expect(limit.admits(1000)).toBe(false);
		expect(limit.admits(1499)).toBe(false);
		expect(limit.admits(1999)).toBe(false);

		// Each of these calls but the last one comes a full second after the call before it.
		expect(limit.admits(2999)).toBe(true);
		expect(limit.admits(3999)).toBe(true);
		expect(limit.admits(4998)).toBe(false);
	});

	it('a rate limit counts no calls while it is off', () => {
		const settings = { ...defaultSettings, rateLimit: 0 };
		const limit = new RateLimit(settings);
		expect(limit.admits(0)).toBe(true);
		expect(limit.admits(1)).toBe(true);

		settings.rateLimit = 1;

		expect(limit.admits(2)).toBe(true);
		expect(limit.admits(3)).toBe(false);
	});

	it('the rate limit counts calls and logins, but no control calls, and answers HTTP 429 above the limit', async () => {
		const RATE_LIMIT = 2;
		school.changeSettings({ rateLimit: RATE_LIMIT });
		school.sandbox.clearJournal();

		const sentCalls = await sendCallsUntilOneIsRefused();

		const { journal } = school.sandbox;
		expect(journal).toHaveLength(sentCalls);
		expect(journal.map(({ status }) => status)).toContain(429);
		expect(findMisjudgedCalls(RATE_LIMIT)).toEqual([]);
	});

	it('an answer of HTTP 429 tells no time to wait by default', async () => {
		school.changeSettings({ rateLimit: 1 });

		const answers = await listBranchesAtOnce(50);

		const refusals = answers.filter(({ status }) => status === 429);
		const waitingTimes = new Set(refusals.map(({ headers }) => headers.get('retry-after')));
		expect(refusals[0].json).toEqual(yiiError(429, 'Too Many Requests'));
		expect(waitingTimes).toEqual(new Set([null]));
	});

	it('an answer of HTTP 429 tells the seconds to wait when retryAfterSeconds is set', async () => {
		school.changeSettings({ rateLimit: 1, retryAfterSeconds: 3 });

		const answers = await listBranchesAtOnce(50);

		const refusals = answers.filter(({ status }) => status === 429);
		const waitingTimes = new Set(refusals.map(({ headers }) => headers.get('retry-after')));
		expect(refusals[0].json).toEqual(yiiError(429, 'Too Many Requests'));
		expect(waitingTimes).toEqual(new Set(['3']));
	});

	/**
	 * Sends lists, logins and control calls at once, and repeats this until a call is refused, because a slow
	 * machine may not reach the limit at first. Returns how many of the calls the limit should count.
	 */
	async function sendCallsUntilOneIsRefused(): Promise<number> {
		const { account, journal } = school.sandbox;
		let sentCalls = 0;
		while (sentCalls < 1000 && journal.every(({ status }) => status === 200)) {
			const logins = Array.from(
				{ length: 10 },
				async () => await school.tryLogin(account.email, account.apiKey),
			);
			await Promise.all([school.callControl('GET', 'health'), listBranchesAtOnce(10), ...logins]);
			sentCalls += 20;
		}
		return sentCalls;
	}

	/**
	 * Finds the calls of the journal that passed although the limit was reached, or were refused although it
	 * was not.
	 */
	function findMisjudgedCalls(rateLimit: number): unknown[] {
		const { journal } = school.sandbox;
		const passedAt = journal.filter(({ status }) => status === 200).map(({ at }) => at);
		return journal.filter(({ at, status }) => {
			const callsOfLastSecond = passedAt.filter((earlier) => earlier < at && at - earlier < 1000);
			const isLimitReached = callsOfLastSecond.length >= rateLimit;
			const isRefused = status === 429;
			return isRefused !== isLimitReached;
		});
	}
});

describe('the journal', () => {
	it('the journal shows a call with its path, its query, its headers and its body', async () => {
		school.sandbox.clearJournal();

		await school.call('2/customer/update?id=3&per-page=50', { note: 'х' }, { headers: { 'X-Test': 'yes' } });

		expect(school.sandbox.journal).toMatchObject([
			{
				n: 1,
				method: 'POST',
				path: '/v2api/2/customer/update',
				query: { id: '3', 'per-page': '50' },
				headers: { 'x-test': 'yes', 'content-type': 'application/json' },
				body: { note: 'х' },
				entity: 'customer',
				action: 'update',
				branch: 2,
				status: 200,
			},
		]);
		expect(school.sandbox.journal[0]).not.toHaveProperty('fault');
	});

	it('the journal shows no branch for a call without one', async () => {
		school.sandbox.clearJournal();

		await listBranches();

		expect(school.sandbox.journal).toMatchObject([
			{ n: 1, entity: 'branch', action: 'index', branch: null, body: {} },
		]);
	});

	it('the journal shows calls that were refused', async () => {
		school.sandbox.clearJournal();

		await school.call('1/nothing/index', {}, { token: null });
		await school.call('branch/index', {}, { raw: '{' });

		expect(school.sandbox.journal).toMatchObject([
			{ entity: 'nothing', status: 404 },
			{ body: '{', status: 400 },
		]);
	});

	it('the journal shows when each call arrived, to a fraction of a millisecond', async () => {
		school.sandbox.clearJournal();
		const start = Date.now();

		await listBranches();
		await listBranches();

		const [firstEntry, secondEntry] = school.sandbox.journal;
		expect(Math.abs(firstEntry.at - start)).toBeLessThan(2000);
		expect(firstEntry.at).toBeLessThan(secondEntry.at);
		expect(Number.isInteger(firstEntry.at)).toBe(false);
	});

	it('the journal hides the API key of a login, also in a body that is no JSON', async () => {
		const { email, apiKey } = school.sandbox.account;
		await school.tryLogin(email, apiKey);
		await school.tryLogin(email, '', { raw: `{"email":"${email}","api_key":"${apiKey}"` });
		await school.tryLogin(email, '', { raw: `email=${email}&api_key=${apiKey}` });

		const { json } = await school.callControl('GET', 'journal');

		expect(JSON.stringify(json)).not.toContain(apiKey);
		const entryOfFirstLogin = school.sandbox.journal.at(-3);
		expect(entryOfFirstLogin).toMatchObject({ body: { email, api_key: '***' } });
	});

	it('the journal hides the app key and the token of a call', async () => {
		await school.call('branch/index', {}, { headers: { 'x-app-key': 'partner-secret' } });

		const { json } = await school.callControl('GET', 'journal');

		expect(JSON.stringify(json)).not.toContain('partner-secret');
		expect(JSON.stringify(json)).not.toContain(school.token);
	});

	it('the journal shows the same fingerprint for two calls with one token', async () => {
		await listBranches();
		await listBranches();

		const [firstEntry, secondEntry] = school.sandbox.journal.slice(-2);
		expect(firstEntry.headers['x-alfacrm-token']).toMatch(/^#[0-9a-f]{8}$/);
		expect(secondEntry.headers['x-alfacrm-token']).toBe(firstEntry.headers['x-alfacrm-token']);
	});

	it('the journal shows another fingerprint for the token of another login', async () => {
		await listBranches();
		const entryOfFirstToken = school.sandbox.journal.at(-1);

		await school.login();
		await listBranches();

		const entryOfSecondToken = school.sandbox.journal.at(-1);
		expect(entryOfSecondToken?.headers['x-alfacrm-token']).toMatch(/^#[0-9a-f]{8}$/);
		expect(entryOfSecondToken?.headers['x-alfacrm-token']).not.toBe(
			entryOfFirstToken?.headers['x-alfacrm-token'],
		);
	});

	it('a control call reads the journal, which does not show that call', async () => {
		school.sandbox.clearJournal();
		await listBranches();

		const { json } = await school.callControl('GET', 'journal');

		expect(json).toMatchObject([{ n: 1, entity: 'branch' }]);
		expect(json).toEqual(school.sandbox.journal);
	});

	it('a control call clears the journal, which counts from 1 again', async () => {
		await listBranches();

		await school.callControl('DELETE', 'journal');
		await listBranches();

		expect(school.sandbox.journal).toMatchObject([{ n: 1 }]);
	});
});
