import { allSchemas } from '../../../nodes/AlfaCrm/operations/schemas';
import { CUSTOMER_TYPE, LESSON_STATUS, REGULAR_LESSON_DAY, WORKING_HOUR_WEEKDAY } from '../../support/codes';
import {
	ANNA,
	BookingSchool,
	BORIS,
	firstFreeTrialLesson,
	GROUP,
	groupLessonAt,
	LESSON_TYPE,
	MONDAY,
	NOW,
	PETROV,
	PRIMEROV,
	ROOM,
	setClock,
	SIDOROVA,
	STAGE,
	SUBJECT,
	trialLessonAt,
} from './bookingSchool';

const DAY_BEFORE_MONDAY = '2031-03-09';
const TUESDAY = '2031-03-11';
const WEDNESDAY = '2031-03-12';
const SUNDAY = '2031-03-16';
const NEXT_MONDAY = '2031-03-17';
const MONDAY_11_10_IN_MOSCOW = `${MONDAY}T08:10:00Z`;

let school: BookingSchool;

beforeEach(() => {
	jest.useFakeTimers({ now: new Date(NOW), advanceTimers: true });
	school = new BookingSchool();
});

afterEach(() => {
	jest.useRealTimers();
});

describe('Book at a time', () => {
	it('Book books the lesson and returns it with the name of the teacher', async () => {
		const form = trialLessonAt('10:00', {
			additionalFields: { room_id: ROOM, note: 'Придёт с мамой' },
		});

		const { lesson, hints } = await school.book(form);

		expect(lesson).toEqual({
			id: 1,
			operationResult: 'created',
			time_from: `${MONDAY} 10:00:00`,
			time_to: `${MONDAY} 11:00:00`,
			status: LESSON_STATUS.planned,
			group_ids: '',
			customer_ids: ANNA,
			teacher_ids: PETROV,
			subject_id: SUBJECT.chess,
			room_id: ROOM,
			lesson_type_id: LESSON_TYPE.trial,
			note: 'Придёт с мамой',
			teacher_names: 'Петров Лев',
		});
		expect(hints).toEqual([]);
		expect(school.trialLessons()).toMatchObject([
			{ id: 1, branch_id: 1, date: MONDAY, note: 'Придёт с мамой' },
		]);
	});

	it('Book returns no teacher names for a teacher who has no name in AlfaCRM', async () => {
		school.changeRecord('teacher', PETROV, { name: null });

		const { lesson } = await school.book(trialLessonAt('10:00'));

		expect(lesson).toMatchObject({ operationResult: 'created', teacher_names: null });
	});

	it('Book returns the fields of its output schema', async () => {
		const { lesson } = await school.book(trialLessonAt('10:00', { additionalFields: { room_id: ROOM } }));

		const schema = allSchemas()['lesson/book'];
		expect(Object.keys(lesson).sort()).toEqual(Object.keys(schema.properties).sort());
	});

	it('Book ignores a Date To that was filled in for another choice of When', async () => {
		await school.book(trialLessonAt('10:00', { lesson_date: MONDAY, date_to: DAY_BEFORE_MONDAY }));

		expect(school.trialLessons()).toMatchObject([{ time_from: `${MONDAY} 10:00:00` }]);
	});

	it('Book returns the lesson that it booked before, with a hint, and does not book it again', async () => {
		await school.book(trialLessonAt('10:00'));

		const { lesson, hints } = await school.book(trialLessonAt('10:00'));

		expect(lesson).toMatchObject({ id: 1, operationResult: 'unchanged', teacher_names: 'Петров Лев' });
		expect(hints).toEqual(['This lesson was there already; no other one was booked: lesson 1']);
		expect(school.trialLessons()).toHaveLength(1);
	});

	it('Book returns the lesson that it booked before, although date and time are written in another way', async () => {
		await school.book(trialLessonAt('10:00', { lesson_date: MONDAY }));

		const { lesson } = await school.book(trialLessonAt('2031-03-10 10:00:00', { lesson_date: '10.03.2031' }));

		expect(lesson).toMatchObject({ id: 1, operationResult: 'unchanged' });
	});

	it('Book reads only teachers, memberships and lessons when it has booked the lesson before', async () => {
		await school.book(trialLessonAt('10:00'));
		school.forgetCalls();

		await school.book(trialLessonAt('10:00'));

		// The memberships are read once for each of the two branches, and the lessons once for each status.
		expect(school.calls).toEqual([
			'teacher/index',
			'cgi/customer',
			'cgi/customer',
			'lesson/index',
			'lesson/index',
			'lesson/index',
		]);
	});

	it('Book returns the lesson that it booked before, although another teacher has held it since', async () => {
		await school.book(trialLessonAt('10:00'));
		school.changeRecord('lesson', 1, { status: LESSON_STATUS.held, teacher_ids: [SIDOROVA] });
		setClock(`${TUESDAY}T09:00:00Z`);

		const { lesson } = await school.book(trialLessonAt('10:00'));

		expect(lesson).toMatchObject({ id: 1, operationResult: 'unchanged' });
	});

	it('Book books again when the lesson that it booked before was cancelled', async () => {
		await school.book(trialLessonAt('10:00'));
		school.changeRecord('lesson', 1, { status: LESSON_STATUS.cancelled });

		const { lesson } = await school.book(trialLessonAt('10:00'));

		expect(lesson).toMatchObject({ id: 2, operationResult: 'created' });
	});

	it('Book returns the lesson that another process books while it searches', async () => {
		// The search lists planned, cancelled and held lessons: the planned ones have been read by then.
		school.actBeforeAnswer({ call: 'lesson/index', nth: 3 }, () => school.addTrialLesson());

		const { lesson } = await school.book(trialLessonAt('10:00'));

		expect(lesson).toMatchObject({ id: 1, operationResult: 'unchanged' });
		expect(school.readWrites()).toEqual([]);
	});

	it('Book books a lesson for a group', async () => {
		const { lesson } = await school.book(groupLessonAt('10:00'));

		expect(lesson).toMatchObject({ operationResult: 'created' });
		expect(school.readRecords('lesson')).toMatchObject([{ group_ids: [GROUP], customer_ids: [] }]);
	});

	it('Book returns the lesson that it booked before for a group', async () => {
		await school.book(groupLessonAt('10:00'));

		const { lesson } = await school.book(groupLessonAt('10:00'));

		expect(lesson).toMatchObject({ operationResult: 'unchanged' });
		expect(school.readRecords('lesson')).toHaveLength(1);
	});

	it('Book books the first of the given teachers who is free', async () => {
		school.addLesson({ from: '10:00', to: '11:00', teacher_ids: [SIDOROVA] });

		await school.book(trialLessonAt('10:00', { teacher_ids: [SIDOROVA, PRIMEROV, PETROV] }));

		expect(school.trialLessons()).toMatchObject([
			{ time_from: `${MONDAY} 10:00:00`, teacher_ids: [PRIMEROV] },
		]);
	});

	it('Book books the hour of a regular lesson of the customer that is cancelled on that day', async () => {
		const regularLesson = school.addRegularLesson({
			related_class: 'Customer',
			related_id: ANNA,
			teacher_ids: [SIDOROVA],
		});
		school.addLesson({
			from: '10:00',
			to: '11:00',
			regular_id: regularLesson,
			status: LESSON_STATUS.cancelled,
			teacher_ids: [SIDOROVA],
			customer_ids: [ANNA],
		});

		const { lesson } = await school.book(trialLessonAt('10:00'));

		expect(lesson).toMatchObject({ operationResult: 'created' });
	});

	it('Book books outside of the working hours when Check Working Hours is off', async () => {
		await school.book(trialLessonAt('20:00', { options: { checkHours: false } }));

		expect(school.trialLessons()).toMatchObject([{ time_from: `${MONDAY} 20:00:00`, teacher_ids: [PETROV] }]);
	});

	it('Book refuses a lesson over midnight even when Check Working Hours is off', async () => {
		const { message } = await school.expectRefused(
			trialLessonAt('23:30', { options: { checkHours: false } }),
		);

		expect(message).toBe(`Teacher 1 (Петров Лев) does not work on ${MONDAY} at 23:30 for 60 minutes`);
	});
});

