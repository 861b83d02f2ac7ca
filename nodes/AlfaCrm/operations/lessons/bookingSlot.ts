import type { IDataObject } from 'n8n-workflow';

import { daysAfter } from '../../values/formats';
import type { Item } from '../../run/item';
import { avoidAttendeeLessons, findExistingLesson, readAttendeeLessons } from './attendeeLessons';
import type { Booking } from './booking';
import { roomIdOf, teacherIdsOf } from '../../store/calendar/lessonRow';
import type { Obstacle } from '../../store/calendar/slots';
import { findObstacle, startOf } from '../../store/calendar/slots';
import type { SlotSearch, Teacher } from './timetable';
import { findSlots, readTimetable, requestFor } from './timetable';

/** If the wanted time is taken, the error offers this many free slots within this many days. */
const OFFER = { slots: 3, days: 14 };

/** When the lesson is to take place, and who gives it. */
export interface LessonSlot {
	/** `yyyy-mm-dd` */
	date: string;
	/** `hh:mm` */
	start: string;
	teacher: Teacher;
}

/** The slot to book; or the lesson, if another n8n process has booked it while this one was looking for a slot. */
type SlotOrExistingLesson = { slot: LessonSlot } | { existingLesson: IDataObject };

/**
 * Chooses the slot of a booking: the time that the user wants, or the first free slot.
 *
 * @throws NodeOperationError that says why no slot is free, and which ones are free next
 */
export async function chooseSlot(
	item: Item,
	booking: Booking,
	search: SlotSearch,
): Promise<SlotOrExistingLesson> {
	if (booking.startTime !== undefined) return await chooseSlotAt(item, booking, search, booking.startTime);
	return { slot: await chooseFirstFreeSlot(item, search) };
}

async function chooseFirstFreeSlot(item: Item, search: SlotSearch): Promise<LessonSlot> {
	const slots = await findSlots(item, search, { enough: 1 });
	if (slots.length > 0) return slots[0];

	throw item.error(
		`No slot of ${search.duration} minutes is free from ${search.firstDay} to ${search.lastDay}`,
		`Give later days, other teachers, another room or a shorter 'Duration'. A teacher is free within the working hours in AlfaCRM only.${teacherHint(search)}`,
	);
}

async function chooseSlotAt(
	item: Item,
	booking: Booking,
	search: SlotSearch,
	startTime: string,
): Promise<SlotOrExistingLesson> {
	const date = search.firstDay;
	const hasPassed = startOf({ date, start: startTime }) < (search.notBefore ?? '');
	const candidates = await findCandidates(item, booking, search, startTime);
	const freeCandidate = candidates.find(({ obstacle }) => obstacle === undefined);
	if (freeCandidate !== undefined && !hasPassed) {
		return { slot: { date, start: startTime, teacher: freeCandidate.teacher } };
	}

	// The obstacle may be this very lesson, booked by another process since the attendees' lessons were read.
	const offerSearch = searchWithinOfferDays(search);
	const attendeeLessons = await readAttendeeLessons(item, booking, offerSearch);
	const existingLesson = findExistingLesson(booking, attendeeLessons, item.zone);
	if (existingLesson !== undefined) return { existingLesson };

	const reason = hasPassed
		? `${date} ${startTime} has passed by the clock of the workflow (${item.zone})`
		: explainObstacles(candidates, search, startTime);
	const freeSearch = await avoidAttendeeLessons(item, booking, offerSearch, attendeeLessons);
	const offer = await offerSlots(item, freeSearch, startTime);
	throw item.error(reason, `${offer}`);
}

/** A teacher who may give the lesson at the wanted time, unless there is an obstacle. */
interface Candidate {
	teacher: Teacher;
	obstacle?: Obstacle;
}

async function findCandidates(
	item: Item,
	{ checksWorkingHours }: Booking,
	search: SlotSearch,
	startTime: string,
): Promise<Candidate[]> {
	const { timetable, teachers } = await readTimetable(item, search);
	return teachers.map((teacher) => {
		const request = requestFor(teacher, search, item.zone);
		return { teacher, obstacle: findObstacle(timetable, request, startTime, { checksWorkingHours }) };
	});
}

