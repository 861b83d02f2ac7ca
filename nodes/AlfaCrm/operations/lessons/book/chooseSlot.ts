/**
 * Chooses the time and the teacher of a booking. A slot is a time at which a teacher, the room and
 * the attendees are free.
 *
 * - If the user has given a time, chooses a teacher who is free at that time. If no teacher is
 *   free, the error says why and offers the next free slots.
 * - Otherwise chooses the first free slot.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Item } from '../../../run/item';
import { findObstacle, startOf } from '../../../store/calendar/slots';
import { daysAfter } from '../../../values/formats';
import {
	addAttendeeLessons,
	findExistingLesson,
	readLessonsOfFirstAttendee,
} from './attendeeLessons';
import type { SlotSearch, Teacher, TeacherSlot } from '../timetable';
import { findSlots, makeSlotRequest, readTimetable } from '../timetable';
import type { Booking, BookingSearch } from './bookingForm';
import type { Candidate, LessonTime } from './slotErrors';
import {
	describeOffer,
	explainNoFreeSlot,
	explainObstacles,
	explainPassedTime,
} from './slotErrors';

/** When the booked lesson starts, and which teacher gives it. */
export interface ChosenSlot extends LessonTime {
	teacher: Teacher;
}

/** The slot to book, or the lesson if another n8n process has booked it in the meantime. */
type SlotOrExistingLesson = { slot: ChosenSlot } | { existingLesson: IDataObject };

/**
 * Chooses the slot of a booking.
 *
 * @param booking its search must have the lessons of the attendees: see `addAttendeeLessons`
 * @throws NodeOperationError that says why no slot is free, and which slots are free next
 */
export async function chooseSlot(item: Item, booking: Booking): Promise<SlotOrExistingLesson> {
	const { startTime, search } = booking;
	if (startTime === undefined) {
		const slot = await chooseFirstFreeSlot(item, search);
		return { slot };
	}

	// If the user has given a time, the search has only one day.
	const requestedTime = { date: search.firstDay, start: startTime };
	return await chooseSlotAt(item, booking, requestedTime);
}

async function chooseFirstFreeSlot(item: Item, search: SlotSearch): Promise<ChosenSlot> {
	const slots = await findSlots(item, search, { neededCount: 1 });
	if (slots.length > 0) return slots[0];

	const { message, advice } = explainNoFreeSlot(search);
	throw item.error(message, advice);
}

/**
 * Chooses a teacher who is free at the requested time.
 *
 * @throws NodeOperationError if no teacher is free, or the time has passed
 */
async function chooseSlotAt(
	item: Item,
	booking: Booking,
	requestedTime: LessonTime,
): Promise<SlotOrExistingLesson> {
	const { search } = booking;
	const candidates = await readCandidates(item, booking, requestedTime);
	const freeCandidate = candidates.find(({ obstacle }) => obstacle === undefined);
	const hasPassed = startOf(requestedTime) < search.notBefore;
	if (freeCandidate !== undefined && !hasPassed) {
		return { slot: { ...requestedTime, teacher: freeCandidate.teacher } };
	}

	// Another n8n process may have booked this very lesson since the lessons of the attendees were
	// read, so they are read again. They are read for the days of the offer, which needs them, too.
	const offerBooking = { ...booking, search: makeOfferSearch(search) };
	const lessonsOfFirstAttendee = await readLessonsOfFirstAttendee(item, offerBooking);
	const existingLesson = findExistingLesson(booking, lessonsOfFirstAttendee, item.zone);
	if (existingLesson !== undefined) return { existingLesson };

	const reason = hasPassed
		? explainPassedTime(requestedTime, item.zone)
		: explainObstacles(candidates, search, requestedTime);
	const offerSearch = await addAttendeeLessons(item, offerBooking, lessonsOfFirstAttendee);
	const offer = await offerSlotsAfter(item, offerSearch, requestedTime);
	throw item.error(reason, offer);
}

/**
 * Reads the timetable of the teachers of a booking, and finds out for each teacher what keeps the
 * teacher from giving the lesson at the requested time.
 */
async function readCandidates(
	item: Item,
	{ search, checksWorkingHours }: Booking,
	requestedTime: LessonTime,
): Promise<Candidate[]> {
	const { timetable, teachers } = await readTimetable(item, search);
	return teachers.map((teacher) => {
		const slotRequest = makeSlotRequest(teacher, search, item.zone);
		// Looks at the first day of the request, which is the requested day.
		const obstacle = findObstacle(timetable, slotRequest, requestedTime.start, {
			checksWorkingHours,
		});
		return { teacher, obstacle };
	});
}

// ---------------------------------------------------------------- the slots that an error offers

/** How many slots an error offers. */
const OFFERED_SLOTS = 3;

/** On how many days the offered slots are searched for. */
const OFFER_DAYS = 14;

/**
 * Makes the search for the slots that an error offers. It begins on the requested day, or today if
 * that day has passed.
 */
function makeOfferSearch(search: BookingSearch): BookingSearch {
	const [today] = search.notBefore.split(' ');
	const firstDay = search.firstDay < today ? today : search.firstDay;
	const lastDay = daysAfter(firstDay, OFFER_DAYS - 1);
	return { ...search, firstDay, lastDay };
}

/**
 * Finds the next free slots, and lists them for an error message. They begin at the requested time
 * or later. If the requested day has passed, they begin today, at the requested time of day or
 * later.
 *
 * @param search the result of `makeOfferSearch`, with the lessons of the attendees
 */
async function offerSlotsAfter(
	item: Item,
	search: BookingSearch,
	requestedTime: LessonTime,
): Promise<string> {
	const requestedStart = startOf({ date: search.firstDay, start: requestedTime.start });
	const notBefore = requestedStart > search.notBefore ? requestedStart : search.notBefore;
	// Several teachers can be free at the same time, and the error names each time only once. So it
	// is not known how many slots are needed for three times.
	const slots = await findSlots(item, { ...search, notBefore }, { neededCount: Infinity });

	const offeredSlots = pickOneSlotPerTime(slots).slice(0, OFFERED_SLOTS);
	return describeOffer(offeredSlots, search, { days: OFFER_DAYS });
}

/** Picks the first slot at each time. `slots` must be sorted by time. */
function pickOneSlotPerTime(slots: readonly TeacherSlot[]): TeacherSlot[] {
	return slots.filter((slot, index) => {
		const isFirstSlot = index === 0;
		return isFirstSlot || startOf(slot) !== startOf(slots[index - 1]);
	});
}
