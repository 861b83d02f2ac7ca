import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { findShownParameters } from '../../support/form';
import { NULL, asExpression, recordWithId } from '../support/forms';
import { frontDeskOf } from '../support/frontDesk';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { addRecord, readRecords, readRecord, run, expectRefusedUnsent, expectRefused } = frontDeskOf(school);

const group = () =>
	readRecords('group').find(({ branch_ids }) => (branch_ids as number[]).includes(1))?.id as number;
const NOBODY = { __rl: true, mode: 'list', value: '' };
const NO_USE = 'is empty, but it is required';
const labelsOf = (resource: string, more: INodeParameters = {}) =>
	findShownParameters({ resource, operation: 'create', ...more }).map(({ displayName }) => displayName);
/** The record that was made. */
async function made(path: string, parameters: INodeParameters, items?: IDataObject[]): Promise<IDataObject> {
	const [{ id }] = await run(parameters, { items });
	return readRecord(path, id);
}

describe('a lesson', () => {
	/** As JSON. */
	const FIELDS = (): IDataObject => ({
		...{ lesson_date: '2031-03-10', time_from: '17:00', time_to: '18:00' },
		...{ lesson_type_id: 2, subject_id: 1, group_ids: [group()] },
	});
	const form = (more: INodeParameters = {}): INodeParameters => ({
		...{
			resource: 'lesson',
			operation: 'create',
			branchId: 1,
			lesson_date: '2031-03-10',
			time_from: '17:00',
		},
		...{ lesson_type_id: 2, subject_id: 1, group_ids: recordWithId(group()), ...more },
	});
	const asJson = (fields: object) => form({ inputMode: 'json', json: JSON.stringify(fields) });
	const mapped = (columns: object) => form({ inputMode: 'map', columns: columns as never });
	const auto = () => mapped({ mappingMode: 'autoMapInputData', value: null });

	it('is asked for in the order in which a school thinks of it', () => {
		expect(labelsOf('lesson').slice(4)).toEqual([
			...['Group', 'Customer', 'Lesson Date', 'Start Time', 'Duration', 'Lesson Type'],
			...['Subject', 'Teacher', 'Room', 'Additional Fields', 'Options'],
		]);
	});

	it('lasts an hour for a group that was picked, if nothing else is said', async () => {
		expect(await made('lesson', form({ customer_ids: NOBODY }))).toMatchObject({
			...{ group_ids: [group()], customer_ids: [] },
			...{ time_from: '2031-03-10 17:00:00', time_to: '2031-03-10 18:00:00' },
		});
	});

	it.each<[what: string, value: INodeParameters[string]]>([
		['several IDs', recordWithId('7, 8')],
		['a list by expression', asExpression([7, '8'])],
		['a list by expression in the picker', recordWithId(asExpression([7, 8]))],
	])('has the customers that are given as %s', async (_what, customer_ids) => {
		const lesson = await made('lesson', form({ group_ids: NOBODY, customer_ids }));
		expect(lesson.customer_ids).toEqual([7, 8]);
	});

	it('for nobody is refused', async () => {
		const error = await expectRefusedUnsent(
			form({ group_ids: NOBODY }),
			"'Group' and 'Customer' are both empty",
		);
		expect(error.description).toBe('Fill one of them. Nothing was sent to AlfaCRM.');
	});

	it('whose group, customer or teacher is given and comes to nothing is refused', async () => {
		for (const nobody of [
			NULL,
			asExpression(' '),
			recordWithId(asExpression([])),
			recordWithId('={{ $json.x }}'),
		]) {
			await expectRefusedUnsent(form({ customer_ids: nobody }), "'Customer' is set but came out empty");
			const ofNone = form({ customer_ids: recordWithId(7), group_ids: nobody });
			await expectRefusedUnsent(ofNone, "'Group' is set but came out empty");
		}
		for (const nobody of [NULL, asExpression([])])
			await expectRefusedUnsent(form({ teacher_ids: nobody }), "'Teacher' is set but came out empty");
	});

	it('whose customer or teacher comes to nothing is refused in the same way as JSON, by the input and mapped', async () => {
		for (const [field, label, value] of [
			['customer_ids', 'Customer', '[]'],
			['teacher_ids', 'Teacher', ''],
		] as const) {
			const message = `'${label}' is set but came out empty`;
			const items = [{ ...FIELDS(), [field]: value }];
			await expectRefusedUnsent(form({ inputMode: 'json', json: '={{ $json }}' }), message, { items });
			await expectRefusedUnsent(auto(), message, { items });
			const column = { ...FIELDS(), [field]: '={{ $json.nobody }}' };
			await expectRefusedUnsent(mapped({ mappingMode: 'defineBelow', value: column }), message);
		}
	});

	it('for a group is booked from a row that was read of one, or columns that nobody filled in', async () => {
		const ofGroup = { group_ids: [group()], customer_ids: [] };
		for (const customer_ids of [[], '']) {
			const fields = { ...FIELDS(), customer_ids };
			expect(await made('lesson', asJson(fields))).toMatchObject(ofGroup);
			expect(await made('lesson', auto(), [fields])).toMatchObject(ofGroup);
		}
		const value = { ...FIELDS(), customer_ids: null, teacher_ids: null };
		expect(await made('lesson', mapped({ mappingMode: 'defineBelow', value }))).toMatchObject(ofGroup);
	});

	it('ends at the time that is given, whatever the duration says', async () => {
		const lesson = await made('lesson', form({ duration: 45, additionalFields: { time_to: '19:30' } }));
		expect(lesson.time_to).toBe('2031-03-10 19:30:00');
		expect(school.readJournal('lesson/create')[0].body).not.toHaveProperty('duration');
	});

	it.each<[label: string, wrong: INodeParameters]>([
		["'Duration' and 'End Time' are both empty", { duration: asExpression('') }],
		["'Duration'", { duration: 0 }],
	])('is refused before anything is sent, by %s', async (label, wrong) => {
		await expectRefusedUnsent(form(wrong), label);
	});

	it('that is given as JSON needs an end or a duration as well', async () => {
		const { time_to, ...endless } = FIELDS();
		await expectRefusedUnsent(asJson(endless), "'Duration' and 'End Time' are both empty");
		expect(await made('lesson', asJson({ ...endless, time_to }))).toMatchObject({
			time_to: '2031-03-10 18:00:00',
		});
	});

	it('keeps its end in an update that empties what is empty', async () => {
		const id = addRecord('lesson', {
			...{ branch_id: 1, date: '2031-03-10', time_from: '2031-03-10 17:00:00', status: 1, subject_id: 1 },
			...{ time_to: '2031-03-10 18:00:00', lesson_type_id: 2, customer_ids: [1], topic: 'Старая' },
		});
		const update = (updateFields: INodeParameters): INodeParameters => ({
			...{ resource: 'lesson', operation: 'update', branchId: 1, id: recordWithId(id) },
			...{ updateFields, options: { overwriteWithEmpty: true } },
		});
		const { message } = await expectRefused(update({ time_to: asExpression(''), topic: '' }));
		expect(message).toBe(`'End Time' ${NO_USE}`);
		// Only the length is empty, of which a lesson holds none: the end is sent on.
		await run(update({ duration: asExpression(''), topic: asExpression('') }));
		const [{ body }] = school.readJournal('lesson/update');
		expect(body).toMatchObject({ time_to: '18:00:00' });
		expect(body).not.toHaveProperty('duration');
		expect(readRecord('lesson', id)).toMatchObject({ time_to: '2031-03-10 18:00:00' });
	});
});

