import type { INodeParameters } from 'n8n-workflow';

import { OPEN_END, byPhone, findByPhone, officeOf, pick, stopClock } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, customer, lead, row, rows, run, set, whole, writes } = officeOf(school);

/** It is the 11th in the school already, and still the 10th where n8n runs. */
const MOMENT = '2026-02-10T18:00:00Z';
const SCHOOL_DAY = '2026-02-11';
const EAST = 'Asia/Vladivostok';
const ZONES = ['America/New_York', 'UTC'];
const PHONE = '+7(900)555-00-01';

afterEach(() => jest.useRealTimers());
const inTheEast = () => {
	stopClock(MOMENT);
	set({ timeZone: EAST });
};
const archivedToday = () => lead({ phone: [PHONE], e_date: SCHOOL_DAY, note: 'Старое' });

describe.each(ZONES)('who was archived today in a school east of n8n in %s', (timezone) => {
	const more = { timezone };
	beforeEach(inTheEast);

	it('is restored where that is chosen', async () => {
		const id = archivedToday();
		expect(await run(byPhone(PHONE, { note: 'Новое' }, { ifArchived: 'restore' }), more)).toMatchObject([
			{ id, operationResult: 'updated' },
		]);
		expect(customer(id)).toMatchObject({ note: 'Новое', e_date: OPEN_END });
	});

	it('is skipped where that is chosen', async () => {
		const id = archivedToday();
		const before = customer(id);
		expect(await run(byPhone(PHONE, { note: 'Новое' }, { ifArchived: 'skip' }), more)).toMatchObject([
			{ id, operationResult: 'skipped' },
		]);
		expect(customer(id)).toEqual(before);
	});

	it('makes room for a new one where that is chosen', async () => {
		const id = archivedToday();
		const parameters = byPhone(PHONE, { name: 'Орлова Мия' }, { ifArchived: 'create' });
		const [made] = await run(parameters, more);
		expect(made.operationResult).toBe('created');
		expect(made.id).not.toBe(id);
	});

	it('is no second match beside an active one', async () => {
		archivedToday();
		const active = lead({ phone: [PHONE] });
		expect(await run(byPhone(PHONE, { note: 'Новое' }, { ifSeveral: 'refuse' }), more)).toMatchObject([
			{ id: active, operationResult: 'updated' },
		]);
	});

	it('is not found where archived ones are not wanted, and comes last where they are', async () => {
		const id = archivedToday();
		expect(await run(findByPhone(PHONE, { archived: false }), more)).toEqual([]);
		const older = lead({ phone: [PHONE] });
		const newest = lead({ phone: [PHONE], e_date: SCHOOL_DAY });
		expect((await run(findByPhone(PHONE, { ifSeveral: 'all' }), more)).map((one) => one.id)).toEqual([
			older,
			newest,
			id,
		]);
	});

	it('is unarchived, and not archived a second time', async () => {
		const id = archivedToday();
		const job = (operation: string): INodeParameters => ({
			resource: 'customer',
			operation,
			branchId: 1,
			id: pick(id),
		});
		expect(await run(job('archive'), more)).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(writes()).toEqual([]);
		expect(await run(job('unarchive'), more)).toMatchObject([{ operationResult: 'updated' }]);
		expect(customer(id).e_date).toBe(OPEN_END);
		expect(await run(job('unarchive'), more)).toMatchObject([{ operationResult: 'unchanged' }]);
		// And archived again, which the answer shows as a day that n8n has not reached.
		const { json, hints } = await whole({ ...job('archive') }, more);
		expect(json).toMatchObject([{ operationResult: 'updated' }]);
		expect(hints).toEqual([]);
		expect(customer(id).e_date).toBe(SCHOOL_DAY);
	});
});

it('who will leave tomorrow as the school counts is active, though n8n is a day ahead', async () => {
	stopClock(MOMENT);
	set({ timeZone: 'America/New_York' });
	const id = lead({ phone: [PHONE], e_date: SCHOOL_DAY });
	const more = { timezone: EAST };
	expect(await run(byPhone(PHONE, { note: 'Новое' }, { ifArchived: 'create' }), more)).toMatchObject([
		{ id, operationResult: 'updated' },
	]);
	expect(customer(id).e_date).toBe(SCHOOL_DAY);
	expect((await run(findByPhone(PHONE, { archived: false }), more)).map((one) => one.id)).toEqual([id]);
});

describe('the day that means "not archived"', () => {
	beforeEach(() => stopClock('2031-05-01T09:00:00Z'));

	it('means it after that day too', async () => {
		const id = lead({ phone: [PHONE] });
		for (const ifArchived of ['create', 'skip', 'restore']) {
			const fields = { note: `Новое, ${ifArchived}` };
			expect(await run(byPhone(PHONE, fields, { ifArchived }))).toMatchObject([
				{ id, operationResult: 'updated', changedFields: ['note'] },
			]);
		}
		expect(await run(findByPhone(PHONE, { archived: false }))).toMatchObject([{ id }]);
		expect(
			await run({ resource: 'customer', operation: 'unarchive', branchId: 1, id: pick(id) }),
		).toMatchObject([{ operationResult: 'unchanged' }]);
	});

	it('is no reason to write that nobody was archived', async () => {
		const id = lead();
		const parameters = { resource: 'customer', operation: 'unarchive', branchId: 1, id: pick(id) };
		expect((await whole(parameters)).hints).toEqual([]);
		expect(writes()).toEqual([]);
	});
});

