import type { IDataObject } from 'n8n-workflow';

import { isEmpty } from '../../../fields/blank';
import { LESSON_FIELDS } from '../../../entities/lesson';
import type { Entity } from '../../../entities/types';
import { makeRecordToOutput, withResult, withResultSchema } from '../../../output/report';
import { simplifiedSchema } from '../../../output/simplified';
import { objectOf, STRING } from '../../../output/recordSchema';
import type { LockKey } from '../../../run/keys';
import type { ExistingOrPlan } from '../../../run/findOrCreate';
import { findOrCreateByPlan } from '../../../run/findOrCreate';
import type { Item } from '../../../run/item';
import type { ActionKind } from '../../../run/operation';
import type { CustomerLessons } from '../../../store/calendar/customerLessons';
import { teacherIdsOf } from '../../../store/calendar/lessonRow';
import { daysAfter } from '../../../values/formats';
import {
	avoidAttendeeLessons,
	findExistingLesson,
	readCustomerLessons,
	readFirstAttendeeLessons,
} from './attendeeLessons';
import { hintThatLessonExists } from '../existingLesson';
import { makeLessonLocks } from '../lessonLocks';
import type { Teacher } from '../timetable';
import { assertRoomExists, lessonDuration, readTeachers } from '../timetable';
import { moveLeadsToStage, warnOfArchivedCustomers } from './bookedCustomers';
import type { Booking, BookingForm } from './bookingForm';
import { bookingOptions, makeBookingParameters, readBookingForm } from './bookingForm';
import type { LessonSlot } from './chooseSlot';
import { chooseSlot } from './chooseSlot';

/**
 * *Lesson → Book*: books a lesson at a given time or in the first free slot. A second run with the
 * same input books no second lesson and returns the first one.
 *
 * AlfaCRM lets two lessons of one teacher overlap, so the node itself works out who is free. The
 * parts of a booking are in these files:
 *
 * - `bookingForm.ts`: what the form shows, and how it is read and checked
 * - `chooseSlot.ts`: which time and which teacher are booked, or which error the user gets
 * - `slotErrors.ts`: the sentences of that error
 * - `bookedCustomers.ts`: warnings about archived customers, and the stage of leads
 * - `attendeeLessons.ts`: when the attendees are busy, and whether the lesson exists already
 * - `../timetable.ts`: reads teachers, working hours and lessons
 * - `store/calendar/slots.ts`: works out free slots and obstacles from these lists
 */
