/**
 * Reads the lessons of the attendees of a booking: the customers and groups for whom a lesson is
 * booked. These lessons show when the attendees are busy, and whether the lesson is booked already.
 */

import type { IDataObject } from 'n8n-workflow';

import { cgi as membershipEntity } from '../../../entities/cgi';
import { dayOf, lesson as lessonEntity } from '../../../entities/lesson';
import { makeListCall, passesOf } from '../../../entities/listCall';
import { formatTime, readId } from '../../../values/formats';
import type { Item } from '../../../run/item';
import { hasAllAttendeesOf } from '../existingLesson';
import { readWholeList } from '../../../run/readList';
import type { Attendees } from '../../../store/calendar/attendees';
import { involvesAnyOf } from '../../../store/calendar/attendees';
import type { Booking, BookingSearch } from './bookingForm';
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
import { makeLessonDaysFilter } from '../timetable';
import type { Branch } from '../../../store/located';

/**
 * Ends the error for an incomplete list: "so it is not sure when the customer is free". A missing
 * lesson would make the customer look free.
 */
const UNCERTAIN_FACT = 'when the customer is free';

/**
 * Reads the lessons that AlfaCRM lists for the first attendee: the first customer or, in a booking
 * without customers, the first group. If the lesson is booked already, it is among them, because it
 * has all attendees. AlfaCRM filters by one customer or group only: API notes 5.11 in
 * docs/alfacrm-api.md.
 *
 * Reads the lessons from a week before the days of the booking until a week after them, and
 * cancelled lessons too. A moved or cancelled lesson shows that its regular lesson does not take
 * place.
 */
export async function readLessonsOfFirstAttendee(
	item: Item,
	{ attendees, search }: Booking,
): Promise<IDataObject[]> {
	const [customerId] = attendees.customerIds;
	const [groupId] = attendees.groupIds;
	const attendeeFilter =
		customerId === undefined ? { group_id: groupId } : { customer_id: customerId };
	return await readWholeList(item, lessonEntity, {
		...makeListCall(lessonEntity, search.target.branch),
		body: { ...attendeeFilter, ...makeLessonDaysFilter(search) },
		passes: passesOf(lessonEntity),
		// Completes an error, as in "AlfaCRM did not look for the same lesson".
		task: 'look for the same lesson',
	});
}

/**
 * Adds the lessons of the attendees to the search of a booking, so that it finds only slots in
 * which the attendees are free. Returns the completed search.
 *
 * Besides the lessons of the booked customers and groups, reads the lessons of all groups of the
 * customers: AlfaCRM may not list a group lesson for the members of the group. See
 * `CustomerLessons`.
 *
 * @param lessonsOfFirstAttendee the result of `readLessonsOfFirstAttendee`
 */
export async function addAttendeeLessons(
	item: Item,
	booking: Booking,
	lessonsOfFirstAttendee: readonly IDataObject[],
): Promise<BookingSearch> {
	const { attendees, search } = booking;
	const otherCustomerIds = attendees.customerIds.slice(1);
	const lessonsOfOtherCustomers = await readListedLessons(item, search, {
		filterName: 'customer_id',
		ids: otherCustomerIds,
	});
	const listedLessons = [...lessonsOfFirstAttendee, ...lessonsOfOtherCustomers];

	const customers = await readCustomerLessons(item, booking);
	const customerGroupIds = customers.flatMap((customer) =>
		customer.groupIdsWithin(search.firstDay, search.lastDay),
	);
	// Without customers, the first attendee is the first group, whose lessons were read already.
	const unreadGroupIds = customers.length === 0 ? attendees.groupIds.slice(1) : attendees.groupIds;
	const groupIds = new Set([...unreadGroupIds, ...customerGroupIds]);
	const groupLessons = await readListedLessons(item, search, {
		filterName: 'group_id',
		ids: [...groupIds],
	});

	const attendeeLessons = [...listedLessons, ...groupLessons];
	// Without customers, the function `involvesAttendees` of the search needs no memberships.
	if (customers.length === 0) return { ...search, attendeeLessons };

	const involvesAttendees = makeAttendeeCheck(attendees, customers, listedLessons);
	return { ...search, attendeeLessons, involvesAttendees };
}

/**
 * Makes the function that tells whether an attendee takes part in a lesson, or in a regular lesson
 * on a day. A regular lesson is a rule such as "Mondays at 17:00".
 *
 * @param customers for each booked customer, an object that decides by the customer's memberships
 * @param listedLessons the lessons that AlfaCRM lists for the customers. They take part in each
 * group lesson among these, even if no membership shows it.
 */
function makeAttendeeCheck(
	attendees: Attendees,
	customers: readonly CustomerLessons[],
	listedLessons: readonly IDataObject[],
): (lesson: IDataObject, day: string) => boolean {
	const listedGroupLessons = listedLessons.filter(isGroupLesson);
	const listedGroupLessonIds = new Set(listedGroupLessons.map(idOf));
	return (lesson, day) => {
		if (involvesAnyOf(attendees, lesson)) return true;
		if (customers.some((customer) => customer.includes(lesson, day))) return true;
		// `isGroupLesson` excludes a regular lesson that has the same ID as a group lesson: a regular
		// lesson has no list of groups.
		return isGroupLesson(lesson) && listedGroupLessonIds.has(idOf(lesson));
	};
}

/**
 * Reads the memberships of the booked customers: the days on which a customer belongs to a group.
 *
 * @returns for each customer an object that decides by the memberships in which lessons the
 * customer takes part
 */
