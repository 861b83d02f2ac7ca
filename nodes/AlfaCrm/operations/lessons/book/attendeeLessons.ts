/**
 * Reads the lessons of the attendees of a booking. They tell when the attendees are busy, and
 * whether the lesson is booked already.
 */

import type { IDataObject } from 'n8n-workflow';

import { cgi as membershipEntity } from '../../../entities/cgi';
import { dayOf, lesson as lessonEntity } from '../../../entities/lesson';
import { listCall, passesOf } from '../../../entities/listCall';
import { formatTime, readId } from '../../../values/formats';
import type { Item } from '../../../run/item';
import { hasAllAttendeesOf } from '../existingLesson';
import { readWholeList } from '../../../run/readList';
import { involvesAnyOf } from '../../../store/calendar/attendees';
import type { Booking } from './bookingForm';
import { CustomerLessons } from '../../../store/calendar/customerLessons';
import {
	groupIdsOf,
	idOf,
	isCancelled,
	isPlanned,
	lessonTypeIdOf,
	regularLessonIdOf,
	subjectIdOf,
	teacherIdsOf,
} from '../../../store/calendar/lessonRow';
import type { SlotSearch } from '../timetable';
import { lessonDaysFilter } from '../timetable';
import type { Branch } from '../../../store/located';

/**
 * Ends the error about an incomplete list: "so it is not sure when the customer is free". A missing
 * lesson would make the customer look free.
 */
const UNSURE_IF_INCOMPLETE = 'when the customer is free';

/**
 * Reads the lessons that AlfaCRM lists for the first attendee: the first customer, or else the
 * first group. It reads the days of a search and a week before and after them, because a lesson may
 * have been moved by some days. The lists of all statuses are read, because a cancelled lesson
 * shows that its regular lesson does not take place on that day. AlfaCRM filters by one customer or
 * group. API notes 5.11.
 */
export async function readAttendeeLessons(
	item: Item,
	{ attendees }: Booking,
	search: SlotSearch,
): Promise<IDataObject[]> {
	const [customerId] = attendees.customerIds;
	const [groupId] = attendees.groupIds;
	const attendeeFilter =
		customerId === undefined ? { group_id: groupId } : { customer_id: customerId };
	return await readWholeList(item, lessonEntity, {
		...listCall(lessonEntity, search.target.branch),
		body: { ...attendeeFilter, ...lessonDaysFilter(search) },
		passes: passesOf(lessonEntity),
		// Completes an error: "AlfaCRM did not look for the same lesson".
		task: 'look for the same lesson',
	});
}

/**
 * Returns the search, extended so that it avoids the times at which the attendees have lessons. It
 * reads the lessons of every booked group. For the first customer it also reads the lessons of the
 * customer's groups, since a group lesson may list none of the members: see `CustomerLessons`.
 *
 * @param firstAttendeeLessons the result of `readAttendeeLessons`
 */
export async function makeSearchAvoidAttendeeLessons(
	item: Item,
	{ attendees }: Booking,
	search: SlotSearch,
	firstAttendeeLessons: readonly IDataObject[],
): Promise<SlotSearch> {
	const customerLessons = await readCustomerLessons(item, { attendees, search });
	if (customerLessons === undefined) {
		// Only groups are booked. `firstAttendeeLessons` holds the lessons of the first one.
		const groupLessons = await readGroupLessons(item, search, attendees.groupIds.slice(1));
		return { ...search, attendeeLessons: [...firstAttendeeLessons, ...groupLessons] };
	}

	const customerGroupIds = customerLessons.groupIdsWithin(search.firstDay, search.lastDay);
	const groupIds = new Set([...attendees.groupIds, ...customerGroupIds]);
	const groupLessons = await readGroupLessons(item, search, [...groupIds]);

	// The list of a customer contains group lessons, too. A group lesson in this list is the
	// customer's, even if no membership shows it.
	const listedIds = new Set(firstAttendeeLessons.filter(isGroupLesson).map(idOf));
	const isListed = (lesson: IDataObject) => isGroupLesson(lesson) && listedIds.has(idOf(lesson));
	return {
		...search,
		attendeeLessons: [...firstAttendeeLessons, ...groupLessons],
		involvesAttendees: (lesson, day) =>
			involvesAnyOf(attendees, lesson) || customerLessons.includes(lesson, day) || isListed(lesson),
	};
}

/**
 * Reads the memberships of the first customer, which tell which group lessons are the customer's.
 *
 * @returns undefined for a booking of groups alone
 */
