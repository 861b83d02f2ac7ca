import { ATTENDANCE, CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { makeAnswerError } from '../../support/nodeErrors';
import {
	ANNA,
	AttendanceSchool,
	BORIS,
	completeLessonAgainForm,
	completeLessonForm,
	GLEB,
	LESSON,
	OTHER_LESSON,
	VERA,
} from './attendanceSchool';

const MISSING_ATTENDANCE_HINT =
	'Nothing was said of some who are put down for a lesson that was completed, so AlfaCRM may not have recorded them';
const UNCHANGED_HINT = `This lesson was completed like that already; nothing was changed: lesson ${LESSON}`;

let school: AttendanceSchool;

beforeEach(() => {
	school = new AttendanceSchool();
});

afterEach(() => {
	jest.useRealTimers();
});

describe('Complete Lesson of a planned lesson', () => {
	it('Complete Lesson completes the lesson and records who was present and who was absent', async () => {
		school.addLesson({ customer_ids: [ANNA, BORIS] });

		const { lesson } = await school.complete(
			completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }),
		);

		expect(lesson).toMatchObject({ operationResult: 'updated', status: LESSON_STATUS.held });
		expect(school.readRecord('lesson', LESSON)).toMatchObject({ status: LESSON_STATUS.held });
		expect(school.readPresences(LESSON)).toEqual({ [ANNA]: 'present', [BORIS]: 'absent' });
	});

	it('Complete Lesson sends the attendances and the topic in one call', async () => {
		school.addLesson({ customer_ids: [ANNA, BORIS] });

		await school.complete(
			completeLessonForm(LESSON, {
				present_ids: [ANNA],
				absent_ids: [BORIS],
				additionalFields: { topic: 'Дебют' },
			}),
		);

		expect(school.readWrites()).toEqual(['lesson/teach']);
		expect(school.readRequests('lesson/teach')).toMatchObject([
			{ url: expect.stringContaining('/v2api/1/lesson/teach') as string, query: { id: LESSON } },
		]);
		expect(school.readRequests('lesson/teach')[0].body).toEqual({
			branch_id: 1,
			status: LESSON_STATUS.held,
			topic: 'Дебют',
			details: [
				{ branch_id: 1, customer_id: ANNA, is_attend: ATTENDANCE.attended },
				{ branch_id: 1, customer_id: BORIS, is_attend: ATTENDANCE.missed },
			],
		});
	});

	it('Complete Lesson returns the lesson as completed when AlfaCRM answers without the lesson', async () => {
		school.addLesson();
		school.onCall = (call) => (call === 'lesson/teach' ? { success: true, errors: [] } : undefined);

		const { lesson } = await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA, BORIS] }));

		expect(lesson).toMatchObject({ operationResult: 'updated', status: LESSON_STATUS.held });
	});

	it('Complete Lesson keeps the length of a lesson when only Start Time is new', async () => {
		school.addLesson({ time_from: '2026-02-10 17:00:00', time_to: '2026-02-10 18:30:00' });
		const form = completeLessonForm(LESSON, {
			present_ids: [ANNA, BORIS],
			additionalFields: { time_from: '09:15' },
		});

		const results = await school.runInTurn(form, form);

		expect(results).toBe('updated, unchanged');
		expect(school.readRecord('lesson', LESSON)).toMatchObject({
			time_from: '2026-02-10 09:15:00',
			time_to: '2026-02-10 10:45:00',
		});
	});

	it('Complete Lesson changes the start and the end of a lesson when both are new', async () => {
		school.addLesson({ time_from: '2026-02-10 17:00:00', time_to: '2026-02-10 18:30:00' });
		const form = completeLessonForm(LESSON, {
			present_ids: [ANNA, BORIS],
			additionalFields: { time_from: '09:15', time_to: '10:00' },
		});

		const results = await school.runInTurn(form, form);

		expect(results).toBe('updated, unchanged');
		expect(school.readRecord('lesson', LESSON)).toMatchObject({
			time_from: '2026-02-10 09:15:00',
			time_to: '2026-02-10 10:00:00',
		});
	});

	it('Complete Lesson refuses a Start Time that would put the end of the lesson on the next day', async () => {
		school.addLesson({ time_from: '2026-02-10 17:00:00', time_to: '2026-02-10 18:30:00' });

		const { message } = await school.expectRefused(
			completeLessonForm(LESSON, { present_ids: [ANNA], additionalFields: { time_from: '23:00' } }),
		);

		expect(message).toBe("'End Time' would be on the next day: the lesson takes 90 minutes");
	});

	it('Complete Lesson refuses a lesson of the day after tomorrow', async () => {
		jest.useFakeTimers({ now: new Date('2026-03-01T12:00:00Z'), advanceTimers: true });
		school.addLesson({ date: '2026-03-03' });

		const { message } = await school.expectRefused(completeLessonForm(LESSON, { present_ids: [ANNA] }));

		expect(message).toBe(`Lesson ${LESSON} is on 2026-03-03, so nobody can have attended it yet`);
		expect(school.readRecord('lesson', LESSON)).toMatchObject({ status: LESSON_STATUS.planned });
		expect(school.readPresences(LESSON)).toEqual({});
	});

	it('Complete Lesson completes a lesson of tomorrow, because the school may be in another time zone', async () => {
		jest.useFakeTimers({ now: new Date('2026-03-01T12:00:00Z'), advanceTimers: true });
		school.addLesson({ date: '2026-03-02' });

		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

		expect(school.readRecord('lesson', LESSON)).toMatchObject({ status: LESSON_STATUS.held });
		expect(school.readPresences(LESSON)).toEqual({ [ANNA]: 'present', [BORIS]: 'absent' });
	});

	it('Complete Lesson refuses a cancelled lesson', async () => {
		school.addLesson({ status: LESSON_STATUS.cancelled });

		const { message, description } = await school.expectRefused(
			completeLessonForm(LESSON, { present_ids: [ANNA] }),
		);

		expect(message).toBe(`Lesson ${LESSON} is cancelled, so nobody attended it`);
		expect(description).toBe('Nothing was saved.');
	});
});

