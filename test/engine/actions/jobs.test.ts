import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { entities } from '../../../nodes/AlfaCrm/entities/registry';
import { looksFirst, sends } from '../../support/actionKinds';
import { inBranch1, isActive, job, jobsOf } from '../support/jobs';
import { EMPTY, NULL, officeOf, pick, stopClock, UNDEFINED } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 80 });
const { rows, some, stored, lead, client, run, runInBranch1, failing, writes } = jobsOf(school);
const { patch, set, whole, refused } = officeOf(school);
const last = () => school.sandbox.journal.at(-1);
afterEach(() => jest.useRealTimers());

/** The ID of a lead of the school with what the test needs to be on its card. */
const leadWith = (fields: IDataObject): number => {
	const id = lead().id as number;
	patch('customer', id, fields);
	return id;
};

describe('a step of a lead or client', () => {
	it.each<[operation: string, given: INodeParameters, before: IDataObject, after: IDataObject]>([
		[
			'convertToClient',
			{ additionalFields: { study_status_id: 2 } },
			{},
			{ is_study: 1, study_status_id: 2 },
		],
		['convertToClient', {}, {}, { is_study: 1 }],
		['moveToStage', { lead_status_id: 3 }, { lead_status_id: 1 }, { lead_status_id: 3 }],
		['assignManager', { assigned_id: '4' }, { assigned_id: null }, { assigned_id: 4 }],
		['assignTeachers', { teacher_ids: [2, 3] }, { teacher_ids: [1, 2] }, { teacher_ids: [1, 2, 3] }],
		[
			'assignTeachers',
			{ teacher_ids: [2, 3], listMode: 'replace' },
			{ teacher_ids: [1, 2] },
			{ teacher_ids: [2, 3] },
		],
		['reject', { lead_reject_id: 1 }, { lead_reject_id: null }, { lead_reject_id: 1, e_date: '2030-12-31' }],
		[
			'archive',
			{ additionalFields: { customer_reject_id: 1 } },
			{ customer_reject_id: null },
			{ customer_reject_id: 1 },
		],
		['unarchive', {}, { e_date: '2025-01-31' }, { e_date: '2030-12-31' }],
	])('%s with %j is done once, and again changes nothing', async (operation, given, before, after) => {
		const id = leadWith(before);
		const [first] = await run(job(operation, id, given));
		expect(first).toMatchObject({ id, operationResult: 'updated' });
		expect(first.changedFields).not.toEqual([]);
		const state = stored(id);
		expect(state).toMatchObject(after);

		const [second] = await run(job(operation, id, given));
		expect(second).toMatchObject({ id, operationResult: 'unchanged', changedFields: [] });
		expect(writes()).toEqual(['customer/update']);
		expect(stored(id)).toEqual(state);
	});

	it('that rejects can archive too, and refuses a client', async () => {
		const { id } = lead();
		await run(job('reject', id, { lead_reject_id: 2, additionalFields: { removed: true } }));
		expect(stored(id).e_date).not.toBe('2030-12-31');
		expect(stored(id).lead_reject_id).toBe(2);

		const before = school.records();
		const other = client().id;
		const error = await failing(job('reject', other, { lead_reject_id: 2 }));
		expect(error?.message).toBe(`Customer ${String(other)} is a client, not a lead`);
		expect(school.records()).toEqual(before);
	});

	it('tells when AlfaCRM takes the flag of the archive and does nothing', async () => {
		set({ removedWrite: 'ignored' });
		const { id } = lead();
		expect((await whole(job('archive', id))).hints).toEqual([
			`AlfaCRM took the change, but shows a customer as active still. Archive it there by hand: customer ${String(id)}`,
		]);
	});

	it('names whom it changes and leaves in the archive', async () => {
		const hintsOf = async (parameters: INodeParameters) => (await whole(parameters)).hints;
		const id = leadWith({ e_date: '2025-12-01' });
		for (const parameters of [job('convertToClient', id), job('assignManager', id, { assigned_id: 4 })]) {
			expect(await hintsOf(parameters)).toEqual([
				`Archived customers were changed and stay in the archive; 'Restore' brings them back: customer ${id}`,
			]);
		}
		expect(stored(id)).toMatchObject({ is_study: 1, e_date: '2025-12-01' });
		// Nothing is changed any more; who is brought back does not stay there, nor does who is active.
		for (const parameters of [job('convertToClient', id), job('unarchive', id)])
			expect(await hintsOf(parameters)).toEqual([]);
		expect(await hintsOf(job('convertToClient', lead().id))).toEqual([]);
	});

	it.each([
		['since today', '2026-03-01', true],
		['from a day on that is to come', '2026-04-01', false],
	])('names whom it changes and who is archived %s', async (_when, e_date, isNamed) => {
		stopClock('2026-03-01T12:00:00Z');
		const id = leadWith({ e_date });
		const { hints } = await whole(job('convertToClient', id));
		expect(hints.join().includes(`customer ${id}`)).toBe(isNamed);
		expect(stored(id)).toMatchObject({ is_study: 1, e_date });
	});

	it('reaches a customer in another branch, and saves there', async () => {
		set({ otherBranch: 'missing' });
		const id = leadWith({ branch_ids: [3], assigned_id: null });
		await run(job('assignManager', id, { assigned_id: 4 }));
		expect(stored(id)).toMatchObject({ assigned_id: 4, branch_ids: [3] });
		expect(last()?.path).toBe('/v2api/3/customer/update');
		await run(job('takePayment', id, { income: 600, pay_account_id: 1 }));
		expect(rows('pay').at(-1)).toMatchObject({ customer_id: id, payer_name: stored(id).legal_name });
	});

	it('says that there is no such customer', async () => {
		const error = await failing(job('convertToClient', 9_999));
		expect(error?.message).toBe('AlfaCRM has no customer with ID 9999');
		expect(writes()).toEqual([]);
	});

	it('gives a small output unless the raw record is asked for', async () => {
		const { id } = lead();
		const [small] = await run(job('assignManager', id, { assigned_id: 4 }));
		// Ten fields, the address of the page, and what became of it.
		expect(Object.keys(small).length).toBeLessThanOrEqual(13);
		expect(small).toMatchObject({ url: expect.stringContaining(`/lead/view?id=${id}`) as string });
		const [raw] = await run(job('assignManager', id, { assigned_id: 4, simplify: false }));
		expect(Object.keys(raw).length).toBeGreaterThan(25);
	});
});

