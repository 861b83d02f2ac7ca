import { LESSON_STATUS } from '../../support/codes';
import {
	firstFreeGuestLessonForm,
	guestLessonForm,
	MEMBER,
	MovedLessonSchool,
	NOW,
	OTHER_TEACHER,
	SUBJECT,
} from './movedLessonSchool';

/*
 * A group has a regular lesson on Mondays at 17:00. A lesson of it is moved to another day, and AlfaCRM does not say from which
 * Monday. All operations that read lessons must agree on the Monday that the moved lesson replaces.
 */

const LAST_MONDAY = '2026-03-02';
const LAST_WEDNESDAY = '2026-03-04';
const MONDAY = '2026-03-09';
const TUESDAY = '2026-03-10';
const WEDNESDAY = '2026-03-11';
const THURSDAY = '2026-03-12';
const FRIDAY = '2026-03-13';
const SATURDAY = '2026-03-14';
const SUNDAY = '2026-03-15';
const NEXT_MONDAY = '2026-03-16';
const NEXT_WEDNESDAY = '2026-03-18';

let school: MovedLessonSchool;

beforeEach(() => {
	jest.useFakeTimers({ now: new Date(NOW), advanceTimers: true });
	school = new MovedLessonSchool();
});

afterEach(() => {
	jest.useRealTimers();
});

describe('a lesson that is moved from Monday to Tuesday', () => {
	it('Get Participants returns the member on Tuesday, and not on Monday, when the lesson is moved to Tuesday', async () => {
		school.addLessonMovedTo(TUESDAY);

		const participants = await school.listParticipants({ from: MONDAY, to: TUESDAY });

		expect(participants).toMatchObject([{ customer_id: MEMBER, time_from: `${TUESDAY} 17:00:00` }]);
	});

	it('Get Participants returns nobody for the Monday from which the lesson is moved', async () => {
		school.addLessonMovedTo(TUESDAY);

		const participants = await school.listParticipants({ from: MONDAY, to: MONDAY });

		expect(participants).toEqual([]);
	});

	it('Get Participants returns the member on the Monday after the moved lesson', async () => {
		school.addLessonMovedTo(TUESDAY);

		const participants = await school.listParticipants({ from: NEXT_MONDAY, to: NEXT_MONDAY });

		expect(participants).toMatchObject([{ customer_id: MEMBER, time_from: `${NEXT_MONDAY} 17:00:00` }]);
	});

	it('Get Free Slots offers 17:00 with the teacher on the Monday from which the lesson is moved', async () => {
		school.addLessonMovedTo(TUESDAY);

		const freeHours = await school.listFreeHoursOfTeacher(MONDAY);

		expect(freeHours).toEqual(['16:00', '17:00', '18:00']);
	});

	it('Get Free Slots leaves out 17:00 with the teacher on the Tuesday to which the lesson is moved', async () => {
		school.addLessonMovedTo(TUESDAY);

		const freeHours = await school.listFreeHoursOfTeacher(TUESDAY);

		expect(freeHours).toEqual(['16:00', '18:00']);
	});

	it('Get Free Slots leaves out 17:00, the hour of the regular lesson, on the Monday after the moved lesson', async () => {
		school.addLessonMovedTo(TUESDAY);

		const freeHours = await school.listFreeHoursOfTeacher(NEXT_MONDAY);

		expect(freeHours).toEqual(['16:00', '18:00']);
	});

	it('Get Free Slots offers 17:00 in the room on the Monday from which the lesson is moved', async () => {
		school.addLessonMovedTo(TUESDAY);

		const freeHours = await school.listFreeHoursOfRoom(MONDAY);

		expect(freeHours).toEqual(['16:00', '17:00', '18:00']);
	});

	it('Get Free Slots leaves out 17:00 in the room on the Tuesday to which the lesson is moved', async () => {
		school.addLessonMovedTo(TUESDAY);

		const freeHours = await school.listFreeHoursOfRoom(TUESDAY);

		expect(freeHours).toEqual(['16:00', '18:00']);
	});

	it('Book books 17:00 with the teacher on the Monday from which the lesson is moved', async () => {
		school.addLessonMovedTo(TUESDAY);

		const lesson = await school.book(guestLessonForm(MONDAY));

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: `${MONDAY} 17:00:00` });
	});

	it('Book finds its first free slot at 17:00 on the Monday from which the lesson is moved', async () => {
		school.addLessonMovedTo(TUESDAY);
		school.addLesson(MONDAY, { from: '16:00', to: '17:00' });

		const lesson = await school.book(firstFreeGuestLessonForm({ from: MONDAY, to: TUESDAY }));

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: `${MONDAY} 17:00:00` });
	});

	it('Book books 17:00 for a member of the group on the Monday from which the lesson is moved', async () => {
		school.addLessonMovedTo(TUESDAY);

		const lesson = await school.book(
			guestLessonForm(MONDAY, { customer_ids: String(MEMBER), teacher_ids: [OTHER_TEACHER] }),
		);

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: `${MONDAY} 17:00:00` });
	});

	it('Book refuses 17:00 with the teacher on the Tuesday to which the lesson is moved', async () => {
		const movedLesson = school.addLessonMovedTo(TUESDAY);

		const { message } = await school.expectRefused(guestLessonForm(TUESDAY));

		expect(message).toBe(
			`Teacher 1 (Петров Лев) has another lesson on ${TUESDAY} at 17:00: lesson ${movedLesson}`,
		);
	});

	it('Daily Check finds no overlap with a lesson on the Monday from which the lesson is moved', async () => {
		school.addLessonMovedTo(TUESDAY);
		school.addLesson(MONDAY);

		const overlaps = await school.listOverlaps();

		expect(overlaps).toEqual([]);
	});

	it('Daily Check finds an overlap with a lesson on the Tuesday to which the lesson is moved', async () => {
		school.addLessonMovedTo(TUESDAY);
		school.addLesson(TUESDAY);

		const overlaps = await school.listOverlaps();

		expect(overlaps).toMatchObject([{ date: TUESDAY }]);
	});

	it('Lesson Coming Up reminds the member of the moved lesson on Tuesday, and of none on Monday', async () => {
		school.addLessonMovedTo(TUESDAY);

		const reminders = await school.listReminders();

		expect(reminders).toMatchObject([{ customer_id: MEMBER, time_from: `${TUESDAY} 17:00:00` }]);
	});

	it('Get Overview shows the moved lesson as the next lesson of the member', async () => {
		const movedLesson = school.addLessonMovedTo(TUESDAY);

		const nextLesson = await school.readNextLessonOfMember();

		expect(nextLesson).toMatchObject({ lesson_id: movedLesson });
	});
});

