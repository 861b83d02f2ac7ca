import type { IDataObject, INodeListSearchResult, INodeParameters } from 'n8n-workflow';

import { LESSON_STATUS } from '../../support/codes';
import { findShownParameters } from '../../support/form';
import { asExpression, locate, NULL, recordWithId } from '../support/forms';
import { frontDeskOf } from '../support/frontDesk';
import { useSchool } from '../support/school';

/** The forms in which a school enters its lessons, regular lessons and comments. */
const school = useSchool({ customers: 20 });
const { addRecord, expectRefused, expectRefusedUnsent, readRecord, run } = frontDeskOf(school);

/** A group of branch 1. */
const GROUP = 1;
const CUSTOMER = 7;
const OTHER_CUSTOMER = 8;
const NOBODY_PICKED = locate('list', '');
const TUESDAY = 2;
const THURSDAY = 4;

/** Lists the labels of the parameters that the form of Create shows below 'Branch'. */
const listLabels = (resource: string, parameters: INodeParameters = {}) => {
	const shown = findShownParameters({ resource, operation: 'create', ...parameters });
	const labels = shown.map(({ displayName }) => displayName);
	return labels.slice(labels.indexOf('Branch') + 1);
};

/** Searches the list of 'related_id', as the editor does when the user opens it. */
async function searchOwners(form: INodeParameters): Promise<INodeListSearchResult> {
	const picker = findShownParameters(form).find(({ name }) => name === 'related_id');
	const method = picker?.modes?.[0].typeOptions?.searchListMethod as string;
	return await school.engine.searchPicker(method, form);
}

/** Fills the form of Create with a lesson of the group on 10 March 2031 at 17:00. */
const lessonForm = (parameters: INodeParameters = {}): INodeParameters => ({
	resource: 'lesson',
	operation: 'create',
	branchId: 1,
	lesson_date: '2031-03-10',
	time_from: '17:00',
	lesson_type_id: 2,
	subject_id: 1,
	group_ids: recordWithId(GROUP),
	...parameters,
});

/** The fields of this lesson, for JSON, an input item or the field mapper. */
const LESSON_FIELDS_WITHOUT_END: IDataObject = {
	lesson_date: '2031-03-10',
	time_from: '17:00',
	lesson_type_id: 2,
	subject_id: 1,
	group_ids: [GROUP],
};

const LESSON_FIELDS: IDataObject = { ...LESSON_FIELDS_WITHOUT_END, time_to: '18:00' };

const lessonFormWithJson = (fields: IDataObject) =>
	lessonForm({ inputMode: 'json', json: JSON.stringify(fields) });

const lessonFormWithJsonFromInput = () => lessonForm({ inputMode: 'json', json: '={{ $json }}' });

const lessonFormFromInput = () =>
	lessonForm({ inputMode: 'map', columns: { mappingMode: 'autoMapInputData', value: null } });

const lessonFormWithColumns = (columns: IDataObject) =>
	lessonForm({
		inputMode: 'map',
		columns: { mappingMode: 'defineBelow', value: columns as INodeParameters },
	});

/** Creates a lesson, and returns it as AlfaCRM has saved it. */
async function createLesson(form: INodeParameters, items?: IDataObject[]): Promise<IDataObject> {
	const [{ id }] = await run(form, { items });
	return readRecord('lesson', id);
}

