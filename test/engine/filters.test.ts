import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { asExpression, recordWithId } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { stopClock } from './support/stoppedClock';
import { useSchool } from './support/school';

/** Whatever AlfaCRM makes of a filter, what comes out is what the form says. */
const school = useSchool({ customers: 120 });
const { addRecord, addLead, expectRefusedUnsent, readRecords, run, changeSettings, runToEnd } =
	frontDeskOf(school);

afterEach(() => jest.useRealTimers());

const list = (resource: string, filters: INodeParameters, more: INodeParameters = {}): INodeParameters => ({
	resource,
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	simplify: false,
	filters,
	...more,
});
const ALL = { is_study: 2, removed: 1 };
const customers = (filters: INodeParameters, more: INodeParameters = {}) =>
	list('customer', filters, { ...ALL, ...more });
const ids = (items: readonly IDataObject[]) => items.map(({ id }) => Number(id)).sort((a, b) => a - b);
const idsOf = async (parameters: INodeParameters) => ids(await run(parameters));
const ofBranch1 = () =>
	readRecords('customer').filter(({ branch_ids }) => (branch_ids as number[]).includes(1));
const bodies = (path: string) => school.readJournal(`${path}/index`).map(({ body }) => body as IDataObject);

describe('a filter of customers that AlfaCRM ignores', () => {
	it('returns those that it means, whole or up to a limit', async () => {
		changeSettings({ ignoredFilters: ['customer.email'] });
		// The oldest of all, which come on the last pages.
		const wanted = [1, 2, 3].map(() => addLead({ email: ['sokol@example.org'] }));
		for (let n = 1; n <= 60; n++) addLead();
		const filters = { email: 'SOKOL@example.org' };
		const { json, hints } = await runToEnd(customers(filters));
		expect([ids(json), hints]).toEqual([wanted, []]);
		const some = await idsOf(customers(filters, { returnAll: false, limit: 2 }));
		expect([some.length, some.every((id) => wanted.includes(id))]).toEqual([2, true]);
	});

	it('is_study returns no clients as leads', async () => {
		changeSettings({ ignoredFilters: ['customer.is_study'] });
		addLead({ is_study: 1 });
		const found = await run(customers({}, { is_study: 0 }));
		expect(found.filter(({ is_study }) => is_study === 1)).toEqual([]);
		expect(await run(customers({}, { is_study: 1 }))).not.toEqual([]);
	});
});

describe('the email of a filter', () => {
	const one = 'Sokol.Eva@example.org';

	it.each([`Ева <${one}>`, 'sokol.eva'])('finds who has it, written as %j', async (email) => {
		const id = addLead({ email: ['eva@school.example', one] });
		expect(await idsOf(customers({ email }))).toContain(id);
		const isPart = (part: unknown) => one.toLowerCase().includes(String(part).toLowerCase());
		// Pages that the test before this one asked for ahead may still come in.
		const asked = bodies('customer').filter((body) => /eva/i.test(String(body.email)));
		expect(asked).not.toEqual([]);
		expect(asked.filter((body) => !isPart(body.email))).toEqual([]);
	});

	it('is refused where it is several', async () => {
		await expectRefusedUnsent(
			customers({ email: `${one}; eva@school.example` }),
			"'Email' must be one email address",
		);
	});
});

describe('leads that are not sorted', () => {
	const notSorted = (more: INodeParameters = {}) => customers({ lead_status_id: 'none' }, more);

	it.each([{}, { shownFields: ['customer.lead_status_ids'] }, { removedZero: 'hidesUnsorted' }])(
		'are listed alone, though AlfaCRM has no filter for them: %j',
		async (settings) => {
			changeSettings(settings);
			addLead({ is_study: 1, lead_status_id: null });
			const unsorted = ofBranch1().filter((one) => one.is_study === 0 && one.lead_status_id === null);
			const { json, hints } = await runToEnd(notSorted());
			expect(json.length).toBeGreaterThan(0);
			expect([ids(json), hints]).toEqual([ids(unsorted), []]);
			for (const body of bodies('customer')) expect(body).not.toHaveProperty('lead_status_id');
		},
	);

	it('are no clients, fill a limit, and have no name of a stage', async () => {
		expect(await run(notSorted({ is_study: 1 }))).toEqual([]);
		const json = await run(notSorted({ returnAll: false, limit: 3, simplify: true }));
		expect(json).toHaveLength(3);
		for (const one of json) expect(one).toMatchObject({ lead_status_id: null, lead_status_name: null });
	});
});

