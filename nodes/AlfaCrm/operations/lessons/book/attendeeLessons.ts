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
import type { Attendees } from '../../../store/calendar/attendees';
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
import { makeLessonDaysFilter } from '../timetable';
import type { Branch } from '../../../store/located';

/**
 * What is uncertain if a list is incomplete, because a missing lesson would make the customer look
 * free. Ends the sentence of the error: "so it is not sure when the customer is free".
 */
const UNCERTAIN_FACT = 'when the customer is free';

/**
 * Reads the lessons that AlfaCRM lists for the first attendee: the first customer, or else the
 * first group. AlfaCRM filters by one customer or group (API notes 5.11), and a lesson that has all
 * attendees is in this list, too.
 *
 * It reads the days of the booking and a week before and after them, because a lesson may have been
 * moved by some days. The lists of all statuses are read, because a cancelled lesson shows that its
 * regular lesson does not take place on that day.
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
		...listCall(lessonEntity, search.target.branch),
		body: { ...attendeeFilter, ...makeLessonDaysFilter(search) },
		passes: passesOf(lessonEntity),
		// Completes an error: "AlfaCRM did not look for the same lesson".
		task: 'look for the same lesson',
	});
}

/**
 * Returns the search of a booking with the lessons of the attendees, so that it avoids their times.
 *
 * The lessons of every booked customer and group are read. The lessons of the customers' groups are
 * read as well, since a group lesson may list none of the members: see `CustomerLessons`.
 *
 * @param firstAttendeeLessons the result of `readLessonsOfFirstAttendee`
 */
export async function addAttendeeLessons(
	item: Item,
	booking: Booking,
	firstAttendeeLessons: readonly IDataObject[],
): Promise<SlotSearch> {
	const { attendees, search } = booking;
	const [, ...otherCustomerIds] = attendees.customerIds;
	const otherCustomersLessons = await readListedLessons(item, search, {
		name: 'customer_id',
		ids: otherCustomerIds,
	});
	const listedLessons = [...firstAttendeeLessons, ...otherCustomersLessons];

	const customers = await readCustomerLessons(item, booking);
	const customerGroupIds = customers.flatMap((customer) =>
		customer.groupIdsWithin(search.firstDay, search.lastDay),
	);
	// In a booking of groups alone, `firstAttendeeLessons` holds the lessons of the first group.
	const bookedGroupIds = customers.length === 0 ? attendees.groupIds.slice(1) : attendees.groupIds;
	const groupIds = new Set([...bookedGroupIds, ...customerGroupIds]);
	const groupLessons = await readListedLessons(item, search, {
		name: 'group_id',
		ids: [...groupIds],
	});

	const attendeeLessons = [...listedLessons, ...groupLessons];
	if (customers.length === 0) return { ...search, attendeeLessons };

	const involvesAttendees = makeAttendeeCheck(attendees, customers, listedLessons);
	return { ...search, attendeeLessons, involvesAttendees };
}

/**
 * Makes the function that tells whether an attendee takes part in a lesson, or in a regular lesson
 * on a day.
 *
 * @param customers know the groups of each booked customer on each day
 * @param listedLessons the lessons that AlfaCRM lists for the customers. A group lesson in this
 * list is a customer's, even if no membership shows it.
 */
function makeAttendeeCheck(
	attendees: Attendees,
	customers: readonly CustomerLessons[],
	listedLessons: readonly IDataObject[],
): (lesson: IDataObject, day: string) => boolean {
	const listedGroupLessons = listedLessons.filter(isGroupLesson);
	const listedIds = new Set(listedGroupLessons.map(idOf));
	return (lesson, day) => {
		if (involvesAnyOf(attendees, lesson)) return true;
		if (customers.some((customer) => customer.includes(lesson, day))) return true;
		return isGroupLesson(lesson) && listedIds.has(idOf(lesson));
	};
}

/**
 * Reads the memberships of the booked customers. They show which group lessons are the customers':
 * see `CustomerLessons`.
 *
 * @returns one `CustomerLessons` for each customer; none for a booking of groups alone
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
	attendees: { name: 'customer_id' | 'group_id'; ids: readonly number[] },
): Promise<IDataObject[]> {
	if (attendees.ids.length === 0) return [];

	const list = {
		...listCall(lessonEntity, search.target.branch),
		body: makeLessonDaysFilter(search),
		passes: attendees.ids.flatMap((id) => makeStatusPasses({ [attendees.name]: id })),
	};
	return await readWholeList(item, lessonEntity, list, UNCERTAIN_FACT);
}

/**
 * Makes the filters that together list all lessons of a customer or a group: a list of AlfaCRM
 * shows one of them, in one status.
 */
function makeStatusPasses(attendeeFilter: IDataObject): IDataObject[] {
	const statusFilters = passesOf(lessonEntity);
	return statusFilters.map((statusFilter) => ({ ...attendeeFilter, ...statusFilter }));
}

/**
 * Reads the past, current and future memberships of a customer, once for all items: a booking does
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

	// AlfaCRM may ignore the filter. A row that shows no customer counts as this customer's.
	return rows.filter((row) => {
		const shownCustomerId = readId(row.customer_id);
		return shownCustomerId === undefined || shownCustomerId === customerId;
	});
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

	const requestedLessons = attendeeLessons.filter((lesson) =>
		isRequestedLesson(lesson, booking, zone),
	);
	return requestedLessons.sort(compareStarts).at(0);
}

/**
 * Compares two lessons for `sort`: the lesson that starts earlier comes first. AlfaCRM shows the
 * start as `yyyy-mm-dd hh:mm:ss`, so starts compare as texts.
 */
function compareStarts(lesson: IDataObject, otherLesson: IDataObject): number {
	return String(lesson.time_from) < String(otherLesson.time_from) ? -1 : 1;
}

/** Whether an existing lesson is one that the booking would create. */
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
function mayBeFirstFreeSlot(lesson: IDataObject, start: string, booking: Booking): boolean {
	const hasBegun = start < (booking.search.notBefore ?? '');
	const isOfRegularLesson = regularLessonIdOf(lesson) !== undefined;
	if (hasBegun || isOfRegularLesson || !isPlanned(lesson)) return false;

	const { chosenTeacherIds } = booking;
	const mayHaveAnyTeacher = chosenTeacherIds.length === 0;
	return mayHaveAnyTeacher || teacherIdsOf(lesson).some((id) => chosenTeacherIds.includes(id));
}
