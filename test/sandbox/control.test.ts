import { startSandbox } from '../../sandbox';
import { parseSetting, settingNames } from '../../sandbox/model/settings';
import { entityNames } from '../../sandbox/school/entities';
import { allCustomers, newLead, useSchool } from './support';

const school = useSchool({ now: '2026-02-11 09:30:00', pageSize: 100 }, { customers: 40 });

const text = (value: unknown) => JSON.stringify(value);
const create = async () => (await school.call('1/customer/create', newLead)).model;
const idsOf = async (path: string, body = {}) => (await school.call(path, body)).ids;

describe('records', () => {
	it('records are read', async () => {
		expect((await school.callControl('GET', 'records/customer')).json).toEqual(
			school.readRecords('customer'),
		);
		expect((await school.callControl('GET', 'records/customer/3')).json).toEqual(
			school.readRecord('customer', 3),
		);
	});

	it('records are added, with an id and times of their own or the next ones', async () => {
		const given = { id: 77, name: 'Х', is_study: 1, created_at: '2020-01-01 00:00:00' };
		const { json } = await school.callControl('PUT', 'records/customer', given);
		expect(json).toMatchObject({ ...given, branch_ids: [1], e_date: '2030-12-31', phone: [] });
		const next = await school.callControl('PUT', 'records/customer', { name: 'У' });
		expect(next.json).toMatchObject({ id: 78, created_at: '2026-02-11 09:30:00' });
	});

	it('records are changed, all at once too, and removed past all rules', async () => {
		const { json } = await school.callControl('PATCH', 'records/customer', { note: 'Всем' });
		expect(json).toEqual({ changed: 40 });
		expect(new Set(school.readRecords('customer').map(({ note }) => note))).toEqual(new Set(['Всем']));
		await school.callControl('PUT', 'records/customer/3', { name: '', balance: '1.00' });
		expect(school.readRecord('customer', 3)).toMatchObject({ name: '', balance: '1.00' });
		expect((await school.callControl('DELETE', 'records/customer/3')).json).toEqual({ removed: true });
		expect((await school.callControl('DELETE', 'records/customer/3')).json).toEqual({ removed: false });
	});

	it.each<[string, string, unknown, number, RegExp]>([
		['GET', 'records/nobody', undefined, 404, /Unknown entity \\"nobody\\".*customer/],
		['GET', 'records/customer/999', undefined, 404, /No customer 999/],
		['PUT', 'records/customer', [], 400, /must be a JSON object/],
		['PUT', 'records/customer', { id: -1 }, 400, /Not a record id/],
	])('%s %s with %j is refused', async (method, path, body, status, message) => {
		const answer = await school.callControl(method, path, body);
		expect(answer.status).toBe(status);
		expect(text(answer.json)).toMatch(message);
	});
});

it('records cannot be changed by accident', () => {
	const row = school.readRecord('customer', 1) as unknown as { name: string; phone: string[] };
	expect(() => (row.name = 'х')).toThrow(TypeError);
	expect(() => row.phone.push('х')).toThrow(TypeError);
});