export async function readCustomerLessons(
	item: Item,
	{ attendees, search }: Pick<Booking, 'attendees' | 'search'>,
): Promise<CustomerLessons | undefined> {
	const [customerId] = attendees.customerIds;
	if (customerId === undefined) return undefined;

	const memberships = await readMemberships(item, search.target.branch, customerId);
	return new CustomerLessons(customerId, memberships, item.zone);
}

const isGroupLesson = (lesson: IDataObject): boolean => groupIdsOf(lesson).length > 0;

/**
 * Reads the lessons of groups in all statuses, on the days of a search and a week before and after
 * them.
 */
async function readGroupLessons(
	item: Item,
	search: SlotSearch,
	groupIds: readonly number[],
): Promise<IDataObject[]> {
	if (groupIds.length === 0) return [];
	return await readWholeList(
		item,
		lessonEntity,
		{
			...listCall(lessonEntity, search.target.branch),
			body: lessonDaysFilter(search),
			// A list shows one group in one status, so each pass asks for one pair of them.
			passes: groupIds.flatMap((group_id) =>
				passesOf(lessonEntity).map((status) => ({ group_id, ...status })),
			),
		},
		UNSURE_IF_INCOMPLETE,
	);
}

/**
 * Reads the past, current and future memberships of a customer, once for all items: a booking does
 * not change memberships.
 */
async function readMemberships(
	item: Item,
	branch: Branch,
	customerId: number,
): Promise<IDataObject[]> {
	const list = {
		path: membershipEntity.path,
		// `cgi/customer` lists the groups of a customer. API notes 5.7.
		action: 'customer',
		branch,
		query: { customer_id: customerId },
		passes: passesOf(membershipEntity),
		task: `list the groups of customer ${customerId}`,
	};
	const read = async () => {
		const rows = await readWholeList(item, membershipEntity, list, UNSURE_IF_INCOMPLETE);
		// AlfaCRM may ignore the filter. A row that shows no customer counts as this customer's.
		return rows.filter(({ customer_id }) => (readId(customer_id) ?? customerId) === customerId);
	};
	return await item.execution.cached(
		membershipEntity.path,
		JSON.stringify(['memberships', branch, customerId]),
		read,
	);
}

/**
 * Finds the lesson that the user wants to book among the lessons of the attendees; the earliest
 * lesson if several fit.
 *
 * @returns undefined if no lesson fits, or if the user has switched off *Skip If It Already Exists*
 */
export function findExistingLesson(
	booking: Booking,
	attendeeLessons: readonly IDataObject[],
	zone: string,
): IDataObject | undefined {
	if (!booking.returnsExisting) return undefined;
	return attendeeLessons
		.filter((lesson) => isRequestedLesson(lesson, booking, zone))
		.sort((a, b) => (String(a.time_from) < String(b.time_from) ? -1 : 1))
		.at(0);
}

function isRequestedLesson(lesson: IDataObject, booking: Booking, zone: string): boolean {
	const { search, lessonFields, startTime } = booking;
	const day = dayOf(lesson, zone) ?? '';
	const isOnRequestedDay = search.firstDay <= day && day <= search.lastDay;
	if (isCancelled(lesson) || !isOnRequestedDay) return false;

	const hasSubject = subjectIdOf(lesson) === lessonFields.subject_id;
	const hasLessonType = lessonTypeIdOf(lesson) === lessonFields.lesson_type_id;
	if (!hasSubject || !hasLessonType || !hasAllAttendeesOf(lesson, lessonFields)) return false;

	const lessonStart = formatTime(lesson.time_from, zone);
	if (startTime !== undefined) return lessonStart === startTime;
	return mayBeFirstFreeSlot(lesson, `${day} ${lessonStart ?? ''}`, booking);
}

/**
 * Whether an earlier run may have booked a lesson as the first free slot. Such a lesson is planned,
 * has not begun, and has one of the chosen teachers. It does not belong to a regular lesson,
 * because AlfaCRM makes these lessons without a booking.
 *
 * @param start `yyyy-mm-dd hh:mm`
 */
function mayBeFirstFreeSlot(
	lesson: IDataObject,
	start: string,
	{ search, chosenTeacherIds }: Booking,
): boolean {
	const hasNotBegun = start >= (search.notBefore ?? '');
	const isRegular = regularLessonIdOf(lesson) !== undefined;
	const hasChosenTeacher =
		chosenTeacherIds.length === 0 ||
		teacherIdsOf(lesson).some((id) => chosenTeacherIds.includes(id));
	return hasNotBegun && isPlanned(lesson) && !isRegular && hasChosenTeacher;
}
