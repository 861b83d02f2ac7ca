import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readFlag, readId, readMoment } from '../../values/formats';
import { MINUTE_MS } from '../../values/time';
import { customerTariff } from '../../entities/customerTariff';
import type { Field } from '../../entities/fieldTypes';
import type { Added } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { kindOf, sameValue } from '../../fields/field';
import { showWhen } from '../../form/assemble';
import { wholeNumber } from '../../form/wholeNumber';
import type { Item } from '../execution/item';
import { findById } from '../records/findById';
import type { Target } from '../records/target';

/** What is to be added to a customer. */
export interface Wanted {
	item: Item;
	customer: number;
	target: Target;
	body: IDataObject;
	/** The fields that were given, in which the same one agrees. */
	compared: readonly Field[];
}

/** What is particular about one kind of it. */
export interface Addition {
	/** What the form asks besides where the same one is to be looked for. */
	form?: readonly INodeProperties[];
	/** With what its list is asked besides. */
	filters?: (body: IDataObject) => IDataObject;
	/** Its list holds those of all customers, and is read once for all items. */
	isOfAll?: true;
	/** Tells the same one among the customer's rows, by what the form says of that, which is read at once. */
	isSame: (item: Item) => (row: IDataObject, wanted: Wanted) => boolean;
	/** @throws NodeOperationError for what is not to be added */
	check?: (wanted: Wanted) => Promise<void>;
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
		form: [sameWithin],
		isSame(item) {
			const minutes = item.integer(sameWithin);
			return (row, wanted) => agrees(wanted, row) && isRecent(item, row.added, minutes);
		},
	},
	// The balance of a subscription changes with each lesson.
	customerTariff: { isSame: () => (row, wanted) => agrees(wanted, row, 'balance') },
	pay: {
		// Without a type the list may show incomes only. API notes 5.16.
		filters: ({ customer_id, pay_type_id }) => ({ customer_id, pay_type_id }),
		// The sum of a refund may stand in either. A row without the one holds no sum there, rather than any.
		isSame: () => (row, wanted) =>
			[row, { ...row, income: row.expenditure ?? null }].some((one) => agrees(wanted, one, 'is_confirmed')),
		check: assertOwnSubscription,
	},
	task: {
		isOfAll: true,
		filters: ({ due_date: day }) =>
			day === undefined ? { due_date_is_null: true } : { due_date_from: day, due_date_to: day },
		// AlfaCRM may ignore the filter for those without a day.
		isSame: () => (row, wanted) =>
			[row.is_done, row.is_archive].every((flag) => readFlag(flag) !== 1) &&
			(wanted.body.due_date !== undefined || isEmpty(row.due_date)) &&
			agrees(wanted, row),
	},
};

/** Whether a row holds what was given, but for a field that changes afterwards; what it does not show at all cannot differ. */
const agrees = ({ item, body, compared }: Wanted, row: IDataObject, mutable?: string): boolean =>
	compared
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

/** What shows no time counts, for it may be new. */
function isRecent({ zone }: Item, stamp: unknown, minutes: number): boolean {
	const moment = readMoment(stamp, zone);
	return moment === undefined || Math.abs(Date.now() - moment) <= minutes * MINUTE_MS;
}

/** What names a subscription of somebody else has mistaken one of both. A list that did not come whole tells nothing. */
async function assertOwnSubscription({ item, customer, target, body }: Wanted): Promise<void> {
	const id = readId(body.ctt_id);
	if (id === undefined) return;
	const where = { ...target, path: customerTariff.path, query: { customer_id: customer } };
	// Who may take payments need not be allowed to see subscriptions.
	const found = await item.ifAllowed(async () => await findById(item, customerTariff, id, where));
	if (found?.record !== undefined || !found?.isConclusive) return;
	throw item.refused(
		`AlfaCRM lists no customer subscription ${id} of customer ${customer}`,
		`Correct 'Customer', or 'Customer Subscription', or run it again if it was added a moment ago. ${item.savedNote()}`,
	);
}