describe('Move to Stage', () => {
	const leadAt = (lead_status_id: number | null) => leadWith({ lead_status_id });
	const move = async (id: unknown, lead_status_id: unknown) => {
		const { error, json, hints } = await whole(
			job('moveToStage', id, { lead_status_id: lead_status_id as string }),
		);
		expect(error).toBeUndefined();
		return { ...json[0], hints };
	};
	const reads = () => school.entries('lead-status/index').length;

	it.each(['none', 'Not Sorted', '={{ "none" }}'])(
		'%s takes a lead out of its stage, once',
		async (stage) => {
			const id = leadAt(3);
			expect(await move(id, stage)).toMatchObject({ operationResult: 'updated', lead_status_id: null });
			expect(last()?.body).toEqual({ lead_status_id: null });
			expect(stored(id)).toMatchObject({ lead_status_id: null, pipeline_id: 1 });
			expect(await move(id, stage)).toMatchObject({ operationResult: 'unchanged', hints: [] });
			expect(writes()).toEqual(['customer/update']);
		},
	);

	it.each([NULL, UNDEFINED, EMPTY])('%s is no stage, and changes nothing', async (stage) => {
		const id = leadAt(3);
		const error = await failing(job('moveToStage', id, { lead_status_id: stage }));
		expect(error?.message).toBe("'Stage' is empty, but AlfaCRM requires it");
		expect(stored(id).lead_status_id).toBe(3);
	});

	it('moves a lead that had no stage, without a hint', async () => {
		const id = leadAt(null);
		expect(await move(id, 2)).toMatchObject({ operationResult: 'updated', hints: [] });
		expect(stored(id).lead_status_id).toBe(2);
	});

	it('says that a lead was moved back, by the weight of the stages, or the ID where they weigh the same', async () => {
		const id = leadAt(4);
		expect((await move(id, 2)).hints).toEqual([
			`A lead was moved back in the funnel: customer ${id} from Ждём оплату to Назначено пробное`,
		]);
		expect(stored(id).lead_status_id).toBe(2);
		expect((await move(id, 4)).hints).toEqual([]);

		patch('lead-status', 2, { weight: 99 });
		expect((await move(id, 2)).hints).toEqual([]);
		expect((await move(id, 4)).hints).toHaveLength(1);

		for (const stage of [2, 3]) patch('lead-status', stage, { weight: 1 });
		const twin = leadAt(2);
		expect((await move(twin, 3)).hints).toEqual([]);
		expect((await move(twin, 2)).hints).toHaveLength(1);
	});

	it('says nothing where the stage is of another pipeline, unknown or none', async () => {
		patch('lead-status', 2, { pipeline_id: 2 });
		for (const stage of [2, 999, 'none']) expect((await move(leadAt(4), stage)).hints).toEqual([]);
	});

	it('says that a client was given a stage', async () => {
		const { id } = client();
		patch('customer', id, { lead_status_id: null });
		expect((await move(id, 2)).hints).toEqual([
			`A client was given a stage of the funnel, which is for leads: customer ${String(id)}`,
		]);
		expect(stored(id).lead_status_id).toBe(2);
		expect((await move(id, 2)).hints).toEqual([]);
		expect((await move(id, 'none')).hints).toEqual([]);
		expect(reads()).toBe(0);
	});

	it('takes one reading of the stages for all items, none where nothing is moved', async () => {
		await move(leadAt(4), 4);
		expect(reads()).toBe(0);
		const two = rows('customer')
			.filter((row) => row.is_study === 0 && isActive(row))
			.slice(0, 2);
		for (const { id } of two) patch('customer', id, { lead_status_id: 3 });
		const form = job('moveToStage', '={{ $json.id }}', { lead_status_id: 1 });
		const { hints } = await whole(form, { items: two });
		expect(hints).toHaveLength(1);
		for (const { id } of two) expect(hints[0]).toContain(`customer ${String(id)} from`);
		expect(reads()).toBe(1);
	});

	it('moves the lead all the same where the stages cannot be read', async () => {
		set({ forbiddenCalls: ['lead-status/index'] });
		const id = leadAt(4);
		expect(await move(id, 2)).toMatchObject({ operationResult: 'updated', hints: [] });
		expect(stored(id).lead_status_id).toBe(2);
	});

	const values = { name: 'Новая Анна', is_study: 0, legal_type: 1, lead_status_id: 'none' };
	const phone = '+7(900)000-77-66';
	it.each<[string, INodeParameters]>([
		['create', { json: JSON.stringify(values) }],
		['upsert', { matchBy: 'phone', phone, json: JSON.stringify({ ...values, phone }) }],
	])('in %s as JSON sends no stage for a new lead that is not sorted', async (operation, more) => {
		const form = { resource: 'customer', operation, branchId: 1, inputMode: 'json', ...more };
		const [{ id }] = await run(form);
		expect(last()?.body).not.toHaveProperty('lead_status_id');
		expect(stored(id).lead_status_id).toBeNull();
	});

	it('in Update takes a lead out of its stage too', async () => {
		const id = leadAt(3);
		await run(job('update', id, { id: String(id), updateFields: { lead_status_id: 'none' } }));
		expect(stored(id).lead_status_id).toBeNull();
	});
});

