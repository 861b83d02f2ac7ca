import { LESSON_STATUS } from '../../support/codes';
import { makeAnswerError } from '../../support/nodeErrors';
import {
	ANNA,
	AttendanceSchool,
	BORIS,
	completeLessonForm,
	GLEB,
	LESSON,
	OTHER_LESSON,
	VERA,
} from './attendanceSchool';

const MISSING_ATTENDANCE_HINT =
	'Nothing was said of some who are put down for a lesson that was completed, so AlfaCRM may not have recorded them';
const UNCHANGED_HINT = 'This lesson was completed like that already; nothing was changed: lesson 501';

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
				{ branch_id: 1, customer_id: ANNA, is_attend: 1 },
				{ branch_id: 1, customer_id: BORIS, is_attend: 0 },
			],
		});
	});

	it('Complete Lesson returns the lesson as completed when the answer of AlfaCRM does not have the lesson', async () => {
		school.addLesson();
		school.onCall = (call) => (call === 'lesson/teach' ? { success: true, errors: [] } : undefined);

		const { lesson } = await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA, BORIS] }));

		expect(lesson).toMatchObject({ operationResult: 'updated', status: LESSON_STATUS.held });
	});

	it('Complete Lesson moves the end of the lesson along with a new start', async () => {
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

	it('Complete Lesson takes a new start together with a new end', async () => {
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

	it('Complete Lesson refuses a start after which the lesson would end on the next day', async () => {
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

		expect(message).toBe('Lesson 501 is on 2026-03-03, so nobody can have attended it yet');
		expect(school.readRecord('lesson', LESSON)).toMatchObject({ status: LESSON_STATUS.planned });
		expect(school.readPresences(LESSON)).toEqual({});
	});

	it('Complete Lesson completes a lesson of tomorrow, because it may be that day at the school', async () => {
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

		expect(message).toBe('Lesson 501 is cancelled, so nobody attended it');
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

	it.each([
		{ input: 'a list', present_ids: [1, 2] },
		{ input: 'a text', present_ids: '1,2' },
		{ input: 'a text with spaces', present_ids: '1, 2' },
	])('Complete Lesson takes the IDs of the present customers from $input', async ({ present_ids }) => {
		school.addLesson();

		await school.complete(completeLessonForm(LESSON, { present_ids }));

		expect(school.readPresences(LESSON)).toEqual({ [ANNA]: 'present', [BORIS]: 'present' });
	});

	it.each([
		{ input: 'a number', absent_ids: 1 },
		{ input: 'a text', absent_ids: '1' },
	])('Complete Lesson takes the ID of one absent customer from $input', async ({ absent_ids }) => {
		school.addLesson();

		await school.complete(completeLessonForm(LESSON, { absent_ids }));

		expect(school.readPresences(LESSON)).toEqual({ [ANNA]: 'absent' });
	});

	it('Complete Lesson records a row of Attendance with its grade and note, together with a list of IDs', async () => {
		school.addLesson();
		const form = completeLessonForm(LESSON, {
			present_ids: [BORIS],
			details: [{ customer_id: ANNA, is_attend: 0, grade: '5', note: 'Молодец' }],
		});

		const results = await school.runInTurn(form, form);

		expect(results).toBe('updated, unchanged');
		expect(school.readAttendances(LESSON)).toMatchObject([
			{ customer_id: ANNA, is_attend: 0, grade: '5', note: 'Молодец' },
			{ customer_id: BORIS, is_attend: 1 },
		]);
	});
});

describe('Complete Lesson of a completed lesson', () => {
	it('Complete Lesson changes nothing when the attendances are the same', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

		const { lesson, hints } = await school.complete(
			completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }),
		);

		expect(lesson).toMatchObject({ operationResult: 'unchanged', changedFields: [] });
		expect(hints).toEqual([UNCHANGED_HINT]);
		expect(school.readWrites()).toEqual(['lesson/teach']);
	});

	it('Complete Lesson changes nothing when it gets only some of the same attendances', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

		const { lesson } = await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA] }));

		expect(lesson).toMatchObject({ operationResult: 'unchanged', changedFields: [] });
		expect(school.readWrites()).toEqual(['lesson/teach']);
	});

	it('Complete Lesson changes nothing when the attendances of the ID lists come again as rows', async () => {
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

	it('Complete Lesson changes nothing when the attendances of the rows come again as ID lists', async () => {
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

	it('Complete Lesson changes nothing when the times and the texts are the same', async () => {
		school.addLesson();
		const form = completeLessonForm(LESSON, {
			present_ids: [ANNA],
			additionalFields: { time_from: '17:00', time_to: '18:00', homework: 'read chapter 3' },
		});

		const results = await school.runInTurn(form, form);

		expect(results).toBe('updated, unchanged');
	});

	it('Complete Lesson refuses a text with other capital letters', async () => {
		school.addLesson();
		await school.complete(
			completeLessonForm(LESSON, { present_ids: [ANNA], additionalFields: { homework: 'read chapter 3' } }),
		);

		const { message } = await school.expectRefused(
			completeLessonForm(LESSON, { present_ids: [ANNA], additionalFields: { homework: 'Read Chapter 3' } }),
		);

		expect(message).toBe('Lesson 501 is already completed, with other details');
	});

	it('Complete Lesson refuses another attendance of one customer and names the customer', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

		const { message, description } = await school.expectRefused(
			completeLessonForm(LESSON, { present_ids: [ANNA, BORIS] }),
		);

		expect(message).toBe('Lesson 501 is already completed, with another attendance of customer 2');
		expect(description).toContain('has to reach this node in one run');
	});

	it('Complete Lesson refuses another attendance of two customers and names both', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

		const { message } = await school.expectRefused(
			completeLessonForm(LESSON, { present_ids: [BORIS], absent_ids: [ANNA] }),
		);

		expect(message).toBe('Lesson 501 is already completed, with another attendance of customer 2, 1');
	});

	it('Complete Lesson refuses another attendance that comes as a row', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

		const { message } = await school.expectRefused(
			completeLessonForm(LESSON, { details: [{ customer_id: BORIS, is_attend: true }] }),
		);

		expect(message).toBe('Lesson 501 is already completed, with another attendance of customer 2');
	});

	it('Complete Lesson refuses another attendance than that of a row', async () => {
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

		expect(message).toBe('Lesson 501 is already completed, with another attendance of customer 1');
	});

	it('Complete Lesson refuses another topic and says how to send it', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

		const { message, description } = await school.expectRefused(
			completeLessonForm(LESSON, {
				present_ids: [ANNA],
				absent_ids: [BORIS],
				additionalFields: { topic: 'Другая' },
			}),
		);

		expect(message).toBe('Lesson 501 is already completed, with other details');
		expect(description).toContain("set 'If Already Completed' to Send It Again");
	});

	it.each(['refuse', 'teach'])(
		'Complete Lesson refuses a lesson without attendances when If Already Completed is %s',
		async (if_completed) => {
			school.settings.lessonDetails = 'withCustomer';
			school.addLesson();
			await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA] }));

			const { message, description } = await school.expectRefused(
				completeLessonForm(LESSON, { present_ids: [ANNA], if_completed }),
			);

			expect(message).toBe('Lesson 501 is already completed, and AlfaCRM does not show who was there');
			expect(description).toBe('Look at it, and correct it, in AlfaCRM. Nothing was saved.');
		},
	);

	it('Complete Lesson keeps a bonus when it gets the same attendance without the bonus', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA, BORIS] }));
		school.changeAttendances(LESSON, { bonus: 5 });

		const { lesson } = await school.complete(
			completeLessonForm(LESSON, { details: [{ customer_id: ANNA, is_attend: 1 }] }),
		);

		expect(lesson).toMatchObject({ operationResult: 'unchanged' });
		expect(school.readAttendances(LESSON)).toMatchObject([
			{ customer_id: ANNA, is_attend: 1, bonus: 5 },
			{ customer_id: BORIS, is_attend: 1, bonus: 5 },
		]);
	});
});