describe('Complete Lesson with the customers in the form', () => {
	it.each([
		{
			input: 'no customer',
			parameters: { present_ids: '', absent_ids: '' },
			message:
				"No customer is given who was present or absent: 'Present Customer', 'Absent Customer' and 'Attendance' are empty",
		},
		{
			input: 'a customer who is present twice',
			parameters: { present_ids: '1, 1' },
			message: 'Customer 1 is given twice',
		},
		{
			input: 'a customer who is present and absent',
			parameters: { present_ids: '1', absent_ids: '2, 1' },
			message: 'Customer 1 is given twice',
		},
		{
			input: 'a customer who is absent and in a row of Attendance',
			parameters: { absent_ids: '2', details: [{ customer_id: 2, is_attend: true }] },
			message: 'Customer 2 is given twice',
		},
	])('Complete Lesson refuses $input before it sends anything', async ({ parameters, message }) => {
		const error = await school.expectRefusedUnsent(completeLessonForm(LESSON, parameters));

		expect(error.message).toBe(message);
		expect(error.description).toBe(
			"Name each customer once, in 'Present Customer', 'Absent Customer' or 'Attendance'. Nothing was sent to AlfaCRM.",
		);
	});

	// Anna is customer 1, and Boris is customer 2.
	it.each([
		{ input: 'a list', present_ids: [1, 2] },
		{ input: 'a text', present_ids: '1,2' },
		{ input: 'a text with spaces', present_ids: '1, 2' },
	])('Complete Lesson reads the IDs of the present customers from $input', async ({ present_ids }) => {
		school.addLesson();

		await school.complete(completeLessonForm(LESSON, { present_ids }));

		expect(school.readPresences(LESSON)).toEqual({ [ANNA]: 'present', [BORIS]: 'present' });
	});

	// Anna is customer 1.
	it.each([
		{ input: 'a number', absent_ids: 1 },
		{ input: 'a text', absent_ids: '1' },
	])('Complete Lesson reads the ID of one absent customer from $input', async ({ absent_ids }) => {
		school.addLesson();

		await school.complete(completeLessonForm(LESSON, { absent_ids }));

		expect(school.readPresences(LESSON)).toEqual({ [ANNA]: 'absent' });
	});

	it('Complete Lesson records an absent customer with grade and note, together with a present customer', async () => {
		school.addLesson();
		const form = completeLessonForm(LESSON, {
			present_ids: [BORIS],
			details: [{ customer_id: ANNA, is_attend: ATTENDANCE.missed, grade: '5', note: 'Молодец' }],
		});

		const results = await school.runInTurn(form, form);

		expect(results).toBe('updated, unchanged');
		expect(school.readAttendances(LESSON)).toMatchObject([
			{ customer_id: ANNA, is_attend: ATTENDANCE.missed, grade: '5', note: 'Молодец' },
			{ customer_id: BORIS, is_attend: ATTENDANCE.attended },
		]);
	});
});