describe('settings', () => {
	it('settings are read and changed over HTTP, and hold at once', async () => {
		expect((await school.callControl('GET', 'settings')).json).toEqual(school.settings);
		expect(Object.keys(school.settings).sort()).toEqual([...settingNames].sort());
		const changed = await school.callControl('PATCH', 'settings', { pageSize: 3, total: 'missing' });
		expect(changed.json).toMatchObject({ pageSize: 3, total: 'missing', rateLimit: 0 });
		expect((await school.call('customer/index', allCustomers)).items).toHaveLength(3);
	});

	it.each([
		[{ pageSizes: 3 }, /Unknown setting \\"pageSizes\\".*pageSize/],
		[{ pageSize: 0 }, /\\"pageSize\\" cannot be 0\. .*>=1/],
		[{ total: 'none' }, /\\"present\\".*\\"missing\\"/],
		[{ requireAppKey: 5 }, /expected string/],
		[{ forbiddenCalls: ['pay'] }, /cannot be \[.*must match pattern/],
		[{ dateFormats: { 'group.b_date': 'american' } }, /\\"dotted\\".*\\"iso\\".*at \[?\\?"?group/],
		[{ now: 'today' }, /cannot be \\"today\\"/],
		['x', /must be a JSON object/],
	])('%j is refused and changes nothing', async (body, message) => {
		const before = { ...school.settings };
		const answer = await school.callControl('PATCH', 'settings', body);
		expect(answer.status).toBe(400);
		expect(text(answer.json)).toMatch(message);
		expect(school.settings).toEqual(before);
	});

	it('settings are checked at the start as well', async () => {
		await expect(startSandbox({ settings: { pageSize: -1 } })).rejects.toThrow('"pageSize" cannot be -1');
	});

	it('settings are read from the command line', () => {
		expect(parseSetting('requireAppKey=a=b')).toEqual({ requireAppKey: 'a=b' });
		for (const wrong of ['pageSize', '=5']) {
			expect(() => parseSetting(wrong)).toThrow('Expected name=value');
		}
	});
});

describe('the rest over HTTP', () => {
	it('faults are added one or several at a time, all or none, listed and cleared', async () => {
		const wrong = await school.callControl('POST', 'faults', [{ kind: 'html' }, { kind: 'nope' }]);
		expect([wrong.status, text(wrong.json)]).toEqual([400, expect.stringMatching(/Unknown fault kind/)]);
		await school.callControl('POST', 'faults', { kind: 'status', status: 503 });
		const several = [{ kind: 'html' }, { kind: 'reset', times: 0 }];
		expect((await school.callControl('POST', 'faults', several)).json).toEqual({ added: 2 });
		expect((await school.callControl('GET', 'faults')).json).toHaveLength(3);
		expect((await school.call('branch/index')).status).toBe(503);
		await school.callControl('DELETE', 'faults');
		expect((await school.call('branch/index')).status).toBe(200);
	});

	it('faults, limits and delays leave control calls alone', async () => {
		school.sandbox.faults.add({ kind: 'status', times: 0 });
		Object.assign(school.settings, { rateLimit: 1, latencyMs: 600_000 });
		for (let n = 0; n < 4; n += 1) expect((await school.callControl('GET', 'health')).status).toBe(200);
	});

	it('health counts the records, account names the users, unknown paths are 404', async () => {
		const { json } = await school.callControl('GET', 'health');
		const records = entityNames.map((name) => [name, school.readRecords(name).length] as const);
		expect(json).toEqual({ ok: true, records: Object.fromEntries(records) });
		expect((await school.callControl('GET', 'account')).json).toEqual(school.sandbox.account);
		expect((await school.callControl('GET', 'nothing')).status).toBe(404);
	});

	it('reset brings everything back, with other customers if wished', async () => {
		const { sandbox } = school;
		const before = school.readRecords('customer');
		sandbox.store.remove('customer', 1);
		sandbox.settings.pageSize = 7;
		sandbox.faults.add({ kind: 'html' });
		await school.callControl('POST', 'reset');
		expect(school.readRecords('customer')).toEqual(before);
		expect(sandbox.settings).toMatchObject({ pageSize: 100, rateLimit: 0 });
		expect([sandbox.faults.list(), sandbox.journal]).toEqual([[], []]);
		expect((await school.call('branch/index')).status).toBe(401);

		await school.callControl('POST', 'reset', { customers: 20, seed: 2 });
		expect(school.readRecords('customer')).toHaveLength(20);
		expect(school.readRecords('customer')[0]?.name).not.toBe(before[0]?.name);
		await school.callControl('POST', 'reset', { customers: 40, seed: 1 });
	});

	it.each([{ customer: 5 }, { customers: -1 }])('reset with %j is refused', async (body) => {
		expect((await school.callControl('POST', 'reset', body)).status).toBe(400);
		expect(school.readRecords('customer')).toHaveLength(40);
	});
});

describe('a snapshot', () => {
	it('brings back records, ids and settings, and keeps the login', async () => {
		const { sandbox } = school;
		await create();
		sandbox.settings.pageSize = 3;
		const snapshot = sandbox.snapshot();
		const [state, page] = [sandbox.state({ log: true }), await idsOf('customer/index')];
		const { id } = await create();
		await school.call('1/customer/update?id=1', { note: 'х' });
		await school.call('1/customer/delete?id=2');
		sandbox.settings.pageSize = 50;
		expect(sandbox.state({ log: true })).not.toBe(state);

		sandbox.restore(snapshot);
		expect(sandbox.state({ log: true })).toBe(state);
		expect(sandbox.settings).toMatchObject({ pageSize: 3, rateLimit: 0 });
		expect(await idsOf('customer/index')).toEqual(page);
		expect((await create()).id).toBe(id);
	});

	it('brings back what lists conceal, ends faults and the journal, and outlives resets', async () => {
		const { sandbox } = school;
		sandbox.store.hide('subject', 2);
		const [snapshot, state] = [sandbox.snapshot(), sandbox.state()];
		sandbox.store.show('subject', 2);
		expect(await idsOf('subject/index')).toContain(2);
		sandbox.faults.add({ kind: 'status' });
		sandbox.reset();
		sandbox.restore(snapshot);
		expect([sandbox.faults.list(), sandbox.journal, sandbox.state()]).toEqual([[], [], state]);
		await school.login();
		expect(await idsOf('subject/index')).not.toContain(2);
	});
});

describe('the state', () => {
	it('the state is a line for each record, without times of writing and the log', async () => {
		const { sandbox } = school;
		const before = sandbox.state().split('\n');
		sandbox.settings.now = '2026-02-12 10:00:00';
		await create();
		const now = sandbox.state().split('\n');
		const added = now.filter((line) => !before.includes(line));
		expect([added.length, now.length]).toEqual([1, before.length + 1]);
		expect(added[0]).toMatch(/^customer 41 \{.*"name":"Тестов Пример"/);
		for (const stamp of ['created_at', 'updated_at', '"b_date"']) expect(added[0]).not.toContain(stamp);
		expect(sandbox.state({ log: true })).toContain('\nlog ');
		expect(sandbox.state()).toContain('"b_date":"01.09.2025"');
		const overHttp = async (query: string) =>
			await (await fetch(`${sandbox.url}/_sandbox/state${query}`)).text();
		expect(await overHttp('')).toBe(sandbox.state());
		expect(await overHttp('?log')).toBe(sandbox.state({ log: true }));
	});

	it('the state is compared with a snapshot record by record', async () => {
		const { sandbox } = school;
		const snapshot = sandbox.snapshot();
		await school.call('1/customer/update?id=3', {});
		expect(sandbox.changes(snapshot)).toEqual([]);
		await create();
		await school.call('1/customer/update?id=3', { note: 'х' });
		await school.call('1/customer/delete?id=4');
		expect(sandbox.changes(snapshot)).toMatchObject([
			{ entity: 'customer', id: 3, before: { id: 3 }, after: { note: 'х' } },
			{ entity: 'customer', id: 4, before: { id: 4 } },
			{ entity: 'customer', id: 41, after: { name: newLead.name } },
		]);
		sandbox.restore(snapshot);
		expect(sandbox.changes(snapshot)).toEqual([]);
	});
});

describe('hidden rows', () => {
	const shows = async (id: number) => Number((await idsOf('subject/index')).includes(id));
	it('hidden rows are hidden and shown by hand, leaving totals right, and forgotten by a reset', async () => {
		const { total } = (await school.call('subject/index')).json;
		await school.callControl('POST', 'records/subject/2/hide');
		const hidden = await school.call('subject/index');
		expect(hidden.json.total).toBe(Number(total) - 1);
		expect(hidden.ids).not.toContain(2);
		expect(await idsOf('subject/index', { id: 2 })).toEqual([]);
		expect((await school.callControl('POST', 'records/subject/2/show')).json).toEqual({ shown: true });
		expect(await shows(2)).toBe(1);
		school.sandbox.store.hide('subject', 2);
		await school.restore();
		expect(await shows(2)).toBe(1);
		expect(school.sandbox.store.show('subject', 2)).toBe(false);
	});
});
