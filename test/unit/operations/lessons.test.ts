import { LESSON_STATUS } from '../../support/codes';
import { ANNA, BORIS, GROUP, LESSON_TYPE, MONDAY, PETROV, ROOM, SIDOROVA, SUBJECT } from './bookingSchool';
import {
	lessonUpdateForm,
	regularLessonUpdateForm,
	LessonSchool,
	newLessonFormAt,
	newLessonFormFromColumns,
	newLessonFormFromJson,
	OTHER_ROOM,
	ROOM_OF_BRANCH_2,
} from './lessonSchool';
import { customerForm } from './school';

const TUESDAY = '2031-03-11';

let school: LessonSchool;

beforeEach(() => {
	school = new LessonSchool();
});

describe('Create of a lesson that may be there already', () => {
	it('Create saves a new lesson without a hint', async () => {
		const { lesson, hints } = await school.createLesson(newLessonFormAt('17:00'));

		expect(lesson).toMatchObject({ customer_ids: ANNA, time_from: '2031-03-10 17:00:00' });
		expect(hints).toEqual([]);
		expect(school.readRecords('lesson')).toHaveLength(1);
	});

	it.each([
		{ input: 'the same form', form: newLessonFormAt('17:00') },
		{
			input: 'JSON with a date as 10.03.2031 and a time with seconds',
			form: newLessonFormFromJson({
				customer_ids: ANNA,
				lesson_date: '10.03.2031',
				time_from: '17:00:00',
				time_to: '18:30',
				subject_id: SUBJECT.chess,
				lesson_type_id: LESSON_TYPE.trial,
			}),
		},
		{
			input: 'columns with the date as an ISO moment and a time with its day',
			form: newLessonFormFromColumns({
				customer_ids: ANNA,
				lesson_date: '2031-03-10T00:00:00.000Z',
				time_from: '2031-03-10 17:00',
				time_to: '18:30',
				subject_id: SUBJECT.chess,
				lesson_type_id: LESSON_TYPE.trial,
			}),
		},
	])('Create returns the lesson that it has created before, with a hint, for $input', async ({ form }) => {
		await school.createLesson(newLessonFormAt('17:00'));

		const { lesson, hints } = await school.createLesson(form);

		expect(lesson).toMatchObject({ id: 1, customer_ids: ANNA });
		expect(hints).toEqual(['This lesson was there already; no other one was booked: lesson 1']);
		expect(school.readRecords('lesson')).toHaveLength(1);
	});

	it.each([
		{ state: 'planned', status: LESSON_STATUS.planned },
		{ state: 'held', status: LESSON_STATUS.held },
	])(
		'Create returns an existing $state lesson in which the customer is one of several',
		async ({ status }) => {
			const existingLesson = school.addLesson({
				from: '17:00',
				to: '18:00',
				customer_ids: [BORIS, ANNA],
				status,
			});

			const { lesson } = await school.createLesson(newLessonFormAt('17:00', { customer_ids: String(ANNA) }));

			expect(lesson).toMatchObject({ id: existingLesson });
			expect(school.readRecords('lesson')).toHaveLength(1);
		},
	);

	it.each([
		{ state: 'planned', status: LESSON_STATUS.planned },
		{ state: 'held', status: LESSON_STATUS.held },
	])(
		'Create returns an existing $state lesson that has both the customer and the group of the form',
		async ({ status }) => {
			const existingLesson = school.addLesson({
				from: '17:00',
				to: '18:00',
				customer_ids: [BORIS, ANNA],
				group_ids: [GROUP],
				status,
			});

			const { lesson } = await school.createLesson(
				newLessonFormAt('17:00', { customer_ids: String(ANNA), group_ids: String(GROUP) }),
			);

			expect(lesson).toMatchObject({ id: existingLesson });
			expect(school.readRecords('lesson')).toHaveLength(1);
		},
	);

	it.each([
		{
			existing: 'is cancelled',
			lesson: { customer_ids: [ANNA], status: LESSON_STATUS.cancelled },
			form: newLessonFormAt('17:00'),
		},
		{
			existing: 'belongs to another customer',
			lesson: { customer_ids: [BORIS] },
			form: newLessonFormAt('17:00'),
		},
		{
			existing: 'has only one of the two customers',
			lesson: { customer_ids: [ANNA] },
			form: newLessonFormAt('17:00', { customer_ids: `${ANNA}, ${BORIS}` }),
		},
		{
			existing: 'has the customer without the group',
			lesson: { customer_ids: [ANNA] },
			form: newLessonFormAt('17:00', { group_ids: String(GROUP), lesson_type_id: LESSON_TYPE.group }),
		},
		{
			existing: 'starts at another time',
			lesson: { customer_ids: [ANNA] },
			form: newLessonFormAt('18:00'),
		},
		{
			existing: 'is on another day',
			lesson: { customer_ids: [ANNA] },
			form: newLessonFormAt('17:00', { lesson_date: TUESDAY }),
		},
	])('Create saves a second lesson when the existing lesson $existing', async ({ lesson, form }) => {
		school.addLesson({ from: '17:00', to: '18:00', ...lesson });

		await school.createLesson(form);

		expect(school.readRecords('lesson')).toHaveLength(2);
	});

	it('Create saves a second lesson when Skip If It Already Exists is off', async () => {
		school.addLesson({ from: '17:00', to: '18:00', customer_ids: [ANNA] });

		await school.createLesson(newLessonFormAt('17:00', { options: { skipIfThere: false } }));

		expect(school.readRecords('lesson')).toHaveLength(2);
	});

	it('Create saves one lesson for two equal items, with one hint', async () => {
		const { json, hints } = await school.run(newLessonFormAt('17:00'), { items: [{}, {}] });

		expect(json).toMatchObject([{ id: 1 }, { id: 1 }]);
		expect(hints).toEqual(['This lesson was there already; no other one was booked: lesson 1']);
		expect(school.readRecords('lesson')).toHaveLength(1);
	});

	it('Create reads the lessons of the day once for two equal items', async () => {
		await school.run(newLessonFormAt('17:00'), { items: [{}, {}] });

		// One list of the planned lessons, and one of the held ones.
		expect(school.readRequests('lesson/index')).toHaveLength(2);
	});

	it('Create returns the lesson that it has created on an earlier day', async () => {
		await school.createLesson(newLessonFormAt('17:00'));
		school.settings.now = '2031-03-09 12:00:00';

		const { lesson } = await school.createLesson(newLessonFormAt('17:00'));

		expect(lesson).toMatchObject({ id: 1 });
		expect(school.readRecords('lesson')).toHaveLength(1);
	});

	it('Create finds the lesson that it has created before in the branch that the JSON names', async () => {
		const lessonInBranch2 = newLessonFormFromJson({
			customer_ids: ANNA,
			lesson_date: MONDAY,
			time_from: '17:00',
			duration: 60,
			subject_id: SUBJECT.chess,
			lesson_type_id: LESSON_TYPE.trial,
			branch_id: 2,
		});
		await school.createLesson(lessonInBranch2);

		await school.createLesson(lessonInBranch2);

		expect(school.readRecords('lesson')).toMatchObject([{ id: 1, branch_id: 2 }]);
	});
});

