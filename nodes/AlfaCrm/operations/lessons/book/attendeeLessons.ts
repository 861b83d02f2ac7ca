import type { IDataObject } from 'n8n-workflow';

import { cgi } from '../../../entities/cgi';
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
 * Reads the lessons of the attendees of a booking. They tell when the attendees are busy, and
 * whether the lesson is booked already.
 */

/**
 * What an error names as uncertain if a list comes incomplete: a missing lesson would be taken for
 * free time.
 */
const UNSURE_IF_INCOMPLETE = 'when the customer is free';

/**
 * Reads the lessons that AlfaCRM lists for the first attendee within the days of a search, and
 * around them. API notes 5.11.
 *
 * Cancelled and moved lessons show that a regular lesson does not take place on its day.
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
		task: 'look for the same lesson',
	});
}

/**
 * Makes a search avoid the times at which the attendees have lessons. It reads the lessons of every
 * booked group. For a customer it reads the lessons of the customer's groups, too, since a lesson
 * of a group need not name its members: see `CustomerLessons`.
 *
 * @param firstAttendeeLessons the lessons that AlfaCRM lists for the first attendee
 */
export async function avoidAttendeeLessons(
	item: Item,
	{ attendees }: Booking,
	search: SlotSearch,
	firstAttendeeLessons: readonly IDataObject[],
): Promise<SlotSearch> {
	const customerLessons = await readCustomerLessons(item, { attendees, search });
	if (customerLessons === undefined) {
		// The first attendee is the first group, whose lessons are known.
		const groupLessons = await readGroupLessons(item, search, attendees.groupIds.slice(1));
		return { ...search, attendeeLessons: [...firstAttendeeLessons, ...groupLessons] };
	}

	const customerGroupIds = customerLessons.groupIdsWithin(search.firstDay, search.lastDay);
	const groupIds = new Set([...attendees.groupIds, ...customerGroupIds]);
	const groupLessons = await readGroupLessons(item, search, [...groupIds]);

	// AlfaCRM lists lessons of groups for a customer, so one that it lists is the customer's,
	// whatever the memberships say.
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
 * Reads the memberships that tell which lessons of groups are the first customer's.
 *
 * @returns undefined for a booking that names only groups
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
 * Reads the lessons of groups within the days of a search, and around them, cancelled ones as well.
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
			passes: groupIds.flatMap((group_id) =>
				passesOf(lessonEntity).map((status) => ({ group_id, ...status })),
			),
		},
		UNSURE_IF_INCOMPLETE,
	);
}

/**
 * Reads the memberships of a customer of all times. They are read once for all items: a booking
 * does not change them.
 */
async function readMemberships(
	item: Item,
	branch: Branch,
	customerId: number,
): Promise<IDataObject[]> {
	const list = {
		path: cgi.path,
		action: 'customer',
		branch,
		query: { customer_id: customerId },
		passes: passesOf(cgi),
		task: `list the groups of customer ${customerId}`,
	};
	const read = async () => {
		const rows = await readWholeList(item, cgi, list, UNSURE_IF_INCOMPLETE);
		return rows.filter(({ customer_id }) => (readId(customer_id) ?? customerId) === customerId);
	};
	return await item.execution.cached(
		cgi.path,
		JSON.stringify(['memberships', branch, customerId]),
		read,
	);
}

/**
 * Finds the lesson that the user wants to book among the lessons of the attendees, the earliest if
 * there are several.
 *
 * @returns undefined if there is none, or if the user has switched off *Skip If It Already Exists*
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
 * Whether a lesson may be what an earlier run has booked as the first free slot: planned, still to
 * come, and with one of the chosen teachers. A regular lesson is none, since it comes every week
 * without a booking.
 */
function mayBeFirstFreeSlot(
	lesson: IDataObject,
	start: string,
	{ search, chosenTeacherIds }: Booking,
): boolean {
	const isToCome = start >= (search.notBefore ?? '');
	const isRegular = regularLessonIdOf(lesson) !== undefined;
	const hasChosenTeacher =
		chosenTeacherIds.length === 0 ||
		teacherIdsOf(lesson).some((id) => chosenTeacherIds.includes(id));
	return isToCome && isPlanned(lesson) && !isRegular && hasChosenTeacher;
}