describe('Book at a time that is taken', () => {
	it('Book refuses the time of another lesson of the teacher and names the next free times', async () => {
		const otherLesson = school.addLesson({ from: '10:00', to: '11:00' });

		const { message, description } = await school.expectRefused(trialLessonAt('10:00'));

		expect(message).toBe(
			`Teacher 1 (Петров Лев) has another lesson on ${MONDAY} at 10:00: lesson ${otherLesson}`,
		);
		expect(description).toBe(
			`Free next: ${MONDAY} 11:00 (Петров Лев), ${MONDAY} 11:30 (Петров Лев), ${MONDAY} 12:00 (Петров Лев). Nothing was saved.`,
		);
	});

	it('Book refuses a time that a lesson of the teacher overlaps in part', async () => {
		const otherLesson = school.addLesson({ from: '10:45', to: '11:45' });

		const { message, description } = await school.expectRefused(trialLessonAt('10:00'));

		expect(message).toBe(
			`Teacher 1 (Петров Лев) has another lesson on ${MONDAY} at 10:00: lesson ${otherLesson}`,
		);
		expect(description).toBe(
			`Free next: ${MONDAY} 12:00 (Петров Лев), ${TUESDAY} 10:00 (Петров Лев), ${TUESDAY} 10:30 (Петров Лев). Nothing was saved.`,
		);
	});

	it('Book refuses the time of a regular lesson of the teacher that is not in the calendar yet', async () => {
		const otherRegularLesson = school.addRegularLesson();

		const { message, description } = await school.expectRefused(trialLessonAt('10:00'));

		expect(message).toBe(
			`Teacher 1 (Петров Лев) has another lesson on ${MONDAY} at 10:00: regular lesson ${otherRegularLesson}`,
		);
		expect(description).toBe(
			`Free next: ${MONDAY} 11:00 (Петров Лев), ${MONDAY} 11:30 (Петров Лев), ${MONDAY} 12:00 (Петров Лев). Nothing was saved.`,
		);
	});

	it('Book refuses the time at which another teacher has a lesson in the room', async () => {
		const otherLesson = school.addLesson({
			from: '10:00',
			to: '11:00',
			teacher_ids: [SIDOROVA],
			room_id: ROOM,
		});

		const { message, description } = await school.expectRefused(
			trialLessonAt('10:00', { additionalFields: { room_id: ROOM } }),
		);

		expect(message).toBe(`Room 1 has another lesson on ${MONDAY} at 10:00: lesson ${otherLesson}`);
		expect(description).toBe(
			`Free next: ${MONDAY} 11:00 (Петров Лев), ${MONDAY} 11:30 (Петров Лев), ${MONDAY} 12:00 (Петров Лев). Nothing was saved.`,
		);
	});

	it('Book refuses a time at which none of the given teachers is free', async () => {
		school.addLesson({ from: '10:00', to: '11:00', teacher_ids: [PETROV, SIDOROVA, PRIMEROV] });

		const { message } = await school.expectRefused(
			trialLessonAt('10:00', { teacher_ids: [SIDOROVA, PRIMEROV, PETROV] }),
		);

		expect(message).toBe(`No teacher is free on ${MONDAY} at 10:00 for 60 minutes`);
	});

	it('Book says in the error that nothing is free within the next 14 days', async () => {
		// Petrov, the teacher in the form, does not work at all.
		school.removeAllWorkingHours();
		school.addWorkingHours(SIDOROVA, WORKING_HOUR_WEEKDAY.saturday);

		const { message, description } = await school.expectRefused(trialLessonAt('10:00'));

		expect(message).toBe(`Teacher 1 (Петров Лев) does not work on ${MONDAY} at 10:00 for 60 minutes`);
		expect(description).toBe('Nothing is free within 14 days. Nothing was saved.');
	});
});