describe('Create of a lesson whose teacher or room is busy', () => {
	it('Create refuses the time of another lesson of the teacher and says how to go on', async () => {
		school.addLesson({ from: '17:00', to: '18:00', teacher_ids: [PETROV] });

		const { message, description } = await school.expectRefused(
			newLessonFormAt('17:00', { teacher_ids: [PETROV] }),
		);

		expect(message).toBe('Teacher 1 has another lesson at that time: lesson 1, 2031-03-10 17:00 to 18:00');
		expect(description).toBe(
			"Choose another time ('Get Free Slots' of the teacher shows some), or switch 'Check Teacher and Room' off in 'Options'. Nothing was saved.",
		);
	});

	it('Create refuses the time at which another teacher has a lesson in the room, and says how to go on', async () => {
		school.addLesson({ from: '17:00', to: '18:00', teacher_ids: [SIDOROVA], room_id: ROOM });

		const { message, description } = await school.expectRefused(
			newLessonFormAt('17:00', { teacher_ids: [PETROV], room_id: ROOM }),
		);

		expect(message).toBe('Room 1 has another lesson at that time: lesson 1, 2031-03-10 17:00 to 18:00');
		expect(description).toBe(
			"Choose another time ('Get Free Slots' of the teacher shows some), or switch 'Check Teacher and Room' off in 'Options'. Nothing was saved.",
		);
	});

	it('Create refuses a time that overlaps a held lesson of the teacher in part', async () => {
		school.addLesson({
			from: '17:00',
			to: '18:00',
			teacher_ids: [PETROV],
			status: LESSON_STATUS.held,
		});

		const { message } = await school.expectRefused(newLessonFormAt('16:30', { teacher_ids: [PETROV] }));

		expect(message).toBe('Teacher 1 has another lesson at that time: lesson 1, 2031-03-10 17:00 to 18:00');
	});

	it('Create refuses a time that begins in the last minute of a lesson of the teacher', async () => {
		school.addLesson({ from: '17:00', to: '18:00', teacher_ids: [PETROV] });

		const { message } = await school.expectRefused(
			newLessonFormAt('17:59', { duration: 5, teacher_ids: [PETROV] }),
		);

		expect(message).toBe('Teacher 1 has another lesson at that time: lesson 1, 2031-03-10 17:00 to 18:00');
	});

	it('Create refuses a time that begins before and ends after a lesson of the teacher', async () => {
		school.addLesson({ from: '17:00', to: '18:00', teacher_ids: [PETROV] });

		const { message } = await school.expectRefused(
			newLessonFormAt('16:00', { additionalFields: { time_to: '19:00' }, teacher_ids: [PETROV] }),
		);

		expect(message).toBe('Teacher 1 has another lesson at that time: lesson 1, 2031-03-10 17:00 to 18:00');
	});

	it.each([
		{ time: 'right before a lesson of the teacher', lesson: {}, form: { time_from: '16:00' } },
		{ time: 'right after a lesson of the teacher', lesson: {}, form: { time_from: '18:00' } },
		{ time: 'on the day after a lesson of the teacher', lesson: {}, form: { lesson_date: TUESDAY } },
		{
			time: 'during a lesson of another teacher in another room',
			lesson: { teacher_ids: [SIDOROVA], room_id: OTHER_ROOM },
			form: {},
		},
		{
			time: 'during a cancelled lesson of the teacher',
			lesson: { status: LESSON_STATUS.cancelled },
			form: {},
		},
		{
			time: 'during a lesson of the teacher in a branch in which the teacher does not work',
			lesson: { branch_id: 2, room_id: ROOM_OF_BRANCH_2 },
			form: {},
		},
		{
			// AlfaCRM itself refuses a busy room, so the existing lesson is in another one.
			time: 'during a lesson of the teacher if Check Teacher and Room is off',
			lesson: { room_id: OTHER_ROOM },
			form: { options: { checkBusy: false } },
		},
	])('Create saves a lesson $time', async ({ lesson, form }) => {
		school.addLesson({ from: '17:00', to: '18:00', teacher_ids: [PETROV], room_id: ROOM, ...lesson });

		await school.createLesson(newLessonFormAt('17:00', { teacher_ids: [PETROV], room_id: ROOM, ...form }));

		expect(school.readWrites()).toEqual(['lesson/create']);
	});

	it.each([
		{ state: 'planned', status: LESSON_STATUS.planned },
		{ state: 'cancelled', status: LESSON_STATUS.cancelled },
	])('Create saves a cancelled lesson during a $state lesson of the teacher', async ({ status }) => {
		school.addLesson({ from: '17:00', to: '18:00', teacher_ids: [PETROV], status });

		await school.createLesson(
			newLessonFormAt('17:00', {
				teacher_ids: [PETROV],
				additionalFields: { status: LESSON_STATUS.cancelled },
			}),
		);

		expect(school.readWrites()).toEqual(['lesson/create']);
	});

	it('Create refuses the second of two items that need a teacher at the same time', async () => {
		const { error } = await school.runToEnd(
			{},
			{
				parametersByItem: [
					newLessonFormAt('17:00', { customer_ids: String(ANNA), teacher_ids: [PETROV] }),
					newLessonFormAt('17:00', { customer_ids: String(BORIS), teacher_ids: [PETROV] }),
				],
			},
		);

		expect(error?.message).toBe(
			'Teacher 1 has another lesson at that time: lesson 1, 2031-03-10 17:00 to 18:00',
		);
		expect(school.readRecords('lesson')).toMatchObject([{ customer_ids: [ANNA] }]);
	});

	it('only one of two executions creates a lesson when both take the same hour of a teacher at the same moment', async () => {
		school.answerSlowly();

		const outcomes = await Promise.all([
			school.runToEnd(newLessonFormAt('17:00', { customer_ids: String(ANNA), teacher_ids: [PETROV] })),
			school.runToEnd(newLessonFormAt('17:00', { customer_ids: String(BORIS), teacher_ids: [PETROV] })),
		]);

		const refusals = outcomes.filter(({ error }) => error !== undefined);
		expect(refusals).toHaveLength(1);
		expect(school.readRecords('lesson')).toHaveLength(1);
	});

	it('Create refuses each item whose room an earlier item has taken', async () => {
		const { json } = await school.runToEnd(
			{},
			{
				parametersByItem: [
					newLessonFormAt('17:00', { customer_ids: String(school.addLead()), room_id: ROOM }),
					newLessonFormAt('17:00', { customer_ids: String(school.addLead()), room_id: OTHER_ROOM }),
					newLessonFormAt('17:30', { customer_ids: String(school.addLead()), room_id: ROOM }),
					newLessonFormAt('17:30', { customer_ids: String(school.addLead()), room_id: OTHER_ROOM }),
				],
				continueOnFail: true,
			},
		);

		expect(json).toMatchObject([
			{ id: 1, room_id: ROOM },
			{ id: 2, room_id: OTHER_ROOM },
			{ error: 'Room 1 has another lesson at that time: lesson 1, 2031-03-10 17:00 to 18:00' },
			{ error: 'Room 2 has another lesson at that time: lesson 2, 2031-03-10 17:00 to 18:00' },
		]);
		expect(school.readRecords('lesson')).toHaveLength(2);
	});

	it('Create reads the lessons of the day once for three items with different lessons', async () => {
		await school.run(
			{},
			{
				parametersByItem: [
					newLessonFormAt('10:00', { customer_ids: String(ANNA), room_id: ROOM }),
					newLessonFormAt('11:00', { customer_ids: String(BORIS), room_id: ROOM }),
					newLessonFormAt('12:00', { customer_ids: String(ANNA), room_id: OTHER_ROOM }),
				],
			},
		);

		// One list of the planned lessons, and one of the held ones.
		expect(school.readRequests('lesson/index')).toHaveLength(2);
	});
});