describe('Complete Lesson of a completed lesson', () => {
	it('Complete Lesson changes nothing when the completed lesson has the same attendances', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

		const { lesson, hints } = await school.complete(
			completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }),
		);

		expect(lesson).toMatchObject({ operationResult: 'unchanged', changedFields: [] });
		expect(hints).toEqual([UNCHANGED_HINT]);
		expect(school.readWrites()).toEqual(['lesson/teach']);
	});

	it('Complete Lesson changes nothing when it gets only one of the two recorded attendances', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

		const { lesson } = await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA] }));

		expect(lesson).toMatchObject({ operationResult: 'unchanged', changedFields: [] });
		expect(school.readWrites()).toEqual(['lesson/teach']);
	});

	it('Complete Lesson changes nothing when rows of Attendance repeat what lists of IDs have recorded', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

		const { lesson } = await school.complete(
			completeLessonForm(LESSON, {
				details: [
					{ customer_id: BORIS, is_attend: false },
					{ customer_id: ANNA, is_attend: true },
				],
			}),
		);

		expect(lesson).toMatchObject({ operationResult: 'unchanged' });
	});

	it('Complete Lesson changes nothing when lists of IDs repeat what rows of Attendance have recorded', async () => {
		school.addLesson();
		await school.complete(
			completeLessonForm(LESSON, {
				details: [
					{ customer_id: BORIS, is_attend: false },
					{ customer_id: ANNA, is_attend: true },
				],
			}),
		);

		const { lesson } = await school.complete(
			completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }),
		);

		expect(lesson).toMatchObject({ operationResult: 'unchanged' });
	});

	it('Complete Lesson changes nothing when the completed lesson has the same times and homework', async () => {
		school.addLesson();
		const form = completeLessonForm(LESSON, {
			present_ids: [ANNA],
			additionalFields: { time_from: '17:00', time_to: '18:00', homework: 'read chapter 3' },
		});

		const results = await school.runInTurn(form, form);

		expect(results).toBe('updated, unchanged');
	});

	it('Complete Lesson refuses a completed lesson whose homework differs in capital letters', async () => {
		school.addLesson();
		await school.complete(
			completeLessonForm(LESSON, { present_ids: [ANNA], additionalFields: { homework: 'read chapter 3' } }),
		);

		const { message } = await school.expectRefused(
			completeLessonForm(LESSON, { present_ids: [ANNA], additionalFields: { homework: 'Read Chapter 3' } }),
		);

		expect(message).toBe(`Lesson ${LESSON} is already completed, with other details`);
	});

	it('Complete Lesson refuses to change an attendance of a completed lesson and names the customer', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

		const { message, description } = await school.expectRefused(
			completeLessonForm(LESSON, { present_ids: [ANNA, BORIS] }),
		);

		expect(message).toBe(
			`Lesson ${LESSON} is already completed, with another attendance of customer ${BORIS}`,
		);
		expect(description).toContain('has to reach this node in one run');
	});

	it('Complete Lesson refuses to change two attendances of a completed lesson and names both customers', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

		const { message } = await school.expectRefused(
			completeLessonForm(LESSON, { present_ids: [BORIS], absent_ids: [ANNA] }),
		);

		expect(message).toBe(
			`Lesson ${LESSON} is already completed, with another attendance of customer ${BORIS}, ${ANNA}`,
		);
	});

	it('Complete Lesson refuses a row of Attendance that contradicts a recorded attendance', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

		const { message } = await school.expectRefused(
			completeLessonForm(LESSON, { details: [{ customer_id: BORIS, is_attend: true }] }),
		);

		expect(message).toBe(
			`Lesson ${LESSON} is already completed, with another attendance of customer ${BORIS}`,
		);
	});

	it('Complete Lesson refuses a list of IDs that contradicts an attendance recorded from a row', async () => {
		school.addLesson();
		await school.complete(
			completeLessonForm(LESSON, {
				details: [
					{ customer_id: BORIS, is_attend: false },
					{ customer_id: ANNA, is_attend: true },
				],
			}),
		);

		const { message } = await school.expectRefused(completeLessonForm(LESSON, { absent_ids: [ANNA, BORIS] }));

		expect(message).toBe(
			`Lesson ${LESSON} is already completed, with another attendance of customer ${ANNA}`,
		);
	});

	it('Complete Lesson refuses to change the topic of a completed lesson and says how to change it', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

		const { message, description } = await school.expectRefused(
			completeLessonForm(LESSON, {
				present_ids: [ANNA],
				absent_ids: [BORIS],
				additionalFields: { topic: 'Другая' },
			}),
		);

		expect(message).toBe(`Lesson ${LESSON} is already completed, with other details`);
		expect(description).toContain("set 'If Already Completed' to Send It Again");
	});

	it.each([
		{ choice: 'Stop', form: completeLessonForm(LESSON, { present_ids: [ANNA] }) },
		{ choice: 'Send It Again', form: completeLessonAgainForm(LESSON, { present_ids: [ANNA] }) },
	])(
		'Complete Lesson refuses a completed lesson whose attendances AlfaCRM hides, with $choice in If Already Completed',
		async ({ form }) => {
			// Lists of lessons show attendances only if they are filtered by customer.
			school.settings.lessonDetails = 'withCustomer';
			school.addLesson();
			await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA] }));

			const { message, description } = await school.expectRefused(form);

			expect(message).toBe(`Lesson ${LESSON} is already completed, and AlfaCRM does not show who was there`);
			expect(description).toBe('Look at it, and correct it, in AlfaCRM. Nothing was saved.');
		},
	);

	it('Complete Lesson keeps the bonus of an attendance when a form without a bonus repeats it', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA, BORIS] }));
		school.changeAttendances(LESSON, { bonus: 5 });

		const { lesson } = await school.complete(
			completeLessonForm(LESSON, { details: [{ customer_id: ANNA, is_attend: ATTENDANCE.attended }] }),
		);

		expect(lesson).toMatchObject({ operationResult: 'unchanged' });
		expect(school.readAttendances(LESSON)).toMatchObject([
			{ customer_id: ANNA, is_attend: ATTENDANCE.attended, bonus: 5 },
			{ customer_id: BORIS, is_attend: ATTENDANCE.attended, bonus: 5 },
		]);
	});
});