describe('a regular lesson', () => {
	const form = (more: INodeParameters = {}): INodeParameters => ({
		...{ resource: 'regularLesson', operation: 'create', branchId: 1, related_id: recordWithId(group()) },
		...{ days: [2, 4], time_from_v: '17:00', b_date_v: '2031-09-01', e_date_v: '2032-05-31' },
		...{ subject_id: 1, ...more },
	});

	it.each([
		['Group', 'groups'],
		['Customer', 'customers'],
	])('for a %s is asked for in order, its owner from a list', (owner, search) => {
		const chosen = { related_class: owner };
		expect(labelsOf('regularLesson', chosen).slice(3)).toEqual([
			...['Lesson For', owner, 'Days', 'Start Time', 'Duration', 'Start Date', 'End Date'],
			...['Subject', 'Teacher', 'Room', 'Additional Fields'],
		]);
		const picker = findShownParameters({ resource: 'regularLesson', operation: 'create', ...chosen })[4];
		expect(picker.modes?.[0].typeOptions?.searchListMethod).toBe(search);
	});

	it('ends when its duration is over, an hour later if nothing else is said', async () => {
		expect(await made('regular-lesson', form())).toMatchObject({
			...{ related_class: 'Group', related_id: group(), time_from_v: '17:00', time_to_v: '18:00' },
			...{ b_date: '2031-09-01', e_date: '2032-05-31' },
		});
		expect(await made('regular-lesson', form({ duration: 95, time_from_v: '9:30' }))).toMatchObject({
			...{ time_from_v: '09:30', time_to_v: '11:05' },
		});
		expect(school.readJournal('regular-lesson/create')[1].body).not.toHaveProperty('duration');
	});

	it('may be that of a customer, on one day only, and ends at the time that is given', async () => {
		const more = {
			duration: asExpression(''),
			additionalFields: { time_to_v: '19:30' },
			e_date_v: '2031-09-01',
		};
		const owner = { related_class: 'Customer', related_id: recordWithId(7) };
		expect(await made('regular-lesson', form({ ...more, ...owner }))).toMatchObject({
			...{ related_class: 'Customer', related_id: 7, time_to_v: '19:30' },
			...{ b_date: '2031-09-01', e_date: '2031-09-01' },
		});
	});

	it.each<[label: string, wrong: INodeParameters]>([
		[`'Group or Customer' ${NO_USE}`, { related_id: asExpression('') }],
		["'Duration' must be at most 59 minutes to end on the same day", { time_from_v: '23:00' }],
	])('is refused before anything is sent, by %s', async (label, wrong) => {
		await expectRefusedUnsent(form(wrong), label);
	});

	it('keeps its end and its owner, though an update is to empty them', async () => {
		const [{ id }] = await run(form());
		const update = (more: object): INodeParameters => ({
			...{ resource: 'regularLesson', operation: 'update', branchId: 1, id: recordWithId(id), ...more },
		});
		const emptied = { updateFields: { time_to_v: asExpression('') }, options: { overwriteWithEmpty: true } };
		expect((await expectRefused(update(emptied))).message).toBe(`'End Time' ${NO_USE}`);
		// It does not become that of the customer who has the number of its group.
		const { message } = await expectRefused(
			update({ updateFields: { related_class: 'Customer', is_public: true } }),
		);
		expect(message).toBe(`'Group or Customer' ${NO_USE}`);
		await run(update({ updateFields: { related_class: 'Customer', related_id: 7 } }));
		expect(readRecord('regular-lesson', id)).toMatchObject({ related_class: 'Customer', related_id: 7 });
	});
});

it.each([
	['Customer', 'Customer', 'customers'],
	['Lead', 'Customer', 'customers'],
	['Group', 'Group', 'groups'],
	['Task', 'Task', 'tasks'],
])('a comment on a %s has its record picked from a list of these', (type, displayName, search) => {
	const shown = findShownParameters({ resource: 'communication', operation: 'create', class: type });
	const picker = shown.find(({ name }) => name === 'related_id');
	expect(picker).toMatchObject({ displayName, required: true, type: 'resourceLocator' });
	expect(picker?.modes?.[0].typeOptions?.searchListMethod).toBe(search);
});
