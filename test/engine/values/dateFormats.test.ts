import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf, pick, stopClock } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, lead, row, rows, run, set, stopped, whole, writes } = officeOf(school);

beforeEach(() => stopClock('2026-02-10T09:00:00Z'));
afterEach(() => jest.useRealTimers());

const group = () =>
	add('group', { name: 'Шахматы', branch_ids: [1], b_date: '2020-09-01', e_date: '2035-05-31' });
const member = (customer_id: number, group_id: number) =>
	add('cgi', { customer_id, group_id, b_date: '01.02.2026', e_date: '31.05.2026' });
const job = (operation: string, id: number, group_id: number, days: IDataObject): INodeParameters => ({
	resource: 'customer',
	operation,
	branchId: 1,
	id: pick(id),
	group_id: pick(group_id),
	additionalFields: days as INodeParameters,
});
const leave = (id: number, group_id: number) =>
	job('removeFromGroup', id, group_id, { e_date: '2026-02-20' });
const SHAPES = ['map', 'textMap', 'list', 'text'];

describe.each(['plain', 'v'])('memberships, where AlfaCRM takes their days: %s', (cgiDates) => {
	beforeEach(() => set({ cgiDates }));

	it.each(SHAPES)('are ended, a refusal being a %s', async (errorsShape) => {
		set({ errorsShape });
		const [customer, of] = [lead({ is_study: 1 }), group()];
		const id = member(customer, of);
		expect(await run(leave(customer, of))).toMatchObject([
			{ operationResult: 'updated', id, e_date: '20.02.2026' },
		]);
		expect(row('cgi', id)).toMatchObject({ b_date: '01.02.2026', e_date: '20.02.2026' });
	});

	it('are begun with days', async () => {
		const [customer, of] = [lead({ is_study: 1 }), group()];
		await run(job('addToGroup', customer, of, { b_date: '2026-03-01', e_date: '2026-04-30' }));
		expect(rows('cgi').filter((one) => one.customer_id === customer)).toMatchObject([
			{ group_id: of, b_date: '01.03.2026', e_date: '30.04.2026' },
		]);
	});

	it('are created and updated by themselves', async () => {
		const [customer, of] = [lead({ is_study: 1 }), group()];
		const common = { resource: 'cgi', branchId: 1, group_id: pick(of) };
		const days = { b_date: '2026-03-01', e_date: '2026-04-30' };
		const [{ id }] = await run({
			...common,
			operation: 'create',
			customer_id: pick(customer),
			additionalFields: days,
		});
		expect(row('cgi', id)).toMatchObject({ b_date: '01.03.2026', e_date: '30.04.2026' });
		await run({ ...common, operation: 'update', id: String(id), updateFields: { e_date: '2026-05-15' } });
		expect(row('cgi', id)).toMatchObject({ b_date: '01.03.2026', e_date: '15.05.2026' });
	});

	it('of many items are refused at most once', async () => {
		const of = group();
		const customers = [1, 2, 3, 4].map(() => lead({ is_study: 1 }));
		for (const customer of customers) member(customer, of);
		const parameters = { ...leave(1, of), id: { __rl: true, mode: 'id', value: '={{ $json.customer }}' } };
		await run(parameters, { items: customers.map((customer) => ({ customer })) });
		const ends = rows('cgi').filter(({ group_id }) => group_id === of);
		expect(ends.map(({ e_date }) => e_date)).toEqual(Array(4).fill('20.02.2026'));
		expect(writes()).toHaveLength(cgiDates === 'v' ? 5 : 4);
	});
});

it('a day that is refused for another reason is not sent under another name', async () => {
	const [customer, of] = [lead({ is_study: 1 }), group()];
	const id = member(customer, of);
	school.sandbox.faults.add({
		kind: 'successFalse',
		errors: { e_date: ['Дата окончания должна быть больше даты начала.'] },
		match: { entity: 'cgi', action: 'update' },
	});
	const error = await stopped(leave(customer, of));
	expect(error.message).toContain('Дата окончания должна быть больше');
	expect(writes()).toEqual(['cgi/update']);
	expect(row('cgi', id).e_date).toBe('31.05.2026');
});

it('a day that AlfaCRM passes over under its other name is told of', async () => {
	const [customer, of] = [lead({ is_study: 1 }), group()];
	member(customer, of);
	school.sandbox.faults.add({
		kind: 'successFalse',
		errors: { e_date: ['Неверный формат значения «Дата окончания».'] },
		match: { entity: 'cgi', action: 'update' },
	});
	const { error } = await whole(leave(customer, of));
	expect(error?.message).toMatch(/^AlfaCRM did not keep 'Last Day' when asked to take customer/);
});

describe.each(['dotted', 'iso'])('days that AlfaCRM takes %s', (format) => {
	beforeEach(() => {
		const names = ['group.b_date', 'group.e_date', 'lesson.lesson_date'];
		set({ dateFormats: Object.fromEntries(names.map((name) => [name, format])) });
	});

	it('of a group are written, at its creation and later', async () => {
		const common = { resource: 'group', branchId: 1 };
		const days = { b_date: '2026-03-01', e_date: '2026-05-31' };
		const [{ id }] = await run({ ...common, operation: 'create', name: 'Шашки', additionalFields: days });
		expect(row('group', id)).toMatchObject(days);
		await run({ ...common, operation: 'update', id: pick(id), updateFields: { e_date: '2026-06-30' } });
		expect(row('group', id)).toMatchObject({ b_date: '2026-03-01', e_date: '2026-06-30' });
	});

	it('of a group are written, though those of an item before were refused in both ways', async () => {
		const ids = [group(), group()];
		school.sandbox.faults.add({
			kind: 'successFalse',
			errors: ['Неверный формат значения «Мест».'],
			match: { entity: 'group', action: 'update' },
			times: 2,
		});
		const parameters = {
			resource: 'group',
			branchId: 1,
			operation: 'update',
			id: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
			updateFields: { e_date: '2026-06-30', limit: 5 },
		};
		const items = ids.map((id) => ({ id }));
		const { error, errorItems, json } = await whole(parameters, { items, onError: 'continueErrorOutput' });
		expect([error, errorItems.length, json]).toMatchObject([undefined, 1, [{ id: ids[1] }]]);
		expect(ids.map((id) => row('group', id).e_date)).toEqual(['2035-05-31', '2026-06-30']);
	});

	it('of a lesson are written', async () => {
		const [{ id }] = await run({
			resource: 'lesson',
			operation: 'create',
			branchId: 1,
			customer_ids: pick(1),
			lesson_date: '2026-03-03',
			time_from: '17:00',
			lesson_type_id: 1,
			subject_id: 1,
			additionalFields: { duration: 60 },
		});
		expect(row('lesson', id)).toMatchObject({ date: '2026-03-03', time_from: '2026-03-03 17:00:00' });
	});
});
