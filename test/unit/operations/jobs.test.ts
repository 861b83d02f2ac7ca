import type { IDataObject } from 'n8n-workflow';

import { upsertByPhoneForm, customerForm, SmallSchool } from './school';

const OPEN_END = '2030-12-31';

let school: SmallSchool;
beforeEach(() => {
	jest.useFakeTimers({ now: new Date('2026-03-01T12:00:00Z'), advanceTimers: true });
	school = new SmallSchool();
});
afterEach(() => jest.useRealTimers());

const lead = (row: IDataObject = {}) => school.addLead({ e_date: OPEN_END, ...row });
const stored = (id: unknown) => school.readRecord('customer', Number(id));
const job = (operation: string, id: number, more: IDataObject = {}) =>
	customerForm(operation, { id, ...more });
const hintsOf = async (form: IDataObject) => (await school.run(form)).hints;
const lastSent = () => school.requests.at(-1);

describe('a step of a lead or client', () => {
	it.each<[operation: string, given: IDataObject, before: IDataObject, after: IDataObject]>([
		[
			'convertToClient',
			{ additionalFields: { study_status_id: 2 } },
			{},
			{ is_study: 1, study_status_id: 2 },
		],
		['convertToClient', {}, {}, { is_study: 1 }],
		['moveToStage', { lead_status_id: 3 }, { lead_status_id: 1 }, { lead_status_id: 3 }],
		['assignManager', { assigned_id: '4' }, { assigned_id: null }, { assigned_id: 4 }],
		['assignTeachers', { teacher_ids: '2, 3' }, { teacher_ids: [1, 2] }, { teacher_ids: [1, 2, 3] }],
		[
			'assignTeachers',
			{ teacher_ids: [2, 3], listMode: 'replace' },
			{ teacher_ids: [1, 2] },
			{ teacher_ids: [2, 3] },
		],
		['reject', { lead_reject_id: 1 }, { lead_reject_id: null }, { lead_reject_id: 1, e_date: OPEN_END }],
		['archive', { additionalFields: { customer_reject_id: 1 } }, {}, { customer_reject_id: 1 }],
		['unarchive', {}, { e_date: '2025-01-31' }, { e_date: OPEN_END }],
	])('%s with %j is done once, and again changes nothing', async (operation, given, before, after) => {
		const id = lead(before);
		expect(await school.runInTurn(job(operation, id, given))).toBe('updated');
		expect(stored(id)).toMatchObject(after);
		const state = { ...stored(id) };
		expect(await school.runInTurn(job(operation, id, given))).toBe('unchanged');
		expect(school.readWrites()).toEqual(['customer/update']);
		expect(stored(id)).toEqual(state);
	});

	it('names whom it changes and leaves in the archive', async () => {
		const id = lead({ e_date: '2025-12-01' });
		for (const form of [job('convertToClient', id), job('assignManager', id, { assigned_id: 4 })])
			expect(await hintsOf(form)).toEqual([
				`Archived customers were changed and stay in the archive; 'Restore' brings them back: customer ${id}`,
			]);
		expect(stored(id)).toMatchObject({ is_study: 1, e_date: '2025-12-01' });
		// Nothing is changed any more, which is said; who is brought back does not stay there, nor does who is active.
		expect(await hintsOf(job('convertToClient', id))).toEqual([
			`Nothing of this customer had to be changed: customer ${id}`,
		]);
		for (const form of [job('unarchive', id), job('convertToClient', lead())])
			expect(await hintsOf(form)).toEqual([]);
	});

	it.each([
		['since today', '2026-03-01', 1],
		['from a day on that is to come', '2026-04-01', 0],
	])('names whom it changes and who is archived %s', async (_when, e_date, count) => {
		expect(await hintsOf(job('convertToClient', lead({ e_date })))).toHaveLength(count);
	});
});

describe('Move to Stage', () => {
	beforeEach(() => {
		for (let id = 1; id <= 4; id++)
			school.addRecord('lead-status', { id, name: `Этап ${id}`, is_enabled: 1 });
	});
	const move = async (id: number, lead_status_id: unknown) =>
		(await school.run(job('moveToStage', id, { lead_status_id } as IDataObject))).json[0];

	it.each(['none', 'Not Sorted'])(
		'%s takes a lead out of its stage, once, and so does Update',
		async (stage) => {
			const id = lead({ lead_status_id: 3 });
			expect(await move(id, stage)).toMatchObject({ operationResult: 'updated', lead_status_id: null });
			expect(lastSent()?.body).toEqual({ lead_status_id: null });
			expect(await move(id, stage)).toMatchObject({ operationResult: 'unchanged' });
			await move(id, 3);
			await school.run(job('update', id, { updateFields: { lead_status_id: stage } }));
			expect(stored(id).lead_status_id).toBeNull();
		},
	);

	it.each([null, undefined, ''])('%s is no stage, and changes nothing', async (lead_status_id) => {
		const form = job('moveToStage', lead({ lead_status_id: 3 }), { lead_status_id } as IDataObject);
		expect((await school.expectRefused(form)).message).toBe("'Stage' is empty, but it is required");
	});

	it.each(['create', 'upsert'])(
		'in %s as JSON sends no stage for a new lead that is not sorted',
		async (operation) => {
			const json = JSON.stringify({ name: 'Анна', is_study: 0, legal_type: 1, lead_status_id: 'none' });
			const { json: made } = await school.run({ ...upsertByPhoneForm(), operation, inputMode: 'json', json });
			expect(lastSent()?.body).not.toHaveProperty('lead_status_id');
			expect(stored(made[0].id).lead_status_id).toBeNull();
		},
	);
});

