/*
 * Reads the lists from which an overview of a customer is made. Each list gives one *part* of the
 * overview: a field such as `payments`. A `PartSource` describes the list of a part and how to read
 * it; `readPart` reads the list in all branches of the customer.
 */

import type { IDataObject } from 'n8n-workflow';

import { hasStatus } from '../../api/failures';
import type { Collected, CollectOptions } from '../../api/list';
import { ONE_PAGE } from '../../api/list';
import type { ListQuery } from '../../api/pages';
import { SMALLEST_PAGE } from '../../api/pages';
import { cgi } from '../../entities/cgi';
import { customerTariff } from '../../entities/customerTariff';
import { dayOf, lesson as lessonEntity, LESSON_STATUS } from '../../entities/lesson';
import { makeListCall, passesOf } from '../../entities/listCall';
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
	/** The branches to read: first the branch in which the customer was found. */
	branches: readonly Branch[];
	/** `yyyy-mm-dd` */
	today: string;
}

/**
 * Reads the lists of one customer, all at the same time. If the user of the credential has no
 * permission to read a list, the overview lacks that part, and an error in the overview says why.
 */
export async function readOverviewLists(
	item: Item,
	subject: OverviewSubject,
	request: OverviewRequest,
): Promise<OverviewLists> {
	// The lists of parts that the form leaves out are not read.
	const readUnlessLeftOut = async (source: PartSource): Promise<PartReading> =>
		request.leftOutFields.includes(source.part) ? { errors: [] } : await readPart(item, source);

	const [timetable, completedLessons, subscriptions, payments, tasks] = await Promise.all([
		readTimetable(item, subject, request),
		readUnlessLeftOut(describeCompletedLessons(subject, request)),
		readUnlessLeftOut(describeSubscriptions(subject)),
		readUnlessLeftOut(describePayments(subject, request)),
		readUnlessLeftOut(describeTasks(subject, request)),
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

/** The groups and the planned lessons of the customer, and the errors of both lists. */
type Timetable = Pick<OverviewLists, 'errors' | 'groupIds' | 'plannedLessons'>;

/**
 * Reads the groups of the customer, and then the planned lessons: a planned lesson may name only a
 * group, and none of its members. If the groups cannot be read, only lessons that name the customer
 * are found, and an error in the overview says so.
 */
async function readTimetable(
	item: Item,
	subject: OverviewSubject,
	{ daysAhead }: OverviewRequest,
): Promise<Timetable> {
	const memberships = await readPart(item, describeMemberships(subject));
	const areGroupsKnown = memberships.rows !== undefined;
	const customerLessons = new CustomerLessons(
		subject.customerId,
		memberships.rows ?? [],
		item.zone,
	);

	const period = { firstDay: subject.today, lastDay: daysAfter(subject.today, daysAhead) };
	const lessonSource = describePlannedLessons(subject, customerLessons, period, item.zone);
	const plannedLessons = await readPart(item, lessonSource);

	const errors = [...memberships.errors, ...plannedLessons.errors];
	if (!areGroupsKnown) errors.push(LESSONS_OF_GROUPS_MISSING);
	return {
		groupIds: areGroupsKnown ? customerLessons.groupIdsOn(subject.today) : undefined,
		plannedLessons: plannedLessons.rows,
		errors,
	};
}

/** Without this error, an empty `next_lesson` would mean that no more lessons are planned. */
const LESSONS_OF_GROUPS_MISSING: OverviewError = {
	part: 'next_lesson',
	reason:
		'Lessons that show a group alone are not among them, because the groups of the customer cannot be read.',
};

/** The list from which a part of the overview is made, and how the list is read. */
interface PartSource {
	/** The name of the part, which is a field of the overview such as `payments`. */
	part: string;
	/** The entity whose records the list has. */
	entity: Entity;
	branches: readonly Branch[];
	/** What the call contains besides the entity and the branch. */
	call?: Pick<ListQuery, 'action' | 'body' | 'query'>;
	/** How many pages are read, and which rows are kept. */
	options?: CollectOptions;
	/**
	 * The name under which the execution keeps the rows for its other items. Set if the list is the
	 * same for every customer.
	 */
	cacheName?: string;
}

/**
 * Describes the list of memberships. A membership says from when until when the customer belongs to
 * a group. AlfaCRM calls memberships `cgi`.
 */
function describeMemberships(subject: OverviewSubject): PartSource {
	return {
		part: 'groups',
		entity: cgi,
		branches: subject.branches,
		// This action lists the memberships of one customer.
		call: { action: 'customer', query: { customer_id: subject.customerId } },
		// AlfaCRM lists only current memberships. The passes make it list the others as well, by dates
		// in the body: see docs/alfacrm-api.md 5.7.
		options: { passes: passesOf(cgi), keep: makeOwnershipTest(subject) },
	};
}

/** The days of a period, the first and the last day included: `yyyy-mm-dd`. */
interface Period {
	firstDay: string;
	lastDay: string;
}

/**
 * Describes the list of the customer's planned lessons in a period. Each lesson is checked here as
 * well, because AlfaCRM may ignore a filter.
 *
 * @param customerLessons knows the customer's groups, and so the lessons in which the customer
 * takes part
 */
function describePlannedLessons(
	{ branches }: OverviewSubject,
	customerLessons: CustomerLessons,
	{ firstDay, lastDay }: Period,
	zone: string,
): PartSource {
	const isWithinPeriod = (lesson: IDataObject) => {
		const day = dayOf(lesson, zone) ?? '';
		return firstDay <= day && day <= lastDay;
	};
	return {
		part: 'next_lesson',
		entity: lessonEntity,
		branches,
		call: { body: { status: LESSON_STATUS.planned, date_from: firstDay, date_to: lastDay } },
		options: {
			// The list is read once for lessons that name the customer, and once for each group.
			passes: customerLessons.makeLessonFilters(firstDay, lastDay),
			keep: (lesson) => isWithinPeriod(lesson) && customerLessons.includes(lesson),
		},
	};
}

/** Describes the list of the customer's latest completed lessons. */
function describeCompletedLessons(
	{ customerId, branches }: OverviewSubject,
	request: OverviewRequest,
): PartSource {
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
 * Describes the list of the customer's subscriptions. Every branch lists all of them, so one branch
 * is enough: see docs/alfacrm-api.md 5.5.
 */
function describeSubscriptions(subject: OverviewSubject): PartSource {
	// AlfaCRM takes the customer from the query. Some descriptions of its API send the customer in
	// the body instead, so the call has both.
	const filter = { customer_id: subject.customerId };
	const [firstBranch] = subject.branches;
	return {
		part: 'subscriptions',
		entity: customerTariff,
		branches: [firstBranch],
		call: { query: filter, body: filter },
		options: { keep: makeOwnershipTest(subject) },
	};
}

/** Describes the list of the customer's latest payments. */
function describePayments(subject: OverviewSubject, request: OverviewRequest): PartSource {
	return {
		part: 'payments',
		entity: pay,
		branches: subject.branches,
		call: { body: { customer_id: subject.customerId } },
		options: { keep: makeOwnershipTest(subject), limit: countRowsToRead(request) },
	};
}

/**
 * Describes the list of the tasks of all customers, because no filter by customer is known: see
 * docs/alfacrm-api.md 5.18. Only the first page is read, unless 'Search All Tasks' is on.
 */
function describeTasks(
	{ branches }: OverviewSubject,
	{ readsAllTasks }: OverviewRequest,
): PartSource {
	return {
		part: 'tasks',
		entity: taskEntity,
		branches,
		// The goal `ONE_PAGE` ends the reading. Without a goal, the list is read to its end.
		options: { goal: readsAllTasks ? undefined : ONE_PAGE },
		cacheName: readsAllTasks ? 'all tasks' : 'first tasks',
	};
}

/**
 * Makes a function that tells whether a row belongs to the customer. Rows are checked because
 * AlfaCRM may ignore the filter by customer.
 */
function makeOwnershipTest({ customerId }: OverviewSubject): (row: IDataObject) => boolean {
	return (row) => readId(row.customer_id) === customerId;
}

/**
 * Returns how many rows to read to find the latest lessons or payments. AlfaCRM was seen to list
 * the latest first, but does not document an order (docs/alfacrm-api.md 3). So more rows are read
 * than the overview shows, at least a small page, and are then sorted by date.
 */
function countRowsToRead({ recentCount }: OverviewRequest): number {
	return Math.max(SMALLEST_PAGE, recentCount);
}

/** The rows of a part that were read, and the errors of branches that could not be read. */
interface PartReading {
	/** Undefined if the list was not read, or could not be read in any branch. */
	rows?: IDataObject[];
	errors: OverviewError[];
}

/** Reads the list of a part in all branches. Returns a record that several branches list once. */
async function readPart(item: Item, source: PartSource): Promise<PartReading> {
	const readings = await Promise.all(
		source.branches.map(async (branch) => await readPartOfBranch(item, source, branch)),
	);
	const errors = readings.flatMap((reading) => reading.errors);

	const listsOfBranches = readings.map(({ rows }) => rows).filter((rows) => rows !== undefined);
	if (listsOfBranches.length === 0) return { errors };

	return { rows: uniqueRecords(listsOfBranches.flat()), errors };
}

/**
 * Reads the list of a part in one branch. If the user of the credential has no permission to read
 * the list, returns an error for the overview.
 */
async function readPartOfBranch(
	item: Item,
	source: PartSource,
	branch: Branch,
): Promise<PartReading> {
	try {
		const collected = await collectRows(item, source, branch);
		const { rows } = collected;
		// `nextPage` is set if the goal `ONE_PAGE` has ended the reading before the end of the list.
		const isOnlyFirstPage = collected.nextPage !== undefined;
		if (isOnlyFirstPage) return { rows, errors: [makeFirstPageError(source, collected)] };

		warnOfMissing(item, source.entity.plural.toLowerCase(), collected);
		return { rows, errors: [] };
	} catch (caught) {
		// Any other failure can be temporary, so the item fails: an overview that lacks a part because
		// of a temporary failure would mislead the user.
		if (!hasStatus(caught, 403, 404)) throw item.asError(caught);

		return { errors: [{ part: source.part, reason: caught.message }] };
	}
}

/** Reads the rows of a list in one branch. A list with a `cacheName` is read once for all items. */
async function collectRows(
	item: Item,
	{ entity, call, options, cacheName }: PartSource,
	branch: Branch,
): Promise<Collected> {
	const list = { ...makeListCall(entity, branch), ...call };
	const read = async () => await item.collect(list, options);
	if (cacheName === undefined) return await read();

	return await item.execution.cached(entity.path, `${cacheName} of ${branch}`, read);
}

/**
 * Makes the error for a list of which only the first page was read. The list of tasks is the only
 * such list.
 */
function makeFirstPageError({ part }: PartSource, { rows, total }: Collected): OverviewError {
	const ofTotal = total === undefined ? '' : ` of ${total}`;
	const reason = `AlfaCRM cannot be asked for the tasks of one customer, and only the first ${rows.length}${ofTotal} were looked through. 'Search All Tasks' looks through all.`;
	return { part, reason };
}
