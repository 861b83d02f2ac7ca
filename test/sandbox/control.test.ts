import { startSandbox } from '../../sandbox';
import { entityNames } from '../../sandbox/school/entities';
import { parseSetting, settingNames } from '../../sandbox/model/settings';
import { School } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({}, { customers: 10 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const text = (value: unknown) => JSON.stringify(value);

describe('records', () => {
	it('are read', async () => {
		const { store } = school.sandbox;
		expect((await school.control('GET', 'records/customer')).json).toEqual(store.rows('customer'));
		expect((await school.control('GET', 'records/customer/3')).json).toEqual(store.find('customer', 3));
	});

	it('are added, with an id and times of their own or the next ones', async () => {
		const given = { id: 77, name: 'Х', is_study: 1, created_at: '2020-01-01 00:00:00' };
		const { json } = await school.control('PUT', 'records/customer', given);
		expect(json).toMatchObject({ ...given, branch_ids: [1], e_date: '2030-12-31', phone: [] });
		const next = await school.control('PUT', 'records/customer', { name: 'У' });
		expect(next.json).toMatchObject({
			id: 78,
			created_at: expect.stringMatching(/^\d{4}-/) as string,
		});
		expect((await school.control('PUT', 'records/customer/90', { name: 'Z' })).json).toMatchObject({
			id: 90,
		});
	});

	it('are changed all at once', async () => {
		const { store } = school.sandbox;
		const count = store.rows('customer').length;
		expect((await school.control('PATCH', 'records/customer', { note: 'Всем' })).json).toEqual({
			changed: count,
		});
		expect(new Set(store.rows('customer').map(({ note }) => note))).toEqual(new Set(['Всем']));
	});

	it('are changed and removed past all rules', async () => {
		await school.control('PUT', 'records/customer/3', { name: '', balance: '1.00' });
		expect(school.sandbox.store.find('customer', 3)).toMatchObject({ name: '', balance: '1.00' });
		expect((await school.control('DELETE', 'records/customer/3')).json).toEqual({ removed: true });
		expect((await school.control('DELETE', 'records/customer/3')).json).toEqual({ removed: false });
	});

	it.each<[string, string, unknown, number, RegExp]>([
		['GET', 'records/nobody', undefined, 404, /Unknown entity \\"nobody\\".*customer/],
		['GET', 'records/customer/999', undefined, 404, /No customer 999/],
		['GET', 'records/customer/x', undefined, 400, /Not a record id/],
		['PUT', 'records/customer', [], 400, /must be a JSON object/],
		['PUT', 'records/customer', { id: -1 }, 400, /Not a record id/],
	])('%s %s with %j is refused', async (method, path, body, status, message) => {
		const answer = await school.control(method, path, body);
		expect(answer.status).toBe(status);
		expect(text(answer.json)).toMatch(message);
	});
});

describe('the store', () => {
	it('hands out rows that cannot be changed by accident', () => {
		const row = school.sandbox.store.find('customer', 1) as unknown as {
			name: string;
			phone: string[];
		};
		expect(() => (row.name = 'х')).toThrow();
		expect(() => row.phone.push('х')).toThrow();
	});

	it('refuses an id twice and an unknown entity', () => {
		const { store } = school.sandbox;
		expect(() => store.insert('customer', { id: 1 })).toThrow('customer 1 exists already');
		expect(() => store.rows('nobody')).toThrow(/Unknown entity "nobody".*subject/);
		expect(store.patch('customer', 999, {})).toBeUndefined();
	});
});

describe('settings', () => {
	it('are read and changed over HTTP, and hold at once', async () => {
		expect((await school.control('GET', 'settings')).json).toEqual(school.settings);
		expect(Object.keys(school.settings).sort()).toEqual([...settingNames].sort());
		const changed = await school.control('PATCH', 'settings', { pageSize: 3, total: 'missing' });
		expect(changed.json).toMatchObject({ pageSize: 3, total: 'missing', rateLimit: 0 });
		expect((await school.call('customer/index', { is_study: 2, removed: 1 })).items).toHaveLength(3);
	});

	it.each([
		[{ pageSizes: 3 }, /Unknown setting \\"pageSizes\\".*pageSize/],
		[{ pageSize: 0 }, /\\"pageSize\\" must be a whole number from 1 to 500, not 0/],
		[{ pageSize: '20' }, /must be a whole number/],
		[{ pastEnd: 'loop' }, /must be empty \| repeatLast/],
		[{ timeZone: 'Mars/North' }, /must be an IANA time zone/],
		[{ requireAppKey: 5 }, /or null/],
		[{ ignoredFilters: ['x'] }, /list of/],
		[{ optionalParams: ['cgi.group_id'] }, /list of.*entity\/action.parameter/],
		[{ dateFormats: { 'group.b_date': 'american' } }, /entity.name.*dotted \| iso \| points/],
		[{ dateFormats: ['iso'] }, /an object/],
		[{ requiredFields: { payer_name: true } }, /an object/],
		[{ now: 'today' }, /yyyy-mm-dd/],
		[{ toString: 1 }, /Unknown setting/],
		['x', /must be a JSON object/],
	])('%j is refused and changes nothing', async (body, message) => {
		const before = { ...school.settings };
		const answer = await school.control('PATCH', 'settings', body);
		expect(answer.status).toBe(400);
		expect(text(answer.json)).toMatch(message);
		expect(school.settings).toEqual(before);
	});

	it('are checked at the start as well', async () => {
		const wrong = { pageSize: -1 };
		await expect(startSandbox({ settings: wrong })).rejects.toThrow('"pageSize" must be');
	});

	it.each([
		['pageSize=50', { pageSize: 50 }],
		['pastEnd=repeatLast', { pastEnd: 'repeatLast' }],
		['shuffle=true', { shuffle: true }],
		['requireAppKey=null', { requireAppKey: null }],
		['requireAppKey=a=b', { requireAppKey: 'a=b' }],
		['ignoredFilters=["customer.id"]', { ignoredFilters: ['customer.id'] }],
		['dateFormats={"pay.date_from":"iso"}', { dateFormats: { 'pay.date_from': 'iso' } }],
	])('are read from the command line: %s', (assignment, setting) => {
		expect(parseSetting(assignment)).toEqual(setting);
	});

	it.each(['pageSize', '=5'])('%s is no assignment', (assignment) => {
		expect(() => parseSetting(assignment)).toThrow('Expected name=value');
	});
});

describe('faults', () => {
	it('are added one or several at a time, listed and cleared', async () => {
		await school.control('POST', 'faults', { kind: 'status', status: 503 });
		const several = [{ kind: 'html' }, { kind: 'reset', times: 0 }];
		expect((await school.control('POST', 'faults', several)).json).toEqual({ added: 2 });
		expect((await school.control('GET', 'faults')).json).toHaveLength(3);
		expect((await school.call('branch/index')).status).toBe(503);
		await school.control('DELETE', 'faults');
		expect((await school.call('branch/index')).status).toBe(200);
	});

	it('that are wrong are refused, all of them', async () => {
		const answer = await school.control('POST', 'faults', [{ kind: 'html' }, { kind: 'nope' }]);
		expect(answer.status).toBe(400);
		expect(text(answer.json)).toMatch(/Unknown fault kind.*nope.*status, html/);
		expect(school.sandbox.faults.list()).toEqual([]);
		expect((await school.control('POST', 'faults')).status).toBe(400);
	});

	it('limits and delays leave control calls alone', async () => {
		school.sandbox.faults.add({ kind: 'status', times: 0 });
		Object.assign(school.settings, { rateLimit: 1, latencyMs: 600_000 });
		for (let n = 0; n < 4; n += 1) expect((await school.control('GET', 'health')).status).toBe(200);
	});
});

describe('the rest', () => {
	it('health counts the records', async () => {
		const { json } = await school.control('GET', 'health');
		expect(json).toMatchObject({
			ok: true,
			records: { subject: 5, customer: 10, lesson: expect.any(Number) },
		});
		const { records } = json as { records: Record<string, number> };
		expect(Object.keys(records)).toEqual([...entityNames]);
		for (const [name, size] of Object.entries(records)) {
			expect(school.sandbox.store.rows(name)).toHaveLength(size);
		}
	});

	it('account names the users', async () => {
		expect((await school.control('GET', 'account')).json).toEqual(school.sandbox.account);
	});

	it('unknown control paths are 404', async () => {
		expect((await school.control('GET', 'nothing')).status).toBe(404);
	});

	it('reset brings everything back, with other customers if wished', async () => {
		const { sandbox } = school;
		const before = sandbox.store.rows('customer');
		sandbox.store.remove('customer', 1);
		sandbox.settings.pageSize = 7;
		sandbox.faults.add({ kind: 'html' });
		await school.control('POST', 'reset');
		expect(sandbox.store.rows('customer')).toEqual(before);
		expect(sandbox.settings.pageSize).toBe(20);
		expect(sandbox.settings.rateLimit).toBe(0);
		expect(sandbox.faults.list()).toEqual([]);
		expect(sandbox.journal).toEqual([]);
		expect((await school.call('branch/index')).status).toBe(401);

		await school.control('POST', 'reset', { customers: 20, seed: 2 });
		expect(sandbox.store.rows('customer')).toHaveLength(20);
		expect(sandbox.store.rows('customer')[0]?.name).not.toBe(before[0]?.name);
		await school.control('POST', 'reset', { customers: 10, seed: 1 });
		expect(sandbox.store.rows('customer')).toEqual(before);
	});

	it.each([{ customer: 5 }, { customers: -1 }, { seed: 'x' }])('reset with %j is refused', async (body) => {
		expect((await school.control('POST', 'reset', body)).status).toBe(400);
		expect(school.sandbox.store.rows('customer')).toHaveLength(10);
	});

	it('a taken port is an error', async () => {
		const { port } = school.sandbox;
		await expect(startSandbox({ port, customers: 1 })).rejects.toMatchObject({
			code: 'EADDRINUSE',
		});
	});
});