describe('Complete Lesson of a completed lesson when If Already Completed is Send It Again', () => {
	it('Complete Lesson changes an attendance of a completed lesson with Send It Again', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA, BORIS] }));
		const form = completeLessonAgainForm(LESSON, { absent_ids: [BORIS] });

		const results = await school.runInTurn(form, form);

		expect(results).toBe('updated, unchanged');
		expect(school.readPresences(LESSON)).toEqual({ [ANNA]: 'present', [BORIS]: 'absent' });
	});

	it('Complete Lesson sends the grades and notes of the other customers again when it changes one attendance', async () => {
		school.addLesson({ customer_ids: [ANNA, BORIS, VERA] });
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA, BORIS, VERA] }));
		school.changeAttendances(LESSON, { grade: '5', note: 'Молодец' });

		await school.complete(completeLessonAgainForm(LESSON, { absent_ids: [BORIS] }));

		expect(school.readSentAttendances()).toMatchObject([
			{ customer_id: BORIS, is_attend: ATTENDANCE.missed },
			{ customer_id: ANNA, is_attend: ATTENDANCE.attended, grade: '5', note: 'Молодец' },
			{ customer_id: VERA, is_attend: ATTENDANCE.attended, grade: '5', note: 'Молодец' },
		]);
		expect(school.readPresences(LESSON)).toEqual({
			[ANNA]: 'present',
			[BORIS]: 'absent',
			[VERA]: 'present',
		});
	});

	it('Complete Lesson sends recorded attendances again with their IDs', async () => {
		school.addLesson({ status: LESSON_STATUS.held });
		const attendanceOfAnna = school.addAttendance(LESSON, {
			customer_id: ANNA,
			is_attend: ATTENDANCE.attended,
		});
		const attendanceOfBoris = school.addAttendance(LESSON, {
			customer_id: BORIS,
			is_attend: ATTENDANCE.attended,
		});

		await school.complete(completeLessonAgainForm(LESSON, { absent_ids: [BORIS] }));

		expect(school.readSentAttendances()).toMatchObject([
			{ id: attendanceOfBoris, customer_id: BORIS },
			{ id: attendanceOfAnna, customer_id: ANNA },
		]);
	});

	it('Complete Lesson keeps the bonus of an attendance that it changes', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA, BORIS] }));
		school.changeAttendances(LESSON, { bonus: 5 });

		await school.complete(
			completeLessonAgainForm(LESSON, { details: [{ customer_id: ANNA, is_attend: ATTENDANCE.missed }] }),
		);

		expect(school.readAttendances(LESSON)).toMatchObject([
			{ customer_id: ANNA, is_attend: ATTENDANCE.missed, bonus: 5 },
			{ customer_id: BORIS, is_attend: ATTENDANCE.attended, bonus: 5 },
		]);
	});

	it('Complete Lesson keeps the branch of an attendance that it changes', async () => {
		school.addLesson({ status: LESSON_STATUS.held });
		school.addAttendance(LESSON, { customer_id: ANNA, branch_id: 2, is_attend: ATTENDANCE.missed });

		await school.complete(completeLessonAgainForm(LESSON, { present_ids: [ANNA] }));

		expect(school.readAttendances(LESSON)).toMatchObject([{ branch_id: 2, is_attend: ATTENDANCE.attended }]);
	});

	it.each([
		{ lesson: 'a completed lesson', status: LESSON_STATUS.held },
		{ lesson: 'a planned lesson', status: LESSON_STATUS.planned },
	])(
		'Complete Lesson removes the reason of an absence from $lesson when it records the customer as present',
		async ({ status }) => {
			school.addLesson();
			await school.complete(completeLessonForm(LESSON, { absent_ids: [ANNA, BORIS] }));
			school.changeRecord('lesson', LESSON, { status });
			school.changeAttendances(LESSON, { reason_id: 1, note: 'Болеет' });

			await school.complete(completeLessonAgainForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

			expect(school.readAttendances(LESSON)).toMatchObject([
				{ customer_id: ANNA, is_attend: ATTENDANCE.attended, reason_id: null, note: 'Болеет' },
				{ customer_id: BORIS, is_attend: ATTENDANCE.missed, reason_id: 1 },
			]);
		},
	);
});