describe.each([
	{ teachers: 'one teacher', teacher_ids: [PETROV] },
	{ teachers: 'several teachers', teacher_ids: [PETROV, PRIMEROV] },
])('Book at a time at which the customer or group is busy, with $teachers', ({ teacher_ids }) => {
	it('Book refuses the time of a lesson that the customer has with another teacher', async () => {
		const otherLesson = school.addLesson({
			from: '10:00',
			to: '11:00',
			teacher_ids: [SIDOROVA],
			customer_ids: [BORIS, ANNA],
		});

		const { message, description } = await school.expectRefused(trialLessonAt('10:00', { teacher_ids }));

		expect(message).toBe(
			`The customer or group has another lesson on ${MONDAY} at 10:00: lesson ${otherLesson}`,
		);
		expect(description).toBe(
			`Free next: ${MONDAY} 11:00 (Петров Лев), ${MONDAY} 11:30 (Петров Лев), ${MONDAY} 12:00 (Петров Лев). Nothing was saved.`,
		);
	});

	it('Book refuses a time that a lesson of the customer with the same teacher overlaps in part', async () => {
		const otherLesson = school.addLesson({
			from: '10:30',
			to: '11:30',
			teacher_ids: [PETROV],
			customer_ids: [ANNA],
		});

		const { message, description } = await school.expectRefused(trialLessonAt('10:00', { teacher_ids }));

		expect(message).toBe(
			`The customer or group has another lesson on ${MONDAY} at 10:00: lesson ${otherLesson}`,
		);
		expect(description).toBe(
			`Free next: ${MONDAY} 11:30 (Петров Лев), ${MONDAY} 12:00 (Петров Лев), ${TUESDAY} 10:00 (Петров Лев). Nothing was saved.`,
		);
	});

	it('Book refuses the time of a lesson that the group has with another teacher', async () => {
		const otherLesson = school.addLesson({
			from: '10:00',
			to: '11:00',
			teacher_ids: [SIDOROVA],
			group_ids: [GROUP],
			customer_ids: [],
		});

		const { message, description } = await school.expectRefused(groupLessonAt('10:00', { teacher_ids }));

		expect(message).toBe(
			`The customer or group has another lesson on ${MONDAY} at 10:00: lesson ${otherLesson}`,
		);
		expect(description).toBe(
			`Free next: ${MONDAY} 11:00 (Петров Лев), ${MONDAY} 11:30 (Петров Лев), ${MONDAY} 12:00 (Петров Лев). Nothing was saved.`,
		);
	});

	it('Book refuses the time of a regular lesson that the group has with the same teacher', async () => {
		const otherRegularLesson = school.addRegularLesson({
			related_class: 'Group',
			related_id: GROUP,
			teacher_ids: [PETROV],
		});

		const { message, description } = await school.expectRefused(groupLessonAt('10:00', { teacher_ids }));

		expect(message).toBe(
			`The customer or group has another lesson on ${MONDAY} at 10:00: regular lesson ${otherRegularLesson}`,
		);
		expect(description).toBe(
			`Free next: ${MONDAY} 11:00 (Петров Лев), ${MONDAY} 11:30 (Петров Лев), ${MONDAY} 12:00 (Петров Лев). Nothing was saved.`,
		);
	});

	it('Book refuses the time of a lesson of the group in which the customer is a member', async () => {
		// Anna's group has a lesson on Monday from 10:00 to 11:00.
		const otherLesson = school.addGroupLessonOfMember(ANNA);

		const { message, description } = await school.expectRefused(trialLessonAt('10:00', { teacher_ids }));

		expect(message).toBe(
			`The customer or group has another lesson on ${MONDAY} at 10:00: lesson ${otherLesson}`,
		);
		expect(description).toBe(
			`Free next: ${MONDAY} 11:00 (Петров Лев), ${MONDAY} 11:30 (Петров Лев), ${MONDAY} 12:00 (Петров Лев). Nothing was saved.`,
		);
	});
});

describe('Book at a time at which the customer or group is busy', () => {
	it('Book refuses the time of a regular lesson that the customer has with another teacher', async () => {
		const otherRegularLesson = school.addRegularLesson({
			related_class: 'Customer',
			related_id: ANNA,
			teacher_ids: [SIDOROVA],
		});

		const { message } = await school.expectRefused(trialLessonAt('10:00'));

		expect(message).toBe(
			`The customer or group has another lesson on ${MONDAY} at 10:00: regular lesson ${otherRegularLesson}`,
		);
	});

	it('Book refuses the time of a regular lesson that the group has with another teacher', async () => {
		const otherRegularLesson = school.addRegularLesson({
			related_class: 'Group',
			related_id: GROUP,
			teacher_ids: [SIDOROVA],
		});

		const { message } = await school.expectRefused(groupLessonAt('10:00'));

		expect(message).toBe(
			`The customer or group has another lesson on ${MONDAY} at 10:00: regular lesson ${otherRegularLesson}`,
		);
	});

	it('Book books the time of a lesson of the group for a customer who is not a member', async () => {
		// Anna's group has a lesson on Monday from 10:00 to 11:00.
		school.addGroupLessonOfMember(ANNA);

		await school.book(trialLessonAt('10:00', { customer_ids: String(BORIS) }));

		expect(school.trialLessons()).toMatchObject([{ time_from: `${MONDAY} 10:00:00`, customer_ids: [BORIS] }]);
	});
});

describe('Book for several customers or groups', () => {
	const SECOND_GROUP = 2;

	it('Book refuses the time of a lesson of the second of two customers', async () => {
		const otherLesson = school.addLesson({
			from: '10:00',
			to: '11:00',
			teacher_ids: [SIDOROVA],
			customer_ids: [BORIS],
		});

		const { message } = await school.expectRefused(
			trialLessonAt('10:00', { customer_ids: `${ANNA},${BORIS}`, teacher_ids: [PETROV] }),
		);

		expect(message).toBe(
			`The customer or group has another lesson on ${MONDAY} at 10:00: lesson ${otherLesson}`,
		);
	});

	it('Book refuses the time of a lesson of a group in which the second of two customers is a member', async () => {
		school.addMembership(BORIS, { from: '01.09.2030', until: null });
		const otherLesson = school.addGroupLesson({ from: '10:00', to: '11:00' });

		const { message } = await school.expectRefused(
			trialLessonAt('10:00', { customer_ids: `${ANNA},${BORIS}`, teacher_ids: [PETROV, PRIMEROV] }),
		);

		expect(message).toBe(
			`The customer or group has another lesson on ${MONDAY} at 10:00: lesson ${otherLesson}`,
		);
	});

	it('Book refuses the time of a lesson of the second of two groups', async () => {
		school.addRecord('group', { id: SECOND_GROUP, name: 'Группа Б', branch_ids: [1] });
		const otherLesson = school.addGroupLesson({ from: '10:00', to: '11:00', group_ids: [SECOND_GROUP] });

		const { message } = await school.expectRefused(
			groupLessonAt('10:00', { group_ids: `${GROUP},${SECOND_GROUP}` }),
		);

		expect(message).toBe(
			`The customer or group has another lesson on ${MONDAY} at 10:00: lesson ${otherLesson}`,
		);
	});

	it('Book books the time of a cancelled lesson of the second of two groups', async () => {
		school.addRecord('group', { id: SECOND_GROUP, name: 'Группа Б', branch_ids: [1] });
		school.addGroupLesson({
			from: '10:00',
			to: '11:00',
			group_ids: [SECOND_GROUP],
			status: LESSON_STATUS.cancelled,
		});

		const { lesson } = await school.book(groupLessonAt('10:00', { group_ids: `${GROUP},${SECOND_GROUP}` }));

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: `${MONDAY} 10:00:00` });
	});

	it('Book refuses the time of a lesson of the group when the form has a customer and the group', async () => {
		const otherLesson = school.addGroupLesson({ from: '10:00', to: '11:00' });

		const { message } = await school.expectRefused(
			trialLessonAt('10:00', { group_ids: String(GROUP), lesson_type_id: LESSON_TYPE.group }),
		);

		expect(message).toBe(
			`The customer or group has another lesson on ${MONDAY} at 10:00: lesson ${otherLesson}`,
		);
	});
});

