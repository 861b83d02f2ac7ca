import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readFlag, readId } from '../../values/formats';
import { aheadMs, MOST_AHEAD_MS } from '../../values/schoolClock';
import { MINUTE_MS } from '../../values/time';
import { customerTariff } from '../../entities/customerTariff';
import type { Field } from '../../entities/fieldTypes';
import type { Added } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { kindOf, sameValue } from '../../fields/field';
import { showWhen } from '../../form/assemble';
import { wholeNumber } from '../../form/wholeNumber';
import type { Item } from '../../run/item';
import type { Target } from '../../store/located';
import { findById } from '../../store/records';

/** A payment, subscription, task or communication that is to be added to a customer. */
export interface NewAddition {
	item: Item;
	customerId: number;
	target: Target;
	body: IDataObject;
	/** The fields that the user has filled. The same addition has the same values in them. */
	comparedFields: readonly Field[];
}

/** What is particular about one kind of it. */
export interface Addition {
	/** What the form asks besides where the same one is to be looked for. */
	form?: readonly INodeProperties[];
	/** With what its list is asked besides. */
	filters?: (body: IDataObject) => IDataObject;
	/** Its list holds those of all customers, and is read once for all items. */
	isOfAll?: true;
	/** What is there already is told by a time or a day, so the time zone of the workflow matters. */
	decidesByTime?: true;
	/** Tells the same one among the customer's rows, by what the form says of that, which is read at once. */
	isSame: (item: Item) => (row: IDataObject, addition: NewAddition) => boolean;
	/** @throws NodeOperationError for what is not to be added */
	check?: (addition: NewAddition) => Promise<void>;
}

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

export const additions: Record<Added, Addition> = {
	communication: {
		decidesByTime: true,
		form: [sameWithin],
		isSame(item) {
			const minutes = item.integer(sameWithin);
			return (row, addition) => agrees(addition, row) && isRecent(item, row.added, minutes);
		},
	},
	// The balance of a subscription changes with each lesson.
	customerTariff: { isSame: () => (row, addition) => agrees(addition, row, 'balance') },
	pay: {
		// Without a type the list may show incomes only. API notes 5.16.
		filters: ({ customer_id, pay_type_id }) => ({ customer_id, pay_type_id }),
		// The sum of a refund may stand in either. A row without the one holds no sum there, rather than any.
		isSame: () => (row, addition) =>
			[row, { ...row, income: row.expenditure ?? null }].some((one) => agrees(addition, one, 'is_confirmed')),
		check: assertOwnSubscription,
	},
	task: {
		decidesByTime: true,
		isOfAll: true,
		filters: ({ due_date: day }) =>
			day === undefined ? { due_date_is_null: true } : { due_date_from: day, due_date_to: day },
		// AlfaCRM may ignore the filter for those without a day.
		isSame: () => (row, addition) =>
			[row.is_done, row.is_archive].every((flag) => readFlag(flag) !== 1) &&
			(addition.body.due_date !== undefined || isEmpty(row.due_date)) &&
			agrees(addition, row),
	},
};

/** Whether a row holds what was given, but for a field that changes afterwards; what it does not show at all cannot differ. */
const agrees = ({ item, body, comparedFields }: NewAddition, row: IDataObject, mutable?: string): boolean =>
	comparedFields
		.filter(({ name }) => row[name] !== undefined && name !== mutable)
		.every((field) => {
			const held = row[field.name];
			// Some accounts show no 0 where a switch is off.
			return sameValue(
				field,
				isEmpty(held) ? kindOf(field).valueIfMissing : held,
				body[field.name],
				item.zone,
			);
		});

/**
 * Whether a record was added within the last minutes. A record without a readable stamp counts, because it may be new. So does
 * one with a stamp in the future: it was just added in a school whose time zone is not the workflow's, and if it did not
 * count, each run would add it again. A stamp further ahead than two time zones can be apart is a mistake in the data. It
 * does not count, or the same record could never be added again.
 */
function isRecent({ zone }: Item, stamp: unknown, minutes: number): boolean {
	const ahead = aheadMs(stamp, zone);
	if (ahead === undefined) return true;
	return ahead >= -minutes * MINUTE_MS && ahead <= MOST_AHEAD_MS;
}

/** What names a subscription of somebody else has mistaken one of both. A list that did not come whole tells nothing. */
async function assertOwnSubscription({ item, customerId, target, body }: NewAddition): Promise<void> {
	const id = readId(body.ctt_id);
	if (id === undefined) return;
	const where = { ...target, path: customerTariff.path, query: { customer_id: customerId } };
	// Who may take payments need not be allowed to see subscriptions.
	const found = await item.readIfAllowed(async () => await findById(item, customerTariff, id, where));
	if (found?.record !== undefined || !found?.isConclusive) return;
	throw item.error(
		`AlfaCRM lists no customer subscription ${id} of customer ${customerId}`,
		`Correct 'Customer', or 'Customer Subscription', or run it again if it was added a moment ago.`,
	);
}
