/**
 * Writes the sentences of the errors of *Lesson → Book*: why no slot is free or the requested time
 * is taken, and which slots are free instead. Nothing here calls AlfaCRM.
 */

import type { IDataObject } from 'n8n-workflow';

import { roomIdOf, teacherIdsOf } from '../../../store/calendar/lessonRow';
import type { Obstacle } from '../../../store/calendar/slots';
import { startOf } from '../../../store/calendar/slots';
import type { SlotSearch, Teacher } from '../timetable';

/** The day and the time at which a lesson starts. */
export interface LessonTime {
	/** `yyyy-mm-dd` */
	date: string;
	/** `hh:mm` */
	start: string;
}

/**
 * A teacher who may give the lesson, and what keeps the teacher from doing so at the requested
 * time.
 */
export interface Candidate {
	teacher: Teacher;
	/** Undefined if the teacher is free. */
	obstacle?: Obstacle;
}

/** Says that a search found no free slot, and what the user can change. */
export function explainNoFreeSlot(search: SlotSearch): { message: string; advice: string } {
	const { duration, firstDay, lastDay } = search;
	return {
		message: `No slot of ${duration} minutes is free from ${firstDay} to ${lastDay}`,
		advice: `Give later days, other teachers, another room or a shorter 'Duration'. A teacher is free within the working hours in AlfaCRM only.${describeConsideredTeachers(search)}`,
	};
}

/**
 * Says that the requested time has passed. It names the time zone, because the workflow may have
 * another one than the school.
 */
export function explainPassedTime(time: LessonTime, zone: string): string {
	return `${startOf(time)} has passed by the clock of the workflow (${zone})`;
}

/**
 * Says why no candidate can give the lesson at the requested time. The obstacle of a single
 * candidate is named. Several candidates may have different obstacles; then only a lesson of the
 * attendees is named, because it is in the way of every candidate.
 */
export function explainObstacles(
	candidates: readonly Candidate[],
	search: SlotSearch,
	time: LessonTime,
): string {
	const candidate =
		candidates.length === 1 ? candidates[0] : findCandidateBlockedByAttendees(candidates, search);
	if (candidate?.obstacle === undefined) {
		return `No teacher is free on ${time.date} at ${time.start} for ${search.duration} minutes`;
	}
	return explainObstacle(candidate.teacher, candidate.obstacle, search, time);
}

/** Finds a candidate who cannot give the lesson because the attendees have another one then. */
function findCandidateBlockedByAttendees(
	candidates: readonly Candidate[],
	search: SlotSearch,
): Candidate | undefined {
	return candidates.find(({ obstacle }) => {
		if (obstacle === undefined || obstacle === 'outsideWorkingHours') return false;
		return isLessonOfAttendees(obstacle.lesson, search);
	});
}

/**
 * Whether the attendees of a booking take part in a lesson or regular lesson. It takes place on the
 * first day of the search: a lesson at a requested time is booked on that day.
 */
function isLessonOfAttendees(lesson: IDataObject, search: SlotSearch): boolean {
	if (search.involvesAttendees === undefined) return false;
	return search.involvesAttendees(lesson, search.firstDay);
}

/** Says what keeps a teacher from giving the lesson at the requested time. */
function explainObstacle(
	teacher: Teacher,
	obstacle: Obstacle,
	search: SlotSearch,
	{ date, start }: LessonTime,
): string {
	const time = `on ${date} at ${start}`;
	if (obstacle === 'outsideWorkingHours') {
		return `${describeTeacher(teacher)} does not work ${time} for ${search.duration} minutes`;
	}

	// Any other obstacle is a lesson or regular lesson.
	const { lesson, isRegular } = obstacle;
	const busyParty = nameBusyParty(lesson, teacher, search);
	const kind = isRegular ? 'regular lesson' : 'lesson';
	return `${busyParty} has another lesson ${time}: ${kind} ${String(lesson.id)}`;
}

/**
 * Names the attendees, the teacher or the room, whichever has the lesson that is in the way. If the
 * teacher and the room both have it, the teacher is named.
 */
function nameBusyParty(lesson: IDataObject, teacher: Teacher, search: SlotSearch): string {
	if (isLessonOfAttendees(lesson, search)) return 'The customer or group';

	const { roomId } = search;
	const isLessonOfTeacher = teacherIdsOf(lesson).includes(teacher.id);
	const isLessonInRoom = roomId !== undefined && roomIdOf(lesson) === roomId;
	return isLessonInRoom && !isLessonOfTeacher ? `Room ${roomId}` : describeTeacher(teacher);
}

const describeTeacher = ({ id, name }: Teacher): string => `Teacher ${id} (${String(name)})`;

/**
 * Lists the slots that the user may take instead.
 *
 * @param days the number of days that were searched
 */
export function describeOffer(
	slots: ReadonlyArray<LessonTime & { teacher: Teacher }>,
	search: SlotSearch,
	{ days }: { days: number },
): string {
	if (slots.length === 0)
		return `Nothing is free within ${days} days.${describeConsideredTeachers(search)}`;

	const slotTexts = slots.map((slot) => `${startOf(slot)} (${String(slot.teacher.name)})`);
	return `Free next: ${slotTexts.join(', ')}.`;
}

/**
 * Says which teachers were considered, if the user has chosen none. Only then does the search have
 * a subject: see `readBookingForm`.
 */
function describeConsideredTeachers({ subjectId }: SlotSearch): string {
	if (subjectId === undefined) return '';
	return " As 'Teacher' is empty, only those count who have lessons of the subject (regular ones, or some since four weeks before): choose others by name.";
}