describe('Book for a member of a group', () => {
	it('Book refuses a member the time of a group lesson that lists no customers, and names the next free times', async () => {
		school.addMembership(ANNA, { from: '01.09.2030', until: null });
		const otherLesson = school.addGroupLesson({ from: '10:00', to: '11:00' });

		const { message, description } = await school.expectRefused(trialLessonAt('10:00'));

		expect(message).toBe(
			`The customer or group has another lesson on ${MONDAY} at 10:00: lesson ${otherLesson}`,
		);
		expect(description).toBe(
			`Free next: ${MONDAY} 11:00 (Петров Лев), ${MONDAY} 11:30 (Петров Лев), ${MONDAY} 12:00 (Петров Лев). Nothing was saved.`,
		);
	});

	it('Book books for a member the first slot after a group lesson that lists no customers', async () => {
		school.addMembership(ANNA, { from: '01.09.2030', until: null });
		school.addGroupLesson({ from: '10:00', to: '11:00' });

		const { lesson } = await school.book(firstFreeTrialLesson());

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: `${MONDAY} 11:00:00` });
	});

	it('Book books the time of a group lesson for a customer who has left the group the day before', async () => {
		school.addMembership(ANNA, { from: '01.09.2030', until: '09.03.2031' });
		school.addGroupLesson({ from: '10:00', to: '11:00' });

		const { lesson } = await school.book(trialLessonAt('10:00'));

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: `${MONDAY} 10:00:00` });
	});

	it('Book books the time of a group lesson for a customer who joins the group the day after', async () => {
		school.addMembership(ANNA, { from: '11.03.2031', until: null });
		school.addGroupLesson({ from: '10:00', to: '11:00' });

		const { lesson } = await school.book(trialLessonAt('10:00'));

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: `${MONDAY} 10:00:00` });
	});

	it('Book refuses the time of a regular lesson of the group on the only day of the membership', async () => {
		school.addMembership(ANNA, { from: '10.03.2031', until: '10.03.2031' });
		const otherRegularLesson = school.addRegularLesson({ teacher_ids: [SIDOROVA] });

		const { message } = await school.expectRefused(trialLessonAt('10:00'));

		expect(message).toBe(
			`The customer or group has another lesson on ${MONDAY} at 10:00: regular lesson ${otherRegularLesson}`,
		);
	});

	it('Book books the time of a regular lesson of the group a week after the membership has ended', async () => {
		// Anna is a member of the group only on this Monday.
		school.addMembership(ANNA, { from: '10.03.2031', until: '10.03.2031' });
		school.addRegularLesson({ teacher_ids: [SIDOROVA] });

		const { lesson } = await school.book(trialLessonAt('10:00', { lesson_date: NEXT_MONDAY }));

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: `${NEXT_MONDAY} 10:00:00` });
	});

	it('Book books the time of a regular lesson of the group that is cancelled on that day', async () => {
		school.addMembership(ANNA, { from: '01.09.2030', until: null });
		const regularLesson = school.addRegularLesson({ teacher_ids: [SIDOROVA] });
		school.addGroupLesson({
			from: '10:00',
			to: '11:00',
			regular_id: regularLesson,
			status: LESSON_STATUS.cancelled,
		});

		const { lesson } = await school.book(trialLessonAt('10:00'));

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: `${MONDAY} 10:00:00` });
	});

	it('Book reads the memberships once in each of the two branches', async () => {
		school.addMembership(ANNA, { from: '01.09.2030', until: null });

		await school.book(trialLessonAt('10:00'));

		expect(school.readRequests('cgi/customer')).toHaveLength(2);
	});

	it('Book returns the lesson that it booked before although the user may not read memberships', async () => {
		school.addMembership(ANNA, { from: '01.09.2030', until: null });
		await school.book(trialLessonAt('10:00'));
		school.settings.forbiddenCalls = ['cgi/customer'];

		const { lesson } = await school.book(trialLessonAt('10:00'));

		expect(lesson).toMatchObject({ id: 1, operationResult: 'unchanged' });
	});

	it('Book refuses the member when the group is booked for the same time at the same moment', async () => {
		school.addMembership(ANNA, { from: '01.09.2030', until: null });
		school.answerSlowly();
		const groupForm = groupLessonAt('10:00', { teacher_ids: [PETROV] });
		const memberForm = trialLessonAt('10:00', { teacher_ids: [SIDOROVA] });

		const [groupOutcome, memberOutcome] = await Promise.all([
			school.runToEnd(groupForm),
			school.runToEnd(memberForm),
		]);

		expect(groupOutcome.error).toBeUndefined();
		expect(memberOutcome.error?.message).toBe(
			`The customer or group has another lesson on ${MONDAY} at 10:00: lesson 1`,
		);
		expect(school.readRecords('lesson')).toMatchObject([{ group_ids: [GROUP] }]);
	});

	it('Book books the next free slot for the member when the group takes the first one at the same moment', async () => {
		school.addMembership(ANNA, { from: '01.09.2030', until: null });
		school.answerSlowly();
		const groupForm = groupLessonAt('10:00', { teacher_ids: [PETROV] });
		const memberForm = firstFreeTrialLesson({ teacher_ids: [SIDOROVA] });

		await Promise.all([school.runToEnd(groupForm), school.runToEnd(memberForm)]);

		expect(school.readRecords('lesson')).toMatchObject([
			{ group_ids: [GROUP], time_from: `${MONDAY} 10:00:00` },
			{ customer_ids: [ANNA], time_from: `${MONDAY} 11:00:00` },
		]);
	});
});

