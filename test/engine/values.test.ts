import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { callInProcess } from './support/inProcess';
import { NULL, UNDEFINED, findByPhoneForm, recordWithId, upsertByPhoneForm } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { stopClock } from './support/stoppedClock';
import { useSchool } from './support/school';

callInProcess();

const school = useSchool({ customers: 40 });
const {
	addRecord,
	readCustomer,
	addLead,
	expectRefusedUnsent,
	readRecord,
	readRecords,
	run,
	changeSettings,
	expectRefused,
	runToEnd,
	readWrites,
} = frontDeskOf(school);

const PHONE = '+7(900)555-00-01';
const on = (resource: string, operation: string, more: IDataObject): INodeParameters =>
	({ resource, operation, branchId: 1, ...more }) as INodeParameters;
const job = (operation: string, id: unknown, top: IDataObject, additionalFields: IDataObject = {}) =>
	on('customer', operation, { id: recordWithId(id), ...top, additionalFields });
const update = (id: unknown, more: IDataObject) => on('customer', 'update', { id: String(id), ...more });
const create = (additionalFields: IDataObject) =>
	on('customer', 'create', { name: 'Лисова Ева', is_study: 0, legal_type: 1, additionalFields });
const sent = (call: string) => school.readJournal(call).map(({ body }) => body);

afterEach(() => jest.useRealTimers());

// ---------------------------------------------------------------- empty values

const HELD = {
	phone: [PHONE],
	email: ['mia@example.org'],
	dob: '04.09.2015',
	note: 'Важное',
	lead_source_id: 1,
	teacher_ids: [1, 2],
	custom_school: '12',
};
const EMPTIED = { phone: [], email: [], dob: null, lead_source_id: null, teacher_ids: [] };
/** A sheet's row whose cells are empty, but for one. */
const cells = (nothing: unknown, note: unknown = 'Новое'): IDataObject =>
	({ ...Object.fromEntries(Object.keys(HELD).map((name) => [name, nothing])), note }) as IDataObject;
const ofItem = Object.keys(HELD).filter((name) => !name.startsWith('custom_'));

describe.each<[string, IDataObject]>([
	[
		'auto-mapped from a sheet',
		{ inputMode: 'map', columns: { mappingMode: 'autoMapInputData', value: null } },
	],
	['in JSON', { inputMode: 'json', json: '={{ $json }}' }],
	['in the form', { updateFields: Object.fromEntries(ofItem.map((name) => [name, `={{ $json.${name} }}`])) }],
])('Update with fields %s', (_way, mode) => {
	it('that hold nothing empties them only where that is chosen', async () => {
		const nothing = '  ';
		const id = addLead(HELD);
		await run(update(id, mode), { items: [cells(nothing)] });
		expect(readCustomer(id)).toMatchObject({ ...HELD, note: 'Новое' });
		expect(sent('customer/update')).toEqual([{ note: 'Новое' }]);
		const overwriting = update(id, { ...mode, options: { overwriteWithEmpty: true } });
		await run(overwriting, { items: [cells(nothing)] });
		expect(readCustomer(id)).toMatchObject({ ...EMPTIED, note: 'Новое' });
		school.sandbox.clearJournal();
		await expectRefusedUnsent(update(id, mode), 'nothing to update', { items: [cells(nothing, nothing)] });
	});

	it('never empties what is not there at all', async () => {
		const id = addLead(HELD);
		const overwriting = update(id, { ...mode, options: { overwriteWithEmpty: true } });
		await run(overwriting, { items: [{ note: 'Новое', dob: null } as unknown as IDataObject] });
		expect(readCustomer(id)).toMatchObject({ ...HELD, dob: null, note: 'Новое' });
	});
});

it('a job with an empty option leaves the field alone, one that must be filled is refused', async () => {
	const id = addLead({ study_status_id: 2 });
	for (const teacher_ids of ['[]', '={{ [null] }}', NULL])
		await expectRefusedUnsent(job('assignTeachers', id, { teacher_ids }), "'Teacher'");
	await expectRefusedUnsent(job('assignManager', id, { assigned_id: NULL }), "'Manager'");
	await run(job('convertToClient', id, {}, { study_status_id: NULL }));
	expect(readCustomer(id)).toMatchObject({ is_study: 1, study_status_id: 2 });
});