describe('a lesson that is moved from Monday to Tuesday and cancelled there', () => {
	it('Get Participants returns nobody on Monday or Tuesday when the lesson that was moved to Tuesday is cancelled', async () => {
		school.addLessonMovedTo(TUESDAY, { status: LESSON_STATUS.cancelled });

		const participants = await school.listParticipants({ from: MONDAY, to: TUESDAY });

		expect(participants).toEqual([]);
	});

	it('Get Free Slots offers 17:00 on the Monday from which a cancelled lesson had been moved', async () => {
		school.addLessonMovedTo(TUESDAY, { status: LESSON_STATUS.cancelled });

		const freeHours = await school.listFreeHoursOfTeacher(MONDAY);

		expect(freeHours).toEqual(['16:00', '17:00', '18:00']);
	});

	it('Get Free Slots offers 17:00 on the Tuesday to which a cancelled lesson had been moved', async () => {
		school.addLessonMovedTo(TUESDAY, { status: LESSON_STATUS.cancelled });

		const freeHours = await school.listFreeHoursOfTeacher(TUESDAY);

		expect(freeHours).toEqual(['16:00', '17:00', '18:00']);
	});

	it('Lesson Coming Up reminds nobody of a lesson that was moved and then cancelled', async () => {
		school.addLessonMovedTo(TUESDAY, { status: LESSON_STATUS.cancelled });

		const reminders = await school.listReminders();

		expect(reminders).toEqual([]);
	});
});