describe('Create of a lesson whose teacher also works in another branch', () => {
	it('Create refuses the time of a lesson that the teacher has in another branch', async () => {
		school.changeRecord('teacher', PETROV, { branch_ids: [1, 2] });
		school.addLesson({ from: '17:00', to: '18:00', teacher_ids: [PETROV], branch_id: 2 });

		const { message } = await school.expectRefused(newLessonFormAt('17:00', { teacher_ids: [PETROV] }));

		expect(message).toBe('Teacher 1 has another lesson at that time: lesson 1, 2031-03-10 17:00 to 18:00');
	});

	it('Create saves the lesson and warns in a hint when the user may not list the lessons of its branch', async () => {
		school.addLesson({ from: '17:00', to: '18:00', teacher_ids: [PETROV] });
		school.failCallInBranch('lesson/index', { branch: 1, status: 403 });

		const { hints } = await school.createLesson(newLessonFormAt('17:00', { teacher_ids: [PETROV] }));

		expect(hints).toEqual([
			'Lessons of a branch could not be listed, so repeats and a busy teacher or room there were not noticed: branch 1',
		]);
	});

	it.each([
		{ answer: '403, as for a branch that is hidden from the user,', status: 403 },
		{ answer: '404, as for a closed branch,', status: 404 },
	])(
		'Create saves the lesson and warns in a hint when AlfaCRM answers $answer for another branch of the teacher',
		async ({ status }) => {
			school.changeRecord('teacher', PETROV, { branch_ids: [1, 2] });
			school.addLesson({ from: '17:00', to: '18:00', teacher_ids: [PETROV], branch_id: 2 });
			school.failCallInBranch('lesson/index', { branch: 2, status });

			const { hints } = await school.createLesson(newLessonFormAt('17:00', { teacher_ids: [PETROV] }));

			expect(hints).toEqual([
				'Lessons of a branch could not be listed, so repeats and a busy teacher or room there were not noticed: branch 2',
			]);
		},
	);

	it('Create saves the lesson and warns in a hint when the user may not list the teachers', async () => {
		school.changeRecord('teacher', PETROV, { branch_ids: [1, 2] });
		school.addLesson({ from: '17:00', to: '18:00', teacher_ids: [PETROV], branch_id: 2 });
		school.failCallInBranch('teacher/index', { branch: 1, status: 403 });

		const { hints } = await school.createLesson(newLessonFormAt('17:00', { teacher_ids: [PETROV] }));

		expect(hints).toEqual([
			'This user may not list teachers, so lessons that they have in other branches were not noticed: teacher 1',
		]);
	});

	it('Create fails for the branch of its lesson when that branch answers 404, although an earlier item left it out', async () => {
		school.changeRecord('teacher', PETROV, { branch_ids: [1, 2] });
		school.failCallInBranch('lesson/index', { branch: 2, status: 404 });

		const { json } = await school.runToEnd(
			{},
			{
				parametersByItem: [
					newLessonFormAt('17:00', { teacher_ids: [PETROV], branchId: 1 }),
					newLessonFormAt('17:00', { teacher_ids: [PETROV], branchId: 2 }),
				],
				continueOnFail: true,
			},
		);

		expect(json).toMatchObject([{ id: 1 }, { error: expect.any(String) as string }]);
		expect(school.readRecords('lesson')).toMatchObject([{ id: 1, branch_id: 1 }]);
	});
});