describe('a picker, where empty values overwrite', () => {
	const lesson = () =>
		addRecord('lesson', {
			...{ branch_id: 1, lesson_type_id: 2, subject_id: 1, status: 1, customer_ids: [1, 2], group_ids: [1] },
			...{ date: '2026-03-02', time_from: '2026-03-02 17:00:00', time_to: '2026-03-02 18:00:00' },
		});
	const payment = () => Number(readRecords('pay').find((one) => one.ctt_id && one.group_id)?.id);

	it.each([
		{ resource: 'lesson', name: 'customer_ids', record: lesson },
		{ resource: 'pay', name: 'group_id', record: payment },
	])('that an expression finds nothing for is not given: $resource $name', async (one) => {
		const { resource, name, record } = one;
		const id = record();
		const held = readRecord(resource, id)[name];
		const empty = async (value: string) => {
			const target = resource === 'lesson' ? recordWithId(id) : id;
			const updateFields = { [name]: recordWithId(value), note: 'Новое' };
			await run(on(resource, 'update', { id: target, updateFields, options: { overwriteWithEmpty: true } }));
			return readRecord(resource, id)[name];
		};
		for (const nothing of [UNDEFINED, '={{ $json.misspelt }}']) expect(await empty(nothing)).toEqual(held);
		expect(await empty(NULL)).toEqual(Array.isArray(held) ? [] : null);
	});
});

// ---------------------------------------------------------------- numbers that were rounded

/** A tax number, a contract or a barcode as a narrow column of a sheet shows it: two people may have the same one. */
describe('a number that a sheet has rounded', () => {
	const rounded = '7,72345E+11';

	it('as a custom field finds nobody, not even who holds the very same', async () => {
		const before = readCustomer(addLead({ custom_inn: rounded }));
		const byNumber = { matchBy: 'customField', matchField: 'custom_inn', matchValue: rounded };
		const fields = { name: 'Лисова Ева', note: 'Вторая' };
		await expectRefusedUnsent({ ...upsertByPhoneForm('', fields), ...byNumber }, "'custom_inn' must be");
		expect(readCustomer(before.id)).toEqual(before);
	});

	it('does not take the place of what a field holds', async () => {
		const id = addLead({ phone: [PHONE], barcode: '772345678901' });
		const json = { inputMode: 'json', json: JSON.stringify({ barcode: rounded }) };
		const { message } = await expectRefusedUnsent({ ...upsertByPhoneForm(PHONE), ...json }, 'must be a text');
		expect(message).toMatch(/, a number that was rounded: its last digits are lost$/);
		await expectRefusedUnsent(update(id, json), 'must be');
		expect(readCustomer(id).barcode).toBe('772345678901');
	});
});

// ---------------------------------------------------------------- custom fields

const [WRONG, RIGHT] = ['custom_dogvor', 'custom_dogovor'];

describe('a custom field that the account does not have', () => {
	const record = (name: string) => ({
		...{ name: 'Орлова Мия', is_study: 0, legal_type: 1 },
		[name]: 'Д-новый',
	});
	/** Each operation that saves, with the field in the form, in JSON and in the mapper. */
	const forms = (name: string): INodeParameters[] => {
		const custom = { name: 'Орлова Мия', customFields: { values: [{ name, value: 'Д-новый' }] } };
		const operations: Array<[string, IDataObject, IDataObject]> = [
			['create', { is_study: 0, legal_type: 1, name: 'Орлова Мия' }, { additionalFields: custom }],
			['update', { id: recordWithId(addLead()), listMode: 'replace' }, { updateFields: custom }],
			['upsert', { matchBy: 'phone', phone: PHONE, name: custom.name }, { fieldsToSet: custom }],
		];
		return operations.flatMap(([operation, more, form]) =>
			[
				form,
				{ inputMode: 'json', json: JSON.stringify(record(name)) },
				{ inputMode: 'map', columns: { mappingMode: 'defineBelow', value: record(name) } },
			].map((mode) => on('customer', operation, { options: {}, ...more, ...mode })),
		);
	};
	it.each([
		['is named by a hint, whichever way it was given', WRONG, [expect.stringContaining(WRONG)]],
		['is no matter where it was saved', RIGHT, []],
	])('%s', async (_what, name, expected) => {
		for (const parameters of forms(name)) {
			const { error, hints } = await runToEnd(parameters);
			// The same phone finds the same one again.
			const others = hints.filter((hint) => !hint.startsWith('Nothing of this customer had to be changed'));
			expect({ parameters, error, others }).toEqual({ parameters, error: undefined, others: expected });
		}
		expect(readRecords('customer').some((one) => one[name] === 'Д-новый')).toBe(name === RIGHT);
	});
});

// ---------------------------------------------------------------- days