describe('a lesson on Saturday, put off from this Monday or brought forward from the next Monday', () => {
	it('Get Participants counts a lesson on Saturday as that of the Monday before, not of the Monday after', async () => {
		school.addLessonMovedTo(SATURDAY);

		const participants = await school.listParticipants({ from: MONDAY, to: NEXT_MONDAY });

		expect(participants).toMatchObject([
			{ customer_id: MEMBER, time_from: `${SATURDAY} 17:00:00` },
			{ customer_id: MEMBER, time_from: `${NEXT_MONDAY} 17:00:00` },
		]);
	});

	it('Get Free Slots leaves out 17:00 on this Monday, as a lesson on Saturday may have replaced the next Monday', async () => {
		school.addLessonMovedTo(SATURDAY);

		const freeHours = await school.listFreeHoursOfTeacher(MONDAY);

		expect(freeHours).toEqual(['16:00', '18:00']);
	});

	it('Get Free Slots leaves out 17:00 on the next Monday, as a lesson on Saturday may have replaced this Monday', async () => {
		school.addLessonMovedTo(SATURDAY);

		const freeHours = await school.listFreeHoursOfTeacher(NEXT_MONDAY);

		expect(freeHours).toEqual(['16:00', '18:00']);
	});

	it('Book refuses 17:00 on this Monday, as a lesson on Saturday may have replaced the next Monday', async () => {
		school.addLessonMovedTo(SATURDAY);

		const { message } = await school.expectRefused(guestLessonForm(MONDAY));

		expect(message).toBe(
			`Teacher 1 (Петров Лев) has another lesson on ${MONDAY} at 17:00: regular lesson 71`,
		);
	});

	it('Get Free Slots offers 17:00 on this Monday when Saturday has a moved lesson and the next Monday its own', async () => {
		school.addLessonMovedTo(SATURDAY);
		school.addMondayLesson(NEXT_MONDAY);

		const freeHours = await school.listFreeHoursOfTeacher(MONDAY);

		expect(freeHours).toEqual(['16:00', '17:00', '18:00']);
	});

	it('Book books 17:00 on this Monday when Saturday has a moved lesson and the next Monday its own', async () => {
		school.addLessonMovedTo(SATURDAY);
		school.addMondayLesson(NEXT_MONDAY);

		const lesson = await school.book(guestLessonForm(MONDAY));

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: `${MONDAY} 17:00:00` });
	});

	it('Get Participants returns nobody on the next Monday when Saturday has a moved lesson and this Monday its own', async () => {
		school.addLessonMovedTo(SATURDAY);
		school.addMondayLesson(MONDAY);

		const participants = await school.listParticipants({ from: NEXT_MONDAY, to: NEXT_MONDAY });

		expect(participants).toEqual([]);
	});

	it('Get Free Slots offers 17:00 on the next Monday when Saturday has a moved lesson and this Monday its own', async () => {
		school.addLessonMovedTo(SATURDAY);
		school.addMondayLesson(MONDAY);

		const freeHours = await school.listFreeHoursOfTeacher(NEXT_MONDAY);

		expect(freeHours).toEqual(['16:00', '17:00', '18:00']);
	});

	it('Book books 17:00 on the next Monday when Saturday has a moved lesson and this Monday its own', async () => {
		school.addLessonMovedTo(SATURDAY);
		school.addMondayLesson(MONDAY);

		const lesson = await school.book(guestLessonForm(NEXT_MONDAY));

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: `${NEXT_MONDAY} 17:00:00` });
	});
});

