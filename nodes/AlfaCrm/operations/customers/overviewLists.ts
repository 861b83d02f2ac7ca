import type { IDataObject } from 'n8n-workflow';

import { hasStatus } from '../../api/failures';
import type { Collected, CollectOptions } from '../../api/list';
import { ONE_PAGE } from '../../api/list';
import type { ListQuery } from '../../api/pages';
import { SMALLEST_PAGE } from '../../api/pages';
import { cgi } from '../../entities/cgi';
import { customerTariff } from '../../entities/customerTariff';
import { dayOf, lesson as lessonEntity, LESSON_STATUS } from '../../entities/lesson';
import { listCall, passesOf } from '../../entities/listCall';
import { pay } from '../../entities/pay';
import { task as taskEntity } from '../../entities/task';
import type { Entity } from '../../entities/types';
import type { Item } from '../../run/item';
import { uniqueRecords, warnOfMissing } from '../../run/readList';
import { CustomerLessons } from '../../store/calendar/customerLessons';
import { namesCustomer } from '../../store/calendar/lessonRow';
import type { Branch } from '../../store/located';
import { daysAfter, readId } from '../../values/formats';
import type { OverviewError, OverviewLists } from './overviewFacts';
import type { OverviewRequest } from './overviewForm';

/** The customer whose lists are read, the branches in which they are read, and today's date. */
export interface OverviewSubject {
	customerId: number;
	/** The branches to read, first the one in which the customer was found. */
	branches: readonly Branch[];
	/** `yyyy-mm-dd` */
	today: string;
}

/**
 * Reads the lists of one customer side by side. If this user may not read a list, the overview
 * lacks its part and says why.
 */
export async function readOverviewLists(
	item: Item,
	subject: OverviewSubject,
	request: OverviewRequest,
): Promise<OverviewLists> {
	const readUnlessLeftOut = async (list: PartList): Promise<PartReading> =>
		request.leftOutFields.includes(list.part) ? { errors: [] } : await readPart(item, list);

	const [timetable, completedLessons, subscriptions, payments, tasks] = await Promise.all([
		readTimetable(item, subject, request),
		readUnlessLeftOut(makeCompletedLessonsList(subject, request)),
		readUnlessLeftOut(makeSubscriptionsList(subject)),
		readUnlessLeftOut(makePaymentsList(subject, request)),
		readUnlessLeftOut(makeTasksList(subject, request)),
	]);

	const readings = [timetable, completedLessons, subscriptions, payments, tasks];
	return {
		groupIds: timetable.groupIds,
		plannedLessons: timetable.plannedLessons,
		completedLessons: completedLessons.rows,
		subscriptions: subscriptions.rows,
		payments: payments.rows,
		tasks: tasks.rows,
		errors: readings.flatMap(({ errors }) => errors),
	};
}

type Timetable = Pick<OverviewLists, 'errors' | 'groupIds' | 'plannedLessons'>;

/**
 * Reads the groups of the customer, and then the planned lessons. A planned lesson may name only a
 * group and none of its members. So if the groups cannot be read, only lessons that name the
 * customer are found, and the user is told.
 */
async function readTimetable(
	item: Item,
	subject: OverviewSubject,
	{ daysAhead }: OverviewRequest,
): Promise<Timetable> {
	const memberships = await readPart(item, makeMembershipsList(subject));
	const lessons = new CustomerLessons(subject.customerId, memberships.rows ?? [], item.zone);
	const lastDay = daysAfter(subject.today, daysAhead);
	const planned = await readPart(
		item,
		makePlannedLessonsList(subject, lessons, lastDay, item.zone),
	);

	const areGroupsKnown = memberships.rows !== undefined;
	return {
		groupIds: areGroupsKnown ? lessons.groupIdsOn(subject.today) : undefined,
		plannedLessons: planned.rows,
		errors: [
			...memberships.errors,
			...planned.errors,
			...(areGroupsKnown ? [] : [LESSONS_OF_GROUPS_MISSING]),
		],
	};
}

/** Without this error a missing next lesson would read as "there are no more lessons". */
const LESSONS_OF_GROUPS_MISSING: OverviewError = {
	part: 'next_lesson',
	reason:
		'Lessons that show a group alone are not among them, because the groups of the customer cannot be read.',
};

/**
 * How to read the list from which a part of the overview is made. A part is a field such as
 * `payments`.
 */
interface PartList {
	/** The name of the field. */
	part: string;
	entity: Entity;
	branches: readonly Branch[];
	/** What the call contains besides the entity and the branch. */
	call?: Pick<ListQuery, 'action' | 'body' | 'query'>;
	/** How many pages are read, and which rows are kept. */
	options?: CollectOptions;
	/**
	 * Set for a list that is the same for every customer: the name under which its rows are kept, so
	 * that the list is read once for all items.
	 */
	sharedAs?: string;
}

/**
 * Describes the list of past, current and future memberships. AlfaCRM lists only current ones if it
 * is asked without dates, so a further pass has dates. API notes 5.7.
 */
function makeMembershipsList(subject: OverviewSubject): PartList {
	return {
		part: 'groups',
		entity: cgi,
		branches: subject.branches,
		call: { action: 'customer', query: { customer_id: subject.customerId } },
		options: { passes: passesOf(cgi), keep: makeOwnershipCheck(subject) },
	};
}

/**
 * Describes the list of planned lessons from today to a last day. AlfaCRM may ignore a filter, so
 * each lesson is checked.
 *
 * @param lastDay `yyyy-mm-dd`
 */
