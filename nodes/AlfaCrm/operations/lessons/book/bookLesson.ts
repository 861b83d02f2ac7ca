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
	addAttendeeLessons,
	findExistingLesson,
	readCustomerLessons,
	readLessonsOfFirstAttendee,
} from './attendeeLessons';
import { hintThatLessonExists } from '../existingLesson';
import { makeLessonLockKeys } from '../lessonLocks';
import type { Teacher } from '../timetable';
import { assertRoomExists, durationParameter, readTeachers } from '../timetable';
import { moveLeadsToStage, warnOfArchivedCustomers } from './bookedCustomers';
import type { Booking, BookingForm } from './bookingForm';
import { bookingOptions, makeBookingParameters, readBookingForm } from './bookingForm';
import type { ChosenSlot } from './chooseSlot';
import { chooseSlot } from './chooseSlot';

/**
 * *Lesson → Book*: books a lesson for some attendees, which are customers or groups. The lesson is
 * booked at a given time, or in the first free slot: a time at which a teacher, the room and the
 * attendees are free. A second run with the same input returns the lesson that the first run has
 * booked.
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
	// A time that has passed cannot be booked, so the output depends on the clock.
	dependsOnTimeZone: () => true,

	form: (_entity, { fields = [] }) => ({
		prominentFields: makeBookingParameters(fields),
		duration: [durationParameter],
		options: [bookingOptions],
	}),

	async execute(item, entity, { fields: formFields = [] }) {
		const form = readBookingForm(item, entity, formFields);
		const booking = await readTeachersAndRoom(item, form);

		const customerGroups = await readGroupsToLock(item, booking);
		return await item.withLock(makeLockKeys(booking, customerGroups), async () => {
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

/** The lesson that the user asks for, and whether this run has created it. */
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
 * Reads the groups of the booked customers. A lesson of a group makes its members busy, so a
 * booking for one of these groups has to wait for this booking.
 *
 * @returns an object for each customer that tells the customer's groups on a day; none if this user
 * may not see who belongs to a group. This user cannot book a new lesson anyway, because
 * `addAttendeeLessons` fails. Only an existing lesson can be returned, which needs no lock.
 */
async function readGroupsToLock(item: Item, booking: Booking): Promise<CustomerLessons[]> {
	const customerGroups = await item.readIfAllowed(
		async () => await readCustomerLessons(item, booking),
	);
	return customerGroups ?? [];
}

/**
 * Makes the keys to lock during a booking: one for each attendee, teacher and room, and for each
 * group of the customers, on each day on which the lesson may take place. See `lessonLocks.ts`.
 */
function makeLockKeys(
	{ search, attendees }: Booking,
	customerGroups: readonly CustomerLessons[],
): LockKey[] {
	const { firstDay, lastDay, roomId, teachers } = search;
	const keys: LockKey[] = [];
	for (let day = firstDay; day <= lastDay; day = daysAfter(day, 1)) {
		const groupIdsOfCustomers = customerGroups.flatMap((customer) => customer.groupIdsOn(day));
		const groupIds = new Set([...attendees.groupIds, ...groupIdsOfCustomers]);
		const keysOfDay = makeLessonLockKeys(day, {
			groupIds: [...groupIds],
			customerIds: attendees.customerIds,
			teacherIds: teachers.map(({ id }) => id),
			roomIds: roomId === undefined ? [] : [roomId],
		});
		keys.push(...keysOfDay);
	}
	return keys;
}

/** Finds the lesson that the user asks for. If it does not exist, books it in a free slot. */
async function findOrBookLesson(item: Item, booking: Booking): Promise<BookedLesson> {
	const bookInSlot = async (slot: ChosenSlot) => {
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
 * Finds the lesson if it is booked already. Otherwise plans it: chooses the slot in which to book
 * the lesson.
 *
 * @throws NodeOperationError if no slot is free
 */
async function findLessonOrSlot(
	item: Item,
	booking: Booking,
): Promise<ExistingOrPlan<BookedLesson, ChosenSlot>> {
	const lessonsOfFirstAttendee = await readLessonsOfFirstAttendee(item, booking);
	const existingLesson = findExistingLesson(booking, lessonsOfFirstAttendee, item.zone);
	if (existingLesson !== undefined) return returnExisting(item, existingLesson);

	const search = await addAttendeeLessons(item, booking, lessonsOfFirstAttendee);
	const choice = await chooseSlot(item, { ...booking, search });
	if ('slot' in choice) return { plan: choice.slot };

	// Another n8n process has booked the lesson since `lessonsOfFirstAttendee` were read.
	return returnExisting(item, choice.existingLesson);
}

/** Returns an existing lesson, and tells the user that no other lesson was booked. */
function returnExisting(item: Item, lesson: IDataObject): { existing: BookedLesson } {
	hintThatLessonExists(item, lesson);
	return { existing: { lesson, isNew: false } };
}

/** Creates the lesson in AlfaCRM. */
async function createLesson(item: Item, booking: Booking, slot: ChosenSlot): Promise<IDataObject> {
	await warnOfArchivedCustomers(item, booking);

	const { search, lessonFields } = booking;
	const body = {
		...lessonFields,
		branch_id: search.target.branch,
		// `slot.date` is `yyyy-mm-dd`. AlfaCRM takes `dd.mm.yyyy`: API notes 5.11 in
		// docs/alfacrm-api.md.
		lesson_date: item.toRequestValue(LESSON_FIELDS.day, slot.date),
		time_from: slot.start,
		duration: search.duration,
		teacher_ids: [slot.teacher.id],
	};
	const task = `book the lesson on ${slot.date} at ${slot.start}`;
	const savedFields = await item.save({ ...search.target, action: 'create', body, task });
	// AlfaCRM's answer may lack fields. The output then shows them as they were sent.
	return { ...body, ...savedFields };
}

/** Makes the output: the useful fields of the lesson, the result, and the names of its teachers. */
function toOutput(
	item: Item,
	entity: Entity,
	{ lessonFields, search }: Booking,
	{ lesson, isNew }: BookedLesson,
): IDataObject {
	// The output also has the fields that the user has filled.
	const filledFields = Object.keys(lessonFields);
	const pickUsefulFields = makeRecordToOutput(item, entity, filledFields);
	const result = isNew ? 'created' : 'unchanged';
	return {
		...withResult(pickUsefulFields(lesson), result),
		teacher_names: listTeacherNames(lesson, search.teachers),
	};
}

/**
 * Joins the names of a lesson's teachers with commas. Returns null if `teachers` has no name for
 * any of them.
 */
function listTeacherNames(lesson: IDataObject, teachers: readonly Teacher[]): string | null {
	const teacherIds = teacherIdsOf(lesson);
	const teachersOfLesson = teachers.filter(({ id }) => teacherIds.includes(id));
	const namedTeachers = teachersOfLesson.filter(({ name }) => !isEmpty(name));
	if (namedTeachers.length === 0) return null;
	return namedTeachers.map(({ name }) => String(name)).join(', ');
}