describe('an action that goes out as it is declared', () => {
	it('finds the groups of a customer', async () => {
		const { customer_id } = some('cgi');
		const memberships = await runInBranch1({
			...{ resource: 'cgi', operation: 'getByCustomer', customer_id: pick(customer_id), returnAll: true },
			additionalFields: { b_date: '2000-01-01', e_date: '2040-01-01' },
		});
		expect(last()).toMatchObject({
			path: '/v2api/1/cgi/customer',
			query: { customer_id: String(customer_id) },
			body: { b_date: '01.01.2000', e_date: '01.01.2040' },
		});
		const expected = rows('cgi').filter((row) => row.customer_id === customer_id);
		expect(memberships.map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort());
	});

	it.each([EMPTY, UNDEFINED, NULL])('finds no groups of any time where a day is %s', async (b_date) => {
		const form = { resource: 'cgi', operation: 'getByCustomer', branchId: 1, customer_id: pick(1) };
		await refused({ ...form, additionalFields: { b_date } }, "'Start Date' is empty");
	});

	it.each(['customer', 'group', 'teacher'])('reads the calendar of a %s, a bare list', async (resource) => {
		const lesson = some('lesson', (row) => row.branch_id === 1 && (row.group_ids as number[]).length > 0);
		const [id] = lesson[`${resource}_ids`] as number[];
		const date = String(lesson.date);
		const events = await runInBranch1({
			...{ resource, operation: 'getCalendar', id: pick(id), date1: date, date2: date, addNames: false },
		});
		const dotted = date.split('-').reverse().join('.');
		expect(last()).toMatchObject({
			path: `/v2api/1/calendar/${resource}`,
			query: { id: String(id), date1: dotted, date2: dotted },
		});
		expect(events.length).toBeGreaterThan(0);
		for (const event of events) expect(event).toHaveProperty('start');
	});

	it('adds, spends and reads bonus points', async () => {
		const { id } = client();
		const balance = async () => Number((await run(job('getBonusBalance', id)))[0].balance_bonus);
		const before = await balance();
		for (const [operation, call, amount, sum] of [
			['addBonus', 'bonus-add', 50, 50],
			['spendBonus', 'bonus-spend', 20, 30],
		] as const) {
			await run(job(operation, id, { amount, note: 'Подарок', additionalFields: {} }));
			expect(last()).toMatchObject({
				path: `/v2api/1/bonus/${call}`,
				query: { customer_id: String(id) },
				body: { amount },
			});
			expect(await balance()).toBe(before + sum);
		}
	});

	const correction = (more: IDataObject = {}): INodeParameters => ({
		...{ resource: 'pay', operation: 'createCorrection', branchId: 1, customer_id: pick(client().id) },
		...{ income: -250.5, pay_type_id: 2, pay_account_id: 1, document_date: '2026-02-09' },
		...{ additionalFields: { payer_name: 'Основа', note: 'Ошибка кассы' }, ...(more as INodeParameters) },
	});

	it('sends a correction or refund with its sign, type and day', async () => {
		const [saved] = await run(correction());
		expect(last()).toMatchObject({
			path: '/v2api/1/pay/create',
			body: { branch_id: 1, income: -250.5, pay_type_id: 2, document_date: '09.02.2026' },
		});
		expect(some('pay', ({ id }) => id === saved.id)).toMatchObject({
			...{ customer_id: client().id, income: '-250.50', note: 'Ошибка кассы' },
		});
	});

	it.each([
		['Amount', { income: 0 }],
		['Amount', { income: '' }],
		['Payment Type', { pay_type_id: EMPTY }],
		['Payment Date', { document_date: EMPTY }],
	])("sends no correction without '%s': %j", async (label, more) => {
		await refused(correction(more), `'${label}'`);
	});

	it.each(['customer', 'group'])('archives a %s and brings it back', async (resource) => {
		const { id } = resource === 'customer' ? client() : some('group', inBranch1);
		const act = async (operation: string) => await runInBranch1({ resource, operation, id: pick(id) });
		const list = { resource, operation: 'getAll', returnAll: true, removed: 0 };
		const isActiveNow = async () => (await runInBranch1(list)).some((row) => row.id === id);
		await act('archive');
		expect(await isActiveNow()).toBe(false);
		await act('unarchive');
		expect(await isActiveNow()).toBe(true);
		const updates = school.entries(`${resource}/update`);
		expect(updates.map(({ query, body }) => [query.id, body])).toEqual([
			[String(id), { removed: 1 }],
			[String(id), { removed: 0 }],
		]);
	});

	it.each([
		['getRates', 'teacher-rate'],
		['getWorkingHours', 'working-hour'],
	])('lists what the school has: %s', async (operation, action) => {
		await runInBranch1({ resource: 'teacher', operation, returnAll: true, addNames: false });
		expect(last()?.path).toBe(`/v2api/1/teacher/${action}`);
	});
});