export async function readCustomerLessons(
	item: Item,
	{ attendees, search }: Booking,
): Promise<CustomerLessons[]> {
	const customers: CustomerLessons[] = [];
	for (const customerId of attendees.customerIds) {
		const memberships = await readMembershipsOnce(item, search.target.branch, customerId);
		customers.push(new CustomerLessons(customerId, memberships, item.zone));
	}
	return customers;
}

const isGroupLesson = (lesson: IDataObject): boolean => groupIdsOf(lesson).length > 0;

/**
 * Reads the lessons that AlfaCRM lists for some customers, or for some groups, in all statuses, on
 * the days of a search and a week before and after them.
 */
async function readListedLessons(
	item: Item,
	search: SlotSearch,
	{ filterName, ids }: { filterName: 'customer_id' | 'group_id'; ids: readonly number[] },
): Promise<IDataObject[]> {
	if (ids.length === 0) return [];

	const list = {
		...makeListCall(lessonEntity, search.target.branch),
		body: makeLessonDaysFilter(search),
		// The list is read once for each of these additions to its body.
		passes: ids.flatMap((id) => makeStatusPasses({ [filterName]: id })),
	};
	return await readWholeList(item, lessonEntity, list, UNCERTAIN_FACT);
}

/**
 * Makes the filters that together list all lessons of one customer or group: one filter for each
 * status, because AlfaCRM lists the lessons of only one status at a time.
 */
function makeStatusPasses(attendeeFilter: IDataObject): IDataObject[] {
	const statusFilters = passesOf(lessonEntity);
	return statusFilters.map((statusFilter) => ({ ...attendeeFilter, ...statusFilter }));
}

/**
 * Reads the past, current and future memberships of a customer, once for all items. A booking does
 * not change memberships.
 */
async function readMembershipsOnce(
	item: Item,
	branch: Branch,
	customerId: number,
): Promise<IDataObject[]> {
	const cacheName = JSON.stringify(['memberships', branch, customerId]);
	return await item.execution.cached(
		membershipEntity.path,
		cacheName,
		async () => await readMemberships(item, branch, customerId),
	);
}

/** Reads the past, current and future memberships of a customer. */
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
	const rows = await readWholeList(item, membershipEntity, list, UNCERTAIN_FACT);

	// AlfaCRM may ignore the filter. A row that does not show its customer is kept.
	return rows.filter((row) => {
		const shownCustomerId = readId(row.customer_id);
		return shownCustomerId === undefined || shownCustomerId === customerId;
	});
}

/**
 * Finds the lesson that the user wants to book among the lessons of the attendees. If several
 * lessons fit, returns the earliest one.
 *
 * @returns undefined if no lesson fits, or if the user has switched off *Skip If It Already Exists*
 */
export function findExistingLesson(
	booking: Booking,
	attendeeLessons: readonly IDataObject[],
	zone: string,
): IDataObject | undefined {
	if (!booking.returnsExisting) return undefined;

	const requestedLessons = attendeeLessons.filter((lesson) =>
		isRequestedLesson(lesson, booking, zone),
	);
	return requestedLessons.sort(compareStarts).at(0);
}

/**
 * Compares two lessons for `sort`: the lesson that starts earlier comes first. AlfaCRM shows the
 * start as `yyyy-mm-dd hh:mm:ss`, so the alphabetical order is the order in time.
 */
function compareStarts(lesson: IDataObject, otherLesson: IDataObject): number {
	return String(lesson.time_from) < String(otherLesson.time_from) ? -1 : 1;
}

/** Whether an existing lesson is one that the booking would create. */
function isRequestedLesson(lesson: IDataObject, booking: Booking, zone: string): boolean {
	const { search, lessonFields, startTime } = booking;
	const day = dayOf(lesson, zone);
	if (day === undefined || isCancelled(lesson)) return false;

	const isOnRequestedDay = search.firstDay <= day && day <= search.lastDay;
	if (!isOnRequestedDay) return false;

	const hasSubject = subjectIdOf(lesson) === lessonFields.subject_id;
	const hasLessonType = lessonTypeIdOf(lesson) === lessonFields.lesson_type_id;
	if (!hasSubject || !hasLessonType || !hasAllAttendeesOf(lesson, lessonFields)) return false;

	const lessonStartTime = formatTime(lesson.time_from, zone);
	if (startTime !== undefined) return lessonStartTime === startTime;

	const lessonStart = `${day} ${lessonStartTime ?? ''}`;
	return mayBeBookedInFirstFreeSlot(lesson, lessonStart, booking);
}

/**
 * Whether an earlier run may have booked a lesson in the first free slot. All of these must be
 * true:
 *
 * - The lesson is planned and has not begun.
 * - It has one of the chosen teachers.
 * - It does not come from a regular lesson: AlfaCRM makes such a lesson without a booking.
 *
 * @param lessonStart `yyyy-mm-dd hh:mm`
 */
function mayBeBookedInFirstFreeSlot(
	lesson: IDataObject,
	lessonStart: string,
	booking: Booking,
): boolean {
	const hasBegun = lessonStart < booking.search.notBefore;
	const isOfRegularLesson = regularLessonIdOf(lesson) !== undefined;
	if (hasBegun || isOfRegularLesson || !isPlanned(lesson)) return false;

	const { chosenTeacherIds } = booking;
	const mayHaveAnyTeacher = chosenTeacherIds.length === 0;
	return mayHaveAnyTeacher || teacherIdsOf(lesson).some((id) => chosenTeacherIds.includes(id));
}