describe('Book at a time outside of the working hours', () => {
	it('Book refuses a time before the working hours and names the next free times', async () => {
		const { message, description } = await school.expectRefused(trialLessonAt('09:30'));

		expect(message).toBe(`Teacher 1 (Петров Лев) does not work on ${MONDAY} at 09:30 for 60 minutes`);
		expect(description).toBe(
			`Free next: ${MONDAY} 10:00 (Петров Лев), ${MONDAY} 10:30 (Петров Лев), ${MONDAY} 11:00 (Петров Лев). Nothing was saved.`,
		);
	});

	it('Book refuses a lesson that would end after the working hours', async () => {
		const { message, description } = await school.expectRefused(trialLessonAt('12:30'));

		expect(message).toBe(`Teacher 1 (Петров Лев) does not work on ${MONDAY} at 12:30 for 60 minutes`);
		expect(description).toBe(
			`Free next: ${TUESDAY} 10:00 (Петров Лев), ${TUESDAY} 10:30 (Петров Лев), ${TUESDAY} 11:00 (Петров Лев). Nothing was saved.`,
		);
	});

	it('Book refuses a day on which the teacher does not work', async () => {
		const { message, description } = await school.expectRefused(
			trialLessonAt('10:00', { lesson_date: WEDNESDAY }),
		);

		expect(message).toBe(`Teacher 1 (Петров Лев) does not work on ${WEDNESDAY} at 10:00 for 60 minutes`);
		expect(description).toBe(
			`Free next: ${NEXT_MONDAY} 10:00 (Петров Лев), ${NEXT_MONDAY} 10:30 (Петров Лев), ${NEXT_MONDAY} 11:00 (Петров Лев). Nothing was saved.`,
		);
	});

	it.each([
		{ distance: 'some hours ago', lesson_date: '2031-03-03' },
		{ distance: 'a month ago', lesson_date: '2031-02-03' },
		{ distance: 'years ago', lesson_date: '2026-03-10' },
	])('Book refuses a time that passed $distance', async ({ lesson_date }) => {
		const { message, description } = await school.expectRefused(trialLessonAt('10:00', { lesson_date }));

		expect(message).toBe(`${lesson_date} 10:00 has passed by the clock of the workflow (Europe/Moscow)`);
		expect(description).toBe(
			'Free next: 2031-03-03 12:00 (Петров Лев), 2031-03-04 10:00 (Петров Лев), 2031-03-04 10:30 (Петров Лев). Nothing was saved.',
		);
	});
});

describe.each([
	{ kind: 'an unknown ID', unknownCustomer: 4242 },
	{ kind: 'a phone in place of an ID', unknownCustomer: 79161234567 },
])('Book for $kind', ({ unknownCustomer }) => {
	it('Book refuses a customer whom AlfaCRM does not have', async () => {
		const { message } = await school.expectRefused(
			trialLessonAt('10:00', { customer_ids: String(unknownCustomer) }),
		);

		expect(message).toContain(`AlfaCRM has no customer with ID ${unknownCustomer}`);
	});

	it('Book refuses a customer whom AlfaCRM does not have before it changes a stage', async () => {
		const { message } = await school.expectRefused(
			trialLessonAt('10:00', {
				customer_ids: String(unknownCustomer),
				additionalFields: { lead_status_id: STAGE.trialLesson },
			}),
		);

		expect(message).toContain(`AlfaCRM has no customer with ID ${unknownCustomer}`);
	});

	it('Book refuses a first free slot for a customer whom AlfaCRM does not have', async () => {
		const { message } = await school.expectRefused(
			firstFreeTrialLesson({ customer_ids: String(unknownCustomer) }),
		);

		expect(message).toContain(`AlfaCRM has no customer with ID ${unknownCustomer}`);
	});
});

describe('Book with an empty Teacher', () => {
	it('Book books a teacher who has given lessons of the subject', async () => {
		school.addLesson({
			date: '2031-02-20',
			subject_id: SUBJECT.chess,
			status: LESSON_STATUS.held,
			teacher_ids: [PRIMEROV],
		});

		await school.book(trialLessonAt('10:00', { teacher_ids: [] }));

		expect(school.trialLessons()).toMatchObject([{ teacher_ids: [PRIMEROV] }]);
	});

	it('Book books a teacher who has regular lessons of the subject', async () => {
		school.addRegularLesson({ subject_id: SUBJECT.drawing, teacher_ids: [SIDOROVA] });

		await school.book(trialLessonAt('11:00', { teacher_ids: '', subject_id: SUBJECT.drawing }));

		expect(school.trialLessons()).toMatchObject([{ teacher_ids: [SIDOROVA] }]);
	});

	it('Book refuses when nobody teaches the subject and says which teachers count', async () => {
		const { message, description } = await school.expectRefused(trialLessonAt('10:00', { teacher_ids: [] }));

		expect(message).toBe(`No teacher is free on ${MONDAY} at 10:00 for 60 minutes`);
		expect(description).toBe(
			"Nothing is free within 14 days. As 'Teacher' is empty, only those count who have lessons of the subject (regular ones, or some since four weeks before): choose others by name. Nothing was saved.",
		);
	});

	it('Book refuses the time of a lesson that the teacher has in another branch', async () => {
		school.addRegularLesson({ teacher_ids: [PETROV], day: REGULAR_LESSON_DAY.friday });
		school.changeRecord('teacher', PETROV, { branch_ids: [1, 2] });
		const otherLesson = school.addLesson({ from: '10:00', to: '11:00', branch_id: 2 });

		const { message } = await school.expectRefused(trialLessonAt('10:00', { teacher_ids: [] }));

		expect(message).toBe(
			`Teacher 1 (Петров Лев) has another lesson on ${MONDAY} at 10:00: lesson ${otherLesson}`,
		);
	});

	it('Book leaves out a teacher who does not work in the branch', async () => {
		school.addRegularLesson({ teacher_ids: [PETROV], day: REGULAR_LESSON_DAY.friday });
		school.changeRecord('teacher', PETROV, { branch_ids: [2] });

		const { message } = await school.expectRefused(trialLessonAt('10:00', { teacher_ids: [] }));

		expect(message).toBe(`No teacher is free on ${MONDAY} at 10:00 for 60 minutes`);
	});
});

