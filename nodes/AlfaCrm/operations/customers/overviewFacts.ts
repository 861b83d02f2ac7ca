/**
 * Holds everything that was read about one customer, and chooses the rows that the overview of the
 * customer shows, such as the next lesson and the last payments. Makes no calls.
 */

import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE } from '../../entities/customer';
import { isCurrent } from '../../entities/customerTariff';
import { dayOf } from '../../entities/lesson';
import { listOf } from '../../fields/field';
import type { Branch } from '../../store/located';
import type { Titles } from '../../store/shortList';
import { formatDay, formatTime, readFlag, readIds } from '../../values/formats';

/** Everything from which the overview of one customer is made. */
export interface OverviewFacts {
	customerId: number;
	/** The branch in which the customer was found. */
	branch: Branch;
	/**
	 * Whether the customer is archived, as the search has found out. Undefined if no search was
	 * needed.
	 */
	wasFoundArchived?: boolean;
	/** The address of the school's AlfaCRM. */
	origin: string;
	/** The time zone of the workflow. */
	zone: string;
	/** The current time, `yyyy-mm-dd hh:mm`, in the time zone of the workflow. */
	now: string;
	/** How many of the last lessons and payments are shown. */
	recentCount: number;
	/** The names of the fields that the user leaves out. */
	leftOutFields: readonly string[];
	lists: OverviewLists;
	names: OverviewNames;
}

/**
 * The rows of one customer that were read from AlfaCRM's lists. A list is undefined if 'Leave Out'
 * removes the list, or if the user of the credential has no permission to read it in any branch.
 */
export interface OverviewLists {
	/** The IDs of the groups of which the customer is a member today. */
	groupIds?: readonly number[];
	/** Planned lessons from today on, including those that have begun already. */
	plannedLessons?: readonly IDataObject[];
	completedLessons?: readonly IDataObject[];
	subscriptions?: readonly IDataObject[];
	payments?: readonly IDataObject[];
	/** The tasks of all customers. */
	tasks?: readonly IDataObject[];
	errors: readonly OverviewError[];
}

/** Tells the user why a part of the overview is missing or incomplete. */
export interface OverviewError {
	/** The name of the part, which is a field of the overview such as `payments`. */
	part: string;
	reason: string;
}

/**
 * The names to show beside IDs. A list of names is undefined if it was not read, or could not be
 * read.
 */
export interface OverviewNames {
	plans?: Titles;
	managers?: Titles;
	/** For a lead the stages of the funnel, for a client the study statuses. */
	stages?: Titles;
	branches?: Titles;
	groups?: Titles;
}

/** Whether a customer is a client. The other customers are leads, who do not study yet. */
export const isClient = ({ is_study }: IDataObject): boolean =>
	Number(is_study) === CUSTOMER_TYPE.client;

/** Chooses the planned lessons that have not begun, the next one first. */
export function chooseUpcomingLessons({ lists, now, zone }: OverviewFacts): IDataObject[] {
	const readBeginning = (lesson: IDataObject) => readBeginningOfLesson(lesson, zone);
	const plannedLessons = lists.plannedLessons ?? [];
	const upcomingLessons = plannedLessons.filter((lesson) => readBeginning(lesson) > now);
	return sortAscending(upcomingLessons, readBeginning);
}

/** Chooses the subscriptions that are neither archived nor over: see docs/alfacrm-api.md 5.5. */
export function chooseCurrentSubscriptions(facts: OverviewFacts): IDataObject[] | undefined {
	const { lists, zone } = facts;
	return lists.subscriptions?.filter((subscription) => isCurrent(subscription, zone));
}

/** Chooses the last completed lessons, the latest first. */
export function chooseLatestLessons(facts: OverviewFacts): IDataObject[] | undefined {
	const { lists, recentCount, zone } = facts;
	if (lists.completedLessons === undefined) return undefined;

	const readBeginning = (lesson: IDataObject) => readBeginningOfLesson(lesson, zone);
	return sortDescending(lists.completedLessons, readBeginning).slice(0, recentCount);
}

/** Chooses the last payments, the latest first. */
export function chooseLatestPayments(facts: OverviewFacts): IDataObject[] | undefined {
	const { lists, recentCount, zone } = facts;
	if (lists.payments === undefined) return undefined;

	const readDay = (payment: IDataObject) => formatDay(payment.document_date, 'iso', zone) ?? '';
	return sortDescending(lists.payments, readDay).slice(0, recentCount);
}

/**
 * Chooses the tasks of the customer that are neither done nor archived, by due date. Tasks without
 * a due date come last.
 */
export function chooseOpenTasks(facts: OverviewFacts): IDataObject[] | undefined {
	const { lists, customerId, zone } = facts;
	if (lists.tasks === undefined) return undefined;

	const openTasks = lists.tasks.filter((task) => isOpenTaskOf(customerId, task));
	const readDueDay = (task: IDataObject) => formatDay(task.due_date, 'iso', zone) ?? LAST_IN_ORDER;
	return sortAscending(openTasks, readDueDay);
}

/** Whether a task is about the customer, and neither done nor archived. */
function isOpenTaskOf(customerId: number, task: IDataObject): boolean {
	const isOfCustomer = readIds(listOf(task.customer_ids)).includes(customerId);
	const isDone = readFlag(task.is_done) === 1;
	const isArchived = readFlag(task.is_archive) === 1;
	return isOfCustomer && !isDone && !isArchived;
}

/** Stands for a missing due date: when texts are sorted, it comes after every `yyyy-mm-dd`. */
const LAST_IN_ORDER = '9999';

/** Reads when a lesson begins, as `yyyy-mm-dd hh:mm`. */
function readBeginningOfLesson(lesson: IDataObject, zone: string): string {
	const day = dayOf(lesson, zone) ?? '';
	const time = formatTime(lesson.time_from, zone) ?? '';
	return `${day} ${time}`;
}

/** Sorts rows by a text that is read from each, such as a day as `yyyy-mm-dd`. */
function sortAscending(
	rows: readonly IDataObject[],
	readText: (row: IDataObject) => string,
): IDataObject[] {
	return [...rows].sort((a, b) => readText(a).localeCompare(readText(b)));
}

/** Sorts rows by a text that is read from each, the greatest text first. */
function sortDescending(
	rows: readonly IDataObject[],
	readText: (row: IDataObject) => string,
): IDataObject[] {
	return [...rows].sort((a, b) => readText(b).localeCompare(readText(a)));
}
