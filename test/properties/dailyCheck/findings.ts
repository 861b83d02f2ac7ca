import { LESSON_STATUS, PAY_TYPE } from '../../support/codes';
import type { Group, Lesson, Person, School } from './schools';

/** Days are counted from today. */
const YESTERDAY = -1;
const TODAY = 0;
const TOMORROW = 1;

/**
 * Lists what Daily Check must find in a school. Each finding has the name of a check and the ID of a record, such as
 * "stillPlanned 3" for lesson 3.
 */
export function listExpectedFindings(school: School): string[] {
	return [
		...findStillPlanned(school),
		...findNotMarked(school),
		...findOverlaps(school),
		...findSmallGroups(school),
		...findPaymentsWithoutPayer(school),
		...findUnpaidTomorrow(school),
	].sort();
}

/** Finds the lessons of yesterday that are still planned. */
function findStillPlanned({ lessons }: School): string[] {
	return listFindings('stillPlanned', lessons, ({ day, status }) => day === YESTERDAY && isPlanned(status));
}

/** Finds the completed lessons of yesterday that show nobody as present or absent. */
function findNotMarked({ lessons }: School): string[] {
	return listFindings('notMarked', lessons, ({ day, status, people, mark }) => {
		const isMarked = people.length > 0 && typeof mark === 'number';
		return day === YESTERDAY && status === LESSON_STATUS.held && !isMarked;
	});
}

/** Finds pairs of planned lessons that need one teacher or one room at one time. The lesson that starts later is named. */
function findOverlaps({ lessons }: School): string[] {
	const findings: string[] = [];
	for (const [index, lesson] of lessons.entries()) {
		for (const [earlierIndex, earlierLesson] of lessons.slice(0, index).entries()) {
			if (!areOverlapping(lesson, earlierLesson)) continue;

			const startsLater = earlierLesson.startQuarter > lesson.startQuarter;
			findings.push(describeFinding('overlap', startsLater ? earlierIndex : index));
		}
	}
	return findings;
}

/** Tells whether two planned lessons of yesterday, today or tomorrow need one teacher or one room at one time. */
function areOverlapping(first: Lesson, second: Lesson): boolean {
	const arePlanned = isPlanned(first.status) && isPlanned(second.status);
	const areOnCheckedDay = first.day === second.day && [YESTERDAY, TODAY, TOMORROW].includes(first.day);
	const shareTime = listQuarters(first).some((quarter) => listQuarters(second).includes(quarter));
	const shareTeacher = first.teachers.some((teacher) => second.teachers.includes(teacher));
	const shareRoom = hasRoom(first) && first.room === second.room;
	return arePlanned && areOnCheckedDay && shareTime && (shareTeacher || shareRoom);
}

/**
 * Finds the current groups that have fewer members today than the user wants. Archived people do not count.
 */
function findSmallGroups({ groups, people, minMembers }: School): string[] {
	return listFindings('smallGroup', groups, (group) => {
		const members = people.filter((person, index) => !person.isArchived && isMember(group, index, TODAY));
		return !group.isArchived && !group.isOver && members.length < minMembers;
	});
}

/** Finds the incomes of yesterday that belong to no customer. */
function findPaymentsWithoutPayer({ payments }: School): string[] {
	return listFindings('noPayer', payments, ({ day, type, customerId }) => {
		const hasPayer = customerId !== null && customerId > 0;
		return day === YESTERDAY && type === PAY_TYPE.income && !hasPayer;
	});
}

/** Finds the clients who come to a planned lesson tomorrow although they owe money or have no paid lesson left. */
function findUnpaidTomorrow({ people, groups, lessons }: School): string[] {
	const lessonsOfTomorrow = lessons.filter(({ day, status }) => day === TOMORROW && isPlanned(status));
	return listFindings('comesUnpaid', people, (person, index) => {
		const comesTomorrow = lessonsOfTomorrow.some(
			(lesson) =>
				lesson.people.includes(index) ||
				(lesson.group !== null && isMember(groups[lesson.group], index, TOMORROW)),
		);
		return person.isClient && !person.isArchived && comesTomorrow && hasToPay(person);
	});
}

/** Tells whether a client owes money or has no paid lesson left. */
function hasToPay({ balance, paidLessons }: Person): boolean {
	const owesMoney = balance !== null && Number(balance) < 0;
	const hasNoLessonLeft = paidLessons !== null && paidLessons <= 0;
	return owesMoney || hasNoLessonLeft;
}

/** Tells whether a person belongs to a group on a day. */
function isMember({ memberships }: Group, person: number, day: number): boolean {
	return memberships
		.filter((membership) => membership.person === person)
		.some(({ firstDay, length }) => firstDay <= day && (length === null || day <= firstDay + length));
}

/** Lists the quarters of an hour that a lesson takes. */
function listQuarters({ startQuarter, quarters }: Lesson): number[] {
	return Array.from({ length: quarters }, (_, index) => startQuarter + index);
}

function hasRoom({ room }: Lesson): boolean {
	return room !== null && room > 0;
}

function isPlanned(status: number): boolean {
	return status === LESSON_STATUS.planned;
}

/** Lists the findings of a check: one for each record with which something is wrong. */
function listFindings<T>(
	check: string,
	records: T[],
	isWrong: (record: T, index: number) => boolean,
): string[] {
	const wrongRecords = [...records.entries()].filter(([index, record]) => isWrong(record, index));
	return wrongRecords.map(([index]) => describeFinding(check, index));
}

/** Describes a finding by its check and the ID of the record, which is the index plus 1: "smallGroup 2". */
function describeFinding(check: string, index: number): string {
	return `${check} ${index + 1}`;
}
