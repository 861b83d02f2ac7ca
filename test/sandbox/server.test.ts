import type { Settings } from '../../sandbox';
import { RateLimit } from '../../sandbox/http/rateLimit';
import { defaultSettings } from '../../sandbox/model/settings';
import { entityNames } from '../../sandbox/school/entities';
import { useSchool, yiiError } from './support';

const school = useSchool({ now: '2026-02-10 12:00:00' });

const index = async (token?: string | null, headers?: Record<string, string>) =>
	await school.call('branch/index', {}, { token, headers });
const statusOf = async (path: string, token?: string) => (await school.call(path, {}, { token })).status;

describe('login', () => {
	it('gives a token that opens the other calls, without a branch alone', async () => {
		const { email, apiKey } = school.sandbox.account;
		const login = await school.tryLogin(email, apiKey);
		expect(login.status).toBe(200);
		expect(Object.keys(login.json)).toEqual(['token']);
		expect((await index(String(login.json.token))).status).toBe(200);
		expect(await statusOf('1/auth/login')).toBe(404);
	});

	it('reads a JSON body that is called otherwise', async () => {
		const { email, apiKey } = school.sandbox.account;
		const options = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
		expect((await school.tryLogin(email, apiKey, options)).json.token).toBeTruthy();
	});
});

describe('tokens', () => {
	it.each([
		['missing', null],
		['unknown', 'ffff'],
		['empty', ''],
	])('are asked for: %s is 401', async (_name, token) => {
		expect((await index(token)).json).toEqual(yiiError(401, 'Unauthorized'));
	});

	it('expire over HTTP as well', async () => {
		await school.callControl('POST', 'tokens/expire');
		expect((await index()).status).toBe(401);
	});
});

describe('rights', () => {
	it('a role without the API can log in and nothing else', async () => {
		await school.login(school.sandbox.account.noRights);
		for (const path of ['branch/index', '1/log/index', '1/subject/create', '1/lesson/teach?id=1']) {
			expect((await school.call(path)).json).toEqual(yiiError(403, 'Forbidden'));
		}
	});

	it('a role may lack the right to write subjects alone', async () => {
		await school.login(school.sandbox.account.noSubjects);
		expect((await school.call('1/subject/index')).status).toBe(200);
		for (const action of ['create', 'update?id=1', 'delete?id=1']) {
			expect((await school.call(`1/subject/${action}`, { name: 'Х' })).status).toBe(403);
		}
		expect((await school.call('1/room/update?id=1', { note: 'х' })).json.success).toBe(true);
		expect(school.readRecord('subject', 1)?.name).not.toBe('Х');
	});
});

describe('paths', () => {
	/** Listed only with a parameter, or by an action of another. */
	const beneath = [
		...['cgi', 'customer-tariff', 'communication', 'lesson-details', 'teacher-rate', 'working-hour'],
	];

	it.each(entityNames.filter((name) => !beneath.includes(name)))(
		'%s is listed in a branch, without one, with branch 0 and without an action',
		async (name) => {
			const plain = await school.call(`${name}/index`);
			expect(plain.status).toBe(200);
			expect(plain.ids.length).toBeGreaterThan(0);
			expect((await school.call(`0/${name}/index`)).json).toEqual(plain.json);
			const inBranch = await school.call(`1/${name}/index`);
			expect(inBranch.json).toMatchObject({ page: 0, count: inBranch.items.length });
			expect(inBranch.items.length).toBeGreaterThan(0);
			expect((await school.call(`1/${name}`)).json).toEqual(inBranch.json);
		},
	);

	it.each([
		...['customer-reject', 'pipeline', 'tariff', 'discount', 'lesson-type', 'teacher', 'user', 'company'],
		...['level', 'pay-account', 'pay-item', 'pay-item-category', 'pay-type', 'sms-message', 'mail-message'],
		...['phone-call', 'log'],
	])('%s can be listed and nothing else', async (name) => {
		const paths = ['create', 'update', 'delete'].map((action) => `1/${name}/${action}?id=1`);
		for (const path of paths) expect((await school.call(path)).json).toEqual(yiiError(404, 'Not Found'));
	});

	it.each(['1/lead/index', '1/customer/view', '', '1/x/y/z', '1/lesson-details/index'])(
		'%s is 404',
		async (path) => {
			expect((await school.call(path)).json).toEqual(yiiError(404, 'Not Found'));
		},
	);

	it.each(['GET', 'PUT'])('%s is 405, but for the list of companies by GET', async (method) => {
		const answer = await school.call('1/customer/index', {}, { method });
		expect(answer.json).toEqual(yiiError(405, 'Method Not Allowed'));
		expect(answer.headers.get('allow')).toBe('POST');
		const companies = await school.call('company/index', {}, { method });
		expect(companies.ids).toEqual(method === 'GET' ? [1, 2] : []);
	});
});