export const bookLesson: ActionKind<'bookLesson'> = {
	// A time that has passed cannot be booked, so the result depends on the clock.
	dependsOnTimeZone: () => true,

	form: (_entity, { fields = [] }) => ({
		prominentFields: makeBookingParameters(fields),
		duration: [lessonDuration],
		options: [bookingOptions],
	}),

	async execute(item, entity, { fields = [] }) {
		const form = readBookingForm(item, entity, fields);
		const booking = await readTeachersAndRoom(item, form);

		// Undefined if this user may not see memberships. The groups of the customers are then not
		// locked, and only a lesson that exists already can be returned: `avoidAttendeeLessons` fails
		// for this user before a new lesson is booked.
		const customers = await item.readIfAllowed(
			async () => await readCustomerLessons(item, booking),
		);

		const locks = makeLocks(booking, customers ?? []);
		return await item.withLock(locks, async () => {
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

/** The lesson that the user has asked for, and whether this run has created it. */
interface BookedLesson {
	lesson: IDataObject;
	isNew: boolean;
}

/** Reads the teachers who may give the lesson, and makes sure that the room exists. */
async function readTeachersAndRoom(item: Item, form: BookingForm): Promise<Booking> {
	const { target, roomId } = form.search;
	const teachers = await readTeachers(item, target, form.chosenTeacherIds);
	await assertRoomExists(item, target, roomId);

	const search = { ...form.search, teachers };
	return { ...form, search };
}

/**
 * Makes the keys to lock for a booking: every attendee, teacher and room on every day on which the
 * lesson may take place. See `lessonLocks.ts` for the effect.
 *
 * A lesson of a group also makes the members of the group busy. So the groups of the customers are
 * locked too, and a booking for one of these groups waits until this booking is done.
 *
 * @param customers know the groups of each booked customer on each day
 */
function makeLocks(
	{ search, attendees }: Booking,
	customers: readonly CustomerLessons[],
): LockKey[] {
	const { firstDay, lastDay, roomId, teachers } = search;
	const locks: LockKey[] = [];
	for (let day = firstDay; day <= lastDay; day = daysAfter(day, 1)) {
		const groupsOfCustomers = customers.flatMap((customer) => customer.groupIdsOn(day));
		const groupIds = new Set([...attendees.groupIds, ...groupsOfCustomers]);
		const locksOfDay = makeLessonLocks(day, {
			groupIds: [...groupIds],
			customerIds: attendees.customerIds,
			teacherIds: teachers.map(({ id }) => id),
			roomIds: roomId === undefined ? [] : [roomId],
		});
		locks.push(...locksOfDay);
	}
	return locks;
}

/**
 * Finds the lesson that the user asks for, or books it. The search for the lesson also chooses the
 * free slot, because both need the lessons of the attendees.
 */
async function findOrBookLesson(item: Item, booking: Booking): Promise<BookedLesson> {
	const bookInSlot = async (slot: LessonSlot) => {
		const lesson = await createLesson(item, booking, slot);
		return { lesson, isNew: true };
	};
	return await findOrCreateByPlan(
		item,
		async () => await findLessonOrSlot(item, booking),
		bookInSlot,
	);
}

/**
 * Finds the lesson if it is booked already. Otherwise chooses the slot in which to book it.
 *
 * @throws NodeOperationError if no slot is free
 */
async function findLessonOrSlot(
	item: Item,
	booking: Booking,
): Promise<ExistingOrPlan<BookedLesson, LessonSlot>> {
	const attendeeLessons = await readFirstAttendeeLessons(item, booking);
	const existingLesson = findExistingLesson(booking, attendeeLessons, item.zone);
	if (existingLesson !== undefined) return returnExisting(item, existingLesson);

	const search = await avoidAttendeeLessons(item, booking, attendeeLessons);
	const choice = await chooseSlot(item, { ...booking, search });
	if ('slot' in choice) return { plan: choice.slot };

	// Another n8n process has booked the lesson since `attendeeLessons` were read.
	return returnExisting(item, choice.existingLesson);
}

/** Returns a lesson that exists already, and tells the user that no other lesson was booked. */
function returnExisting(item: Item, lesson: IDataObject): { existing: BookedLesson } {
	hintThatLessonExists(item, lesson);
	return { existing: { lesson, isNew: false } };
}

/** Creates the lesson in AlfaCRM. */
async function createLesson(item: Item, booking: Booking, slot: LessonSlot): Promise<IDataObject> {
	await warnOfArchivedCustomers(item, booking);

	const { search, lessonFields } = booking;
	const body = {
		...lessonFields,
		branch_id: search.target.branch,
		// `slot.date` is `yyyy-mm-dd`; AlfaCRM takes `dd.mm.yyyy`. API notes 5.11.
		lesson_date: item.toRequestValue(LESSON_FIELDS.day, slot.date),
		time_from: slot.start,
		duration: search.duration,
		teacher_ids: [slot.teacher.id],
	};
	const task = `book the lesson on ${slot.date} at ${slot.start}`;
	const savedFields = await item.save({ ...search.target, action: 'create', body, task });
	return { ...body, ...savedFields };
}

/** Returns the useful fields of the lesson, whether it is new, and the names of its teachers. */
function toOutput(
	item: Item,
	entity: Entity,
	{ lessonFields, search }: Booking,
	{ lesson, isNew }: BookedLesson,
): IDataObject {
	const givenFields = Object.keys(lessonFields);
	const pickUsefulFields = makeRecordToOutput(item, entity, givenFields);
	return {
		...withResult(pickUsefulFields(lesson), isNew ? 'created' : 'unchanged'),
		teacher_names: listTeacherNames(lesson, search.teachers),
	};
}

/**
 * Lists the names of a lesson's teachers, with commas; null if none of them is among `teachers`.
 */
function listTeacherNames(lesson: IDataObject, teachers: readonly Teacher[]): string | null {
	const teacherIds = teacherIdsOf(lesson);
	const teachersOfLesson = teachers.filter(({ id }) => teacherIds.includes(id));
	const namedTeachers = teachersOfLesson.filter(({ name }) => !isEmpty(name));
	const names = namedTeachers.map(({ name }) => String(name));
	return names.join(', ') || null;
}