describe('Book the first free slot', () => {
	it('Book books the first slot after a lesson of the teacher', async () => {
		school.addLesson({ from: '10:00', to: '11:00' });

		const { lesson } = await school.book(firstFreeTrialLesson());

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: `${MONDAY} 11:00:00` });
	});

	it('Book ignores a Start Time that was filled in for another choice of When', async () => {
		await school.book(firstFreeTrialLesson({ time_from: '12:00' }));

		expect(school.trialLessons()).toMatchObject([{ time_from: `${MONDAY} 10:00:00` }]);
	});

	it.each([
		{ change: 'the same form', parameters: {} },
		{ change: 'an earlier date', parameters: { lesson_date: '2031-03-03' } },
		{ change: 'one more teacher', parameters: { teacher_ids: [PETROV, SIDOROVA] } },
	])(
		'Book returns the lesson that it booked before when it runs again with $change',
		async ({ parameters }) => {
			await school.book(firstFreeTrialLesson());

			const { lesson } = await school.book(firstFreeTrialLesson(parameters));

			expect(lesson).toMatchObject({ id: 1, operationResult: 'unchanged' });
			expect(school.trialLessons()).toHaveLength(1);
		},
	);

	it('Book books the next slot for another customer', async () => {
		await school.book(firstFreeTrialLesson());

		await school.book(firstFreeTrialLesson({ customer_ids: String(BORIS) }));

		expect(school.trialLessons()).toMatchObject([
			{ time_from: `${MONDAY} 10:00:00`, customer_ids: [ANNA] },
			{ time_from: `${MONDAY} 11:00:00`, customer_ids: [BORIS] },
		]);
	});

	it.each([
		{ difference: 'is given by another teacher', lesson: { teacher_ids: [SIDOROVA] } },
		{ difference: 'is of another subject', lesson: { subject_id: SUBJECT.drawing } },
		{ difference: 'is of another type', lesson: { lesson_type_id: LESSON_TYPE.individual } },
		{ difference: 'has been held', lesson: { status: LESSON_STATUS.held } },
		{ difference: 'was cancelled', lesson: { status: LESSON_STATUS.cancelled } },
		{ difference: 'takes place every week', lesson: { regular_id: 7 } },
	])('Book books a slot although the customer has a lesson that $difference', async ({ lesson }) => {
		const existingLesson = school.addTrialLesson(lesson);

		const booked = await school.book(firstFreeTrialLesson());

		expect(booked.lesson.operationResult).toBe('created');
		expect(booked.lesson.id).not.toBe(existingLesson);
	});

	it('Book books a slot although the customer has an equal lesson the day before Date', async () => {
		school.addTrialLesson({ date: MONDAY });

		const { lesson } = await school.book(firstFreeTrialLesson({ lesson_date: TUESDAY }));

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: `${TUESDAY} 10:00:00` });
	});

	it('Book books a second slot for the customer when Skip If Already There is off', async () => {
		school.addTrialLesson({ from: '10:00', to: '11:00' });

		const { lesson } = await school.book(firstFreeTrialLesson({ options: { skipIfThere: false } }));

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: `${MONDAY} 11:00:00` });
	});

	it('Book books the teacher who is free earlier', async () => {
		school.addLesson({ from: '10:00', to: '12:30', teacher_ids: [PETROV] });
		school.addLesson({ from: '10:00', to: '10:45', teacher_ids: [SIDOROVA] });

		await school.book(firstFreeTrialLesson({ teacher_ids: [PETROV, SIDOROVA] }));

		expect(school.trialLessons()).toMatchObject([
			{ time_from: `${MONDAY} 11:00:00`, teacher_ids: [SIDOROVA] },
		]);
	});

	it('Book books the first of the given teachers when two are free at the same time', async () => {
		school.addLesson({ from: '10:00', to: '10:45', teacher_ids: [SIDOROVA, PRIMEROV] });

		await school.book(firstFreeTrialLesson({ teacher_ids: [PRIMEROV, SIDOROVA] }));

		expect(school.trialLessons()).toMatchObject([
			{ time_from: `${MONDAY} 11:00:00`, teacher_ids: [PRIMEROV] },
		]);
	});

	it('Book skips a slot at which the customer has a lesson with another teacher', async () => {
		school.addLesson({ from: '10:15', to: '11:10', teacher_ids: [SIDOROVA], customer_ids: [ANNA] });

		await school.book(firstFreeTrialLesson());

		expect(school.trialLessons()).toMatchObject([{ time_from: `${MONDAY} 11:30:00` }]);
	});

	it('Book skips a slot at which a group of the customer has a lesson', async () => {
		// Anna's group has a lesson on Monday from 10:00 to 11:00.
		school.addGroupLessonOfMember(ANNA);

		await school.book(firstFreeTrialLesson());

		expect(school.trialLessons()).toMatchObject([{ time_from: `${MONDAY} 11:00:00` }]);
	});

	it('Book books a slot at 10:15 when Step is 15 minutes', async () => {
		school.addLesson({ from: '10:00', to: '10:15' });

		await school.book(firstFreeTrialLesson({ options: { step: 15 } }));

		expect(school.trialLessons()).toMatchObject([{ time_from: `${MONDAY} 10:15:00` }]);
	});

	it('Book finds a slot that is weeks away', async () => {
		// Petrov works only on Mondays. Two of them are full, so the third one is free.
		school.removeAllWorkingHours();
		school.addWorkingHours(PETROV, WORKING_HOUR_WEEKDAY.monday);
		school.addLesson({ date: NEXT_MONDAY, from: '09:00', to: '18:00' });
		school.addLesson({ date: '2031-03-24', from: '09:00', to: '18:00' });

		await school.book(firstFreeTrialLesson({ lesson_date: TUESDAY, date_to: '2031-06-30' }));

		expect(school.trialLessons()).toMatchObject([{ time_from: '2031-03-31 10:00:00' }]);
	});

	it('Book skips slots that have passed', async () => {
		setClock(MONDAY_11_10_IN_MOSCOW);

		await school.book(firstFreeTrialLesson());

		expect(school.trialLessons()).toMatchObject([{ time_from: `${MONDAY} 11:30:00` }]);
	});

	it('Book books another slot once the booked lesson is over, although it is still marked as planned', async () => {
		await school.book(firstFreeTrialLesson());
		setClock(MONDAY_11_10_IN_MOSCOW);

		await school.book(firstFreeTrialLesson());

		expect(school.trialLessons()).toMatchObject([
			{ time_from: `${MONDAY} 10:00:00`, status: LESSON_STATUS.planned },
			{ time_from: `${MONDAY} 11:30:00`, status: LESSON_STATUS.planned },
		]);
	});

	it('Book refuses when no slot is free in the period and says what to change', async () => {
		const { message, description } = await school.expectRefused(
			firstFreeTrialLesson({ lesson_date: WEDNESDAY }),
		);

		expect(message).toBe(`No slot of 60 minutes is free from ${WEDNESDAY} to ${SUNDAY}`);
		expect(description).toBe(
			"Give later days, other teachers, another room or a shorter 'Duration'. A teacher is free within the working hours in AlfaCRM only. Nothing was saved.",
		);
	});
});