describe('bodies', () => {
	it('that are not JSON are 400', async () => {
		const answer = await school.call('1/customer/index', {}, { raw: '{"page":' });
		expect(answer.json).toEqual(yiiError(400, 'Bad Request'));
	});

	it.each(['', '[]', '"text"', '  '])('of %j count as empty', async (raw) => {
		const answer = await school.call('1/customer/index', {}, { raw });
		expect(answer.json).toEqual((await school.call('1/customer/index')).json);
	});
});

describe('the limit', () => {
	/** The calls of the journal that were let through although so many were in the second before, and those refused although not. */
	const misjudged = (rateLimit: number) => {
		const { journal } = school.sandbox;
		const starts = journal.filter(({ status }) => status === 200).map(({ at }) => at);
		return journal.filter(({ at, status }) => {
			const before = starts.filter((start) => start < at && at - start < 1000).length;
			return (status === 429) !== before >= rateLimit;
		});
	};
	const burst = async (calls: number) => await Promise.all(Array.from({ length: calls }, () => index()));

	it.each<[string, Partial<Settings>, Record<number, number>]>([
		[
			'slides and counts no refused calls: the next passes when the first is a second old',
			{ rateLimit: 2 },
			{ 0: 1, 300: 1, 301: 0, 999: 0, 1000: 1, 1299: 0, 1300: 1 },
		],
		[
			'counts refused calls with countRejected: whoever goes on calling stays out',
			{ rateLimit: 1, countRejected: true },
			{ 0: 1, 500: 0, 1000: 0, 1499: 0, 1999: 0, 2999: 1, 3999: 1, 4998: 0 },
		],
	])('%s', (_what, settings, admitted) => {
		const limit = new RateLimit({ ...defaultSettings, ...settings });
		const times = Object.keys(admitted).map(Number);
		expect(times.map((at) => Number(limit.admits(at)))).toEqual(Object.values(admitted));
	});

	it('is 5 calls a second; it can be off, and counts nothing then', () => {
		expect(defaultSettings.rateLimit).toBe(5);
		const settings = { ...defaultSettings, rateLimit: 0 };
		const limit = new RateLimit(settings);
		expect([0, 1].map((at) => limit.admits(at))).toEqual([true, true]);
		settings.rateLimit = 1;
		expect([2, 3].map((at) => limit.admits(at))).toEqual([true, false]);
	});

	it('lets so many calls pass, logins among them, and answers 429 to the rest; control calls are none', async () => {
		school.settings.rateLimit = 2;
		school.sandbox.clearJournal();
		const { account, journal } = school.sandbox;
		let calls = 0;
		// However slow the machine is: until one is refused, or it is clear that none will be.
		for (; calls < 1000 && journal.every(({ status }) => status === 200); calls += 20) {
			const logins = Array.from({ length: 10 }, () => school.tryLogin(account.email, account.apiKey));
			await Promise.all([school.callControl('GET', 'health'), burst(10), ...logins]);
		}
		expect(journal).toHaveLength(calls);
		expect(misjudged(2)).toEqual([]);
		expect(journal.map(({ status }) => status)).toContain(429);
	});

	it.each([
		[null, null],
		[3, '3'],
	])('names the wait when retryAfterSeconds is %j', async (retryAfterSeconds, header) => {
		Object.assign(school.settings, { rateLimit: 1, retryAfterSeconds });
		const refusals = (await burst(50)).filter(({ status }) => status === 429);
		expect(refusals.length).toBeGreaterThanOrEqual(1);
		for (const { headers, json } of refusals) {
			expect([json, headers.get('retry-after')]).toEqual([yiiError(429, 'Too Many Requests'), header]);
		}
	});

	it('is beside a latency, which delays every answer', async () => {
		school.settings.latencyMs = 50;
		const start = performance.now();
		await index();
		expect(performance.now() - start).toBeGreaterThanOrEqual(45);
	});
});

