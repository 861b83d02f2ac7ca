/**
 * Chooses the time and the teacher of a booking. A lesson at a given time takes that time if a
 * teacher is free then; otherwise the error says what is in the way and offers the next free slots.
 * A lesson without a given time takes the first free slot.
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
import type { Booking } from './bookingForm';
import type { Candidate, LessonTime } from './slotErrors';
import {
	describeOffer,
	explainNoFreeSlot,
	explainObstacles,
	explainPassedTime,
} from './slotErrors';

/** When the lesson takes place, and which teacher gives it. */
export interface ChosenSlot extends LessonTime {
	teacher: Teacher;
}

/**
 * The slot to book. Or the lesson itself, if another n8n process has booked it while this one was
 * looking for a slot.
 */
type SlotOrExistingLesson = { slot: ChosenSlot } | { existingLesson: IDataObject };

/**
 * Chooses the slot of a booking.
 *
 * @param booking a booking whose search avoids the lessons of the attendees
 * @throws NodeOperationError that says why no slot is free, and which slots are free next
 */
export async function chooseSlot(item: Item, booking: Booking): Promise<SlotOrExistingLesson> {
	const { startTime, search } = booking;
	if (startTime === undefined) {
		const slot = await chooseFirstFreeSlot(item, search);
		return { slot };
	}
	return await chooseSlotAt(item, booking, { date: search.firstDay, start: startTime });
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
 * @throws NodeOperationError if there is none, or the time has passed
 */
async function chooseSlotAt(
	item: Item,
	booking: Booking,
	time: LessonTime,
): Promise<SlotOrExistingLesson> {
	const { search } = booking;
	const candidates = await readCandidates(item, booking, time);
	const freeCandidate = candidates.find(({ obstacle }) => obstacle === undefined);
	const hasPassed = startOf(time) < earliestStartOf(search);
	if (freeCandidate !== undefined && !hasPassed) {
		return { slot: { ...time, teacher: freeCandidate.teacher } };
	}

	// The obstacle may be the lesson to book itself: another n8n process may have booked it since the
	// lessons of the attendees were read. It is looked for on the days of the offer. They leave out a
	// requested day that has passed, but no process books a lesson on such a day.
	const offerBooking = { ...booking, search: makeOfferSearch(search) };
	const attendeeLessons = await readLessonsOfFirstAttendee(item, offerBooking);
	const existingLesson = findExistingLesson(booking, attendeeLessons, item.zone);
	if (existingLesson !== undefined) return { existingLesson };

	const reason = hasPassed
		? explainPassedTime(time, item.zone)
		: explainObstacles(candidates, search, time);
	const offerSearch = await addAttendeeLessons(item, offerBooking, attendeeLessons);
	const offer = await offerSlotsAfter(item, offerSearch, time);
	throw item.error(reason, offer);
}

/**
 * Reads the timetable of the teachers of a booking, and finds out for each teacher what keeps the
 * teacher from giving the lesson on the first day of the search.
 *
 * @param time the time on that day
 */
async function readCandidates(
	item: Item,
	{ search, checksWorkingHours }: Booking,
	time: LessonTime,
): Promise<Candidate[]> {
	const { timetable, teachers } = await readTimetable(item, search);
	return teachers.map((teacher) => {
		const slotRequest = makeSlotRequest(teacher, search, item.zone);
		const obstacle = findObstacle(timetable, slotRequest, time.start, { checksWorkingHours });
		return { teacher, obstacle };
	});
}

// ---------------------------------------------------------------- the slots that an error offers

/** If the requested time is not free, an error offers three slots within two weeks. */
const OFFER = { slots: 3, days: 14 };

/**
 * Returns the earliest start that a search allows, `yyyy-mm-dd hh:mm`; '' if every start is
 * allowed. A booking allows no start before now: see `readBookingForm`.
 */
const earliestStartOf = ({ notBefore = '' }: SlotSearch): string => notBefore;

/**
 * Makes the search for the slots that an error offers. Its days begin on the requested day, or
 * today if that day has passed.
 */
function makeOfferSearch(search: SlotSearch): SlotSearch {
	const [today] = earliestStartOf(search).split(' ');
	const firstDay = search.firstDay < today ? today : search.firstDay;
	const lastDay = daysAfter(firstDay, OFFER.days - 1);
	return { ...search, firstDay, lastDay };
}

/**
 * Finds the next free slots after the requested time, and lists them for an error message. If the
 * requested day has passed, they begin today at the requested time of day.
 */
async function offerSlotsAfter(item: Item, search: SlotSearch, time: LessonTime): Promise<string> {
	const startOnFirstDay = startOf({ date: search.firstDay, start: time.start });
	const earliestStart = earliestStartOf(search);
	const notBefore = startOnFirstDay > earliestStart ? startOnFirstDay : earliestStart;
	// Several teachers may be free at one time, and each time is offered once. So all slots are
	// needed to have three times.
	const slots = await findSlots(item, { ...search, notBefore }, { neededCount: Infinity });

	const offeredSlots = pickOneSlotPerTime(slots).slice(0, OFFER.slots);
	return describeOffer(offeredSlots, search, { days: OFFER.days });
}

/**
 * Picks the first slot at each time. Slots are sorted by time, so those of one time follow each
 * other.
 */
function pickOneSlotPerTime(slots: readonly TeacherSlot[]): TeacherSlot[] {
	return slots.filter((slot, index) => {
		const isFirstSlot = index === 0;
		return isFirstSlot || startOf(slot) !== startOf(slots[index - 1]);
	});
}