describe('Book with a form that is not complete', () => {
	it.each([
		{ emptyValue: 'null', customer_ids: null },
		{ emptyValue: 'an empty text', customer_ids: '' },
		{ emptyValue: 'an empty list', customer_ids: [] },
		{ emptyValue: 'an empty picker', customer_ids: { __rl: true, mode: 'id', value: '' } },
		{ emptyValue: 'undefined', customer_ids: undefined },
	])(
		'Book refuses $emptyValue as Customer, because the lesson would be for nobody',
		async ({ customer_ids }) => {
			const { message } = await school.expectRefusedUnsent(trialLessonAt('10:00', { customer_ids }));

			expect(message).toBe("'Group' and 'Customer' are both empty, so the lesson would be for nobody");
		},
	);

	it.each([
		{ parameter: 'Lesson Type', value: 'empty', form: trialLessonAt('10:00', { lesson_type_id: '' }) },
		{ parameter: 'Subject', value: 'null', form: trialLessonAt('10:00', { subject_id: null }) },
		{ parameter: 'Date', value: 'empty', form: trialLessonAt('10:00', { lesson_date: '' }) },
		{ parameter: 'Start Time', value: 'empty', form: trialLessonAt('') },
		{ parameter: 'Date To', value: 'empty', form: firstFreeTrialLesson({ date_to: '' }) },
		{
			parameter: 'Date To',
			value: 'before Date',
			form: firstFreeTrialLesson({ lesson_date: MONDAY, date_to: DAY_BEFORE_MONDAY }),
		},
		{
			parameter: 'Room',
			value: 'added and empty',
			form: trialLessonAt('10:00', { additionalFields: { room_id: '' } }),
		},
		{
			parameter: 'Stage',
			value: 'set for a group',
			form: groupLessonAt('10:00', { additionalFields: { lead_status_id: STAGE.trialLesson } }),
		},
		{ parameter: 'Duration', value: 'zero', form: trialLessonAt('10:00', { duration: 0 }) },
		{ parameter: 'When', value: 'no choice of the list', form: trialLessonAt('10:00', { when: 'soon' }) },
	])('Book names $parameter in the error when it is $value', async ({ parameter, form }) => {
		const { message } = await school.expectRefusedUnsent(form);

		expect(message).toContain(`'${parameter}'`);
	});
});

describe('Book for a customer whom reminders leave out', () => {
	it.each([
		{ kind: 'a rejected lead', values: { is_study: CUSTOMER_TYPE.lead, lead_reject_id: 1 } },
		{ kind: 'an archived customer', values: { e_date: '2026-01-15', removed: 1 } },
	])('Book books $kind and warns in a hint', async ({ values }) => {
		const customer = school.addLead(values);

		const { lesson, hints } = await school.book(trialLessonAt('10:00', { customer_ids: String(customer) }));

		expect(lesson.operationResult).toBe('created');
		expect(hints).toEqual([
			`Archived customers and rejected leads are left out by 'Get Participants', and so by reminders: restore the card first: customer ${customer}`,
		]);
	});

	it('Book books any other customer without a hint', async () => {
		const customer = school.addLead();

		const { lesson, hints } = await school.book(trialLessonAt('10:00', { customer_ids: String(customer) }));

		expect(lesson.operationResult).toBe('created');
		expect(hints).toEqual([]);
	});
});

describe('Book with a Stage', () => {
	const MOVE_TO_TRIAL_STAGE = { additionalFields: { lead_status_id: STAGE.trialLesson } };

	it('Book moves the lead to the stage in the form when it books the lesson', async () => {
		await school.book(trialLessonAt('10:00', MOVE_TO_TRIAL_STAGE));

		expect(school.readStage(ANNA)).toBe(STAGE.trialLesson);
		expect(school.readWrites()).toEqual(['lesson/create', 'customer/update']);
	});

	it('Book moves the lead to the stage in the form when the lesson was booked before', async () => {
		await school.book(trialLessonAt('10:00'));

		const { lesson } = await school.book(trialLessonAt('10:00', MOVE_TO_TRIAL_STAGE));

		expect(lesson.operationResult).toBe('unchanged');
		expect(school.readStage(ANNA)).toBe(STAGE.trialLesson);
	});

	it('Book moves the lead only once when it runs twice', async () => {
		await school.book(trialLessonAt('10:00', MOVE_TO_TRIAL_STAGE));

		await school.book(trialLessonAt('10:00', MOVE_TO_TRIAL_STAGE));

		expect(school.readWrites()).toEqual(['lesson/create', 'customer/update']);
	});

	it('Book sets no stage for a client and says so in a hint', async () => {
		const { hints } = await school.book(
			trialLessonAt('10:00', { ...MOVE_TO_TRIAL_STAGE, customer_ids: String(BORIS) }),
		);

		expect(hints).toEqual([`A client has no stage, so that was not changed: customer ${BORIS}`]);
		expect(school.readWrites()).toEqual(['lesson/create']);
	});

	it("Book refuses a Stage for a group, and says to fill 'Customer' or to remove 'Stage'", async () => {
		const { description } = await school.expectRefusedUnsent(groupLessonAt('10:00', MOVE_TO_TRIAL_STAGE));

		expect(description).toBe("Fill 'Customer', or remove 'Stage'. Nothing was sent to AlfaCRM.");
	});

	it('Book says that the lesson was booked when the stage cannot be changed', async () => {
		school.failCall('customer/update', 500);

		const { error } = await school.runToEnd(trialLessonAt('10:00', MOVE_TO_TRIAL_STAGE));

		expect(error?.description).toContain(`Saved before: book the lesson on ${MONDAY} at 10:00.`);
		expect(school.trialLessons()).toHaveLength(1);
	});

	it('Book moves the lead in the next run when the first run booked the lesson but could not change the stage', async () => {
		school.failCall('customer/update', 500);
		await school.runToEnd(trialLessonAt('10:00', MOVE_TO_TRIAL_STAGE));
		school.answerAllCalls();

		const { lesson } = await school.book(trialLessonAt('10:00', MOVE_TO_TRIAL_STAGE));

		expect(lesson.operationResult).toBe('unchanged');
		expect(school.readStage(ANNA)).toBe(STAGE.trialLesson);
		expect(school.trialLessons()).toHaveLength(1);
	});
});