describe('the archive', () => {
	it('is sent only where it is no default', async () => {
		for (const [chosen, sent] of [[{}], [{ removed: 0 }], [{ removed: 2 }, 2]] as const) {
			school.sandbox.clearJournal();
			await run(list('group', {}, chosen));
			expect(new Set(bodies('group').map(({ removed }) => removed))).toEqual(new Set([sent]));
		}
	});

	it.each([
		['all', []],
		['current', ['customer-tariff.dead']],
	])('of subscriptions, where a plain list shows %s and rows show %j', async (deadDefault, shownFields) => {
		stopClock('2026-02-10T22:30:00Z');
		changeSettings({ deadDefault, shownFields });
		const customer = addLead({ is_study: 1 });
		const make = (e_date: string | null) =>
			addRecord('customer-tariff', { customer_id: customer, tariff_id: 1, b_date: '01.09.2024', e_date });
		const current = [make('11.02.2026'), make('31.05.2026'), make(null)];
		const ended = [make('31.05.2025'), make('09.02.2026')];
		const found = async (chosen: INodeParameters = {}) =>
			await idsOf(list('customerTariff', {}, { customer_id: recordWithId(customer), ...chosen }));
		expect([await found(), await found({ dead: 0 })]).toEqual([current, current]);
		expect([await found({ dead: 1 }), await found({ dead: 2 })]).toEqual([[...current, ...ended], ended]);
		const sent = bodies('customer-tariff').map(({ dead }) => dead);
		expect(sent).toEqual([undefined, undefined, false, true]);
	});
});

describe.each<[string, string, () => number, INodeParameters]>([
	['customer', 'id', () => addLead(), ALL],
	['group', 'ids', () => addRecord('group', { name: 'Шахматы', branch_ids: [1] }), { removed: 1 }],
])('several IDs of the resource %s', (resource, sentAs, make, view) => {
	it('are asked for in one call', async () => {
		const [one, , three] = [make(), make(), make()];
		expect(await idsOf(list(resource, { ids: asExpression([one, three]) }, view))).toEqual([one, three]);
		// Pages that a test before asked for ahead may still arrive.
		const own = bodies(resource).filter((body) => sentAs in body);
		expect(own).toMatchObject([{ [sentAs]: [one, three] }]);
	});

	it('find the same where AlfaCRM does not read a list of IDs', async () => {
		changeSettings({ ignoredFilters: ['customer.id', 'group.ids'] });
		const [one, , three] = [make(), make(), make()];
		expect(await idsOf(list(resource, { ids: `${one}, ${three}` }, view))).toEqual([one, three]);
	});
});

describe('lessons', () => {
	it.each(['iso', 'dotted'])('of some days come, where AlfaCRM reads days that are %s', async (format) => {
		changeSettings({ dateFormats: { 'lesson.date_from': format, 'lesson.date_to': format } });
		const own = readRecords('lesson').filter(({ branch_id }) => branch_id === 1);
		const all = [...new Set(own.map(({ date }) => String(date)))].sort();
		const days = { date_from: all[2], date_to: all[4] };
		const wanted = ids(own.filter(({ date }) => all.slice(2, 5).includes(String(date))));
		expect(wanted.length).toBeGreaterThan(1);
		expect(await idsOf(list('lesson', days))).toEqual(wanted);
		const [first] = await run(list('lesson', days, { returnAll: false, limit: 1 }));
		expect(wanted).toContain(first.id);
	});

	it('that are regular are filtered by group again', async () => {
		const isOfGroup = (one: IDataObject) => one.related_class === 'Group' && one.branch_id === 1;
		const related_id = readRecords('regular-lesson').find(isOfGroup)?.related_id;
		const found = await run(list('regularLesson', { group_id: recordWithId(related_id) }));
		expect(found.length).toBeGreaterThan(0);
		for (const one of found) expect(one).toMatchObject({ related_class: 'Group', related_id });
	});
});

describe('working hours', () => {
	const hours = (additionalFields: INodeParameters = {}, more: INodeParameters = {}): INodeParameters => ({
		...{ resource: 'teacher', operation: 'getWorkingHours', branchId: 1, returnAll: true },
		...{ additionalFields, ...more },
	});
	const of = (teacher: number) =>
		readRecords('working-hour').filter(({ teacher_id }) => teacher_id === teacher);

	it('are those of the teacher who is given, also where AlfaCRM ignores that, else those of all', async () => {
		changeSettings({ ignoredFilters: ['working-hour.teacher_id'] });
		expect(await idsOf(hours({ teacher_id: recordWithId(2) }))).toEqual(ids(of(2)));
		expect(school.readJournal('teacher/working-hour')[0].body).toMatchObject({ teacher_id: 2 });
		const two = await run(hours({ teacher_id: recordWithId(5) }, { returnAll: false, limit: 2 }));
		expect(two.map(({ teacher_id }) => teacher_id)).toEqual([5, 5]);
		expect(await idsOf(hours())).toEqual(ids(readRecords('working-hour')));
	});
});

