/**
 * Decides whether an addition repeats an existing record. It does if the two are equal: if the
 * record has the same values in the fields that the user has filled. Each entity has an exception.
 * A comment is equal only within some minutes of being added. A subscription may have another
 * balance. A task that is done or archived is equal to no new task.
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

/** Tells whether a record of the customer is equal to an addition. */
export type EqualityTest = (record: IDataObject, addition: Addition) => boolean;

/** How the records of one entity are recognised as equal. */
export interface EqualRecordRule {
	/** The parameters of the form that the test reads. */
	form?: readonly INodeProperties[];
	/**
	 * Whether the test compares times or days, so that the form names the time zone of the workflow.
	 */
	decidesByTime?: true;
	/** Makes the filters for AlfaCRM's list from the values of the addition. */
	makeFilters?: (body: IDataObject) => IDataObject;
	/**
	 * Set if AlfaCRM's list cannot be filtered by customer, so that it shows the records of all
	 * customers.
	 */
	isListOfAllCustomers?: true;
	/** Makes the test, and reads its parameters from the form. */
	makeEqualityTest: (item: Item) => EqualityTest;
}

/** For how many minutes after it was added a comment is equal to a new one. */
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

export const equalRecordRules: Record<AddedResource, EqualRecordRule> = {
	communication: {
		form: [sameWithin],
		decidesByTime: true,
		makeEqualityTest(item) {
			const minutes = item.integer(sameWithin);
			return (comment, addition) =>
				hasSameValues(comment, addition, addition.comparedFields) &&
				isRecent(comment.added, minutes, item.zone);
		},
	},

	customerTariff: {
		makeEqualityTest: () => isEqualSubscription,
	},

	task: {
		decidesByTime: true,
		// No filter of tasks by customer is known. API notes 5.18.
		isListOfAllCustomers: true,
		makeFilters: ({ due_date: day }) =>
			day === undefined ? { due_date_is_null: true } : { due_date_from: day, due_date_to: day },
		makeEqualityTest: () => isEqualOpenTask,
	},
};

function isEqualSubscription(subscription: IDataObject, addition: Addition): boolean {
	// The balance of a subscription changes with each lesson.
	const lastingFields = addition.comparedFields.filter(({ name }) => name !== 'balance');
	return hasSameValues(subscription, addition, lastingFields);
}

function isEqualOpenTask(task: IDataObject, addition: Addition): boolean {
	const isClosed = readFlag(task.is_done) === 1 || readFlag(task.is_archive) === 1;
	if (isClosed) return false;

	// AlfaCRM may ignore the filter for tasks without a due date.
	const isNewTaskWithoutDate = addition.body.due_date === undefined;
	if (isNewTaskWithoutDate && !isEmpty(task.due_date)) return false;

	return hasSameValues(task, addition, addition.comparedFields);
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
 * @param stamp when the record was added, as AlfaCRM shows it
 */
function isRecent(stamp: unknown, minutes: number, zone: string): boolean {
	const ahead = aheadMs(stamp, zone);
	if (ahead === undefined) return true;
	return ahead >= -minutes * MINUTE_MS && ahead <= MOST_AHEAD_MS;
}