it('all actions have a test', () => {
	const namesOf = (isMeant: typeof sends) =>
		entities
			.flatMap(({ resource, actions = [] }) =>
				actions.filter(({ kind }) => isMeant(kind)).map(({ name }) => `${resource}.${name}`),
			)
			.sort();
	expect(namesOf(sends)).toEqual([
		'cgi.getByCustomer',
		'customer.addBonus',
		'customer.getBonusBalance',
		'customer.getCalendar',
		'customer.spendBonus',
		'group.getCalendar',
		'pay.createCorrection',
		'teacher.getCalendar',
		'teacher.getRates',
		'teacher.getWorkingHours',
	]);
	// Of a kind that adds a record in additions.test.ts, of groups in groups.test.ts, of attendance in attendance.test.ts.
	expect(namesOf(looksFirst)).toEqual([
		'customer.addComment',
		'customer.addToGroup',
		'customer.archive',
		'customer.assignManager',
		'customer.assignTeachers',
		'customer.convertToClient',
		'customer.createTask',
		'customer.moveToStage',
		'customer.reject',
		'customer.removeFromGroup',
		'customer.sellSubscription',
		'customer.takePayment',
		'customer.unarchive',
		'group.archive',
		'group.unarchive',
		'lesson.complete',
	]);
});