describe.each(['all', 'income'])('payments, where a plain list shows %s,', (payDefault) => {
	const REFUND = 2;
	let customer: number;
	let refund: number;
	const pay = (customer_id: number, pay_type_id: number): number =>
		addRecord('pay', {
			...{ customer_id, branch_id: 1, pay_account_id: 1, pay_type_id },
			...{ document_date: '05.02.2026', income: '100.00', payer_name: 'Орлова А.' },
		});
	const own = (fits: (one: IDataObject) => boolean = () => true) =>
		ids(readRecords('pay').filter((one) => one.branch_id === 1 && fits(one)));
	const lists = () => school.readJournal('pay/index').length;
	const get = (id: number): INodeParameters => ({ resource: 'pay', operation: 'get', branchId: 1, id });

	beforeEach(() => {
		changeSettings({ payDefault });
		customer = addLead();
		pay(customer, 1);
		refund = pay(customer, REFUND);
	});

	it('come of all types, each once, also those of one customer; a limit is filled from all', async () => {
		expect(await idsOf(list('pay', {}))).toEqual(own());
		const of = { customer_id: recordWithId(customer) };
		const types = (await run(list('pay', of))).map(({ pay_type_id }) => pay_type_id);
		expect(types.sort()).toEqual([1, REFUND]);
		for (const limit of [1, 2, 7]) {
			const some = await idsOf(list('pay', of, { returnAll: false, limit }));
			expect(new Set(some).size).toBe(Math.min(limit, 2));
		}
	});

	it('come of a chosen type alone, by one list', async () => {
		const wanted = own(({ pay_type_id }) => pay_type_id === REFUND);
		expect(await idsOf(list('pay', { pay_type_id: REFUND }))).toEqual(wanted);
		expect(lists()).toBe(1);
	});

	it('are got by ID, also a refund; and what is not there is still not there', async () => {
		expect(await run(get(refund))).toMatchObject([{ id: refund }]);
		expect((await runToEnd(get(99_999))).error?.message).toMatch(/has no payment with ID 99999/);
	});

	it('come of some days, refunds too, whether AlfaCRM heeds the days or not', async () => {
		const days = { date_from: '2026-02-04', date_to: '2026-02-05' };
		const wanted = own(({ document_date }) => /^0[45]\.02\.2026$/.test(String(document_date)));
		for (const ignoredFilters of [['pay.date_from', 'pay.date_to'], []]) {
			changeSettings({ ignoredFilters, wrongFilterValue: 'matchesNothing' });
			expect(await idsOf(list('pay', days))).toEqual(wanted);
		}
		expect(bodies('pay').at(-1)).toMatchObject({ date_from: '2026.02.04', date_to: '2026.02.05' });
		expect(wanted).toContain(refund);
	});

	it('are taken once, a refund too, though its sum comes as an expenditure', async () => {
		changeSettings({ refundSum: 'expenditure' });
		const take: INodeParameters = {
			...{ resource: 'customer', operation: 'takePayment', branchId: 1, id: recordWithId(customer) },
			...{ income: 300, pay_account_id: 1 },
			additionalFields: { document_date: '2026-02-06', pay_type_id: REFUND },
		};
		const [[first], [second]] = [await run(take), await run(take)];
		expect([first.operationResult, second.operationResult]).toEqual(['created', 'unchanged']);
		expect(second.id).toBe(first.id);
	});

	it('have the types read once for all items', async () => {
		await run(list('pay', { customer_id: recordWithId(customer) }), { items: [{}, {}, {}] });
		expect(school.readJournal('pay-type/index')).toHaveLength(1);
	});

	it('come as far as they do, with a hint, for a user who may not list the types', async () => {
		changeSettings({ forbiddenCalls: ['pay-type/index'] });
		const { json, hints, error } = await runToEnd(list('pay', {}));
		expect(error).toBeUndefined();
		expect(json.length).toBeGreaterThan(0);
		expect(hints).toEqual([expect.stringMatching(/may leave out some payments/)]);
	});

	it('of a type whose list comes empty though it is counted are asked for again', async () => {
		const match = { entity: 'pay', bodyContains: `"pay_type_id":${REFUND}` };
		school.sandbox.faults.add({ kind: 'emptyItems', match, times: 1 });
		const { json, hints } = await runToEnd(list('pay', {}));
		expect([json.filter(({ id }) => id === refund).length, hints]).toEqual([1, []]);
	});

	it('of a type that AlfaCRM counts and does not show are told of', async () => {
		school.sandbox.store.hide('pay-type', REFUND, 'counted');
		const words = /A list did not come whole.* AlfaCRM reported \d payment types/;
		expect((await runToEnd(list('pay', {}))).hints).toEqual([expect.stringMatching(words)]);
	});
});