describe('Complete Lesson of a completed lesson when If Already Completed is Send It Again', () => {
	it('Complete Lesson changes the given attendance', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA, BORIS] }));
		const form = completeLessonForm(LESSON, { absent_ids: [BORIS], if_completed: 'teach' });

		const results = await school.runInTurn(form, form);

		expect(results).toBe('updated, unchanged');
		expect(school.readPresences(LESSON)).toEqual({ [ANNA]: 'present', [BORIS]: 'absent' });
	});

	it('Complete Lesson sends the attendances of the other customers with their grades and notes', async () => {
		school.addLesson({ customer_ids: [ANNA, BORIS, VERA] });
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA, BORIS, VERA] }));
		school.changeAttendances(LESSON, { grade: '5', note: 'Молодец' });

		await school.complete(completeLessonForm(LESSON, { absent_ids: [BORIS], if_completed: 'teach' }));

		expect(school.readSentAttendances()).toMatchObject([
			{ customer_id: BORIS, is_attend: 0 },
			{ customer_id: ANNA, is_attend: 1, grade: '5', note: 'Молодец' },
			{ customer_id: VERA, is_attend: 1, grade: '5', note: 'Молодец' },
		]);
		expect(school.readPresences(LESSON)).toEqual({
			[ANNA]: 'present',
			[BORIS]: 'absent',
			[VERA]: 'present',
		});
	});

	it('Complete Lesson sends each attendance with the ID that AlfaCRM gave to it', async () => {
		school.addLesson({ status: LESSON_STATUS.held });
		school.addRecord('lesson-details', { id: 71, lesson_id: LESSON, customer_id: ANNA, is_attend: 1 });
		school.addRecord('lesson-details', { id: 72, lesson_id: LESSON, customer_id: BORIS, is_attend: 1 });

		await school.complete(completeLessonForm(LESSON, { absent_ids: [BORIS], if_completed: 'teach' }));

		expect(school.readSentAttendances()).toMatchObject([
			{ id: 72, customer_id: BORIS },
			{ id: 71, customer_id: ANNA },
		]);
	});

	it('Complete Lesson keeps a bonus when it changes the attendance', async () => {
		school.addLesson();
		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA, BORIS] }));
		school.changeAttendances(LESSON, { bonus: 5 });

		await school.complete(
			completeLessonForm(LESSON, { details: [{ customer_id: ANNA, is_attend: 0 }], if_completed: 'teach' }),
		);

		expect(school.readAttendances(LESSON)).toMatchObject([
			{ customer_id: ANNA, is_attend: 0, bonus: 5 },
			{ customer_id: BORIS, is_attend: 1, bonus: 5 },
		]);
	});

	it('Complete Lesson keeps the branch of an attendance', async () => {
		school.addLesson({ status: LESSON_STATUS.held });
		school.addRecord('lesson-details', {
			lesson_id: LESSON,
			customer_id: ANNA,
			branch_id: 2,
			is_attend: 0,
		});

		await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], if_completed: 'teach' }));

		expect(school.readAttendances(LESSON)).toMatchObject([{ branch_id: 2, is_attend: 1 }]);
	});

	it.each([
		{ lesson: 'a completed lesson', status: LESSON_STATUS.held },
		{ lesson: 'a planned lesson', status: LESSON_STATUS.planned },
	])(
		'Complete Lesson removes the reason of an absence from $lesson when the customer was present after all',
		async ({ status }) => {
			school.addLesson();
			await school.complete(completeLessonForm(LESSON, { absent_ids: [ANNA, BORIS] }));
			school.changeRecord('lesson', LESSON, { status });
			school.changeAttendances(LESSON, { reason_id: 1, note: 'Болеет' });

			await school.complete(
				completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS], if_completed: 'teach' }),
			);

			expect(school.readAttendances(LESSON)).toMatchObject([
				{ customer_id: ANNA, is_attend: 1, reason_id: null, note: 'Болеет' },
				{ customer_id: BORIS, is_attend: 0, reason_id: 1 },
			]);
		},
	);
});

