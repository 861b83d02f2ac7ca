/**
 * Decides whether a customer has a record that is equal to the new record, so that nothing has to
 * be added. Records are equal if they have the same values in the fields that the user has filled.
 * Each entity has an exception:
 *
 * - An existing comment counts only if it was added a few minutes ago.
 * - The balance of a subscription is not compared.
 * - An existing task counts only if it is neither done nor archived.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { AddedResource } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { showWhen } from '../../form/assemble';
import { wholeNumber } from '../../form/wholeNumber';
import type { Item } from '../../run/item';
import { readFlag } from '../../values/formats';
import { aheadMs, LARGEST_ZONE_DIFFERENCE_MS } from '../../values/schoolClock';
import { MINUTE_MS } from '../../values/time';
import type { Addition } from '../common/addition';
import { hasSameValues } from '../common/addition';

/** Tells whether an existing record of the customer is equal to the new record. */
export type EqualityTest = (record: IDataObject, addition: Addition) => boolean;

/** The rule by which equal records of one entity are found. */
export interface EqualRecordRule {
	/** The parameters of the form that `makeEqualityTest` reads. */
	form?: readonly INodeProperties[];
	/** Set if the test compares times or days. The form then names the time zone of the workflow. */
	dependsOnTimeZone?: true;
	/** Makes the filters for AlfaCRM's list from the values of the new record. */
	makeFilters?: (body: IDataObject) => IDataObject;
	/** Set if AlfaCRM can only list the records of all customers together. */
	isListOfAllCustomers?: true;
	/** Makes the test. Reads the parameters in `form`, if there are any. */
	makeEqualityTest: (item: Item) => EqualityTest;
}

/** The parameter for the age, in minutes, up to which an existing comment counts. */
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

/** The rules by which equal records are found, by the resource of the new record. */
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
		// No filter of tasks by customer is known: docs/alfacrm-api.md 5.18.
		isListOfAllCustomers: true,
		makeFilters: makeDueDateFilters,
		makeEqualityTest: () => isEqualOpenTask,
	},
};

/** Tells whether an existing subscription is equal to the new subscription. */
function isEqualSubscription(subscription: IDataObject, newSubscription: Addition): boolean {
	// The balance of a subscription changes with each lesson, so it is not compared.
	const unchangingFields = newSubscription.comparedFields.filter(({ name }) => name !== 'balance');
	return hasSameValues(subscription, newSubscription, unchangingFields);
}

/**
 * Makes the filters that list the tasks with the due date of a new task. If the new task has no due
 * date, they list the tasks without a due date.
 */
function makeDueDateFilters({ due_date: dueDate }: IDataObject): IDataObject {
	if (dueDate === undefined) return { due_date_is_null: true };
	return { due_date_from: dueDate, due_date_to: dueDate };
}

/** Tells whether an existing task is equal to the new task, and neither done nor archived. */
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
 * Checks whether a record was added within the last minutes. Some times need care:
 *
 * - If AlfaCRM shows no readable time, the record counts as recent, because it may be new.
 * - A time in the future counts as recent. It means that the record was just added, in a school
 *   whose time zone is ahead of the workflow's time zone.
 * - A time too far in the future for that is a mistake in the data, and does not count as recent.
 *   If it did, the record could not be added again for a long time.
 *
 * @param addedAt when the record was added, as AlfaCRM shows it
 */
function isRecent(addedAt: unknown, minutes: number, zone: string): boolean {
	// How far the time is in the future; negative for the past.
	const msAheadOfNow = aheadMs(addedAt, zone);
	if (msAheadOfNow === undefined) return true;

	const isTooOld = msAheadOfNow < -minutes * MINUTE_MS;
	const isTooFarAhead = msAheadOfNow > LARGEST_ZONE_DIFFERENCE_MS;
	return !isTooOld && !isTooFarAhead;
}
