import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { EMPTY, NULL, UNDEFINED, byPhone, given, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, customer, lead, refused, row, rows, run, set, stopped, whole, writes } = officeOf(school);

const PHONE = '+7(900)555-00-01';
const HELD = {
	phone: [PHONE],
	email: ['mia@example.org'],
	dob: '04.09.2015',
	note: 'Важное',
	lead_source_id: 1,
	teacher_ids: [1, 2],
	custom_school: '12',
};
const update = (id: unknown, more: INodeParameters): INodeParameters => ({
	resource: 'customer',
	operation: 'update',
	branchId: 1,
	id: String(id),
	...more,
});
/** A sheet's row whose cells are empty, but for one. */
const cells = (nothing: unknown): IDataObject =>
	({
		phone: nothing,
		email: nothing,
		dob: nothing,
		lead_source_id: nothing,
		teacher_ids: nothing,
		custom_school: nothing,
		note: 'Новое',
	}) as IDataObject;
const AUTO = { inputMode: 'map', columns: { mappingMode: 'autoMapInputData', value: null } as never };
const JSON_MODE = { inputMode: 'json', json: '={{ $json }}' };
const FORM: INodeParameters = {
	inputMode: 'form',
	updateFields: Object.fromEntries(
		Object.keys(cells(''))
			.filter((name) => !name.startsWith('custom_'))
			.map((name) => [name, `={{ $json.${name} }}`]),
	),
};
const NOTHINGS = [null, '', '  ', []];
const EMPTIED = {
	phone: [],
	email: [],
	dob: null,
	lead_source_id: null,
	teacher_ids: [],
};

describe.each<[string, INodeParameters]>([
	['auto-mapped from a sheet', AUTO],
	['in JSON', JSON_MODE],
	['in the form', FORM],
])('Update with fields %s', (_way, mode) => {
	it.each(NOTHINGS)('that hold %j changes only what is filled', async (nothing) => {
		const id = lead(HELD);
		await run(update(id, mode), { items: [cells(nothing)] });
		expect(customer(id)).toMatchObject({ ...HELD, note: 'Новое' });
		const sent = school.entries('customer/update').map(({ body }) => body);
		expect(sent).toEqual([{ note: 'Новое' }]);
	});

	it.each(NOTHINGS)('that hold %j is refused when nothing else is given', async (nothing) => {
		const id = lead(HELD);
		const item = { ...cells(nothing), note: nothing } as IDataObject;
		await refused(update(id, mode), 'nothing to update', { items: [item] });
	});

	it.each(NOTHINGS)('that hold %j empties them where that is chosen', async (nothing) => {
		const id = lead(HELD);
		// Without the choice they stay.
		await run(update(id, mode), { items: [cells(nothing)] });
		expect(customer(id)).toMatchObject({ ...HELD, note: 'Новое' });
		await run(update(id, { ...mode, options: { overwriteWithEmpty: true } }), { items: [cells(nothing)] });
		expect(customer(id)).toMatchObject({ ...EMPTIED, note: 'Новое' });
	});

	it('never empties what is not there at all', async () => {
		const id = lead(HELD);
		const options = { overwriteWithEmpty: true };
		const item = { note: 'Новое', dob: null } as unknown as IDataObject;
		await run(update(id, { ...mode, options }), { items: [item] });
		expect(customer(id)).toMatchObject({ ...HELD, dob: null, note: 'Новое' });
		// By default nothing is emptied.
		school.sandbox.store.patch('customer', id, { dob: HELD.dob });
		await run(update(id, mode), { items: [{ ...item, note: 'Ещё новее' }] });
		expect(customer(id)).toMatchObject({ ...HELD, note: 'Ещё новее' });
	});
});

it('lists that hold nothing are passed over as well', async () => {
	const id = lead(HELD);
	for (const nothing of ['[]', ',', '={{ [""] }}', '={{ [null] }}', '={{ [undefined] }}']) {
		const updateFields = { teacher_ids: nothing, email: nothing, note: `Новое ${nothing.length}` };
		await run(update(id, { updateFields }));
		expect(customer(id)).toMatchObject({ email: HELD.email, teacher_ids: HELD.teacher_ids });
	}
});

it('a job with an empty option leaves the field alone, one that must be filled is refused', async () => {
	const id = lead({ study_status_id: 2 });
	const job = (operation: string, more: INodeParameters): INodeParameters => ({
		resource: 'customer',
		operation,
		branchId: 1,
		id: pick(id),
		...more,
	});
	for (const teacher_ids of ['[]', ',', '={{ [null] }}', NULL, EMPTY]) {
		await refused(job('assignTeachers', { teacher_ids }), "'Teacher'");
	}
	await run(job('convertToClient', { additionalFields: { study_status_id: NULL } }));
	expect(customer(id)).toMatchObject({ is_study: 1, study_status_id: 2 });
});

