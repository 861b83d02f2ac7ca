/**
 * Decides whether a customer's new record would repeat an existing one. It would if the existing
 * record is equal: if it has the same values in the fields that the user has filled. Each entity
 * has an exception:
 *
 * - A comment is equal only if it was added some minutes ago.
 * - A subscription may have another balance.
 * - A task that is done or archived is not equal.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { AddedResource } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { showWhen } from '../../form/assemble';
import { wholeNumber } from '../../form/wholeNumber';
import type { Item } from '../../run/item';
import { readFlag } from '../../values/formats';
import { aheadMs, MOST_AHEAD_MS } from '../../values/schoolClock';
import { MINUTE_MS } from '../../values/time';
import type { Addition } from '../common/addition';
import { hasSameValues } from '../common/addition';

/** Tells whether a record of the customer is equal to the new one. */
export type EqualityTest = (record: IDataObject, addition: Addition) => boolean;

/** How the records of one entity are recognised as equal. */
export interface EqualRecordRule {
	/** The parameters of the form that the test reads. */
	form?: readonly INodeProperties[];
	/**
	 * Whether the test compares times or days, so that the form names the time zone of the workflow.
	 */
	dependsOnTimeZone?: true;
	/** Makes the filters for AlfaCRM's list from the values of the new record. */
	makeFilters?: (body: IDataObject) => IDataObject;
	/**
	 * Set if AlfaCRM's list cannot be filtered by customer, so that it shows the records of all
	 * customers.
	 */
	isListOfAllCustomers?: true;
	/** Makes the test, and reads its parameters from the form. */
	makeEqualityTest: (item: Item) => EqualityTest;
}

/** A comment counts as equal if it was added fewer than this many minutes ago. */
const sameWithin = showWhen(
	wholeNumber({
		displayName: 'Same Within (Minutes)',
		name: 'sameWithin',
		min: 1,
		default: 10,
		description: "Later it is added again. Set the time zone of the workflow to the school's.",
	}),
	{ skipIfThere: [true] },
);

/** Decides for each entity when a record of the customer is equal to the new one. */
export const equalRecordRules: Record<AddedResource, EqualRecordRule> = {
	communication: {
		form: [sameWithin],
		dependsOnTimeZone: true,
		makeEqualityTest(item) {
			const minutes = item.integer(sameWithin);
			return (comment, newComment) => {
				if (!isRecent(comment.added, minutes, item.zone)) return false;
				return hasSameValues(comment, newComment, newComment.comparedFields);
			};
		},
	},

	customerTariff: {
		makeEqualityTest: () => isEqualSubscription,
	},

	task: {
		dependsOnTimeZone: true,
		// No filter of tasks by customer is known. API notes 5.18.
		isListOfAllCustomers: true,
		makeFilters: makeDueDateFilters,
		makeEqualityTest: () => isEqualOpenTask,
	},
};

/** Tells whether a subscription of the customer is equal to the new one. */
function isEqualSubscription(subscription: IDataObject, newSubscription: Addition): boolean {
	// The balance of a subscription changes with each lesson.
	const lastingFields = newSubscription.comparedFields.filter(({ name }) => name !== 'balance');
	return hasSameValues(subscription, newSubscription, lastingFields);
}

/** Makes the filters that list the tasks with the due date of a new task, or those without one. */
function makeDueDateFilters({ due_date: dueDate }: IDataObject): IDataObject {
	if (dueDate === undefined) return { due_date_is_null: true };
	return { due_date_from: dueDate, due_date_to: dueDate };
}

/** Tells whether a task is equal to the new one. A task that is done or archived is not. */
function isEqualOpenTask(task: IDataObject, newTask: Addition): boolean {
	const isDone = readFlag(task.is_done) === 1;
	const isArchived = readFlag(task.is_archive) === 1;
	if (isDone || isArchived) return false;

	// AlfaCRM may ignore the filter for tasks without a due date.
	const isDueDateGiven = newTask.body.due_date !== undefined;
	if (!isDueDateGiven && !isEmpty(task.due_date)) return false;

	return hasSameValues(task, newTask, newTask.comparedFields);
}

/**
 * Checks whether a record was added within the last minutes.
 *
 * - A record without a readable time of adding is recent, because it may be new.
 * - A time in the future is recent, too. The record was just added, in a school whose time zone is
 *   ahead of the workflow's. If it were not recent, each run would add it again.
 * - A time further in the future than time zones can explain is a mistake in the data, and not
 *   recent. Otherwise the same record could never be added again.
 *
 * @param addedAt when the record was added, as AlfaCRM shows it
 */
function isRecent(addedAt: unknown, minutes: number, zone: string): boolean {
	// Negative if the record was added in the past.
	const aheadOfNowMs = aheadMs(addedAt, zone);
	if (aheadOfNowMs === undefined) return true;

	const isTooOld = aheadOfNowMs < -minutes * MINUTE_MS;
	const isTooFarAhead = aheadOfNowMs > MOST_AHEAD_MS;
	return !isTooOld && !isTooFarAhead;
}