// ---------------------------------------------------------------- why a time is not free

/**
 * Says why nobody can give the lesson. Several teachers may each have another reason, so of them only a lesson of the attendees
 * is named: it is in the way of every teacher.
 */
function explainObstacles(candidates: readonly Candidate[], search: SlotSearch, startTime: string): string {
	const candidate = candidates.length === 1 ? candidates[0] : findAttendeeConflict(candidates, search);
	if (candidate?.obstacle === undefined) {
		return `No teacher is free on ${search.firstDay} at ${startTime} for ${search.duration} minutes`;
	}
	return explainObstacle(candidate.obstacle, candidate.teacher, search, startTime);
}

/** Finds a candidate whose obstacle is a lesson of the attendees. */
function findAttendeeConflict(candidates: readonly Candidate[], search: SlotSearch): Candidate | undefined {
	return candidates.find(
		({ obstacle }) =>
			typeof obstacle === 'object' && search.involvesAttendees?.(obstacle.lesson, search.firstDay),
	);
}

function explainObstacle(
	obstacle: Obstacle,
	teacher: Teacher,
	search: SlotSearch,
	startTime: string,
): string {
	const time = `on ${search.firstDay} at ${startTime}`;
	if (obstacle === 'outsideWorkingHours') {
		return `${describeTeacher(teacher)} does not work ${time} for ${search.duration} minutes`;
	}
	const { lesson, isRegular } = obstacle;
	const kind = isRegular ? 'regular lesson' : 'lesson';
	return `${describeWhoIsBusy(lesson, teacher, search)} has another lesson ${time}: ${kind} ${String(lesson.id)}`;
}

/** Names who or what has the other lesson: the attendees, the teacher, or the room. */
function describeWhoIsBusy(
	lesson: IDataObject,
	teacher: Teacher,
	{ involvesAttendees, roomId, firstDay }: SlotSearch,
): string {
	if (involvesAttendees?.(lesson, firstDay)) return 'The customer or group';
	const isLessonOfTeacher = teacherIdsOf(lesson).includes(teacher.id);
	const isLessonInRoom = roomIdOf(lesson) === roomId;
	return isLessonInRoom && !isLessonOfTeacher ? `Room ${roomId}` : describeTeacher(teacher);
}

const describeTeacher = ({ id, name }: Teacher): string => `Teacher ${id} (${String(name)})`;

// ---------------------------------------------------------------- which times are free instead

/** Moves a search to the days for which slots are offered: from the wanted day on, or from today if that day has passed. */
function searchWithinOfferDays(search: SlotSearch): SlotSearch {
	const [today] = (search.notBefore ?? '').split(' ');
	const firstDay = search.firstDay < today ? today : search.firstDay;
	return { ...search, firstDay, lastDay: daysAfter(firstDay, OFFER.days - 1) };
}

/** Lists the next free slots after the wanted time, for an error message. */
async function offerSlots(item: Item, search: SlotSearch, startTime: string): Promise<string> {
	const wantedStart = startOf({ date: search.firstDay, start: startTime });
	const now = search.notBefore ?? '';
	const notBefore = wantedStart > now ? wantedStart : now;
	const slots = await findSlots(item, { ...search, notBefore }, { enough: OFFER.slots });

	// Several teachers may be free at the same time; the slots are sorted by time, so one look back is enough.
	const slotsAtDifferentTimes = slots.filter(
		(slot, index) => index === 0 || startOf(slot) !== startOf(slots[index - 1]),
	);
	if (slotsAtDifferentTimes.length === 0) {
		return `Nothing is free within ${OFFER.days} days.${teacherHint(search)}`;
	}
	const offered = slotsAtDifferentTimes
		.slice(0, OFFER.slots)
		.map((slot) => `${startOf(slot)} (${String(slot.teacher.name)})`);
	return `Free next: ${offered.join(', ')}.`;
}

/** Says which teachers were considered, if the user has chosen none. */
function teacherHint({ subjectId }: SlotSearch): string {
	if (subjectId === undefined) return '';
	return " As 'Teacher' is empty, only those count who have lessons of the subject (regular ones, or some since four weeks before): choose others by name.";
}