describe('a custom field without a name', () => {
	const custom = (name: unknown) => ({ customFields: { values: [{ name, value: 'x' }] } }) as INodeParameters;

	it.each([
		['nothing', ''],
		['blanks', '  '],
		['what comes to nothing', '={{ undefined }}'],
		['null', '={{ null }}'],
		['a number', '={{ 5 }}'],
		['a list', '={{ [] }}'],
	])('is refused by its label: %s', async (_what, name) => {
		const fields = { note: 'Новое', ...custom(name) };
		const create = { resource: 'customer', operation: 'create', branchId: 1, is_study: 0, legal_type: 1 };
		for (const parameters of [
			{ ...create, name: 'Лисова Ева', additionalFields: fields },
			update(1, { updateFields: fields }),
			byPhone(PHONE, { name: 'Лисова Ева', ...fields }),
		]) {
			const error = await stopped(parameters);
			expect(`${error.message} ${error.description ?? ''}`).toMatch(/custom field/i);
			expect(school.calls()).toEqual([]);
		}
	});
});

describe('what AlfaCRM shows in place of IDs', () => {
	it('is not sent back by an update that adds to a list', async () => {
		const id = add('group', { name: 'Сборка роботов', branch_ids: [1], teacher_ids: [1] });
		set({ groupTeachers: 'names' });
		const parameters: INodeParameters = {
			resource: 'group',
			operation: 'update',
			branchId: 1,
			id: String(id),
			listMode: 'add',
			updateFields: { teacher_ids: [2] },
		};
		const error = await stopped(parameters);
		expect(error.message).toContain("'Teacher'");
		expect(error.message).toContain('shows no IDs');
		expect(writes()).toEqual([]);
		// Where the IDs are shown besides, they are known.
		set({ groupTeachers: 'objects' });
		await run(parameters);
		expect(row('group', id).teacher_ids).toEqual([1, 2]);
	});
});

describe('a picker, where empty values overwrite', () => {
	const lesson = () =>
		add('lesson', {
			...{ branch_id: 1, lesson_type_id: 2, subject_id: 1, status: 1, customer_ids: [1, 2], group_ids: [1] },
			...{ date: '2026-03-02', time_from: '2026-03-02 17:00:00', time_to: '2026-03-02 18:00:00' },
		});
	const payment = () => Number(rows('pay').find((one) => one.ctt_id && one.group_id)?.id);

	it.each([
		{ resource: 'lesson', name: 'customer_ids', record: lesson },
		{ resource: 'lesson', name: 'group_ids', record: lesson },
		{ resource: 'pay', name: 'ctt_id', record: payment },
		{ resource: 'pay', name: 'group_id', record: payment },
	])('that an expression finds nothing for is not given: $resource $name', async (one) => {
		const { resource, name, record } = one;
		const id = record();
		const held = row(resource, id)[name];
		const empty = async (value: string) => {
			const updateFields = { [name]: pick(value), note: 'Новое' };
			const target = resource === 'lesson' ? pick(id) : id;
			const options = { overwriteWithEmpty: true };
			await run({ resource, operation: 'update', branchId: 1, id: target, updateFields, options });
			return row(resource, id)[name];
		};
		for (const nothing of [UNDEFINED, '={{ $json.misspelt }}']) expect(await empty(nothing)).toEqual(held);
		expect(await empty(NULL)).toEqual(Array.isArray(held) ? [] : null);
	});
});

describe('an answer that does not say `success`', () => {
	it('of a bonus that was added or spent is one that succeeded', async () => {
		set({ bonusAnswer: 'bare' });
		const id = lead({ is_study: 1, balance_bonus: 100 });
		for (const [operation, amount, balance] of [
			['addBonus', 50, 150],
			['spendBonus', 30, 120],
		]) {
			const parameters = {
				resource: 'customer',
				operation,
				branchId: 1,
				id: pick(id),
				amount,
				note: 'Подарок',
			};
			const { json, error } = await whole(parameters as INodeParameters);
			expect(error).toBeUndefined();
			expect(json).toMatchObject([{ id, balance_bonus: balance }]);
			expect(customer(id).balance_bonus).toBe(balance);
		}
	});

	it('with `success: true` and errors is a refusal', async () => {
		set({ refusalSuccess: 'saysTrue', dateFormats: { 'customer.dob': 'iso' } });
		const id = lead();
		const fields = { dob: given('2015-09-04') };
		const error = await stopped(update(id, { updateFields: fields }));
		expect(`${error.message} ${error.description ?? ''}`).toContain('Неверный формат значения');
		expect(error.message).not.toContain('did not confirm');
	});
});
