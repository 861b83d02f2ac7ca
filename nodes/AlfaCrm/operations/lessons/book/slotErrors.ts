/**
 * Writes the errors of *Lesson → Book*: why the lesson cannot be booked, and which slots are free
 * instead. A slot is a time at which a teacher, the room and the attendees are free. Nothing here
 * calls AlfaCRM.
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

/** A teacher who may give the lesson, and what keeps the teacher from giving it. */
export interface Candidate {
	teacher: Teacher;
	/** The obstacle at the requested time; undefined if the teacher is free then. */
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
 * Says that the requested time has passed. Names the time zone of the workflow, because the school
 * may be in a different one.
 */
export function explainPassedTime(time: LessonTime, zone: string): string {
	return `${startOf(time)} has passed by the clock of the workflow (${zone})`;
}

/**
 * Says why no candidate can give the lesson at the requested time:
 *
 * - If there is only one candidate, names the obstacle of this candidate.
 * - If there are several candidates, names only a lesson of the attendees, because it is an
 *   obstacle for all candidates.
 * - Otherwise says that no teacher is free.
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

/** Finds a candidate who cannot give the lesson because the attendees have another lesson then. */
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
 * Whether the attendees of a booking take part in a lesson or regular lesson on the first day of
 * the search, which is the requested day. A regular lesson is a rule such as "Mondays at 17:00".
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

	const { lesson, isRegular } = obstacle;
	const busyParty = nameBusyParty(lesson, teacher, search);
	const kind = isRegular ? 'regular lesson' : 'lesson';
	return `${busyParty} has another lesson ${time}: ${kind} ${String(lesson.id)}`;
}

/**
 * Names who or what is busy with the lesson that is the obstacle: the attendees, the teacher or the
 * room, in this order if several of them are busy.
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
 * Lists the slots that the user can choose instead.
 *
 * @param days the number of days that were searched
 */
export function describeOffer(
	slots: ReadonlyArray<LessonTime & { teacher: Teacher }>,
	search: SlotSearch,
	{ days }: { days: number },
): string {
	if (slots.length === 0) {
		return `Nothing is free within ${days} days.${describeConsideredTeachers(search)}`;
	}

	const slotTexts = slots.map((slot) => `${startOf(slot)} (${String(slot.teacher.name)})`);
	return `Free next: ${slotTexts.join(', ')}.`;
}

/**
 * Says which teachers were considered, if the user has chosen none: the search has a subject only
 * in this case. The sentence begins with a space, because it follows another one.
 */
function describeConsideredTeachers({ subjectId }: SlotSearch): string {
	if (subjectId === undefined) return '';
	return " As 'Teacher' is empty, only those count who have lessons of the subject (regular ones, or some since four weeks before): choose others by name.";
}
