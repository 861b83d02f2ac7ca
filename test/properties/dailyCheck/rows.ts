import { DateTime } from 'luxon';

import { clockOfQuarter, dayPlus, toDottedDay } from '../../support/days';
import { SmallSchool } from '../../unit/operations/school';
import type { School } from './schools';
import { CLOSED_BRANCH } from './schools';

const SUBJECT = 1;
const LESSON_TYPE = 1;
const PAY_ACCOUNT = 1;
const NEVER_ARCHIVED = '2030-12-31';

/**
 * Opens a school in the sandbox that has the records of a random school. The ID of a record is its index plus
 * 1.
 */
export function openSchool(school: School): SmallSchool {
	const smallSchool = new SmallSchool({ ...school.settings, timeZone: school.zone });
	smallSchool.addRecord('branch', { id: CLOSED_BRANCH, name: 'Закрытый филиал', is_active: 0 });
	addPeople(smallSchool, school);
	addGroups(smallSchool, school);
	addLessons(smallSchool, school);
	addPayments(smallSchool, school);
	return smallSchool;
}

/** Adds the people of a random school as customers. */
function addPeople(smallSchool: SmallSchool, school: School): void {
	for (const [index, { isClient, isArchived, branch, balance, paidLessons }] of school.people.entries()) {
		smallSchool.addRecord('customer', {
			id: index + 1,
			name: `Человек ${index}`,
			legal_type: 1,
			branch_ids: [branch],
			is_study: isClient ? 1 : 0,
			e_date: isArchived ? findDate(school, -5) : NEVER_ARCHIVED,
			balance,
			paid_lesson_count: paidLessons,
		});
	}
}

/** Adds the groups of a random school with their memberships. */
function addGroups(smallSchool: SmallSchool, school: School): void {
	for (const [index, { branch, isArchived, isOver, memberships }] of school.groups.entries()) {
		const groupId = smallSchool.addRecord('group', {
			id: index + 1,
			name: `Группа ${index}`,
			branch_ids: [branch],
			removed: isArchived ? 1 : 0,
			b_date: findDate(school, -9),
			e_date: findDate(school, isOver ? -1 : 9),
		});
		for (const { person, firstDay, length } of memberships) {
			smallSchool.addRecord('cgi', {
				customer_id: person + 1,
				group_id: groupId,
				b_date: toDottedDay(findDate(school, firstDay)),
				e_date: length === null ? null : toDottedDay(findDate(school, firstDay + length)),
			});
		}
	}
}

/** Adds the lessons of a random school, and the attendance of the first person of a lesson. */
function addLessons(smallSchool: SmallSchool, school: School): void {
	for (const [index, lesson] of school.lessons.entries()) {
		const { branch, day, startQuarter, quarters, status, teachers, room, people, group, mark } = lesson;
		const date = findDate(school, day);
		const lessonId = smallSchool.addRecord('lesson', {
			id: index + 1,
			branch_id: branch,
			date,
			time_from: `${date} ${clockOfQuarter(startQuarter)}:00`,
			time_to: `${date} ${clockOfQuarter(startQuarter + quarters)}:00`,
			status,
			subject_id: SUBJECT,
			lesson_type_id: LESSON_TYPE,
			teacher_ids: teachers,
			room_id: room,
			customer_ids: people.map((person) => person + 1),
			group_ids: group === null ? [] : [group + 1],
		});
		if (mark !== undefined && people.length > 0) {
			smallSchool.addRecord('lesson-details', {
				lesson_id: lessonId,
				customer_id: people[0] + 1,
				branch_id: branch,
				is_attend: mark,
			});
		}
	}
}

/** Adds the payments of a random school. */
function addPayments(smallSchool: SmallSchool, school: School): void {
	for (const [index, { branch, day, customerId, type }] of school.payments.entries()) {
		smallSchool.addRecord('pay', {
			id: index + 1,
			branch_id: branch,
			document_date: toDottedDay(findDate(school, day)),
			customer_id: customerId,
			pay_type_id: type,
			pay_account_id: PAY_ACCOUNT,
			income: '500.00',
		});
	}
}

/** Finds the date of a day that is counted from today in the school. */
function findDate({ now, zone }: School, day: number): string {
	return dayPlus(DateTime.fromISO(now).setZone(zone).toFormat('yyyy-MM-dd'), day);
}
