import type { IDataObject } from 'n8n-workflow';

import { collect } from '../../../nodes/AlfaCrm/api/list';
import { ComingLessons } from '../../../nodes/AlfaCrm/trigger/sources/comingLessons/comingLessons';
import type { SampleRequest } from '../../../nodes/AlfaCrm/trigger/eventSource';
import { SmallSchool } from './school';
import { openExecution } from './support';

/*
 * A group has a regular lesson on Mondays from 17:00 to 18:00. Its lesson of this week was moved to another day. Everything that
 * knows what takes place on a day is asked about it, and has to give the same answer.
 */

const MONDAY = '2026-03-09';
const TUESDAY = '2026-03-10';
const SATURDAY = '2026-03-14';
const SUNDAY = '2026-03-15';
const NEXT_MONDAY = '2026-03-16';
/** Nine in the morning of the Monday, in Moscow. */
const NOW = '2026-03-09T06:00:00Z';
const ZONE = 'Europe/Moscow';

const LESSON_STATUS = { planned: 1, cancelled: 2 };
const TEACHER = 1;
const OTHER_TEACHER = 2;
const ROOM = 1;
const GROUP = 41;
const MEMBER = 501;
const GUEST = 502;
const REGULAR_LESSON = 71;

let school: SmallSchool;

beforeEach(() => {
	jest.useFakeTimers({ now: new Date(NOW), advanceTimers: true });
	school = new SmallSchool({ now: '2026-03-09 09:00:00' });
	school.addRecord('subject', { id: 1, name: 'Робототехника' });
	school.addRecord('lesson-type', { id: 1, name: 'Индивидуальный' });
	school.addRecord('room', { id: ROOM, name: 'Класс 1', branch_id: 1, is_enabled: 1 });
	school.addRecord('group', { id: GROUP, name: 'Роботы', branch_ids: [1] });
	for (const id of [MEMBER, GUEST]) {
		school.addRecord('customer', { id, name: `Ученик ${id}`, is_study: 1, branch_ids: [1] });
	}
	school.addRecord('cgi', { customer_id: MEMBER, group_id: GROUP, b_date: '01.01.2026', e_date: null });
	for (const id of [TEACHER, OTHER_TEACHER]) {
		school.addRecord('teacher', { id, name: `Учитель ${id}`, branch_ids: [1] });
		addWorkingHours(id);
	}
	school.addRecord('regular-lesson', {
		id: REGULAR_LESSON,
		branch_id: 1,
		related_class: 'Group',
		related_id: GROUP,
		day: 1,
		time_from_v: '17:00',
		time_to_v: '18:00',
		b_date: '2026-01-01',
		e_date: '2026-12-31',
		subject_id: 1,
		lesson_type_id: 1,
		teacher_ids: [TEACHER],
		room_id: ROOM,
	});
});

afterEach(() => jest.useRealTimers());

/** The teacher works every day from 16:00 to 19:00. */
function addWorkingHours(teacherId: number): void {
	for (let weekday = 1; weekday <= 7; weekday++) {
		school.addRecord('working-hour', {
			teacher_id: teacherId,
			branch_id: 1,
			weekday,
			time_from: '16:00',
			time_to: '19:00',
		});
	}
}

/** Adds a lesson of the group, made from its regular lesson, at 17:00 of a day. */
function addLessonOfGroup(date: string, more: IDataObject = {}): number {
	return addLesson(date, { regular_id: REGULAR_LESSON, group_ids: [GROUP], customer_ids: [], ...more });
}

function addLesson(date: string, more: IDataObject): number {
	return school.addRecord('lesson', {
		branch_id: 1,
		date,
		time_from: `${date} 17:00:00`,
		time_to: `${date} 18:00:00`,
		status: LESSON_STATUS.planned,
		subject_id: 1,
		lesson_type_id: 1,
		regular_id: null,
		teacher_ids: [TEACHER],
		room_id: ROOM,
		...more,
	});
}

async function listParticipants(firstDay: string, lastDay: string): Promise<unknown[]> {
	const { json } = await school.run({
		resource: 'lesson',
		operation: 'getParticipants',
		branchId: 1,
		returnAll: true,
		simplify: true,
		date_from: firstDay,
		date_to: lastDay,
		additionalFields: {},
	});
	return json.map(({ customer_id, time_from }) => `${String(customer_id)} ${String(time_from)}`);
}

async function listFreeHours(day: string, more: IDataObject = {}): Promise<unknown[]> {
	const { json } = await school.run({
		resource: 'teacher',
		operation: 'getFreeSlots',
		branchId: 1,
		id: TEACHER,
		date_from: day,
		date_to: day,
		duration: 60,
		returnAll: true,
		options: { step: 60, past: true },
		...more,
	});
	return json.map(({ start }) => start);
}

function bookingForm(day: string, more: IDataObject = {}): IDataObject {
	return {
		resource: 'lesson',
		operation: 'book',
		branchId: 1,
		customer_ids: String(GUEST),
		teacher_ids: [TEACHER],
		subject_id: 1,
		lesson_type_id: 1,
		when: 'time',
		lesson_date: day,
		time_from: '17:00',
		duration: 60,
		simplify: false,
		additionalFields: {},
		options: {},
		...more,
	};
}