describe('a day', () => {
	it.each([
		['created_at_from', '2026-02-28', '28.02.2026'],
		['next_lesson_date_from', '28.02.2026', '2026-02-28'],
	])('of the filter %s goes out in its own format', async (filter, day, written) => {
		await run(on('customer', 'getAll', { filters: { [filter]: day } }));
		expect(sent('customer/index').at(-1)).toMatchObject({ [filter]: written });
	});

	const [WEST, EAST, BORN] = ['America/New_York', 'Asia/Vladivostok', '04.09.2015'];

	it.each([
		['2015-09-04T00:00:00.000Z', BORN],
		['={{ DateTime.fromISO("2015-09-04", { zone: "utc" }) }}', BORN],
		// Any other moment is the day in the zone of the workflow.
		['={{ new Date("2015-09-04T02:30:00.000Z") }}', '03.09.2015'],
	])('at midnight is the one that is written, whoever wrote it: %s', async (dob, day) => {
		const timezone = WEST;
		const [{ id }] = await run({ ...create({ dob }), phone: PHONE }, { timezone });
		expect(readCustomer(id).dob).toBe(day);
		expect(await run(upsertByPhoneForm(PHONE, { dob }), { timezone })).toMatchObject([
			{ id, operationResult: 'unchanged' },
		]);
		addLead({ name: 'Лисова Ева', dob: '05.09.2015' });
		const key = { matchBy: 'nameAndBirthDate', name: 'Лисова Ева', dob };
		expect(await run({ ...findByPhoneForm(''), ...key }, { timezone })).toMatchObject([{ id }]);
	});

	describe('that is today, where it is tomorrow already in the school', () => {
		beforeEach(() => {
			stopClock('2026-02-10T18:00:00Z');
			changeSettings({ timeZone: EAST });
		});
		const more = { timezone: WEST };

		it('takes who was added to a group today out again', async () => {
			const id = addLead({ is_study: 1 });
			const group = addRecord('group', { name: 'Сборка роботов', branch_ids: [1], e_date: '2035-05-31' });
			const current = () =>
				readRecords('cgi').filter(
					({ group_id, e_date }) => group_id === group && (e_date === null || !/2026$/.test(String(e_date))),
				);
			await run(job('addToGroup', id, { group_id: recordWithId(group) }), more);
			expect(current()).toHaveLength(1);
			const leave = job('removeFromGroup', id, { group_id: recordWithId(group), leave_by: 'end' });
			await run(leave, more);
			expect(current()).toEqual([]);
			expect(await run(leave, more)).toMatchObject([{ operationResult: 'unchanged', alreadyLeft: true }]);
			// And may be added again, which is no membership of somebody who is in.
			const again = job('addToGroup', id, { group_id: recordWithId(group) }, { b_date: '2026-03-01' });
			expect(await run(again, more)).toMatchObject([{ operationResult: 'created', alreadyMember: false }]);
		});

		it('adds a comment once, though its time lies in the future for the workflow', async () => {
			const id = addLead({ is_study: 1 });
			const comment = job('addComment', id, { comment: 'Ждёт звонка' });
			const results = [];
			for (const timezone of [WEST, WEST, EAST])
				results.push(...(await run(comment, { timezone })).map((one) => one.operationResult));
			expect(results).toEqual(['created', 'unchanged', 'unchanged']);
		});
	});
});

// ---------------------------------------------------------------- how AlfaCRM takes days

const chess = () =>
	addRecord('group', { name: 'Шахматы', branch_ids: [1], b_date: '2020-09-01', e_date: '2035-05-31' });
const member = (customer_id: number, group_id: number) =>
	addRecord('cgi', { customer_id, group_id, b_date: '01.02.2026', e_date: '31.05.2026' });
const leaving = (id: unknown, group: number) =>
	job('removeFromGroup', id, { group_id: recordWithId(group) }, { e_date: '2026-02-20' });
const refuse = (entity: string, errors: string[] | Record<string, string[]>, times = 1) =>
	school.sandbox.faults.add({ kind: 'successFalse', errors, times, match: { entity, action: 'update' } });

describe('memberships', () => {
	beforeEach(() => stopClock('2026-02-10T09:00:00Z'));

	it('are ended', async () => {
		const [id, group] = [addLead({ is_study: 1 }), chess()];
		const membership = member(id, group);
		expect(await run(leaving(id, group))).toMatchObject([
			{ operationResult: 'updated', id: membership, e_date: '2026-02-20' },
		]);
		expect(readRecord('cgi', membership)).toMatchObject({ b_date: '01.02.2026', e_date: '20.02.2026' });
	});

	it('are begun with days, and get others', async () => {
		const [customer_id, group] = [addLead({ is_study: 1 }), chess()];
		const days = { b_date: '2026-03-01', e_date: '2026-04-30' };
		const group_id = recordWithId(group);
		await run(job('addToGroup', customer_id, { group_id }, days));
		const held = () => readRecords('cgi').filter((one) => one.group_id === group);
		expect(held()).toMatchObject([{ customer_id, b_date: '01.03.2026', e_date: '30.04.2026' }]);
		await run(job('addToGroup', customer_id, { group_id }, { ...days, e_date: '2026-05-15' }));
		expect(held()).toMatchObject([{ customer_id, b_date: '01.03.2026', e_date: '15.05.2026' }]);
	});

	it('of which AlfaCRM refuses a day are not changed', async () => {
		const [id, group] = [addLead({ is_study: 1 }), chess()];
		const membership = member(id, group);
		refuse('cgi', { e_date: ['Дата окончания должна быть больше даты начала.'] });
		const error = await expectRefused(leaving(id, group));
		expect(error.message).toContain('Дата окончания должна быть больше');
		expect(readWrites()).toEqual(['cgi/update']);
		expect(readRecord('cgi', membership).e_date).toBe('31.05.2026');
	});
});