describe('Create of a lesson', () => {
	it('the form of a lesson asks for its values in the order in which a school thinks of them', () => {
		expect(listLabels('lesson')).toEqual([
			'Input Mode',
			'Group',
			'Customer',
			'Lesson Date',
			'Start Time',
			'Duration',
			'Lesson Type',
			'Subject',
			'Teacher',
			'Room',
			'Additional Fields',
			'Options',
		]);
	});

	it('Create makes a lesson of one hour for the picked group when nothing else is filled', async () => {
		const lesson = await createLesson(lessonForm({ customer_ids: NOBODY_PICKED }));

		expect(lesson).toMatchObject({
			group_ids: [GROUP],
			customer_ids: [],
			time_from: '2031-03-10 17:00:00',
			time_to: '2031-03-10 18:00:00',
		});
	});

	it.each([
		{ spelling: 'several IDs', customer_ids: recordWithId('7, 8') },
		{ spelling: 'a list from an expression', customer_ids: asExpression([7, '8']) },
		{
			spelling: 'a list from an expression in the picker',
			customer_ids: recordWithId(asExpression([7, 8])),
		},
	])('Create makes a lesson for the customers that are given as $spelling', async ({ customer_ids }) => {
		const lesson = await createLesson(lessonForm({ group_ids: NOBODY_PICKED, customer_ids }));

		expect(lesson.customer_ids).toEqual([CUSTOMER, OTHER_CUSTOMER]);
	});

	it('Create refuses a lesson for nobody', async () => {
		const form = lessonForm({ group_ids: NOBODY_PICKED });

		const { description } = await expectRefusedUnsent(form, "'Group' and 'Customer' are both empty");

		expect(description).toBe('Fill one of them. Nothing was sent to AlfaCRM.');
	});

	it.each([
		{ state: 'null', customer_ids: NULL },
		{ state: 'a text of blanks', customer_ids: asExpression(' ') },
		{ state: 'an empty list in the picker', customer_ids: recordWithId(asExpression([])) },
		{ state: 'undefined in the picker', customer_ids: recordWithId('={{ $json.x }}') },
	])('Create refuses a Customer whose expression comes to $state', async ({ customer_ids }) => {
		const { message } = await expectRefusedUnsent(lessonForm({ customer_ids }), "'Customer'");

		expect(message).toContain("'Customer' is set but came out empty");
	});

	it.each([
		{ state: 'null', group_ids: NULL },
		{ state: 'a text of blanks', group_ids: asExpression(' ') },
		{ state: 'an empty list in the picker', group_ids: recordWithId(asExpression([])) },
		{ state: 'undefined in the picker', group_ids: recordWithId('={{ $json.x }}') },
	])('Create refuses a Group whose expression comes to $state', async ({ group_ids }) => {
		const form = lessonForm({ customer_ids: recordWithId(CUSTOMER), group_ids });

		const { message } = await expectRefusedUnsent(form, "'Group'");

		expect(message).toContain("'Group' is set but came out empty");
	});

	it.each([
		{ state: 'null', teacher_ids: NULL },
		{ state: 'an empty list', teacher_ids: asExpression([]) },
	])('Create refuses a Teacher whose expression comes to $state', async ({ teacher_ids }) => {
		const { message } = await expectRefusedUnsent(lessonForm({ teacher_ids }), "'Teacher'");

		expect(message).toContain("'Teacher' is set but came out empty");
	});

	describe.each([
		{ field: 'customer_ids', label: 'Customer', value: '[]' },
		{ field: 'teacher_ids', label: 'Teacher', value: '' },
	])('with $field that comes out empty outside of the form', ({ field, label, value }) => {
		const refusal = `'${label}' is set but came out empty`;
		const items = [{ ...LESSON_FIELDS, [field]: value }];

		it(`Create refuses an empty ${label} in JSON from the input item`, async () => {
			const { description } = await expectRefusedUnsent(lessonFormWithJsonFromInput(), refusal, {
				items,
			});

			expect(description).toContain('Nothing was sent to AlfaCRM.');
		});

		it(`Create refuses an empty ${label} in an input item whose fields are mapped by their names`, async () => {
			const { description } = await expectRefusedUnsent(lessonFormFromInput(), refusal, { items });

			expect(description).toContain('Nothing was sent to AlfaCRM.');
		});

		it(`Create refuses an empty ${label} in a column that is filled by an expression`, async () => {
			const form = lessonFormWithColumns({ ...LESSON_FIELDS, [field]: '={{ $json.nobody }}' });

			const { description } = await expectRefusedUnsent(form, refusal);

			expect(description).toContain('Nothing was sent to AlfaCRM.');
		});
	});

	describe.each([
		{ state: 'an empty list', customer_ids: [] },
		{ state: 'an empty text', customer_ids: '' },
	])('with $state of customers, as in the row of a group lesson', ({ state, customer_ids }) => {
		const fields = { ...LESSON_FIELDS, customer_ids };

		it(`Create makes a lesson of the group from JSON with ${state} of customers`, async () => {
			const lesson = await createLesson(lessonFormWithJson(fields));

			expect(lesson).toMatchObject({ group_ids: [GROUP], customer_ids: [] });
		});

		it(`Create makes a lesson of the group from an input item with ${state} of customers`, async () => {
			const lesson = await createLesson(lessonFormFromInput(), [fields]);

			expect(lesson).toMatchObject({ group_ids: [GROUP], customer_ids: [] });
		});
	});

	it('Create makes a lesson of the group when the columns for customers and teachers are empty', async () => {
		const lesson = await createLesson(
			lessonFormWithColumns({ ...LESSON_FIELDS, customer_ids: null, teacher_ids: null }),
		);

		expect(lesson).toMatchObject({ group_ids: [GROUP], customer_ids: [] });
	});

	it('Create ends the lesson at the given End Time, whatever the Duration', async () => {
		const form = lessonForm({ duration: 45, additionalFields: { time_to: '19:30' } });

		const lesson = await createLesson(form);

		expect(lesson.time_to).toBe('2031-03-10 19:30:00');
		expect(school.readJournal('lesson/create')[0].body).not.toHaveProperty('duration');
	});

	it('Create refuses a lesson with neither Duration nor End Time', async () => {
		const form = lessonForm({ duration: asExpression('') });

		const { description } = await expectRefusedUnsent(form, "'Duration' and 'End Time' are both empty");

		expect(description).toContain('Nothing was sent to AlfaCRM.');
	});

	it('Create refuses a Duration of 0 minutes', async () => {
		const { description } = await expectRefusedUnsent(lessonForm({ duration: 0 }), "'Duration'");

		expect(description).toContain('Nothing was sent to AlfaCRM.');
	});

	it('Create refuses a lesson in JSON with neither a duration nor an end', async () => {
		const form = lessonFormWithJson(LESSON_FIELDS_WITHOUT_END);

		const { description } = await expectRefusedUnsent(form, "'Duration' and 'End Time' are both empty");

		expect(description).toContain('Nothing was sent to AlfaCRM.');
	});

	it('Create ends a lesson in JSON at its time_to', async () => {
		const lesson = await createLesson(lessonFormWithJson(LESSON_FIELDS));

		expect(lesson).toMatchObject({ time_to: '2031-03-10 18:00:00' });
	});
});