describe('Complete Lesson without the attendance of a customer', () => {
	it('Complete Lesson names in a hint the customers of the lesson who are not in the form', async () => {
		school.addLesson({ customer_ids: [ANNA, BORIS, VERA] });

		const { hints } = await school.complete(completeLessonForm(LESSON, { absent_ids: [BORIS] }));

		expect(hints).toEqual([`${MISSING_ATTENDANCE_HINT}: lesson ${LESSON}: customer ${ANNA}, ${VERA}`]);
		expect(school.readPresences(LESSON)).toEqual({ [BORIS]: 'absent' });
	});

	it('Complete Lesson does not repeat the hint about missing customers when it changes nothing', async () => {
		school.addLesson({ customer_ids: [ANNA, BORIS, VERA] });
		await school.complete(completeLessonForm(LESSON, { absent_ids: [BORIS] }));

		const { hints } = await school.complete(completeLessonForm(LESSON, { absent_ids: [BORIS] }));

		expect(hints).toEqual([UNCHANGED_HINT]);
	});

	it('Complete Lesson gives no hint when every customer of the lesson is in the form', async () => {
		school.addLesson({ customer_ids: [ANNA, BORIS, VERA] });

		const { hints } = await school.complete(
			completeLessonForm(LESSON, { absent_ids: [BORIS], present_ids: [ANNA, VERA] }),
		);

		expect(hints).toEqual([]);
	});

	it('Complete Lesson gives no hint about a customer whose attendance was recorded before', async () => {
		school.addLesson({ customer_ids: [ANNA, BORIS, VERA] });
		await school.complete(completeLessonForm(LESSON, { absent_ids: [BORIS], present_ids: [ANNA, VERA] }));

		const { lesson, hints } = await school.complete(completeLessonAgainForm(LESSON, { absent_ids: [ANNA] }));

		expect(lesson).toMatchObject({ operationResult: 'updated' });
		expect(hints).toEqual([]);
	});
});

