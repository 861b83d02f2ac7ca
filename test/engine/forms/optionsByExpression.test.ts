import type { INodeParameters } from 'n8n-workflow';

import { EMPTY, NULL, UNDEFINED, byPhone, findByPhone, given, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { customer, lead, refused, run } = officeOf(school);

const PHONE = '+7(900)555-00-01';
/** What an expression gives that does not find what it looks for, and what is written wrongly. */
const UNREADABLE = [
	['undefined', UNDEFINED],
	['null', NULL],
	['an empty text', EMPTY],
	['a misspelt one', 'nevest'],
	['a list', '={{ [] }}'],
] as const;

/** Names of options, their labels, and what must not be taken for a choice. */
const CHOICES: Array<[string, string]> = [
	['ifSeveral', "'If Several Match'"],
	['ifArchived', "'If the Match Is Archived'"],
	['ifKeyEmpty', "'If Match Value Is Empty'"],
	['listMode', "'Multi-Value Fields'"],
];

describe.each(UNREADABLE)('%s as an option', (what, value) => {
	it.each(CHOICES)('%s of Create or Update is refused before anything is sent', async (name, label) => {
		lead({ phone: [PHONE] });
		lead({ phone: [PHONE] });
		await refused(byPhone(PHONE, { note: 'Новое' }, { [name]: value }), label);
	});

	it.each([
		['ifSeveral', "'If Several Match'"],
		['ifNone', "'If None Matches'"],
	])('%s of Find is refused before anything is sent', async (name, label) => {
		lead({ phone: [PHONE] });
		await refused(findByPhone(PHONE, { [name]: value }), label);
	});

	it('Include Archived of Find is refused', async () => {
		await refused(findByPhone(PHONE, { archived: value }), "'Include Archived'");
	});

	it('Overwrite With Empty Values is refused', async () => {
		const parameters = byPhone(PHONE, { note: '' }, { overwriteWithEmpty: value });
		await refused(parameters, "'Overwrite With Empty Values'");
		await refused(
			{
				resource: 'customer',
				operation: 'update',
				branchId: 1,
				id: pick(1),
				updateFields: { note: '' },
				options: { overwriteWithEmpty: value },
			},
			"'Overwrite With Empty Values'",
		);
	});

	it.each<[string, INodeParameters]>([
		['update', { updateFields: { teacher_ids: [3] } }],
		['assignTeachers', { teacher_ids: [3] }],
	])('Multi-Value Fields of %s is refused and loses nobody', async (operation, fields) => {
		const id = lead({ teacher_ids: [1, 2] });
		const parameters = { resource: 'customer', operation, branchId: 1, id: pick(id), ...fields };
		await refused({ ...parameters, listMode: value }, "'Multi-Value Fields'");
		expect(customer(id).teacher_ids).toEqual([1, 2]);
	});

	it('If Already Completed of Complete Lesson is refused', async () => {
		const parameters = { resource: 'lesson', operation: 'complete', branchId: 1, id: pick(1) };
		await refused({ ...parameters, present_ids: '1', if_completed: value }, "'If Already Completed'");
	});

	it('Simplify is refused', async () => {
		const parameters = { resource: 'customer', operation: 'get', branchId: 1, id: pick(1) };
		await refused({ ...parameters, simplify: value }, "'Simplify'");
	});

	if (what !== 'a list') {
		it('Set Only on Creation is refused, and protects nobody less', async () => {
			lead({ phone: [PHONE], is_study: 1 });
			const parameters = byPhone(PHONE, { is_study: 0 }, { onlyForNew: value });
			await refused(parameters, "'Set Only on Creation'");
		});
	}
});

describe('Set Only on Creation', () => {
	it.each([
		['a text with commas', 'is_study, note'],
		['a JSON list', '["is_study","note"]'],
	])('is read from %s', async (_what, onlyForNew) => {
		const id = lead({ phone: [PHONE], is_study: 1, note: 'Старое', assigned_id: null });
		const fields = { is_study: 0, note: 'Новое', assigned_id: 4 };
		expect(await run(byPhone(PHONE, fields, { onlyForNew }))).toMatchObject([
			{ id, changedFields: ['assigned_id'] },
		]);
	});

	it.each([
		['a misspelt field among others', ['is_study', 'naem']],
		['a nothing in a list', [null]],
		['an object', { is_study: true }],
	])('refuses %s', async (_what, value) => {
		await refused(byPhone(PHONE, { note: 'Новое' }, { onlyForNew: given(value) }), "'Set Only on Creation'");
	});
});

it('options that n8n leaves out hold their defaults', async () => {
	const id = lead({ phone: [PHONE], is_study: 1 });
	const parameters = byPhone(PHONE, { is_study: 0, note: 'Новое' });
	expect(await run(parameters)).toMatchObject([{ id, changedFields: ['note'] }]);
	// One match more stops it.
	lead({ phone: [PHONE] });
	const { error } = await school.engine.run({ parameters });
	expect(error?.message).toContain('2 customers match by Phone');
	// What comes to nothing by an expression is not left out.
	school.sandbox.clearJournal();
	await refused({ ...parameters, options: { ifSeveral: UNDEFINED } }, "'If Several Match'");
});