describe('Update of a lesson that overwrites fields with empty values', () => {
	const LESSON = 900;

	const updateForm = (updateFields: INodeParameters): INodeParameters => ({
		resource: 'lesson',
		operation: 'update',
		branchId: 1,
		id: recordWithId(LESSON),
		updateFields,
		options: { overwriteWithEmpty: true },
	});

	beforeEach(() => {
		addRecord('lesson', {
			id: LESSON,
			branch_id: 1,
			date: '2031-03-10',
			time_from: '2031-03-10 17:00:00',
			time_to: '2031-03-10 18:00:00',
			status: LESSON_STATUS.planned,
			lesson_type_id: 2,
			subject_id: 1,
			customer_ids: [1],
			topic: 'Старая',
		});
	});

	it('Update refuses an empty End Time of a lesson', async () => {
		const { message } = await expectRefused(updateForm({ time_to: asExpression(''), topic: '' }));

		expect(message).toBe("'End Time' is empty, but it is required");
	});

	it('Update keeps the end of a lesson when Duration is empty, because AlfaCRM stores no duration', async () => {
		await run(updateForm({ duration: asExpression(''), topic: asExpression('') }));

		const [{ body }] = school.readJournal('lesson/update');
		expect(body).toMatchObject({ time_to: '18:00:00' });
		expect(body).not.toHaveProperty('duration');
		expect(readRecord('lesson', LESSON)).toMatchObject({ time_to: '2031-03-10 18:00:00' });
	});
});

/** Fills the form of Create with a regular lesson of the group on Tuesdays and Thursdays at 17:00. */
const regularLessonForm = (parameters: INodeParameters = {}): INodeParameters => ({
	resource: 'regularLesson',
	operation: 'create',
	branchId: 1,
	related_id: recordWithId(GROUP),
	days: [TUESDAY, THURSDAY],
	time_from_v: '17:00',
	b_date_v: '2031-09-01',
	e_date_v: '2032-05-31',
	subject_id: 1,
	...parameters,
});

/** Creates a regular lesson, and returns it as AlfaCRM has saved it. */
async function createRegularLesson(form: INodeParameters): Promise<IDataObject> {
	const [{ id }] = await run(form);
	return readRecord('regular-lesson', id);
}

