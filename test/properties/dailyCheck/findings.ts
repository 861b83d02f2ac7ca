import { LESSON_STATUS, PAY_TYPE } from '../../support/codes';
import type { Group, Lesson, Person, School } from './schools';

const YESTERDAY = -1;
const TODAY = 0;
const TOMORROW = 1;

/**
 * Finds what an administrator would write down who looks at each lesson, group, payment and card of a school. A finding is the
 * name of a check and the ID of a record, such as "stillPlanned 3".
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

/** A lesson of yesterday is still planned. */
function findStillPlanned({ lessons }: School): string[] {
	return name('stillPlanned', lessons, ({ day, status }) => day === YESTERDAY && isPlanned(status));
}

/** A lesson of yesterday is completed, and nobody is marked as present or absent. */
function findNotMarked({ lessons }: School): string[] {
	return name('notMarked', lessons, ({ day, status, people, mark }) => {
		const isMarked = people.length > 0 && typeof mark === 'number';
		return day === YESTERDAY && status === LESSON_STATUS.held && !isMarked;
	});
}

/** Two planned lessons of one day need the same teacher or room in the same quarter of an hour. The later one is named. */
function findOverlaps({ lessons }: School): string[] {
	const findings: string[] = [];
	for (const [index, lesson] of lessons.entries()) {
		for (const [otherIndex, other] of lessons.slice(0, index).entries()) {
			if (!overlap(lesson, other)) continue;

			const laterIndex = other.startQuarter > lesson.startQuarter ? otherIndex : index;
			findings.push(nameFinding('overlap', laterIndex));
		}
	}
	return findings;
}

function overlap(lesson: Lesson, other: Lesson): boolean {
	const arePlanned = isPlanned(lesson.status) && isPlanned(other.status);
	const areOnCheckedDay = lesson.day === other.day && [YESTERDAY, TODAY, TOMORROW].includes(lesson.day);
	const shareTime = listQuarters(lesson).some((quarter) => listQuarters(other).includes(quarter));
	const shareTeacher = lesson.teachers.some((teacher) => other.teachers.includes(teacher));
	const shareRoom = hasRoom(lesson) && lesson.room === other.room;
	return arePlanned && areOnCheckedDay && shareTime && (shareTeacher || shareRoom);
}

/** A group that goes on has fewer members today than the user wants. Archived people do not count. */
function findSmallGroups({ groups, people, minMembers }: School): string[] {
	return name('smallGroup', groups, (group) => {
		const members = people.filter((person, index) => !person.isArchived && isMember(group, index, TODAY));
		return !group.isArchived && !group.isOver && members.length < minMembers;
	});
}

/** An income of yesterday has no payer. */
function findPaymentsWithoutPayer({ payments }: School): string[] {
	return name('noPayer', payments, ({ day, type, customerId }) => {
		const hasPayer = customerId !== null && customerId > 0;
		return day === YESTERDAY && type === PAY_TYPE.income && !hasPayer;
	});
}

/** A client comes to a planned lesson tomorrow, and owes money or has no paid lesson left. */
function findUnpaidTomorrow({ people, groups, lessons }: School): string[] {
	const lessonsOfTomorrow = lessons.filter(({ day, status }) => day === TOMORROW && isPlanned(status));
	return name('comesUnpaid', people, (person, index) => {
		const comesTomorrow = lessonsOfTomorrow.some(
			(lesson) =>
				lesson.people.includes(index) ||
				(lesson.group !== null && isMember(groups[lesson.group], index, TOMORROW)),
		);
		return person.isClient && !person.isArchived && comesTomorrow && hasToPay(person);
	});
}

function hasToPay({ balance, paidLessons }: Person): boolean {
	const owesMoney = balance !== null && Number(balance) < 0;
	const hasNoLessonLeft = paidLessons !== null && paidLessons <= 0;
	return owesMoney || hasNoLessonLeft;
}

function isMember({ memberships }: Group, person: number, day: number): boolean {
	return memberships
		.filter((membership) => membership.person === person)
		.some(({ firstDay, length }) => firstDay <= day && (length === null || day <= firstDay + length));
}

function listQuarters({ startQuarter, quarters }: Lesson): number[] {
	return Array.from({ length: quarters }, (_, index) => startQuarter + index);
}

function hasRoom({ room }: Lesson): boolean {
	return room !== null && room > 0;
}

function isPlanned(status: number): boolean {
	return status === LESSON_STATUS.planned;
}

/** Names each record about which a check has something to say. */
function name<T>(check: string, records: T[], isFound: (record: T, index: number) => boolean): string[] {
	const found = [...records.entries()].filter(([index, record]) => isFound(record, index));
	return found.map(([index]) => nameFinding(check, index));
}

/** IDs count from 1, indexes from 0. */
function nameFinding(check: string, index: number): string {
	return `${check} ${index + 1}`;
}
