import { LESSON_STATUS, PAY_TYPE } from '../../support/codes';
import type { Group, Lesson, Person, School } from './schools';

const YESTERDAY = -1;
const TODAY = 0;
const TOMORROW = 1;

/**
 * Finds what the daily check should find: it looks at each lesson, group, payment and card, as an
 * administrator would. Each finding is the name of a check and the ID of a record, such as "stillPlanned 3".
 */
export function findExpected(school: School): string[] {
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
	return nameRecords('stillPlanned', lessons, ({ day, status }) => day === YESTERDAY && isPlanned(status));
}

/** Finds the completed lessons of yesterday that show nobody as present or absent. */
function findNotMarked({ lessons }: School): string[] {
	return nameRecords('notMarked', lessons, ({ day, status, people, mark }) => {
		const isMarked = people.length > 0 && typeof mark === 'number';
		return day === YESTERDAY && status === LESSON_STATUS.held && !isMarked;
	});
}

/** Finds the later one of each two planned lessons that need the same teacher or room at the same time. */
function findOverlaps({ lessons }: School): string[] {
	const findings: string[] = [];
	for (const [index, lesson] of lessons.entries()) {
		for (const [otherIndex, other] of lessons.slice(0, index).entries()) {
			if (!areOverlapping(lesson, other)) continue;

			const laterIndex = other.startQuarter > lesson.startQuarter ? otherIndex : index;
			findings.push(nameFinding('overlap', laterIndex));
		}
	}
	return findings;
}

/** Tells whether two lessons of a checked day need the same teacher or room in one quarter of an hour. */
function areOverlapping(lesson: Lesson, other: Lesson): boolean {
	const arePlanned = isPlanned(lesson.status) && isPlanned(other.status);
	const areOnCheckedDay = lesson.day === other.day && [YESTERDAY, TODAY, TOMORROW].includes(lesson.day);
	const shareTime = listQuarters(lesson).some((quarter) => listQuarters(other).includes(quarter));
	const shareTeacher = lesson.teachers.some((teacher) => other.teachers.includes(teacher));
	const shareRoom = hasRoom(lesson) && lesson.room === other.room;
	return arePlanned && areOnCheckedDay && shareTime && (shareTeacher || shareRoom);
}

/**
 * Finds the current groups that have fewer members today than the user wants. Archived people do not count.
 */
function findSmallGroups({ groups, people, minMembers }: School): string[] {
	return nameRecords('smallGroup', groups, (group) => {
		const members = people.filter((person, index) => !person.isArchived && isMember(group, index, TODAY));
		return !group.isArchived && !group.isOver && members.length < minMembers;
	});
}

/** Finds the incomes of yesterday that belong to no customer. */
function findPaymentsWithoutPayer({ payments }: School): string[] {
	return nameRecords('noPayer', payments, ({ day, type, customerId }) => {
		const hasPayer = customerId !== null && customerId > 0;
		return day === YESTERDAY && type === PAY_TYPE.income && !hasPayer;
	});
}

/** Finds the clients who come to a planned lesson tomorrow, and owe money or have no paid lesson left. */
function findUnpaidTomorrow({ people, groups, lessons }: School): string[] {
	const lessonsOfTomorrow = lessons.filter(({ day, status }) => day === TOMORROW && isPlanned(status));
	return nameRecords('comesUnpaid', people, (person, index) => {
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

/** Names each record that fails a check, such as "smallGroup 2". */
function nameRecords<T>(check: string, records: T[], fails: (record: T, index: number) => boolean): string[] {
	const failingRecords = [...records.entries()].filter(([index, record]) => fails(record, index));
	return failingRecords.map(([index]) => nameFinding(check, index));
}

/** Names a finding by its check and the ID of the record, which is the index plus 1. */
function nameFinding(check: string, index: number): string {
	return `${check} ${index + 1}`;
}
