import { School } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({}, { customers: 5 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

describe('the journal', () => {
	it('holds every call of the API as it came', async () => {
		school.sandbox.clearJournal();
		const before = Date.now();
		await school.call('2/customer/update?id=3&per-page=50', { note: 'х' }, { headers: { 'X-Test': 'yes' } });
		await school.call('branch/index');
		const [first, second] = school.sandbox.journal;
		expect(first).toMatchObject({
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
		});
		expect(first).not.toHaveProperty('fault');
		expect(second).toMatchObject({
			n: 2,
			entity: 'branch',
			action: 'index',
			branch: null,
			body: {},
		});
		expect(Math.abs((first?.at ?? 0) - before)).toBeLessThan(2000);
		expect((first?.at ?? 0) < (second?.at ?? 0)).toBe(true);
		expect((first?.at ?? 0) % 1).not.toBe(0);
	});

	it('holds refused calls too', async () => {
		school.sandbox.clearJournal();
		await school.call('1/nothing/index', {}, { token: null });
		await school.call('branch/index', {}, { method: 'GET' });
		await school.call('branch/index', {}, { raw: '{' });
		expect(school.sandbox.journal).toMatchObject([
			{ entity: 'nothing', status: 404 },
			{ method: 'GET', status: 405 },
			{ body: '{', status: 400 },
		]);
	});

	it('holds no key and no token', async () => {
		const { email, apiKey } = school.sandbox.account;
		await school.tryLogin(email, apiKey, { headers: { 'x-app-key': 'partner-secret' } });
		await school.tryLogin(email, '', { raw: `{"email":"${email}","api_key":"${apiKey}"` });
		await school.tryLogin(email, '', { raw: `email=${email}&api_key=${apiKey}` });
		await school.call('branch/index');
		await school.call('branch/index');
		const text = JSON.stringify((await school.control('GET', 'journal')).json);
		for (const secret of [apiKey, school.token, 'partner-secret']) expect(text).not.toContain(secret);
		const journal = school.sandbox.journal;
		expect(journal.at(-5)).toMatchObject({ body: { email, api_key: '***' } });
		const prints = journal.slice(-2).map(({ headers }) => headers['x-alfacrm-token']);
		expect(prints[0]).toMatch(/^#[0-9a-f]{8}$/);
		expect(prints[1]).toBe(prints[0]);
		await school.login();
		await school.call('branch/index');
		expect(journal.at(-1)?.headers['x-alfacrm-token']).not.toBe(prints[0]);
	});

	it('leaves control calls out, and can be read and cleared over HTTP', async () => {
		const { journal } = school.sandbox;
		await school.call('branch/index');
		expect((await school.control('GET', 'journal')).json).toEqual(journal);
		const { length } = journal;
		await school.control('GET', 'health');
		expect(journal).toHaveLength(length);
		await school.control('DELETE', 'journal');
		expect(journal).toEqual([]);
		await school.call('branch/index');
		expect(journal).toMatchObject([{ n: 1 }]);
	});
});