describe('Complete Lesson without the attendance of a customer', () => {
	it('Complete Lesson completes the lesson and names in a hint the customers who are not in the form', async () => {
		school.addLesson({ customer_ids: [ANNA, BORIS, VERA] });

		const { hints } = await school.complete(completeLessonForm(LESSON, { absent_ids: [BORIS] }));

		expect(hints).toEqual([`${MISSING_ATTENDANCE_HINT}: lesson 501: customer 1, 3`]);
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

		const { lesson, hints } = await school.complete(
			completeLessonForm(LESSON, { absent_ids: [ANNA], if_completed: 'teach' }),
		);

		expect(lesson).toMatchObject({ operationResult: 'updated' });
		expect(hints).toEqual([]);
	});
});

describe('Complete Lesson of a group lesson that names no customers', () => {
	it('Complete Lesson names in a hint the members on the day of the lesson who are not in the form', async () => {
		school.addGroupLesson();
		school.addMembership(ANNA);
		school.addMembership(BORIS, { from: '10.02.2026', until: '10.02.2026' });
		school.addMembership(VERA, { from: '01.01.2026', until: '09.02.2026' });

		const { hints } = await school.complete(completeLessonForm(LESSON, { absent_ids: [ANNA] }));

		expect(hints).toEqual([`${MISSING_ATTENDANCE_HINT}: lesson 501: customer 2`]);
	});

	it('Complete Lesson names no archived member in the hint', async () => {
		const archivedMember = school.addLead({ is_study: 1, removed: 1, e_date: '2026-01-15' });
		school.addGroupLesson();
		school.addMembership(ANNA);
		school.addMembership(BORIS);
		school.addMembership(archivedMember);

		const { hints } = await school.complete(completeLessonForm(LESSON, { absent_ids: [ANNA] }));

		expect(hints).toEqual([`${MISSING_ATTENDANCE_HINT}: lesson 501: customer 2`]);
	});

	it.each([
		{ records: 'memberships', call: 'cgi/index' },
		{ records: 'customers', call: 'customer/index' },
	])(
		'Complete Lesson completes the lesson without a hint when the user may not list $records',
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

	it('Complete Lesson completes the lesson without a hint when AlfaCRM refuses to list memberships', async () => {
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
		'Complete Lesson takes `details`: %j for a lesson without attendances',
		async (details) => {
			school.addLesson();
			school.showLessonWith(LESSON, { details });

			await school.complete(completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }));

			expect(school.readSentAttendances()).toEqual([
				{ branch_id: 1, customer_id: ANNA, is_attend: 1 },
				{ branch_id: 1, customer_id: BORIS, is_attend: 0 },
			]);
		},
	);

	it.each([
		{ details: 'нет' },
		{ details: { 0: { customer_id: 1, is_attend: 1 } } },
		{ details: [null] },
		{ details: [7] },
	])(
		'Complete Lesson refuses `details`: $details, because the stored attendances would be lost',
		async ({ details }) => {
			school.addLesson({ status: LESSON_STATUS.held });
			school.showLessonWith(LESSON, { details });

			const { message, description } = await school.expectRefused(
				completeLessonForm(LESSON, { present_ids: [ANNA], if_completed: 'teach' }),
			);

			expect(message).toBe('AlfaCRM shows the attendance of lesson 501 in an unknown format');
			expect(description).toBe('Complete the lesson in AlfaCRM. Nothing was saved.');
		},
	);

	it.each([{ customer_ids: '1, 2, 3' }, { customer_ids: 3 }])(
		'Complete Lesson names customer 3 in a hint for `customer_ids`: $customer_ids',
		async ({ customer_ids }) => {
			school.addLesson();
			school.showLessonWith(LESSON, { customer_ids });

			const { hints } = await school.complete(
				completeLessonForm(LESSON, { present_ids: [ANNA], absent_ids: [BORIS] }),
			);

			expect(hints).toEqual([`${MISSING_ATTENDANCE_HINT}: lesson 501: customer 3`]);
		},
	);

	it.each([{ customer_ids: '' }, { customer_ids: { 0: 3 } }])(
		'Complete Lesson names nobody in a hint for `customer_ids`: $customer_ids',
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
		/** A sheet has a row for each customer and lesson, in any order. One row is there twice. */
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

		it('Complete Lesson completes each lesson with one call and the attendances of all items', async () => {
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

		it('Complete Lesson returns for each item its lesson', async () => {
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

		it('Complete Lesson changes nothing when the same items come again', async () => {
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
			problem: 'says the contrary of the same customer',
			parameters: { absent_ids: ANNA },
			message: 'contradict each other on customer',
		},
		{
			problem: 'has another topic',
			parameters: { present_ids: BORIS, additionalFields: { topic: 'Моторы' } },
			message: "contradict each other on 'Topic'",
		},
		{
			problem: 'is in another branch',
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
		'Complete Lesson does not complete a lesson when one of its items $problem, but completes another lesson',
		async ({ parameters, message }) => {
			const items = await school.completeItemsOnError([
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

	it('Complete Lesson takes the texts TRUE and FALSE of a sheet as present and absent', async () => {
		await school.completeItemsOnError([
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

	it('Complete Lesson does not complete the lesson when an item has another text than TRUE or FALSE', async () => {
		const items = await school.completeItemsOnError([
			completeLessonForm(LESSON, { details: [{ customer_id: ANNA, is_attend: 'TRUE' }] }),
			completeLessonForm(LESSON, { details: [{ customer_id: BORIS, is_attend: 'нет' }] }),
		]);

		expect(school.readPresences(LESSON)).toEqual({});
		expect(items[1].error).toContain(
			`item 1 cannot be used: 'Attended' must be true or false, but it is "нет"`,
		);
	});

	it('Complete Lesson completes the lesson with one call when items write its branch and teachers differently', async () => {
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

	it('Complete Lesson stops at a cancelled lesson and says which items were carried out', async () => {
		school.changeRecord('lesson', OTHER_LESSON, { status: LESSON_STATUS.cancelled });

		const { error } = await school.completeItems([
			completeLessonForm(LESSON, { present_ids: ANNA }),
			completeLessonForm(OTHER_LESSON, { present_ids: ANNA }),
			completeLessonForm(OTHER_LESSON, { present_ids: ANNA }),
		]);

		expect(error?.message).toBe('Lesson 502 is cancelled, so nobody attended it');
		expect(error?.description).toBe('Of this item nothing was saved. Carried out: item 0.');
		expect(school.readPresences(LESSON)).toEqual({ [ANNA]: 'present' });
		expect(school.readPresences(OTHER_LESSON)).toEqual({});
	});

	it('Complete Lesson says that a later item was carried out together with an earlier one of its lesson', async () => {
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