describe('Complete Lesson of a group lesson that names no customers', () => {
	it('Complete Lesson names in a hint a member of the group who is not in the form', async () => {
		school.addGroupLesson();
		school.addMembership(ANNA);
		// Boris is a member only on the day of the lesson. Vera left the group the day before.
		school.addMembership(BORIS, { from: '10.02.2026', until: '10.02.2026' });
		school.addMembership(VERA, { from: '01.01.2026', until: '09.02.2026' });

		const { hints } = await school.complete(completeLessonForm(LESSON, { absent_ids: [ANNA] }));

		expect(hints).toEqual([`${MISSING_ATTENDANCE_HINT}: lesson ${LESSON}: customer ${BORIS}`]);
	});

	it('Complete Lesson names no archived member of the group in the hint about missing attendances', async () => {
		const archivedMember = school.addLead({
			is_study: CUSTOMER_TYPE.client,
			removed: 1,
			e_date: '2026-01-15',
		});
		school.addGroupLesson();
		school.addMembership(ANNA);
		school.addMembership(BORIS);
		school.addMembership(archivedMember);

		const { hints } = await school.complete(completeLessonForm(LESSON, { absent_ids: [ANNA] }));

		expect(hints).toEqual([`${MISSING_ATTENDANCE_HINT}: lesson ${LESSON}: customer ${BORIS}`]);
	});

	it.each([
		{ records: 'memberships', call: 'cgi/index' },
		{ records: 'customers', call: 'customer/index' },
	])(
		'Complete Lesson completes a group lesson without a hint when the user may not list $records',
		async ({ call }) => {
			school.addGroupLesson();
			school.addMembership(ANNA);
			school.addMembership(BORIS);
			school.settings.forbiddenCalls = [call];

			const { hints } = await school.complete(completeLessonForm(LESSON, { absent_ids: [ANNA] }));

			expect(hints).toEqual([]);
			expect(school.readPresences(LESSON)).toEqual({ [ANNA]: 'absent' });
		},
	);

	it('Complete Lesson completes a group lesson without a hint when AlfaCRM has no list of memberships', async () => {
		school.addGroupLesson();
		school.addMembership(BORIS);
		school.onCall = (call) => {
			if (call === 'cgi/index') throw makeAnswerError(405);
			return undefined;
		};

		const { hints } = await school.complete(completeLessonForm(LESSON, { absent_ids: [ANNA] }));

		expect(hints).toEqual([]);
		expect(school.readPresences(LESSON)).toEqual({ [ANNA]: 'absent' });
	});
});

describe('Complete Lesson of a lesson that AlfaCRM shows in an unusual form', () => {
	it.each(['', null, undefined])(
		'Complete Lesson records the attendances of a lesson that AlfaCRM lists with `details`: %j',
		async (details) => {
			school.addLesson();
			school.showLessonWith(LESSON, { details });

			await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

			expect(school.readSentAttendances()).toEqual([
				{ branch_id: 1, customer_id: ANNA, is_attend: ATTENDANCE.attended },
				{ branch_id: 1, customer_id: BORIS, is_attend: ATTENDANCE.missed },
			]);
		},
	);

	it.each([
		{ details: 'нет' },
		{ details: { 0: { customer_id: 1, is_attend: ATTENDANCE.attended } } },
		{ details: [null] },
		{ details: [7] },
	])(
		'Complete Lesson refuses a lesson with `details`: $details, because it would overwrite unread attendances',
		async ({ details }) => {
			school.addLesson({ status: LESSON_STATUS.held });
			school.showLessonWith(LESSON, { details });

			const { message, description } = await school.expectRefused(
				completeLessonAgainForm(LESSON, { present_ids: [ANNA] }),
			);

			expect(message).toBe(`AlfaCRM shows the attendance of lesson ${LESSON} in an unknown format`);
			expect(description).toBe('Complete the lesson in AlfaCRM. Nothing was saved.');
		},
	);

	// Anna is customer 1, Boris is customer 2, and Vera is customer 3.
	it.each([{ customer_ids: '1, 2, 3' }, { customer_ids: 3 }])(
		'Complete Lesson names Vera, customer 3, in a hint when AlfaCRM lists a lesson with `customer_ids`: $customer_ids',
		async ({ customer_ids }) => {
			school.addLesson();
			school.showLessonWith(LESSON, { customer_ids });

			const { hints } = await school.complete(
				completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }),
			);

			expect(hints).toEqual([`${MISSING_ATTENDANCE_HINT}: lesson ${LESSON}: customer ${VERA}`]);
		},
	);

	it.each([{ customer_ids: '' }, { customer_ids: { 0: 3 } }])(
		'Complete Lesson names nobody in a hint when AlfaCRM lists a lesson with `customer_ids`: $customer_ids',
		async ({ customer_ids }) => {
			school.addLesson();
			school.showLessonWith(LESSON, { customer_ids });

			const { hints } = await school.complete(
				completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }),
			);

			expect(hints).toEqual([]);
		},
	);
});