describe('two moved lessons between two Mondays', () => {
	it('Get Participants returns the member in two moved lessons, and not on the Mondays around them', async () => {
		school.addLessonMovedTo(TUESDAY);
		school.addLessonMovedTo(SUNDAY);

		const participants = await school.listParticipants({ from: MONDAY, to: NEXT_MONDAY });

		expect(participants).toMatchObject([
			{ customer_id: MEMBER, time_from: `${TUESDAY} 17:00:00` },
			{ customer_id: MEMBER, time_from: `${SUNDAY} 17:00:00` },
		]);
	});

	it('Get Free Slots offers 17:00 on the Monday before two moved lessons', async () => {
		school.addLessonMovedTo(TUESDAY);
		school.addLessonMovedTo(SUNDAY);

		const freeHours = await school.listFreeHoursOfTeacher(MONDAY);

		expect(freeHours).toEqual(['16:00', '17:00', '18:00']);
	});

	it('Get Free Slots leaves out 17:00 on the Monday after two moved lessons, although they probably replace it', async () => {
		school.addLessonMovedTo(TUESDAY);
		school.addLessonMovedTo(SUNDAY);

		const freeHours = await school.listFreeHoursOfTeacher(NEXT_MONDAY);

		expect(freeHours).toEqual(['16:00', '18:00']);
	});
});

describe('a chain of moved lessons over two weeks', () => {
	it('Book refuses 17:00 on a Monday that the last of several moved lessons probably replaces', async () => {
		school.addMondayLesson(LAST_MONDAY);
		// The lesson on last Wednesday replaces this Monday, and the lesson on Thursday probably the next Monday.
		school.addLessonMovedTo(LAST_WEDNESDAY);
		school.addLessonMovedTo(THURSDAY);

		const { message } = await school.expectRefused(guestLessonForm(NEXT_MONDAY));

		expect(message).toBe(
			`Teacher 1 (Петров Лев) has another lesson on ${NEXT_MONDAY} at 17:00: regular lesson 71`,
		);
	});

	it('Book finds no free slot when the only free hour is on a Monday that a moved lesson probably replaces', async () => {
		school.addMondayLesson(LAST_MONDAY);
		// The lesson on last Wednesday replaces this Monday, and the lesson on Thursday probably the next Monday.
		school.addLessonMovedTo(LAST_WEDNESDAY);
		school.addLessonMovedTo(THURSDAY);
		// The teacher has other lessons at all hours of the week, except at 17:00 on the next Monday.
		school.fillWorkingHoursOn([MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY]);
		school.addLesson(NEXT_MONDAY, { from: '16:00', to: '17:00' });
		school.addLesson(NEXT_MONDAY, { from: '18:00', to: '19:00' });

		const { message } = await school.expectRefused(
			firstFreeGuestLessonForm({ from: MONDAY, to: NEXT_MONDAY }),
		);

		expect(message).toBe('No slot of 60 minutes is free from 2026-03-09 to 2026-03-16');
	});
});

describe('a lesson on Wednesday that makes up for the cancelled lesson of Monday', () => {
	it('Get Free Slots leaves out 17:00 on the Monday after a lesson that makes up for a cancelled one', async () => {
		school.addMondayLesson(MONDAY, { status: LESSON_STATUS.cancelled });
		school.addLessonMovedTo(WEDNESDAY);

		const freeHours = await school.listFreeHoursOfTeacher(NEXT_MONDAY);

		expect(freeHours).toEqual(['16:00', '18:00']);
	});

	it('Book refuses 17:00 on the Monday after a lesson that makes up for a cancelled one', async () => {
		school.addMondayLesson(MONDAY, { status: LESSON_STATUS.cancelled });
		school.addLessonMovedTo(WEDNESDAY);

		const { message } = await school.expectRefused(guestLessonForm(NEXT_MONDAY));

		expect(message).toBe(
			`Teacher 1 (Петров Лев) has another lesson on ${NEXT_MONDAY} at 17:00: regular lesson 71`,
		);
	});
});

it('Book finds no teacher of chess when the only lesson of chess takes place after the searched days', async () => {
	// The search reads this lesson, too, because a lesson of the following week may be a moved one.
	school.addLesson(NEXT_WEDNESDAY, { subject_id: SUBJECT.chess, teacher_ids: [OTHER_TEACHER] });

	const { message } = await school.expectRefused(
		firstFreeGuestLessonForm({ from: MONDAY, to: SATURDAY }, { subject_id: SUBJECT.chess, teacher_ids: [] }),
	);

	expect(message).toBe('No slot of 60 minutes is free from 2026-03-09 to 2026-03-14');
});
