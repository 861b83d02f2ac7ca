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
 * A group has a regular lesson on Mondays at 17:00, and a lesson made from it is moved to another day. Every operation that
 * depends on lessons has to agree on which Monday the moved lesson replaces.
 */

const LAST_MONDAY = '2026-03-02';
const LAST_WEDNESDAY = '2026-03-04';
const MONDAY = '2026-03-09';
const TUESDAY = '2026-03-10';
const WEDNESDAY = '2026-03-11';
const THURSDAY = '2026-03-12';
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
	it('Get Participants expects the member on Tuesday instead of Monday', async () => {
		school.addMovedLesson(TUESDAY);

		const participants = await school.listParticipants({ from: MONDAY, to: TUESDAY });

		expect(participants).toMatchObject([{ customer_id: MEMBER, time_from: '2026-03-10 17:00:00' }]);
	});

	it('Get Participants expects nobody when only the Monday is requested', async () => {
		school.addMovedLesson(TUESDAY);

		const participants = await school.listParticipants({ from: MONDAY, to: MONDAY });

		expect(participants).toEqual([]);
	});

	it('Get Participants still expects the member on the next Monday', async () => {
		school.addMovedLesson(TUESDAY);

		const participants = await school.listParticipants({ from: NEXT_MONDAY, to: NEXT_MONDAY });

		expect(participants).toMatchObject([{ customer_id: MEMBER, time_from: '2026-03-16 17:00:00' }]);
	});

	it('Get Free Slots offers the hour of the teacher on the Monday from which the lesson is moved', async () => {
		school.addMovedLesson(TUESDAY);

		const freeHours = await school.listFreeHours(MONDAY);

		expect(freeHours).toEqual(['16:00', '17:00', '18:00']);
	});

	it('Get Free Slots leaves out the hour of the teacher on the Tuesday to which the lesson is moved', async () => {
		school.addMovedLesson(TUESDAY);

		const freeHours = await school.listFreeHours(TUESDAY);

		expect(freeHours).toEqual(['16:00', '18:00']);
	});

	it('Get Free Slots leaves out the hour of the regular lesson on the next Monday', async () => {
		school.addMovedLesson(TUESDAY);

		const freeHours = await school.listFreeHours(NEXT_MONDAY);

		expect(freeHours).toEqual(['16:00', '18:00']);
	});

	it('Get Free Slots offers the hour of the room on the Monday from which the lesson is moved', async () => {
		school.addMovedLesson(TUESDAY);

		const freeHours = await school.listFreeHoursOfRoom(MONDAY);

		expect(freeHours).toEqual(['16:00', '17:00', '18:00']);
	});

	it('Get Free Slots leaves out the hour of the room on the Tuesday to which the lesson is moved', async () => {
		school.addMovedLesson(TUESDAY);

		const freeHours = await school.listFreeHoursOfRoom(TUESDAY);

		expect(freeHours).toEqual(['16:00', '18:00']);
	});

	it('Book books another customer with the teacher on the Monday from which the lesson is moved', async () => {
		school.addMovedLesson(TUESDAY);

		const lesson = await school.book(guestLessonForm(MONDAY));

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: '2026-03-09 17:00:00' });
	});

	it('Book books the first free slot on the Monday from which the lesson is moved', async () => {
		school.addMovedLesson(TUESDAY);
		school.addLesson(MONDAY, { from: '16:00', to: '17:00' });

		const lesson = await school.book(firstFreeGuestLessonForm({ from: MONDAY, to: TUESDAY }));

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: '2026-03-09 17:00:00' });
	});

	it('Book books a member of the group with another teacher on the Monday from which the lesson is moved', async () => {
		school.addMovedLesson(TUESDAY);

		const lesson = await school.book(
			guestLessonForm(MONDAY, { customer_ids: String(MEMBER), teacher_ids: [OTHER_TEACHER] }),
		);

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: '2026-03-09 17:00:00' });
	});

	it('Book refuses the hour of the teacher on the Tuesday to which the lesson is moved', async () => {
		school.addMovedLesson(TUESDAY);

		const { message } = await school.expectRefused(guestLessonForm(TUESDAY));

		expect(message).toBe('Teacher 1 (Петров Лев) has another lesson on 2026-03-10 at 17:00: lesson 1');
	});

	it('Daily Check finds no overlap with a lesson on the Monday from which the lesson is moved', async () => {
		school.addMovedLesson(TUESDAY);
		school.addLesson(MONDAY);

		const overlaps = await school.listOverlaps();

		expect(overlaps).toEqual([]);
	});

	it('Daily Check finds an overlap with a lesson on the Tuesday to which the lesson is moved', async () => {
		school.addMovedLesson(TUESDAY);
		school.addLesson(TUESDAY);

		const overlaps = await school.listOverlaps();

		expect(overlaps).toMatchObject([{ date: '2026-03-10' }]);
	});

	it('Lesson Coming Up reminds the member of the lesson on Tuesday only', async () => {
		school.addMovedLesson(TUESDAY);

		const reminders = await school.listReminders();

		expect(reminders).toMatchObject([{ customer_id: MEMBER, time_from: '2026-03-10 17:00:00' }]);
	});

	it('Get Overview shows the moved lesson as the next lesson of the member', async () => {
		const movedLesson = school.addMovedLesson(TUESDAY);

		const nextLesson = await school.readNextLessonOfMember();

		expect(nextLesson).toMatchObject({ lesson_id: movedLesson });
	});
});