async function book(day: string, more: IDataObject = {}): Promise<unknown> {
	const { json } = await school.run(bookingForm(day, more));
	return json[0].operationResult;
}

async function refuseToBook(day: string, more: IDataObject = {}): Promise<string> {
	return (await school.expectRefused(bookingForm(day, more))).message;
}

async function listOverlaps(): Promise<unknown[]> {
	const { json } = await school.run({
		resource: 'account',
		operation: 'dailyCheck',
		options: { checks: ['overlap'] },
	});
	return json.map(({ date }) => date);
}

/** Returns whom *Lesson Coming Up* tells of which lesson, two days before it. */
async function listReminders(): Promise<unknown[]> {
	const { client } = openExecution((request) => school.answer(request)).run;
	const trigger = new ComingLessons({ hours: 48, zone: ZONE, scanIntervalMs: 60_000 });
	const request: SampleRequest = {
		client,
		reader: { collect: async (list, options) => await collect(client, list, options) },
		branches: [1],
		now: Date.parse(NOW),
		deadline: Infinity,
	};
	const { records } = await trigger.readSamples(request, 100);
	return records.map((record) => {
		const { participant } = record as unknown as { participant: IDataObject };
		return `${String(participant.customer_id)} ${String(participant.time_from)}`;
	});
}

async function findNextLesson(): Promise<unknown> {
	const { json } = await school.run({
		resource: 'customer',
		operation: 'getOverview',
		branchId: 1,
		matchBy: 'id',
		id: MEMBER,
		leaveOut: [],
		options: {},
	});
	const nextLesson = json[0].next_lesson as IDataObject | null;
	return nextLesson?.lesson_id;
}

describe('A lesson that was moved from Monday to Tuesday', () => {
	let movedLesson: number;

	beforeEach(() => {
		movedLesson = addLessonOfGroup(TUESDAY);
	});

	it('has its participants on Tuesday, and nobody comes on Monday', async () => {
		expect(await listParticipants(MONDAY, TUESDAY)).toEqual(['501 2026-03-10 17:00:00']);
		expect(await listParticipants(MONDAY, MONDAY)).toEqual([]);
	});

	it('leaves the hour of the teacher free on Monday and takes it on Tuesday', async () => {
		expect(await listFreeHours(MONDAY)).toEqual(['16:00', '17:00', '18:00']);
		expect(await listFreeHours(TUESDAY)).toEqual(['16:00', '18:00']);
	});

	it('leaves the room free on Monday and takes it on Tuesday', async () => {
		const inRoom = { id: OTHER_TEACHER, additionalFields: { room_id: ROOM } };

		expect(await listFreeHours(MONDAY, inRoom)).toEqual(['16:00', '17:00', '18:00']);
		expect(await listFreeHours(TUESDAY, inRoom)).toEqual(['16:00', '18:00']);
	});

	it('lets another customer be booked with the teacher on Monday', async () => {
		expect(await book(MONDAY)).toBe('created');
	});

	it('lets the first free slot be on Monday', async () => {
		const firstFree = { when: 'firstFree', time_from: '', date_to: TUESDAY, options: { step: 60 } };
		addLesson(MONDAY, {
			time_from: `${MONDAY} 16:00:00`,
			time_to: `${MONDAY} 17:00:00`,
			customer_ids: [MEMBER],
		});

		const { json } = await school.run(bookingForm(MONDAY, firstFree));

		expect(json).toMatchObject([{ operationResult: 'created', time_from: `${MONDAY} 17:00:00` }]);
	});

	it('lets a member of the group be booked on Monday with another teacher', async () => {
		const forMember = { customer_ids: String(MEMBER), teacher_ids: [OTHER_TEACHER] };

		expect(await book(MONDAY, forMember)).toBe('created');
	});

	it('lets nobody be booked with the teacher on Tuesday', async () => {
		expect(await refuseToBook(TUESDAY)).toBe(
			'Teacher 1 (Учитель 1) has another lesson on 2026-03-10 at 17:00: lesson 1',
		);
	});

	it('overlaps with a lesson on Tuesday and with none on Monday', async () => {
		addLesson(MONDAY, { customer_ids: [GUEST] });
		addLesson(TUESDAY, { customer_ids: [GUEST] });

		expect(await listOverlaps()).toEqual([TUESDAY]);
	});

	it('is what Lesson Coming Up reminds of, on Tuesday', async () => {
		expect(await listReminders()).toEqual(['501 2026-03-10 17:00:00']);
	});

	it('is the next lesson in the overview of a member', async () => {
		expect(await findNextLesson()).toBe(movedLesson);
	});

	it('leaves both days free once it is cancelled', async () => {
		school.changeRecord('lesson', movedLesson, { status: LESSON_STATUS.cancelled });

		expect(await listParticipants(MONDAY, TUESDAY)).toEqual([]);
		expect(await listFreeHours(MONDAY)).toEqual(['16:00', '17:00', '18:00']);
		expect(await listFreeHours(TUESDAY)).toEqual(['16:00', '17:00', '18:00']);
		expect(await listReminders()).toEqual([]);
	});

	it('leaves the hour of the next Monday taken', async () => {
		expect(await listParticipants(NEXT_MONDAY, NEXT_MONDAY)).toEqual(['501 2026-03-16 17:00:00']);
		expect(await listFreeHours(NEXT_MONDAY)).toEqual(['16:00', '18:00']);
	});
});