describe.each([[[]], [['group']]])('a group, where rows show `removed` for %j', (rowsShowRemoved) => {
	beforeEach(() => set({ rowsShowRemoved }));
	const group = (removed: 0 | 1) => add('group', { name: 'Сборка роботов', branch_ids: [1], removed });
	const job = (operation: string, id: number): INodeParameters => ({
		resource: 'group',
		operation,
		branchId: 1,
		id: pick(id),
	});
	const upsert = (options: INodeParameters): INodeParameters => ({
		resource: 'group',
		operation: 'upsert',
		branchId: 1,
		matchBy: 'name',
		name: 'Сборка роботов',
		fieldsToSet: { limit: 9 },
		options,
	});

	it('that is archived is unarchived once, and archived once', async () => {
		const id = group(1);
		const results: unknown[] = [];
		for (const operation of ['unarchive', 'unarchive', 'archive', 'archive']) {
			const [{ operationResult }] = await run(job(operation, id));
			results.push([operation, operationResult, row('group', id).removed]);
		}
		expect(results).toEqual([
			['unarchive', 'updated', 0],
			['unarchive', 'unchanged', 0],
			['archive', 'updated', 1],
			['archive', 'unchanged', 1],
		]);
		expect(writes()).toEqual(['group/update', 'group/update']);
	});

	it('that is archived is restored, skipped or left for a new one, as it is chosen', async () => {
		const id = group(1);
		expect(await run(upsert({ ifArchived: 'skip' }))).toMatchObject([{ id, operationResult: 'skipped' }]);
		expect(row('group', id)).toMatchObject({ removed: 1 });
		const [made] = await run(upsert({ ifArchived: 'create' }));
		expect(made.operationResult).toBe('created');
		// The new one is active and counts alone.
		expect(await run(upsert({ ifSeveral: 'refuse' }))).toMatchObject([
			{ id: made.id, operationResult: 'unchanged' },
		]);
		school.sandbox.store.remove('group', made.id as number);
		expect(await run(upsert({ ifArchived: 'restore' }))).toMatchObject([{ id, operationResult: 'updated' }]);
		expect(row('group', id)).toMatchObject({ removed: 0, limit: 9 });
	});

	it('that is archived is not found where archived ones are not wanted', async () => {
		const [old, active] = [group(1), group(0)];
		const parameters = {
			resource: 'group',
			operation: 'find',
			branchId: 1,
			matchBy: 'name',
			name: 'сборка роботов',
		};
		const found = async (options: INodeParameters) =>
			(await run({ ...parameters, options })).map(({ id }) => id);
		expect(await found({ archived: false })).toEqual([active]);
		school.sandbox.store.remove('group', active);
		expect(await found({ archived: false, ifNone: 'nothing' })).toEqual([]);
		expect(await found({})).toEqual([old]);
	});
});

describe('Reject Lead', () => {
	const reject = (id: unknown, more: INodeParameters = {}): INodeParameters => ({
		resource: 'customer',
		operation: 'reject',
		branchId: 1,
		id: pick(id),
		lead_reject_id: 2,
		additionalFields: more,
	});

	it.each([false, 0, 'false', '0'])(
		'with Archive Too = %j takes nobody out of the archive',
		async (removed) => {
			const id = lead({ e_date: '2025-01-31' });
			expect(await run(reject(id, { removed: `={{ ${JSON.stringify(removed)} }}` }))).toMatchObject([
				{ operationResult: 'updated', changedFields: ['lead_reject_id'] },
			]);
			expect(customer(id)).toMatchObject({ lead_reject_id: 2, e_date: '2025-01-31' });
			const sent = school.entries('customer/update').map(({ body }) => body);
			expect(sent).toEqual([{ lead_reject_id: 2 }]);
		},
	);

	it('with Archive Too archives who was not, once', async () => {
		const id = lead();
		const parameters = reject(id, { removed: '={{ "true" }}' });
		expect(await run(parameters)).toMatchObject([{ operationResult: 'updated' }]);
		expect(customer(id).e_date).not.toBe(OPEN_END);
		expect(await run(parameters)).toMatchObject([{ operationResult: 'unchanged' }]);
		// And a later rejection without it leaves the archive alone.
		await run({ ...reject(id, { removed: false }), lead_reject_id: 1 });
		expect(customer(id)).toMatchObject({ lead_reject_id: 1 });
		expect(customer(id).e_date).not.toBe(OPEN_END);
	});
});

it('an archived one that is matched by its ID is not said to be missing where a new one is to be made', async () => {
	const id = lead({ e_date: '2020-02-11' });
	const byId = { ...byPhone('', { note: 'Новое' }, { ifArchived: 'create' }), matchBy: 'id', id: pick(id) };
	const before = rows('customer').length;
	const { error } = await whole(byId);
	expect(error?.message).toBe(`Customer ${id} is archived, and a match by ID creates nothing`);
	expect(writes()).toEqual([]);
	expect(rows('customer')).toHaveLength(before);
});

it('Find without archived ones does not say that there is none at all', async () => {
	lead({ phone: [PHONE], e_date: '2020-02-11' });
	const { error } = await whole(findByPhone(PHONE, { archived: false, ifNone: 'refuse' }));
	expect(error?.message).toBe('AlfaCRM has no active customer with this phone');
});