describe('a lesson that is moved from Monday to Tuesday and cancelled there', () => {
	it('Get Participants expects nobody on either day of a lesson that was moved and then cancelled', async () => {
		school.addMovedLesson(TUESDAY, { status: LESSON_STATUS.cancelled });

		const participants = await school.listParticipants({ from: MONDAY, to: TUESDAY });

		expect(participants).toEqual([]);
	});

	it('Get Free Slots offers the Monday from which a cancelled lesson had been moved', async () => {
		school.addMovedLesson(TUESDAY, { status: LESSON_STATUS.cancelled });

		const freeHours = await school.listFreeHours(MONDAY);

		expect(freeHours).toEqual(['16:00', '17:00', '18:00']);
	});

	it('Get Free Slots offers the Tuesday to which a cancelled lesson had been moved', async () => {
		school.addMovedLesson(TUESDAY, { status: LESSON_STATUS.cancelled });

		const freeHours = await school.listFreeHours(TUESDAY);

		expect(freeHours).toEqual(['16:00', '17:00', '18:00']);
	});

	it('Lesson Coming Up reminds nobody of a lesson that was moved and then cancelled', async () => {
		school.addMovedLesson(TUESDAY, { status: LESSON_STATUS.cancelled });

		const reminders = await school.listReminders();

		expect(reminders).toEqual([]);
	});
});

describe('a lesson on Saturday, put off from this Monday or brought forward from the next Monday', () => {
	it('Get Participants takes a lesson on Saturday for the lesson of the Monday before it', async () => {
		school.addMovedLesson(SATURDAY);

		const participants = await school.listParticipants({ from: MONDAY, to: NEXT_MONDAY });

		expect(participants).toMatchObject([
			{ customer_id: MEMBER, time_from: '2026-03-14 17:00:00' },
			{ customer_id: MEMBER, time_from: '2026-03-16 17:00:00' },
		]);
	});

	it('Get Free Slots leaves out the Monday before a lesson on Saturday, which may not replace it', async () => {
		school.addMovedLesson(SATURDAY);

		const freeHours = await school.listFreeHours(MONDAY);

		expect(freeHours).toEqual(['16:00', '18:00']);
	});

	it('Get Free Slots leaves out the Monday after a lesson on Saturday, which may not replace it', async () => {
		school.addMovedLesson(SATURDAY);

		const freeHours = await school.listFreeHours(NEXT_MONDAY);

		expect(freeHours).toEqual(['16:00', '18:00']);
	});

	it('Book refuses the Monday before a lesson on Saturday, which may not replace it', async () => {
		school.addMovedLesson(SATURDAY);

		const { message } = await school.expectRefused(guestLessonForm(MONDAY));

		expect(message).toBe(
			'Teacher 1 (Петров Лев) has another lesson on 2026-03-09 at 17:00: regular lesson 71',
		);
	});

	it('Get Free Slots offers the Monday before a lesson on Saturday when the next Monday has its own lesson', async () => {
		school.addMovedLesson(SATURDAY);
		school.addMondayLesson(NEXT_MONDAY);

		const freeHours = await school.listFreeHours(MONDAY);

		expect(freeHours).toEqual(['16:00', '17:00', '18:00']);
	});

	it('Book books the Monday before a lesson on Saturday when the next Monday has its own lesson', async () => {
		school.addMovedLesson(SATURDAY);
		school.addMondayLesson(NEXT_MONDAY);

		const lesson = await school.book(guestLessonForm(MONDAY));

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: '2026-03-09 17:00:00' });
	});

	it('Get Participants expects nobody on the Monday after a lesson on Saturday when this Monday has its own lesson', async () => {
		school.addMovedLesson(SATURDAY);
		school.addMondayLesson(MONDAY);

		const participants = await school.listParticipants({ from: NEXT_MONDAY, to: NEXT_MONDAY });

		expect(participants).toEqual([]);
	});

	it('Get Free Slots offers the Monday after a lesson on Saturday when this Monday has its own lesson', async () => {
		school.addMovedLesson(SATURDAY);
		school.addMondayLesson(MONDAY);

		const freeHours = await school.listFreeHours(NEXT_MONDAY);

		expect(freeHours).toEqual(['16:00', '17:00', '18:00']);
	});

	it('Book books the Monday after a lesson on Saturday when this Monday has its own lesson', async () => {
		school.addMovedLesson(SATURDAY);
		school.addMondayLesson(MONDAY);

		const lesson = await school.book(guestLessonForm(NEXT_MONDAY));

		expect(lesson).toMatchObject({ operationResult: 'created', time_from: '2026-03-16 17:00:00' });
	});
});