describe('Create of a regular lesson', () => {
	it.each(['Group', 'Customer'])(
		'the form of a regular lesson for a %s asks for its values in order',
		(owner) => {
			expect(listLabels('regularLesson', { related_class: owner })).toEqual([
				'Lesson For',
				'Group or Customer',
				'Days',
				'Start Time',
				'Duration',
				'Start Date',
				'End Date',
				'Subject',
				'Teacher',
				'Room',
				'Additional Fields',
			]);
		},
	);

	it.each([
		{ owner: 'Group', list: 'groups' },
		{ owner: 'Customer', list: 'customers' },
	])('the form of a regular lesson offers the list of $list for its $owner', async ({ owner, list }) => {
		const form = { resource: 'regularLesson', operation: 'create', branchId: 1, related_class: owner };

		expect(await searchOwners(form)).toEqual(await school.engine.searchPicker(list, form));
	});

	it('Create makes a regular lesson of one hour for the group when nothing else is filled', async () => {
		const regularLesson = await createRegularLesson(regularLessonForm());

		expect(regularLesson).toMatchObject({
			related_class: 'Group',
			related_id: GROUP,
			time_from_v: '17:00',
			time_to_v: '18:00',
			b_date: '2031-09-01',
			e_date: '2032-05-31',
		});
	});

	it('Create ends a regular lesson after its Duration', async () => {
		const regularLesson = await createRegularLesson(regularLessonForm({ duration: 95, time_from_v: '9:30' }));

		expect(regularLesson).toMatchObject({ time_from_v: '09:30', time_to_v: '11:05' });
		expect(school.readJournal('regular-lesson/create')[0].body).not.toHaveProperty('duration');
	});

	it('Create ends a regular lesson at the given End Time when Duration is empty', async () => {
		const regularLesson = await createRegularLesson(
			regularLessonForm({
				related_class: 'Customer',
				related_id: recordWithId(CUSTOMER),
				duration: asExpression(''),
				e_date_v: '2031-09-01',
				additionalFields: { time_to_v: '19:30' },
			}),
		);

		expect(regularLesson).toMatchObject({
			related_class: 'Customer',
			related_id: CUSTOMER,
			time_to_v: '19:30',
			b_date: '2031-09-01',
			e_date: '2031-09-01',
		});
	});

	it.each<{ mistake: string; parameters: INodeParameters; refusal: string }>([
		{
			mistake: 'for nobody',
			parameters: { related_id: asExpression('') },
			refusal: "'Group or Customer' is empty, but it is required",
		},
		{
			mistake: 'that would end after midnight',
			parameters: { time_from_v: '23:00' },
			refusal: "'Duration' must be at most 59 minutes to end on the same day",
		},
	])('Create refuses a regular lesson $mistake', async ({ parameters, refusal }) => {
		const { description } = await expectRefusedUnsent(regularLessonForm(parameters), refusal);

		expect(description).toContain('Nothing was sent to AlfaCRM.');
	});
});

describe('Update of a regular lesson of a group', () => {
	let regularLesson: unknown;

	const updateForm = (parameters: INodeParameters): INodeParameters => ({
		resource: 'regularLesson',
		operation: 'update',
		branchId: 1,
		id: recordWithId(regularLesson),
		...parameters,
	});

	beforeEach(async () => {
		const { id } = await createRegularLesson(regularLessonForm());
		regularLesson = id;
	});

	it('Update refuses an empty End Time of a regular lesson', async () => {
		const { message } = await expectRefused(
			updateForm({
				updateFields: { time_to_v: asExpression('') },
				options: { overwriteWithEmpty: true },
			}),
		);

		expect(message).toBe("'End Time' is empty, but it is required");
	});

	it("Update refuses to turn a group's regular lesson into a customer's when no customer is given", async () => {
		// Otherwise the customer with the ID of the group would get it.
		const { message } = await expectRefused(
			updateForm({ updateFields: { related_class: 'Customer', is_public: true } }),
		);

		expect(message).toBe("'Group or Customer' is empty, but it is required");
	});

	it("Update turns a group's regular lesson into that of the given customer", async () => {
		await run(updateForm({ updateFields: { related_class: 'Customer', related_id: CUSTOMER } }));

		expect(readRecord('regular-lesson', regularLesson)).toMatchObject({
			related_class: 'Customer',
			related_id: CUSTOMER,
		});
	});
});

describe('Create of a comment', () => {
	it.each([
		{ owner: 'Customer', list: 'customers' },
		{ owner: 'Lead', list: 'customers' },
		{ owner: 'Group', list: 'groups' },
		{ owner: 'Task', list: 'tasks' },
	])(
		'the form of a comment offers the list of $list for the $owner that is commented on',
		async ({ owner, list }) => {
			const form = { resource: 'communication', operation: 'create', branchId: 1, class: owner };

			expect(await searchOwners(form)).toEqual(await school.engine.searchPicker(list, form));
		},
	);

	it('the form of a comment asks to choose what is commented on while an expression will choose it', async () => {
		const form = { resource: 'communication', operation: 'create', branchId: 1, class: '={{ $json.kind }}' };

		expect(await searchOwners(form)).toEqual({
			results: [{ name: 'Choose what the record is first, or give an ID', value: '' }],
		});
	});

	it('the form of a comment requires the record that is commented on', () => {
		const form = { resource: 'communication', operation: 'create' };

		const parameter = findShownParameters(form).find(({ name }) => name === 'related_id');

		expect(parameter).toMatchObject({
			displayName: 'Related Record',
			required: true,
			type: 'resourceLocator',
		});
	});
});