describe.each([
	{ lessonUpdate: 'keeps' as const, account: 'keeps the fields that an update leaves out' },
	{ lessonUpdate: 'blanks' as const, account: 'empties the fields that an update leaves out' },
	{ lessonUpdate: 'refuses400' as const, account: 'refuses an update that leaves fields out' },
])('Update of a lesson in an account that $account', ({ lessonUpdate }) => {
	/** A lesson in which every field has a value. Monday from 17:00 to 18:30 is 90 minutes. */
	const FULL_LESSON = {
		from: '17:00',
		to: '18:30',
		subject_id: SUBJECT.drawing,
		lesson_type_id: LESSON_TYPE.group,
		room_id: ROOM,
		teacher_ids: [PETROV],
		group_ids: [GROUP],
		customer_ids: [ANNA, BORIS],
		topic: 'Датчики',
		note: 'Ноутбук',
		homework: 'Читать',
		custom_link: 'https://example.org/plan',
	};
	/** Matches the time of the update, which every update changes. */
	const updated_at = expect.any(String) as string;

	beforeEach(() => {
		school.settings.lessonUpdate = lessonUpdate;
	});

	// `fields` is what the user fills in, and `stored` is what differs in the lesson afterwards.
	it.each([
		{
			change: 'the status',
			fields: { status: LESSON_STATUS.cancelled },
			stored: { status: LESSON_STATUS.cancelled },
		},
		{ change: 'the homework', fields: { homework: 'Писать' }, stored: { homework: 'Писать' } },
		{
			change: 'the subject',
			fields: { subject_id: SUBJECT.chess },
			stored: { subject_id: SUBJECT.chess },
		},
		{
			change: 'the day',
			fields: { lesson_date: '2031-03-11' },
			stored: {
				date: '2031-03-11',
				time_from: '2031-03-11 17:00:00',
				time_to: '2031-03-11 18:30:00',
			},
		},
		{
			change: 'the start, and the end along with it,',
			fields: { time_from: '09:15' },
			stored: { time_from: '2031-03-10 09:15:00', time_to: '2031-03-10 10:45:00' },
		},
		{
			change: 'the start to a time after the old end, and the end along with it,',
			fields: { time_from: '19:00' },
			stored: { time_from: '2031-03-10 19:00:00', time_to: '2031-03-10 20:30:00' },
		},
		{
			change: 'the end',
			fields: { time_to: '19:00' },
			stored: { time_to: '2031-03-10 19:00:00' },
		},
		{
			change: 'the duration',
			fields: { duration: 45 },
			stored: { time_to: '2031-03-10 17:45:00' },
		},
		{
			change: 'the start and the end',
			fields: { time_from: '19:00', time_to: '20:00' },
			stored: { time_from: '2031-03-10 19:00:00', time_to: '2031-03-10 20:00:00' },
		},
		{
			change: 'the start and the duration',
			fields: { time_from: '19:00', duration: 60 },
			stored: { time_from: '2031-03-10 19:00:00', time_to: '2031-03-10 20:00:00' },
		},
		{
			change: 'the end as given, in spite of another duration,',
			fields: { time_from: '19:00', time_to: '20:00', duration: 45 },
			stored: { time_from: '2031-03-10 19:00:00', time_to: '2031-03-10 20:00:00' },
		},
	])('Update changes $change and nothing else', async ({ fields, stored }) => {
		const lesson = school.addLesson(FULL_LESSON);
		const storedBefore = structuredClone(school.readRecord('lesson', lesson));

		await school.run(lessonUpdateForm(lesson, fields));

		expect(school.readRecord('lesson', lesson)).toEqual({ ...storedBefore, ...stored, updated_at });
	});

	it('Update adds a customer to a lesson and changes nothing else', async () => {
		const newCustomer = school.addLead();
		const lesson = school.addLesson({ ...FULL_LESSON, customer_ids: [ANNA, BORIS] });
		const storedBefore = structuredClone(school.readRecord('lesson', lesson));

		await school.run(lessonUpdateForm(lesson, { customer_ids: String(newCustomer) }, { listMode: 'add' }));

		expect(school.readRecord('lesson', lesson)).toEqual({
			...storedBefore,
			customer_ids: [ANNA, BORIS, newCustomer],
			updated_at,
		});
	});

	it('Update empties the room and the customers when Overwrite With Empty Values is on, and changes nothing else', async () => {
		const lesson = school.addLesson({ ...FULL_LESSON, room_id: ROOM, customer_ids: [ANNA, BORIS] });
		const storedBefore = structuredClone(school.readRecord('lesson', lesson));

		await school.run(
			lessonUpdateForm(lesson, { room_id: '', customer_ids: [] }, { options: { overwriteWithEmpty: true } }),
		);

		expect(school.readRecord('lesson', lesson)).toEqual({
			...storedBefore,
			room_id: null,
			customer_ids: [],
			updated_at,
		});
	});

	it('Update sends a new duration without the old end', async () => {
		const lesson = school.addLesson(FULL_LESSON);

		await school.run(lessonUpdateForm(lesson, { duration: 45 }));

		const [{ body }] = school.readRequests('lesson/update');
		expect(body).toMatchObject({ time_from: '17:00:00', duration: 45 });
		expect(body).not.toHaveProperty('time_to');
	});

	it('Update sends a new start and a new duration without the old end', async () => {
		const lesson = school.addLesson(FULL_LESSON);

		await school.run(lessonUpdateForm(lesson, { time_from: '19:00', duration: 60 }));

		const [{ body }] = school.readRequests('lesson/update');
		expect(body).toMatchObject({ time_from: '19:00:00', duration: 60 });
		expect(body).not.toHaveProperty('time_to');
	});

	it('Update sends a new end without the duration that is given with it', async () => {
		const lesson = school.addLesson(FULL_LESSON);

		await school.run(lessonUpdateForm(lesson, { time_from: '19:00', time_to: '20:00', duration: 45 }));

		const [{ body }] = school.readRequests('lesson/update');
		expect(body).toMatchObject({ time_from: '19:00:00', time_to: '20:00:00' });
		expect(body).not.toHaveProperty('duration');
	});

	it.each([
		{ state: 'cancelled', status: LESSON_STATUS.cancelled },
		{ state: 'held', status: LESSON_STATUS.held },
	])('Update changes the topic of a $state lesson and nothing else', async ({ status }) => {
		const lesson = school.addLesson({ ...FULL_LESSON, status });
		const storedBefore = structuredClone(school.readRecord('lesson', lesson));

		await school.run(lessonUpdateForm(lesson, { topic: 'Моторы' }));

		expect(school.readRecord('lesson', lesson)).toEqual({ ...storedBefore, topic: 'Моторы', updated_at });
	});

	it('Update refuses a new start with which the lesson would end on the next day', async () => {
		const lesson = school.addLesson({ ...FULL_LESSON, from: '17:00', to: '18:30' });

		const { message, description } = await school.expectRefused(
			lessonUpdateForm(lesson, { time_from: '22:30' }),
		);

		expect(message).toBe("'End Time' would be on the next day: the lesson takes 90 minutes");
		expect(description).toBe("'Start Time' is 22:30. Correct it, or give 'End Time' too. Nothing was saved.");
	});
});