it('a reason that AlfaCRM refuses is named as the form names it', async () => {
	school.onCall = (call) =>
		call === 'customer/update' ? { success: false, errors: { lead_reject_id: ['Неверно'] } } : undefined;
	const { error } = await school.runToEnd(job('reject', lead(), { lead_reject_id: 1, additionalFields: {} }));
	expect(`${error?.message} ${error?.description}`).toContain("'Reason' (lead_reject_id)");
});

describe('an action that goes out as it is declared', () => {
	const sent = async (form: IDataObject) => {
		const { json } = await school.run(form);
		// Names come from lists that are read afterwards.
		const { url, query, body } = school.requests.filter((call) => !call.url.endsWith('/index')).at(-1)!;
		return { json, url: url.slice(url.indexOf('/v2api')), query, body };
	};

	it('finds the groups of a customer', async () => {
		const [id, group] = [lead(), school.addRecord('group', { name: 'A', branch_ids: [1] })];
		const days = { b_date: '01.01.2026', e_date: '31.12.2026' };
		const own = school.addRecord('cgi', { customer_id: id, group_id: group, branch_id: 1, ...days });
		school.addRecord('cgi', { customer_id: lead(), group_id: group, branch_id: 1, ...days });
		const additionalFields: IDataObject = { b_date: '2000-01-01', e_date: '2040-01-01' };
		const more = { resource: 'cgi', customer_id: id, returnAll: true };
		const form = customerForm('getByCustomer', { ...more, additionalFields });
		expect(await sent(form)).toMatchObject({
			...{ json: [{ id: own }], url: '/v2api/1/cgi/customer', query: { customer_id: id } },
			body: { b_date: '01.01.2000', e_date: '01.01.2040' },
		});
		for (const b_date of ['', null, undefined]) {
			const { message } = await school.expectRefused({ ...form, additionalFields: { b_date } });
			expect(message).toContain("'Start Date' is set but came out empty");
		}
	});

	it('reads the calendar of a customer, a bare list', async () => {
		const ids = { customer_ids: [lead()], teacher_ids: [1] };
		school.addRecord('teacher', { name: 'A', branch_ids: [1] });
		for (const path of ['subject', 'lesson-type']) school.addRecord(path, { name: 'A' });
		const lesson = { branch_id: 1, status: 1, date: '2026-03-02', lesson_type_id: 1, subject_id: 1, ...ids };
		school.addRecord('lesson', {
			...lesson,
			time_from: '2026-03-02 10:00:00',
			time_to: '2026-03-02 11:00:00',
		});
		const [date1, date2] = ['2026-03-01', '2026-03-03'];
		const form = customerForm('getCalendar', { id: 1, date1, date2 });
		const { json, url, query } = await sent(form);
		expect(url).toBe('/v2api/1/calendar/customer');
		expect(query).toEqual({ id: 1, date1: '01.03.2026', date2: '03.03.2026' });
		expect(json).toEqual([expect.objectContaining({ start: expect.anything() as unknown })]);
	});

	it('adds and spends bonus points, which the overview tells', async () => {
		const id = lead({ is_study: 1, balance_bonus: 0 });
		for (const [change, amount, sum] of [
			['bonus-add', 50, 50],
			['bonus-spend', 20, 30],
		] as const) {
			const { url, query, body } = await sent(job('changeBonus', id, { change, amount, note: 'Подарок' }));
			expect([url, query]).toEqual([`/v2api/1/bonus/${change}`, { customer_id: id }]);
			expect(body).toEqual({ amount, note: 'Подарок' });
			const [{ bonus }] = (await school.run(customerForm('getOverview', { id }))).json;
			expect(bonus).toBe(sum);
		}
	});

	it('sends a correction or refund with its sign, type and day, none of which is missing', async () => {
		school.addRecord('pay-account', { name: 'A' });
		const fields = { customer_id: lead(), income: -250.5, pay_type_id: 2, document_date: '2026-02-09' };
		const correction = (more: IDataObject = {}) =>
			customerForm('createCorrection', { resource: 'pay', pay_account_id: 1, ...fields, ...more });
		expect(await sent(correction({ additionalFields: { note: 'Ошибка кассы' } }))).toMatchObject({
			url: '/v2api/1/pay/create',
			body: { branch_id: 1, income: -250.5, pay_type_id: 2, document_date: '09.02.2026' },
		});
		expect(school.readRecords('pay')).toMatchObject([{ income: '-250.50', note: 'Ошибка кассы' }]);
		const [shown] = (await school.run(correction())).json;
		expect(shown).toMatchObject({ document_date: '2026-02-09', customer_id: 1 });
		expect(Object.keys(shown).length).toBeLessThan(15);
		for (const [label, more] of [
			['Amount', { income: '' }],
			['Payment Type', { pay_type_id: '' }],
			['Payment Date', { document_date: '' }],
		] as const)
			expect((await school.expectRefused(correction(more))).message).toContain(`'${label}'`);
	});

	it('lists the working hours that the school has', async () => {
		const form = customerForm('getWorkingHours', { resource: 'teacher', returnAll: true });
		expect((await sent(form)).url).toBe('/v2api/1/teacher/working-hour');
	});
});