describe('the journal', () => {
	it('holds every call of the API as it came, refused ones too', async () => {
		school.sandbox.clearJournal();
		const before = Date.now();
		await school.call('2/customer/update?id=3&per-page=50', { note: 'х' }, { headers: { 'X-Test': 'yes' } });
		await index();
		await school.call('1/nothing/index', {}, { token: null });
		await school.call('branch/index', {}, { raw: '{' });
		const [first, second, ...refused] = school.sandbox.journal;
		expect(refused).toMatchObject([
			{ entity: 'nothing', status: 404 },
			{ body: '{', status: 400 },
		]);
		expect(first).toMatchObject({
			...{ n: 1, method: 'POST', path: '/v2api/2/customer/update', query: { id: '3', 'per-page': '50' } },
			headers: { 'x-test': 'yes', 'content-type': 'application/json' },
			...{ body: { note: 'х' }, entity: 'customer', action: 'update', branch: 2, status: 200 },
		});
		expect(first).not.toHaveProperty('fault');
		expect(second).toMatchObject({ n: 2, entity: 'branch', action: 'index', branch: null, body: {} });
		expect(Math.abs((first?.at ?? 0) - before)).toBeLessThan(2000);
		expect((first?.at ?? 0) < (second?.at ?? 0)).toBe(true);
		expect((first?.at ?? 0) % 1).not.toBe(0);
	});

	it('holds no key and no token', async () => {
		const { email, apiKey } = school.sandbox.account;
		await school.tryLogin(email, apiKey, { headers: { 'x-app-key': 'partner-secret' } });
		await school.tryLogin(email, '', { raw: `{"email":"${email}","api_key":"${apiKey}"` });
		await school.tryLogin(email, '', { raw: `email=${email}&api_key=${apiKey}` });
		await index();
		await index();
		const text = JSON.stringify((await school.callControl('GET', 'journal')).json);
		for (const secret of [apiKey, school.token, 'partner-secret']) expect(text).not.toContain(secret);
		const { journal } = school.sandbox;
		expect(journal.at(-5)).toMatchObject({ body: { email, api_key: '***' } });
		const prints = journal.slice(-2).map(({ headers }) => headers['x-alfacrm-token']);
		expect(prints[0]).toMatch(/^#[0-9a-f]{8}$/);
		expect(prints[1]).toBe(prints[0]);
		await school.login();
		await index();
		expect(journal.at(-1)?.headers['x-alfacrm-token']).not.toBe(prints[0]);
	});

	it('leaves control calls out, and can be read and cleared over HTTP', async () => {
		const { journal } = school.sandbox;
		await index();
		expect((await school.callControl('GET', 'journal')).json).toEqual(journal);
		const { length } = journal;
		await school.callControl('GET', 'health');
		expect(journal).toHaveLength(length);
		await school.callControl('DELETE', 'journal');
		expect(journal).toEqual([]);
		await index();
		expect(journal).toMatchObject([{ n: 1 }]);
	});
});