describe('a regular lesson', () => {
	it('Create adds the duration to the start of a regular lesson', async () => {
		const { json } = await school.run(
			customerForm('create', {
				resource: 'regularLesson',
				related_class: 'Group',
				related_id: String(GROUP),
				days: [2],
				time_from_v: '17:00',
				duration: 90,
				subject_id: SUBJECT.chess,
				lesson_type_id: LESSON_TYPE.group,
				b_date_v: '2031-09-01',
				e_date_v: '2032-05-31',
			}),
		);

		expect(json).toMatchObject([{ id: 1 }]);
		expect(school.readRegularTimes(1)).toBe('17:00-18:30');
	});

	it.each([
		{ move: 'to a later hour', time_from_v: '19:30', times: '19:30-21:00' },
		{ move: 'to the morning', time_from_v: '9:00', times: '09:00-10:30' },
	])(
		'Update moves the end along when it moves the start of a regular lesson $move',
		async ({ time_from_v, times }) => {
			const regularLesson = school.addRegularLesson({ time_from_v: '17:00', time_to_v: '18:30' });

			await school.run(regularLessonUpdateForm(regularLesson, { time_from_v }));

			expect(school.readRegularTimes(regularLesson)).toBe(times);
		},
	);

	it('Update takes the end of a regular lesson as given when both start and end are given', async () => {
		const regularLesson = school.addRegularLesson({ time_from_v: '17:00', time_to_v: '18:30' });

		await school.run(regularLessonUpdateForm(regularLesson, { time_from_v: '19:30', time_to_v: '20:00' }));

		expect(school.readRegularTimes(regularLesson)).toBe('19:30-20:00');
	});

	it('Update refuses a new start with which a regular lesson would end on the next day', async () => {
		const regularLesson = school.addRegularLesson({ time_from_v: '17:00', time_to_v: '18:30' });

		const { message } = await school.expectRefused(
			regularLessonUpdateForm(regularLesson, { time_from_v: '22:30' }),
		);

		expect(message).toBe("'End Time' would be on the next day: the regular lesson takes 90 minutes");
		expect(school.readRegularTimes(regularLesson)).toBe('17:00-18:30');
	});
});