describe.each([1, 5])(
	'Complete Lesson with several items about a lesson, %d calls at once',
	(callsAtOnce) => {
		/** The rows of a sheet of two lessons, in any order. The last row is there twice. */
		const SHEET = [
			completeLessonForm(LESSON, { present_ids: ANNA }),
			completeLessonForm(OTHER_LESSON, { absent_ids: GLEB }),
			completeLessonForm(LESSON, { absent_ids: BORIS, additionalFields: { topic: 'Датчики' } }),
			completeLessonForm(OTHER_LESSON, { present_ids: ANNA }),
			completeLessonForm(LESSON, { present_ids: VERA }),
			completeLessonForm(LESSON, { present_ids: VERA }),
		];

		beforeEach(() => {
			school.addLesson({ id: LESSON, customer_ids: [ANNA, BORIS, VERA] });
			school.addLesson({ id: OTHER_LESSON, customer_ids: [GLEB, ANNA] });
		});

		it('Complete Lesson completes each lesson with one call that has the attendances of all its items', async () => {
			const { error, hints } = await school.completeItems(SHEET, { callsAtOnce });

			expect(error).toBeUndefined();
			expect(hints).toEqual([]);
			expect(school.readWrites()).toEqual(['lesson/teach', 'lesson/teach']);
			expect(school.readPresences(LESSON)).toEqual({
				[ANNA]: 'present',
				[BORIS]: 'absent',
				[VERA]: 'present',
			});
			expect(school.readPresences(OTHER_LESSON)).toEqual({ [GLEB]: 'absent', [ANNA]: 'present' });
			expect(school.readRecord('lesson', LESSON)).toMatchObject({ topic: 'Датчики' });
		});

		it('Complete Lesson returns the lesson of each item, in the order of the items', async () => {
			const { json } = await school.completeItems(SHEET, { callsAtOnce });

			expect(json).toMatchObject([
				{ id: LESSON, operationResult: 'updated' },
				{ id: OTHER_LESSON, operationResult: 'updated' },
				{ id: LESSON, operationResult: 'updated' },
				{ id: OTHER_LESSON, operationResult: 'updated' },
				{ id: LESSON, operationResult: 'updated' },
				{ id: LESSON, operationResult: 'updated' },
			]);
		});

		it('Complete Lesson changes nothing when it gets the items of a sheet a second time', async () => {
			await school.completeItems(SHEET, { callsAtOnce });

			const { json } = await school.completeItems(SHEET, { callsAtOnce });

			expect(json).toMatchObject([
				{ operationResult: 'unchanged' },
				{ operationResult: 'unchanged' },
				{ operationResult: 'unchanged' },
				{ operationResult: 'unchanged' },
				{ operationResult: 'unchanged' },
				{ operationResult: 'unchanged' },
			]);
			expect(school.readWrites()).toEqual(['lesson/teach', 'lesson/teach']);
		});
	},
);