describe('A lesson on Saturday that may have been put off from Monday or brought forward from the next Monday', () => {
	beforeEach(() => {
		addLessonOfGroup(SATURDAY);
	});

	it('counts as that of this Monday for those who come', async () => {
		expect(await listParticipants(MONDAY, NEXT_MONDAY)).toEqual([
			'501 2026-03-14 17:00:00',
			'501 2026-03-16 17:00:00',
		]);
	});

	it('leaves the hour taken on both Mondays, so that nothing is booked twice', async () => {
		expect(await listFreeHours(MONDAY)).toEqual(['16:00', '18:00']);
		expect(await listFreeHours(NEXT_MONDAY)).toEqual(['16:00', '18:00']);
		expect(await refuseToBook(MONDAY)).toBe(
			'Teacher 1 (Учитель 1) has another lesson on 2026-03-09 at 17:00: regular lesson 71',
		);
	});

	it('leaves this Monday free if the next Monday has a lesson in the calendar', async () => {
		addLessonOfGroup(NEXT_MONDAY);

		expect(await listFreeHours(MONDAY)).toEqual(['16:00', '17:00', '18:00']);
		expect(await book(MONDAY)).toBe('created');
	});

	it('leaves the next Monday free if this Monday has a lesson in the calendar', async () => {
		addLessonOfGroup(MONDAY);

		expect(await listParticipants(NEXT_MONDAY, NEXT_MONDAY)).toEqual([]);
		expect(await listFreeHours(NEXT_MONDAY)).toEqual(['16:00', '17:00', '18:00']);
		expect(await book(NEXT_MONDAY)).toBe('created');
	});
});

it('Two lessons between two Mondays replace both for those who come, but only the first Monday is free for a booking', async () => {
	addLessonOfGroup(TUESDAY);
	addLessonOfGroup(SUNDAY);

	expect(await listParticipants(MONDAY, NEXT_MONDAY)).toEqual([
		'501 2026-03-10 17:00:00',
		'501 2026-03-15 17:00:00',
	]);
	expect(await listFreeHours(MONDAY)).toEqual(['16:00', '17:00', '18:00']);
	expect(await listFreeHours(NEXT_MONDAY)).toEqual(['16:00', '18:00']);
});

it('A chain of moved lessons frees no Monday, however many days are searched', async () => {
	const wednesdayBefore = '2026-03-04';
	addLessonOfGroup('2026-03-02');
	addLessonOfGroup(wednesdayBefore);
	addLessonOfGroup('2026-03-12');
	const firstFreeUntilNextMonday = {
		when: 'firstFree',
		time_from: '',
		date_to: NEXT_MONDAY,
		options: { step: 60 },
	};
	for (const day of ['09', '10', '11', '12', '13', '14', '15']) {
		addLesson(`2026-03-${day}`, { time_from: `2026-03-${day} 16:00:00`, time_to: `2026-03-${day} 19:00:00` });
	}
	for (const hour of ['16', '18']) {
		addLesson(NEXT_MONDAY, {
			time_from: `${NEXT_MONDAY} ${hour}:00:00`,
			time_to: `${NEXT_MONDAY} ${Number(hour) + 1}:00:00`,
		});
	}

	expect(await refuseToBook(NEXT_MONDAY)).toBe(
		'Teacher 1 (Учитель 1) has another lesson on 2026-03-16 at 17:00: regular lesson 71',
	);
	expect(await refuseToBook(MONDAY, firstFreeUntilNextMonday)).toBe(
		'No slot of 60 minutes is free from 2026-03-09 to 2026-03-16',
	);
});

it('A make-up lesson for a cancelled one leaves the hour of the next Monday taken', async () => {
	addLessonOfGroup(MONDAY, { status: LESSON_STATUS.cancelled });
	addLessonOfGroup('2026-03-11');

	expect(await listFreeHours(NEXT_MONDAY)).toEqual(['16:00', '18:00']);
	expect(await refuseToBook(NEXT_MONDAY)).toBe(
		'Teacher 1 (Учитель 1) has another lesson on 2026-03-16 at 17:00: regular lesson 71',
	);
});

it('A teacher whose only lesson of a subject comes after the searched days is not booked for that subject', async () => {
	school.addRecord('subject', { id: 2, name: 'Шахматы' });
	addLesson('2026-03-18', { subject_id: 2, teacher_ids: [OTHER_TEACHER] });
	const anyTeacherOfChess = {
		when: 'firstFree',
		time_from: '',
		date_to: SATURDAY,
		subject_id: 2,
		teacher_ids: [],
		options: { step: 60 },
	};

	expect(await refuseToBook(MONDAY, anyTeacherOfChess)).toBe(
		'No slot of 60 minutes is free from 2026-03-09 to 2026-03-14',
	);
});
