import type { IDataObject } from 'n8n-workflow';

import { lesson as lessonEntity, LESSON_FIELDS } from '../../entities/lesson';
import type { Entity } from '../../entities/types';
import { daysAfter } from '../../values/formats';
import type { LockKey } from '../../run/execution';
import type { ExistingOrPlan } from '../../run/findOrCreate';
import { findOrCreateByPlan } from '../../run/findOrCreate';
import type { Item } from '../../run/item';
import type { ActionKind } from '../../run/operation';
import { makeRecordOutput, withResult, withResultSchema } from '../../output/report';
import { simplifiedSchema } from '../../output/simplified';
import { objectOf, STRING } from '../../output/recordSchema';
import { hintThatLessonExists } from './lesson';
import {
	avoidAttendeeLessons,
	findExistingLesson,
	readAttendeeLessons,
	readCustomerLessons,
} from './attendeeLessons';
import { moveLeadsToStage, warnOfArchivedCustomers } from './bookedCustomers';
import type { Booking, BookingForm } from './booking';
import { bookingFields, bookingOptions, readBookingForm } from './booking';
import type { LessonSlot } from './bookingSlot';
import { chooseSlot } from './bookingSlot';
import type { CustomerLessons } from '../../store/calendar/customerLessons';
import { teacherIdsOf } from '../../store/calendar/lessonRow';
import { assertRoomExists, duration, readTeachers } from './timetable';

/**
 * Books a lesson at a given time or in the first free slot. Running it again books no second lesson: it returns the first.
 *
 * AlfaCRM lets two lessons with one teacher overlap, so the node works out itself who is free: see `slots.ts`.
 */
export const bookLesson: ActionKind<'bookLesson'> = {
	decidesByTime: () => true,
	form: (_entity, { fields: fields = [] }) => ({
		prominentFields: bookingFields(fields),
		duration: [duration],
		options: [bookingOptions],
	}),

	async execute(item, entity, { fields: fields = [] }) {
		const form = readBookingForm(item, entity, fields);
		const booking = await addTeachers(item, form);
		// A user who may not see members still gets a lesson that was booked before. A new booking reads them again and fails.
		const customerLessons = await item.readIfAllowed(async () => await readCustomerLessons(item, booking));

		return await item.withLock(locksFor(booking, customerLessons), async () => {
			const bookedLesson = await findOrBookLesson(item, booking);
			await moveLeadsToStage(item, booking, bookedLesson);
			return [toOutput(item, entity, booking, bookedLesson)];
		});
	},

	output(entity) {
		const { properties } = withResultSchema(simplifiedSchema(entity));
		return objectOf({ ...properties, teacher_names: STRING });
	},
};

/** The lesson that the user asked for, and whether this run has booked it. */
interface BookedLesson {
	lesson: IDataObject;
	isNew: boolean;
}

/** Looks up the teachers who may give the lesson, and makes sure that the room exists. */
async function addTeachers(item: Item, form: BookingForm): Promise<Booking> {
	const { target, roomId } = form.search;
	const teachers = await readTeachers(item, target, form.chosenTeacherIds);
	await assertRoomExists(item, target, roomId);
	return { ...form, search: { ...form.search, teachers } };
}

/**
 * Locks every attendee, teacher and room of a booking, on every day that it may use. Items of this process that need one of
 * them on one of these days then run one after the other, so no two of them take the same free time.
 *
 * A lesson of a group makes its members busy. So the groups of the customer are locked as well: a booking for one of them
 * does not run at the same time.
 */
function locksFor({ search, attendees }: Booking, customerLessons?: CustomerLessons): LockKey[] {
	const { firstDay, lastDay, roomId, teachers } = search;
	const locks: LockKey[] = [];
	for (let day = firstDay; day <= lastDay; day = daysAfter(day, 1)) {
		const lockOn = (field: { name: string }, id: number): LockKey => [lessonEntity.path, day, field.name, id];
		const groupIds = new Set([...attendees.groupIds, ...(customerLessons?.groupIdsOn(day) ?? [])]);
		locks.push(
			...[...groupIds].map((id) => lockOn(LESSON_FIELDS.group, id)),
			...attendees.customerIds.map((id) => lockOn(LESSON_FIELDS.customer, id)),
			...teachers.map(({ id }) => lockOn(LESSON_FIELDS.teacher, id)),
		);
		if (roomId !== undefined) locks.push(lockOn(LESSON_FIELDS.room, roomId));
	}
	return locks;
}

async function findOrBookLesson(item: Item, booking: Booking): Promise<BookedLesson> {
	return await findOrCreateByPlan(
		item,
		async () => await findLessonOrSlot(item, booking),
		async (slot) => ({ lesson: await createLesson(item, booking, slot), isNew: true }),
	);
}

/** Finds the lesson if it is booked already, or else a slot to book. */
async function findLessonOrSlot(
	item: Item,
	booking: Booking,
): Promise<ExistingOrPlan<BookedLesson, LessonSlot>> {
	const attendeeLessons = await readAttendeeLessons(item, booking, booking.search);
	const existingLesson = findExistingLesson(booking, attendeeLessons, item.zone);
	if (existingLesson !== undefined) return returnExisting(item, existingLesson);

	const search = await avoidAttendeeLessons(item, booking, booking.search, attendeeLessons);
	const choice = await chooseSlot(item, booking, search);
	return 'slot' in choice ? { plan: choice.slot } : returnExisting(item, choice.existingLesson);
}

/** Returns a lesson that was booked before, and tells the user that no other one was booked. */
function returnExisting(item: Item, lesson: IDataObject): { existing: BookedLesson } {
	hintThatLessonExists(item, lesson);
	return { existing: { lesson, isNew: false } };
}

async function createLesson(item: Item, booking: Booking, slot: LessonSlot): Promise<IDataObject> {
	await warnOfArchivedCustomers(item, booking);

	const { search, lessonFields } = booking;
	const body = {
		...lessonFields,
		branch_id: search.target.branch,
		// AlfaCRM takes this day as dd.mm.yyyy.
		lesson_date: item.toWire(LESSON_FIELDS.day, slot.date),
		time_from: slot.start,
		duration: search.duration,
		teacher_ids: [slot.teacher.id],
	};
	const task = `book the lesson on ${slot.date} at ${slot.start}`;
	const saved = await item.save({ ...search.target, action: 'create', body, task });
	return { ...body, ...saved };
}

/** Returns the useful fields of the lesson, whether it is new, and the names of its teachers. */
function toOutput(
	item: Item,
	entity: Entity,
	booking: Booking,
	{ lesson, isNew }: BookedLesson,
): IDataObject {
	const pickUsefulFields = makeRecordOutput(item, entity, Object.keys(booking.lessonFields));
	const teacherIds = teacherIdsOf(lesson);
	const teacherNames = booking.search.teachers
		.filter(({ id }) => teacherIds.includes(id))
		.map(({ name }) => String(name))
		.join(', ');
	return {
		...withResult(pickUsefulFields(lesson), isNew ? 'created' : 'unchanged'),
		teacher_names: teacherNames === '' ? null : teacherNames,
	};
}