describe('Complete Lesson with several items about a lesson', () => {
	beforeEach(() => {
		school.addLesson({ id: LESSON });
		school.addLesson({ id: OTHER_LESSON });
	});

	it.each([
		{
			problem: 'contradicts another item about a customer',
			parameters: { absent_ids: ANNA },
			message: 'contradict each other on customer',
		},
		{
			problem: 'has another topic',
			parameters: { present_ids: BORIS, additionalFields: { topic: 'Моторы' } },
			message: "contradict each other on 'Topic'",
		},
		{
			problem: 'names another branch',
			parameters: { present_ids: ANNA, branchId: 2 },
			message: "item 2 cannot be used: another 'Branch' is given, 2",
		},
		{
			problem: 'names no customer',
			parameters: { present_ids: '' },
			message: 'item 2 cannot be used: No customer is given',
		},
		{
			problem: 'has a text that is not an ID as its customer',
			parameters: { present_ids: 'Мия' },
			message:
				"item 2 cannot be used: 'Present Customer Names or IDs' must be one or more numbers of records",
		},
	])(
		'Complete Lesson completes only the other lesson when an item of a lesson $problem',
		async ({ parameters, message }) => {
			const items = await school.completeItemsDespiteErrors([
				completeLessonForm(LESSON, { present_ids: ANNA, additionalFields: { topic: 'Датчики' } }),
				completeLessonForm(OTHER_LESSON, { present_ids: ANNA }),
				completeLessonForm(LESSON, parameters),
			]);

			expect(items).toMatchObject([
				{ error: expect.stringContaining(message) as string },
				{ id: OTHER_LESSON, operationResult: 'updated' },
				{ error: expect.stringContaining(message) as string },
			]);
			expect(school.readPresences(LESSON)).toEqual({});
			expect(school.readPresences(OTHER_LESSON)).toEqual({ [ANNA]: 'present' });
		},
	);

	it('Complete Lesson reads the texts TRUE and FALSE of a sheet as present and absent', async () => {
		await school.completeItemsDespiteErrors([
			completeLessonForm(LESSON, { details: [{ customer_id: ANNA, is_attend: true }] }),
			completeLessonForm(LESSON, { details: [{ customer_id: BORIS, is_attend: false }] }),
			completeLessonForm(LESSON, { details: [{ customer_id: VERA, is_attend: 'TRUE' }] }),
			completeLessonForm(LESSON, { details: [{ customer_id: GLEB, is_attend: 'FALSE' }] }),
		]);

		expect(school.readPresences(LESSON)).toEqual({
			[ANNA]: 'present',
			[BORIS]: 'absent',
			[VERA]: 'present',
			[GLEB]: 'absent',
		});
	});

	it('Complete Lesson does not complete a lesson when an item has "нет" instead of TRUE or FALSE', async () => {
		const items = await school.completeItemsDespiteErrors([
			completeLessonForm(LESSON, { details: [{ customer_id: ANNA, is_attend: 'TRUE' }] }),
			completeLessonForm(LESSON, { details: [{ customer_id: BORIS, is_attend: 'нет' }] }),
		]);

		expect(school.readPresences(LESSON)).toEqual({});
		expect(items[1].error).toContain(
			`item 1 cannot be used: 'Attended' must be true or false, but it is "нет"`,
		);
	});

	it('Complete Lesson completes a lesson with one call although its items write branch and teachers differently', async () => {
		// The school has one branch left, so an empty Branch means branch 1.
		school.store.remove('branch', 2);

		await school.completeItems([
			completeLessonForm(LESSON, {
				branchId: '',
				present_ids: ANNA,
				additionalFields: { teacher_ids: '1, 2' },
			}),
			completeLessonForm(LESSON, {
				branchId: '1',
				present_ids: BORIS,
				additionalFields: { teacher_ids: [2, 1] },
			}),
		]);

		expect(school.readWrites()).toEqual(['lesson/teach']);
		expect(school.readPresences(LESSON)).toEqual({ [ANNA]: 'present', [BORIS]: 'present' });
	});

	it('Complete Lesson stops at a cancelled lesson and says which item was carried out before', async () => {
		school.changeRecord('lesson', OTHER_LESSON, { status: LESSON_STATUS.cancelled });

		const { error } = await school.completeItems([
			completeLessonForm(LESSON, { present_ids: ANNA }),
			completeLessonForm(OTHER_LESSON, { present_ids: ANNA }),
			completeLessonForm(OTHER_LESSON, { present_ids: ANNA }),
		]);

		expect(error?.message).toBe(`Lesson ${OTHER_LESSON} is cancelled, so nobody attended it`);
		expect(error?.description).toBe('Of this item nothing was saved. Carried out: item 0.');
		expect(school.readPresences(LESSON)).toEqual({ [ANNA]: 'present' });
		expect(school.readPresences(OTHER_LESSON)).toEqual({});
	});

	it('Complete Lesson names an item after the cancelled lesson as carried out, if its lesson was completed before', async () => {
		school.changeRecord('lesson', OTHER_LESSON, { status: LESSON_STATUS.cancelled });

		const { error } = await school.completeItems([
			completeLessonForm(LESSON, { present_ids: ANNA }),
			completeLessonForm(OTHER_LESSON, { present_ids: ANNA }),
			completeLessonForm(LESSON, { present_ids: BORIS }),
		]);

		expect(error?.description).toBe('Of this item nothing was saved. Carried out: items 0, 2.');
		expect(school.readPresences(LESSON)).toEqual({ [ANNA]: 'present', [BORIS]: 'present' });
	});
});