describe.each(['dotted', 'iso'])('days that AlfaCRM takes %s', (format) => {
	beforeEach(() => {
		stopClock('2026-02-10T09:00:00Z');
		const names = ['group.b_date', 'group.e_date', 'lesson.lesson_date'];
		changeSettings({ dateFormats: Object.fromEntries(names.map((name) => [name, format])) });
	});

	it('of a group and of a lesson are written, at its creation and later', async () => {
		const days = { b_date: '2026-03-01', e_date: '2026-05-31' };
		const [{ id }] = await run(on('group', 'create', { name: 'Шашки', additionalFields: days }));
		expect(readRecord('group', id)).toMatchObject(days);
		await run(on('group', 'update', { id: recordWithId(id), updateFields: { e_date: '2026-06-30' } }));
		expect(readRecord('group', id)).toMatchObject({ b_date: '2026-03-01', e_date: '2026-06-30' });
		const [lesson] = await run(
			on('lesson', 'create', {
				...{ customer_ids: recordWithId(1), lesson_date: '2026-03-03', time_from: '17:00' },
				...{ lesson_type_id: 1, subject_id: 1, additionalFields: { duration: 60 } },
			}),
		);
		const held = { date: '2026-03-03', time_from: '2026-03-03 17:00:00' };
		expect(readRecord('lesson', lesson.id)).toMatchObject(held);
	});

	it('are written, though those of an item before were refused in both ways', async () => {
		const ids = [chess(), chess()];
		refuse('group', { e_date: ['Неверный формат значения «Дата окончания».'] }, 2);
		const parameters = on('group', 'update', {
			id: recordWithId('={{ $json.id }}'),
			updateFields: { e_date: '2026-06-30', limit: 5 },
		});
		const items = ids.map((id) => ({ id }));
		const { error, errorItems, json } = await runToEnd(parameters, { items, onError: 'continueErrorOutput' });
		expect([error, errorItems.length, json]).toMatchObject([undefined, 1, [{ id: ids[1] }]]);
		expect(ids.map((id) => readRecord('group', id).e_date)).toEqual(['2035-05-31', '2026-06-30']);
	});
});

// ---------------------------------------------------------------- what AlfaCRM holds and answers

/** Values that come from AlfaCRM, not from whoever runs the node: they must neither stop a job nor double it. */
describe('what AlfaCRM holds', () => {
	it.each<IDataObject>([{ room_id: 0 }, { customer_ids: [0] }])(
		'in a lesson in place of nothing, %j, is kept by an update',
		async (odd) => {
			const id = addRecord('lesson', {
				...{ branch_id: 1, date: '2026-03-03', lesson_type_id: 2, status: 1, subject_id: 3, room_id: null },
				...{ time_from: '2026-03-03 17:00:00', time_to: '2026-03-03 18:30:00' },
				...{ teacher_ids: [1], customer_ids: [1], group_ids: [1], ...odd },
			});
			const before = structuredClone(readRecord('lesson', id));
			await run(on('lesson', 'update', { id: String(id), updateFields: { homework: 'Читать' } }));
			const { updated_at, ...after } = readRecord('lesson', id);
			expect(after).toEqual({ ...before, homework: 'Читать', updated_at: undefined });
			expect(updated_at).toBeDefined();
		},
	);
});

it('an answer that does not say `success` of a bonus that was added or spent is one that succeeded', async () => {
	changeSettings({ bonusAnswer: 'bare' });
	const id = addLead({ is_study: 1, balance_bonus: 100 });
	for (const [change, amount, balance_bonus] of [
		['bonus-add', 50, 150],
		['bonus-spend', 30, 120],
	] as const) {
		const bonus = on('customer', 'changeBonus', { id: recordWithId(id), change, amount, note: 'Подарок' });
		expect(await run(bonus)).toMatchObject([{ id, balance_bonus }]);
		expect(readCustomer(id)).toMatchObject({ balance_bonus });
	}
});
