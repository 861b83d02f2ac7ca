import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { formOf } from '../../support/form';
import { given, officeOf, pick, UNDEFINED } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, rows, row, run, refused, stopped, whole } = officeOf(school);

const inBranch = ({ branch_ids }: IDataObject) => (branch_ids as number[]).includes(1);
const group = () => rows('group').find(inBranch)?.id as number;
const subject = () => rows('subject')[0].id as number;
const created = ([{ id }]: IDataObject[], path: string) => row(path, id);
const NOBODY = { __rl: true, mode: 'list', value: '' };

/** A lesson as JSON. */
const FIELDS = (): IDataObject => ({
	...{ lesson_date: '2031-03-10', time_from: '17:00', time_to: '18:00' },
	...{ lesson_type_id: 2, subject_id: subject(), group_ids: [group()] },
});

describe('a lesson', () => {
	const form = (more: INodeParameters = {}): INodeParameters => ({
		resource: 'lesson',
		operation: 'create',
		branchId: 1,
		lesson_date: '2031-03-10',
		time_from: '17:00',
		lesson_type_id: 2,
		subject_id: subject(),
		group_ids: pick(group()),
		...more,
	});

	it('is asked for in the order in which a school thinks of it', () => {
		const names = formOf({ resource: 'lesson', operation: 'create' }).map(({ displayName }) => displayName);
		expect(names.slice(4)).toEqual([
			'Group',
			'Customer',
			'Lesson Date',
			'Start Time',
			'Duration',
			'Lesson Type Name or ID',
			'Subject Name or ID',
			'Teacher Names or IDs',
			'Room Name or ID',
			'Additional Fields',
			'Options',
		]);
	});

	it('lasts an hour for a group that was picked, if nothing else is said', async () => {
		const lesson = created(await run(form({ customer_ids: NOBODY })), 'lesson');
		expect(lesson).toMatchObject({
			group_ids: [group()],
			customer_ids: [],
			time_from: '2031-03-10 17:00:00',
			time_to: '2031-03-10 18:00:00',
		});
	});

	it.each<[what: string, value: INodeParameters[string], ids: number[]]>([
		['one of a list', { __rl: true, mode: 'list', value: 7, cachedResultName: 'Мия' }, [7]],
		['several IDs', { __rl: true, mode: 'id', value: '7, 8' }, [7, 8]],
		['a list by expression', given([7, '8']), [7, 8]],
		['a list by expression in the picker', { __rl: true, mode: 'id', value: given([7, 8]) }, [7, 8]],
	])('has the customers that are given as %s', async (_what, value, ids) => {
		expect(
			created(await run(form({ group_ids: NOBODY, customer_ids: value })), 'lesson').customer_ids,
		).toEqual(ids);
	});

	it('for nobody is refused', async () => {
		const error = await refused(form({ group_ids: NOBODY }), "'Group' and 'Customer' are both empty");
		expect(error.description).toBe('Fill one of them. Nothing was sent to AlfaCRM.');
	});

	it.each([
		...[
			UNDEFINED,
			given(null),
			given(''),
			given(' '),
			given([]),
			given('[]'),
			given(','),
			'={{ $json.x }}',
		].flatMap((value) => [value, { __rl: true, mode: 'id', value }]),
		{ __rl: true, mode: 'id', value: '[]' },
	])('whose group, customer or teacher is given and comes to nothing is refused: %j', async (value) => {
		await refused(form({ customer_ids: value }), "'Customer' is set but came out empty");
		await refused(form({ customer_ids: pick(7), group_ids: value }), "'Group' is set but came out empty");
		if (typeof value === 'string')
			await refused(form({ teacher_ids: value }), "'Teacher' is set but came out empty");
	});

	it.each<[string, (field: string, value: unknown) => [INodeParameters, IDataObject]]>([
		[
			'JSON',
			(field, value) => [
				{
					inputMode: 'json',
					json: `={{ ({ ...$json, ${field}: $json.value }) }}`,
					unknownFields: 'leaveOut',
				},
				{ value: value as null },
			],
		],
		[
			'the input',
			(field, value) => [
				{ inputMode: 'map', columns: { mappingMode: 'autoMapInputData', value: null } },
				{ [field]: value as null },
			],
		],
		[
			'a column of the mapper',
			(field) => [
				{
					inputMode: 'map',
					columns: {
						mappingMode: 'defineBelow',
						value: { ...FIELDS(), [field]: '={{ $json.nobody }}' } as INodeParameters,
					},
				},
				{},
			],
		],
	])('given as %s is refused in the same way', async (_way, how) => {
		for (const [field, label] of [
			['customer_ids', 'Customer'],
			['teacher_ids', 'Teacher'],
		]) {
			for (const value of field === 'teacher_ids' ? [null, '', [], '[]'] : [null, '[]', ' ']) {
				const [parameters, item] = how(field, value);
				const items = [{ ...FIELDS(), ...item }];
				await refused(form(parameters), `'${label}' is set but came out empty`, { items });
			}
		}
	});

	it.each([[[]], ['']])('for a group is booked from a row that was read of one: %j', async (customer_ids) => {
		const row = { ...FIELDS(), customer_ids };
		const json = form({ inputMode: 'json', json: JSON.stringify(row) });
		const columns = { mappingMode: 'autoMapInputData', value: null };
		for (const [parameters, items] of [
			[json, [{}]],
			[form({ inputMode: 'map', columns }), [row]],
		] as Array<[INodeParameters, IDataObject[]]>) {
			expect(await run(parameters, { items })).toMatchObject([{ group_ids: [group()] }]);
		}
	});

	it('whose columns nobody filled in is booked for its group', async () => {
		const value = { ...FIELDS(), customer_ids: null, teacher_ids: null };
		const parameters = form({ inputMode: 'map', columns: { mappingMode: 'defineBelow', value } as never });
		expect(created(await run(parameters), 'lesson')).toMatchObject({
			group_ids: [group()],
			customer_ids: [],
		});
	});

	it('ends at the time that is given, whatever the duration says', async () => {
		const more = { duration: 45, additionalFields: { time_to: '19:30' } };
		expect(created(await run(form(more)), 'lesson').time_to).toBe('2031-03-10 19:30:00');
		expect(school.entries('lesson/create')[0].body).not.toHaveProperty('duration');
	});

	it.each<[label: string, wrong: INodeParameters]>([
		["'Duration' and 'End Time' are both empty", { duration: given('') }],
		["'Duration'", { duration: 0 }],
		["'End Time' must be later than 'Start Time'", { additionalFields: { time_to: '17:00' } }],
		["'Start Time'", { time_from: given('') }],
		["'Subject'", { subject_id: given(null) }],
		["'Group'", { group_ids: pick('Шахматы') }],
	])('is refused before anything is sent, by %s', async (label, wrong) => {
		await refused(form(wrong), label);
	});

	it('that is given as JSON needs an end or a duration as well', async () => {
		const json = { lesson_date: '2031-03-10', time_from: '17:00', lesson_type_id: 2, subject_id: subject() };
		const asJson = (more: object) =>
			form({ inputMode: 'json', json: JSON.stringify({ ...json, group_ids: [group()], ...more }) });
		await refused(asJson({}), "'Duration' and 'End Time' are both empty");
		const { error } = await whole(asJson({ time_to: '18:00' }));
		expect(error).toBeUndefined();
	});
});

