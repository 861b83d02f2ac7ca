import { School } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ now: '2026-02-11 09:30:00' }, { customers: 60 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const lead = { name: 'Новый Лид', is_study: 0, legal_type: 1 };
const create = async () => (await school.call('1/customer/create', lead)).model;
const list = async (path: string, body = {}) => (await school.call(path, body)).ids;

describe('a snapshot', () => {
	it('brings back records, ids and settings, and keeps the login', async () => {
		const { sandbox } = school;
		await create();
		sandbox.settings.pageSize = 3;
		const snapshot = sandbox.snapshot();
		const [state, page] = [sandbox.state({ log: true }), await list('customer/index')];
		const { id } = await create();
		await school.call('1/customer/update?id=1', { note: 'х' });
		await school.call('1/customer/delete?id=2');
		await school.call('1/cgi/create?group_id=1', { customer_id: 61 });
		Object.assign(sandbox.settings, { pageSize: 50, ignoredFilters: ['*.*'] });
		expect(sandbox.state({ log: true })).not.toBe(state);

		sandbox.restore(snapshot);
		expect(sandbox.state({ log: true })).toBe(state);
		expect(sandbox.settings).toMatchObject({ pageSize: 3, rateLimit: 0 });
		expect(await list('customer/index')).toEqual(page);
		expect(sandbox.settings.ignoredFilters).not.toContain('*.*');
		expect((await create()).id).toBe(id);
		sandbox.restore(snapshot);
		expect((await create()).id).toBe(id);
	});

	it('brings back what lists conceal, and ends faults and the journal', async () => {
		const { sandbox } = school;
		sandbox.store.hide('subject', 2, { afterCalls: 1 });
		const snapshot = sandbox.snapshot();
		expect(await list('subject/index')).not.toContain(2);
		expect(await list('subject/index')).toContain(2);
		sandbox.faults.add({ kind: 'status' });
		sandbox.restore(snapshot);
		expect(sandbox.journal).toEqual([]);
		expect(sandbox.faults.list()).toEqual([]);
		expect(await list('subject/index')).not.toContain(2);
	});

	it('outlives resets, other schools and itself', async () => {
		const { sandbox } = school;
		const [first, before] = [sandbox.snapshot(), sandbox.state()];
		await create();
		const [second, after] = [sandbox.snapshot(), sandbox.state()];
		sandbox.reset({ customers: 5 });
		expect(sandbox.state()).not.toBe(before);
		for (const [snapshot, state] of [
			[second, after],
			[first, before],
			[second, after],
		] as const) {
			sandbox.restore(snapshot);
			expect(sandbox.state()).toBe(state);
			await school.login();
			expect((await list('customer/index', { is_study: 0, name: lead.name })).length).toBe(
				snapshot === second ? 1 : 0,
			);
		}
		sandbox.reset({ customers: 60 });
		expect(sandbox.state()).toBe(before);
	});
});

describe('the state', () => {
	it('is a line for each record, without times of writing and the log', async () => {
		const { sandbox } = school;
		const before = sandbox.state().split('\n');
		sandbox.settings.now = '2026-02-12 10:00:00';
		await create();
		const added = sandbox
			.state()
			.split('\n')
			.filter((line) => !before.includes(line));
		expect(added).toHaveLength(1);
		expect(added[0]).toMatch(/^customer 61 \{.*"name":"Новый Лид"/);
		for (const stamp of ['created_at', 'updated_at', '"b_date"']) expect(added[0]).not.toContain(stamp);
		expect(sandbox.state().split('\n').length).toBe(before.length + 1);
		expect(sandbox.state({ log: true })).toContain('\nlog ');
		expect(sandbox.state()).toContain('"b_date":"01.09.2025"');
		const { url } = sandbox;
		const overHttp = async (query: string) => await (await fetch(`${url}/_sandbox/state${query}`)).text();
		expect(await overHttp('')).toBe(sandbox.state());
		expect(await overHttp('?log')).toBe(sandbox.state({ log: true }));
	});

	it('is the same in whatever order and at whatever time things have come about', async () => {
		const { sandbox } = school;
		const snapshot = sandbox.snapshot();
		const states: string[] = [];
		for (const [now, ids] of [
			['2026-02-11 09:30:00', [3, 4]],
			['2026-02-11 23:10:00', [4, 3]],
		] as const) {
			sandbox.restore(snapshot);
			sandbox.settings.now = now;
			for (const id of ids) await school.call(`1/customer/update?id=${id}`, { note: 'х' });
			states.push(sandbox.state());
		}
		expect(states[0]).toBe(states[1]);
	});

	it('is compared with a snapshot record by record', async () => {
		const { sandbox } = school;
		const snapshot = sandbox.snapshot();
		expect(sandbox.changes(snapshot)).toEqual([]);
		await school.call('1/customer/update?id=3', {});
		expect(sandbox.changes(snapshot)).toEqual([]);
		await create();
		await school.call('1/customer/update?id=3', { note: 'х' });
		await school.call('1/customer/delete?id=4');
		await school.call('1/subject/create', { name: 'Новый' });
		expect(sandbox.changes(snapshot)).toMatchObject([
			{ entity: 'subject', id: 6, after: { name: 'Новый' } },
			{ entity: 'customer', id: 3, before: { id: 3 }, after: { note: 'х' } },
			{ entity: 'customer', id: 4, before: { id: 4 } },
			{ entity: 'customer', id: 61, after: { name: 'Новый Лид' } },
		]);
		sandbox.restore(snapshot);
		expect(sandbox.changes(snapshot)).toEqual([]);
	});
});