function makePlannedLessonsList(
	{ branches, today }: OverviewSubject,
	lessons: CustomerLessons,
	lastDay: string,
	zone: string,
): PartList {
	const isWithinDays = (lesson: IDataObject) => {
		const day = dayOf(lesson, zone) ?? '';
		return today <= day && day <= lastDay;
	};
	return {
		part: 'next_lesson',
		entity: lessonEntity,
		branches,
		call: { body: { status: LESSON_STATUS.planned, date_from: today, date_to: lastDay } },
		options: {
			passes: lessons.filtersWithin(today, lastDay),
			keep: (lesson) => isWithinDays(lesson) && lessons.includes(lesson),
		},
	};
}

/** Describes the list of the latest completed lessons. */
function makeCompletedLessonsList(
	{ customerId, branches }: OverviewSubject,
	request: OverviewRequest,
): PartList {
	return {
		part: 'attendance',
		entity: lessonEntity,
		branches,
		call: { body: { customer_id: customerId, status: LESSON_STATUS.completed } },
		options: {
			keep: (lesson) => namesCustomer(lesson, customerId),
			limit: countRowsToRead(request),
		},
	};
}

/**
 * Describes the list of subscriptions. Every branch lists all subscriptions of a customer, so one
 * branch is enough. API notes 5.5.
 */
function makeSubscriptionsList(subject: OverviewSubject): PartList {
	const filter = { customer_id: subject.customerId };
	return {
		part: 'subscriptions',
		entity: customerTariff,
		branches: subject.branches.slice(0, 1),
		call: { query: filter, body: filter },
		options: { keep: makeOwnershipCheck(subject) },
	};
}

/** Describes the list of the latest payments. */
function makePaymentsList(subject: OverviewSubject, request: OverviewRequest): PartList {
	return {
		part: 'payments',
		entity: pay,
		branches: subject.branches,
		call: { body: { customer_id: subject.customerId } },
		options: { keep: makeOwnershipCheck(subject), limit: countRowsToRead(request) },
	};
}

/**
 * Describes the list of the tasks of all customers, because no filter by customer is known. API
 * notes 5.18. Only the first page is read, unless the user wants the whole list searched.
 */
function makeTasksList(
	{ branches }: OverviewSubject,
	{ readsAllTasks }: OverviewRequest,
): PartList {
	return {
		part: 'tasks',
		entity: taskEntity,
		branches,
		options: { goal: readsAllTasks ? undefined : ONE_PAGE },
		sharedAs: readsAllTasks ? 'all tasks' : 'first tasks',
	};
}

/**
 * Makes a check whether a row belongs to the customer: AlfaCRM may ignore the filter by customer.
 */
function makeOwnershipCheck({ customerId }: OverviewSubject): (row: IDataObject) => boolean {
	return (row) => readId(row.customer_id) === customerId;
}

/**
 * Returns how many rows to read to find the latest lessons or payments. AlfaCRM was seen to list
 * the latest first, but documents no order. So more rows are read than are shown, and then sorted
 * by date. API notes 3.
 */
function countRowsToRead({ recentCount }: OverviewRequest): number {
	return Math.max(SMALLEST_PAGE, recentCount);
}

/** What was read of a part. */
interface PartReading {
	/** Undefined if no branch gave the list. */
	rows?: IDataObject[];
	errors: OverviewError[];
}

/**
 * Reads the list of a part in all branches. A row that several branches list is returned only once.
 */
async function readPart(item: Item, list: PartList): Promise<PartReading> {
	const readings = await Promise.all(
		list.branches.map(async (branch) => await readPartOfBranch(item, list, branch)),
	);
	const listedRows = readings.map(({ rows }) => rows).filter((rows) => rows !== undefined);
	return {
		rows: listedRows.length === 0 ? undefined : uniqueRecords(listedRows.flat()),
		errors: readings.flatMap(({ errors }) => errors),
	};
}

async function readPartOfBranch(item: Item, list: PartList, branch: Branch): Promise<PartReading> {
	try {
		const collected = await collectRows(item, list, branch);
		// Set if the goal `ONE_PAGE` ended the reading before the end of the list.
		const isOnlyFirstPage = collected.nextPage !== undefined;
		if (isOnlyFirstPage)
			return { rows: collected.rows, errors: [makeFirstPageError(list, collected)] };

		warnOfMissing(item, list.entity.plural.toLowerCase(), collected);
		return { rows: collected.rows, errors: [] };
	} catch (caught) {
		// Any other failure may be temporary. Then the item fails, so that the overview does not lack a
		// part by accident.
		if (!hasStatus(caught, 403, 404)) throw item.asError(caught);
		return { errors: [{ part: list.part, reason: caught.message }] };
	}
}

/** Reads the rows of a list in one branch. Reads a shared list once for all items. */
async function collectRows(
	item: Item,
	{ entity, call, options, sharedAs }: PartList,
	branch: Branch,
): Promise<Collected> {
	const list = { ...listCall(entity, branch), ...call };
	const read = async () => await item.collect(list, options);
	if (sharedAs === undefined) return await read();
	return await item.execution.cached(entity.path, `${sharedAs} of ${branch}`, read);
}

/**
 * Makes the error for a list of which only the first page was read. Only the list of tasks is read
 * so.
 */
function makeFirstPageError({ part }: PartList, { rows, total }: Collected): OverviewError {
	const ofTotal = total === undefined ? '' : ` of ${total}`;
	const reason = `AlfaCRM cannot be asked for the tasks of one customer, and only the first ${rows.length}${ofTotal} were looked through. 'Search All Tasks' looks through all.`;
	return { part, reason };
}