describe('an update of a lesson that empties what is empty', () => {
	const ofAnHour = () =>
		add('lesson', {
			...{ branch_id: 1, date: '2031-03-10', time_from: '2031-03-10 17:00:00', status: 1, subject_id: 1 },
			...{ time_to: '2031-03-10 18:00:00', lesson_type_id: 2, customer_ids: [1], topic: 'Старая' },
		});
	const update = (id: unknown, updateFields: INodeParameters): INodeParameters => ({
		...{ resource: 'lesson', operation: 'update', branchId: 1, id: pick(id) },
		...{ updateFields, options: { overwriteWithEmpty: true } },
	});

	it('takes an end from no lesson', async () => {
		const error = await stopped(update(ofAnHour(), { time_to: given(''), topic: '' }));
		expect(error.message).toBe("'End Time' is empty, but a record without it would be of no use");
	});

	it('sends the end on where only the length is empty, for a lesson holds none', async () => {
		const id = ofAnHour();
		await run(update(id, { duration: given(''), topic: given('') }));
		expect(school.entries('lesson/update')[0].body).toMatchObject({ time_to: '18:00:00' });
		expect(school.entries('lesson/update')[0].body).not.toHaveProperty('duration');
		expect(row('lesson', id)).toMatchObject({ time_to: '2031-03-10 18:00:00' });
	});
});