describe('two moved lessons between two Mondays', () => {
	it('Get Participants expects the member in two moved lessons instead of on the Mondays around them', async () => {
		school.addMovedLesson(TUESDAY);
		school.addMovedLesson(SUNDAY);

		const participants = await school.listParticipants({ from: MONDAY, to: NEXT_MONDAY });

		expect(participants).toMatchObject([
			{ customer_id: MEMBER, time_from: '2026-03-10 17:00:00' },
			{ customer_id: MEMBER, time_from: '2026-03-15 17:00:00' },
		]);
	});

	it('Get Free Slots offers the Monday right before two moved lessons', async () => {
		school.addMovedLesson(TUESDAY);
		school.addMovedLesson(SUNDAY);

		const freeHours = await school.listFreeHours(MONDAY);

		expect(freeHours).toEqual(['16:00', '17:00', '18:00']);
	});

	it('Get Free Slots leaves out the Monday after two moved lessons, which is only probably replaced', async () => {
		school.addMovedLesson(TUESDAY);
		school.addMovedLesson(SUNDAY);

		const freeHours = await school.listFreeHours(NEXT_MONDAY);

		expect(freeHours).toEqual(['16:00', '18:00']);
	});
});

describe('a chain of moved lessons over two weeks', () => {
	it('Book refuses the Monday at the end of a chain of moved lessons, which is only probably replaced', async () => {
		school.addMondayLesson(LAST_MONDAY);
		// This lesson replaces this Monday, so the lesson on Thursday probably replaces the next Monday.
		school.addMovedLesson(LAST_WEDNESDAY);
		school.addMovedLesson(THURSDAY);

		const { message } = await school.expectRefused(guestLessonForm(NEXT_MONDAY));

		expect(message).toBe(
			'Teacher 1 (Петров Лев) has another lesson on 2026-03-16 at 17:00: regular lesson 71',
		);
	});

	it('Book finds no free slot on the Monday at the end of a chain of moved lessons when it searches the whole week', async () => {
		school.addMondayLesson(LAST_MONDAY);
		// This lesson replaces this Monday, so the lesson on Thursday probably replaces the next Monday.
		school.addMovedLesson(LAST_WEDNESDAY);
		school.addMovedLesson(THURSDAY);
		school.fillWorkingHoursOn([MONDAY, TUESDAY, WEDNESDAY, THURSDAY, '2026-03-13', SATURDAY, SUNDAY]);
		school.addLesson(NEXT_MONDAY, { from: '16:00', to: '17:00' });
		school.addLesson(NEXT_MONDAY, { from: '18:00', to: '19:00' });

		const { message } = await school.expectRefused(
			firstFreeGuestLessonForm({ from: MONDAY, to: NEXT_MONDAY }),
		);

		expect(message).toBe('No slot of 60 minutes is free from 2026-03-09 to 2026-03-16');
	});
});

describe('a lesson on Wednesday that makes up for the cancelled lesson of Monday', () => {
	it('Get Free Slots leaves out the Monday after a lesson that makes up for a cancelled one', async () => {
		school.addMondayLesson(MONDAY, { status: LESSON_STATUS.cancelled });
		school.addMovedLesson(WEDNESDAY);

		const freeHours = await school.listFreeHours(NEXT_MONDAY);

		expect(freeHours).toEqual(['16:00', '18:00']);
	});

	it('Book refuses the Monday after a lesson that makes up for a cancelled one', async () => {
		school.addMondayLesson(MONDAY, { status: LESSON_STATUS.cancelled });
		school.addMovedLesson(WEDNESDAY);

		const { message } = await school.expectRefused(guestLessonForm(NEXT_MONDAY));

		expect(message).toBe(
			'Teacher 1 (Петров Лев) has another lesson on 2026-03-16 at 17:00: regular lesson 71',
		);
	});
});

it('Book takes nobody for a teacher of chess whose only lesson of chess comes after the searched days', async () => {
	// The search reads the lessons of the following week, too, as one of them may be moved.
	school.addLesson(NEXT_WEDNESDAY, { subject_id: SUBJECT.chess, teacher_ids: [OTHER_TEACHER] });

	const { message } = await school.expectRefused(
		firstFreeGuestLessonForm({ from: MONDAY, to: SATURDAY }, { subject_id: SUBJECT.chess, teacher_ids: [] }),
	);

	expect(message).toBe('No slot of 60 minutes is free from 2026-03-09 to 2026-03-14');
});