describe('Book with a Stage that the lead may have left behind', () => {
	const PAID = 3;
	const MOVE_TO_TRIAL_STAGE = { additionalFields: { lead_status_id: STAGE.trialLesson } };
	const LEFT_IN_STAGE_HINT = `The lesson was there already, and AlfaCRM does not show that the lead is in a stage before 'Stage', so that was left: customer ${ANNA}`;

	beforeEach(() => {
		school.changeRecord('lead-status', STAGE.newLead, { pipeline_id: 1, weight: 1 });
		school.changeRecord('lead-status', STAGE.trialLesson, { pipeline_id: 1, weight: 2 });
		school.addRecord('lead-status', { id: PAID, name: 'Оплачен', pipeline_id: 1, weight: 3 });
	});

	it('Book does not move a lead whom the staff has moved to a later stage since the lesson was booked', async () => {
		await school.book(trialLessonAt('10:00', MOVE_TO_TRIAL_STAGE));
		school.moveToStage(ANNA, PAID);

		const { lesson, hints } = await school.book(trialLessonAt('10:00', MOVE_TO_TRIAL_STAGE));

		expect(lesson.operationResult).toBe('unchanged');
		expect(hints).toContain(LEFT_IN_STAGE_HINT);
		expect(school.readStage(ANNA)).toBe(PAID);
	});

	it('Book does not move a lead whose stage has no place in the order of stages', async () => {
		await school.book(trialLessonAt('10:00', MOVE_TO_TRIAL_STAGE));
		school.moveToStage(ANNA, PAID);
		school.changeRecord('lead-status', PAID, { weight: null });

		const { lesson, hints } = await school.book(trialLessonAt('10:00', MOVE_TO_TRIAL_STAGE));

		expect(lesson.operationResult).toBe('unchanged');
		expect(hints).toContain(LEFT_IN_STAGE_HINT);
		expect(school.readStage(ANNA)).toBe(PAID);
	});

	it('Book moves a lead back from a later stage when it books a new lesson', async () => {
		await school.book(trialLessonAt('10:00', MOVE_TO_TRIAL_STAGE));
		school.moveToStage(ANNA, PAID);

		await school.book(trialLessonAt('12:00', MOVE_TO_TRIAL_STAGE));

		expect(school.readStage(ANNA)).toBe(STAGE.trialLesson);
	});

	it('Book moves a lead forward from an earlier stage, although the lesson was booked before', async () => {
		await school.book(trialLessonAt('10:00', MOVE_TO_TRIAL_STAGE));
		school.moveToStage(ANNA, STAGE.newLead);

		const { lesson } = await school.book(trialLessonAt('10:00', MOVE_TO_TRIAL_STAGE));

		expect(lesson.operationResult).toBe('unchanged');
		expect(school.readStage(ANNA)).toBe(STAGE.trialLesson);
	});
});

describe('Book as a user who may not read everything', () => {
	it.each([
		{ list: 'lessons', call: 'lesson/index' },
		{ list: 'regular lessons', call: 'regular-lesson/index' },
		{ list: 'working hours', call: 'teacher/working-hour' },
		{ list: 'teachers', call: 'teacher/index' },
		{ list: 'customers', call: 'customer/index' },
		{ list: 'memberships', call: 'cgi/customer' },
	])('Book books nothing when the user may not read the $list', async ({ call }) => {
		school.settings.forbiddenCalls = [call];

		const { httpCode } = await school.expectRefused(trialLessonAt('10:00'));

		expect(httpCode).toBe('403');
	});

	it('Book books and warns in a hint when the user may not read another branch of the teacher', async () => {
		school.changeRecord('teacher', PETROV, { branch_ids: [1, 2] });
		school.settings.forbiddenBranches = [2];

		const { hints } = await school.book(trialLessonAt('10:00'));

		expect(hints).toEqual([
			'Not all branches in which the teacher works can be seen, so the teacher may be busy there in a slot: branch 2',
		]);
	});
});

it('Book books only one of two customers who want the same hour of a teacher at the same moment', async () => {
	const outcomes = await Promise.all([
		school.runToEnd(trialLessonAt('10:00', { customer_ids: String(ANNA) })),
		school.runToEnd(trialLessonAt('10:00', { customer_ids: String(BORIS) })),
	]);

	expect(outcomes.filter(({ error }) => error !== undefined)).toHaveLength(1);
	expect(school.trialLessons()).toHaveLength(1);
});

it('Book and Create save only one of two lessons when they take the same hour at the same moment', async () => {
	const createForm = {
		resource: 'lesson',
		operation: 'create',
		branchId: 1,
		simplify: false,
		customer_ids: String(BORIS),
		lesson_date: MONDAY,
		time_from: '10:30',
		duration: 60,
		subject_id: SUBJECT.chess,
		lesson_type_id: LESSON_TYPE.trial,
		teacher_ids: [PETROV],
		additionalFields: {},
		options: {},
	};

	const outcomes = await Promise.all([school.runToEnd(trialLessonAt('10:00')), school.runToEnd(createForm)]);

	expect(outcomes.filter(({ error }) => error !== undefined)).toHaveLength(1);
	expect(school.trialLessons()).toHaveLength(1);
});