describe('a regular lesson', () => {
	const form = (more: INodeParameters = {}): INodeParameters => ({
		resource: 'regularLesson',
		operation: 'create',
		branchId: 1,
		related_id: pick(group()),
		days: [2, 4],
		time_from_v: '17:00',
		b_date_v: '2031-09-01',
		e_date_v: '2032-05-31',
		subject_id: subject(),
		...more,
	});

	it.each<[owner: string, label: string, search: string]>([
		['Group', 'Group', 'searchGroups'],
		['Customer', 'Customer', 'searchCustomers'],
	])('for a %s is asked for in order, its owner from a list', (owner, label, search) => {
		const shown = formOf({ resource: 'regularLesson', operation: 'create', related_class: owner });
		expect(shown.slice(4).map(({ displayName }) => displayName)).toEqual([
			'Lesson For',
			label,
			'Days',
			'Start Time',
			'Duration',
			'Start Date',
			'End Date',
			'Subject Name or ID',
			'Teacher Names or IDs',
			'Room Name or ID',
			'Additional Fields',
		]);
		expect(shown[5].modes?.[0].typeOptions?.searchListMethod).toBe(search);
	});

	it('ends when its duration is over, an hour later if nothing else is said', async () => {
		const lesson = created(await run(form()), 'regular-lesson');
		expect(lesson).toMatchObject({
			related_class: 'Group',
			related_id: group(),
			time_from_v: '17:00',
			time_to_v: '18:00',
			b_date: '2031-09-01',
			e_date: '2032-05-31',
		});
		const longer = created(await run(form({ duration: 95, time_from_v: '9:30' })), 'regular-lesson');
		expect(longer).toMatchObject({ time_from_v: '09:30', time_to_v: '11:05' });
		expect(school.entries('regular-lesson/create')[1].body).not.toHaveProperty('duration');
	});

	it('ends at the time that is given, whatever the duration says', async () => {
		const more = { duration: given(''), additionalFields: { time_to_v: '19:30' } };
		expect(created(await run(form(more)), 'regular-lesson').time_to_v).toBe('19:30');
	});

	it('is that of a customer if that is chosen', async () => {
		const lesson = created(
			await run(form({ related_class: 'Customer', related_id: pick(7) })),
			'regular-lesson',
		);
		expect(lesson).toMatchObject({ related_class: 'Customer', related_id: 7 });
	});

	it.each<[label: string, wrong: INodeParameters]>([
		["'Group or Customer' is empty, but a record without it would be of no use", { related_id: given('') }],
		["'Start Time' is empty, but a record without it would be of no use", { time_from_v: given('') }],
		["'Days'", { days: given([]) }],
		["'Duration'", { duration: given(0) }],
		["'Duration' must be at most 59 minutes to end on the same day", { time_from_v: '23:00' }],
		["'End Time' must be later than 'Start Time'", { additionalFields: { time_to_v: '16:00' } }],
		["'End Date' must not be before 'Start Date'", { e_date_v: '2031-08-31' }],
	])('is refused before anything is sent, by %s', async (label, wrong) => {
		await refused(form(wrong), label);
	});

	it.each(['absent', null, '', ' ', []])(
		'that is given as JSON needs an end as well; %j is none',
		async (end) => {
			const json = {
				...{ related_class: 'Group', related_id: group(), days: [2], subject_id: subject() },
				...{ time_from_v: '17:00', b_date_v: '2031-09-01', e_date_v: '2032-05-31' },
			};
			const asJson = (more: object) =>
				form({ inputMode: 'json', json: JSON.stringify({ ...json, ...more }) });
			await refused(
				asJson(end === 'absent' ? {} : { time_to_v: end }),
				"'End Time' is empty, but a record without it would be of no use",
			);
			const lesson = created(await run(asJson({ time_to_v: '18:30' })), 'regular-lesson');
			expect(lesson).toMatchObject({ time_from_v: '17:00', time_to_v: '18:30' });
		},
	);

	it('keeps its end, though an update is to empty it', async () => {
		const [{ id }] = await run(form());
		await stopped({
			...{ resource: 'regularLesson', operation: 'update', branchId: 1, id: pick(id) },
			...{ updateFields: { time_to_v: given('') }, options: { overwriteWithEmpty: true } },
		});
	});

	it('does not become that of the customer who has the number of its group', async () => {
		const [{ id }] = await run(form());
		const update = (json: object): INodeParameters => ({
			...{ resource: 'regularLesson', operation: 'update', branchId: 1, id: pick(id), inputMode: 'json' },
			json: JSON.stringify(json),
		});
		const { message } = await stopped(update({ related_class: 'Customer', is_public: true }));
		expect(message).toBe("'Group or Customer' is empty, but a record without it would be of no use");
		await run(update({ related_class: 'Customer', related_id: 7 }));
		expect(row('regular-lesson', id)).toMatchObject({ related_class: 'Customer', related_id: 7 });
	});

	it('may take place on one day only', async () => {
		const lesson = created(await run(form({ e_date_v: '2031-09-01' })), 'regular-lesson');
		expect(lesson).toMatchObject({ b_date: '2031-09-01', e_date: '2031-09-01' });
	});
});

it('a group ends after it begins', async () => {
	const form = { resource: 'group', operation: 'create', branchId: 1, name: 'Лепка' };
	const additionalFields = { b_date: '2031-09-01', e_date: '2031-09-01' };
	await refused({ ...form, additionalFields }, "'End Date' must be later than 'Start Date'");
});

describe('a comment', () => {
	it.each<[type: string, label: string, search: string]>([
		['Customer', 'Customer', 'searchCustomers'],
		['Lead', 'Customer', 'searchCustomers'],
		['Group', 'Group', 'searchGroups'],
		['Task', 'Task', 'searchTasks'],
	])('on a %s has its record picked from a list of these', (type, label, search) => {
		const shown = formOf({ resource: 'communication', operation: 'create', class: type });
		const picker = shown.find(({ name }) => name === 'related_id');
		expect(picker).toMatchObject({ displayName: label, required: true, type: 'resourceLocator' });
		expect(picker?.modes?.[0].typeOptions?.searchListMethod).toBe(search);
	});
});
