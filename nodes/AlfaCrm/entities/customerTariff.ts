import type { IDataObject } from 'n8n-workflow';

import { formatDay, readFlag, today } from '../values/formats';
import { idFilter, note, makeWritableEntity, yesNoFilter } from './common';
import {
	choice,
	dottedDate,
	flag,
	integer,
	number,
	record,
	reference,
	references,
	text,
} from './fields';
import { TARIFF_TYPES } from './tariff';

/**
 * Declares subscriptions: lessons or weeks that a customer has bought. AlfaCRM calls a subscription
 * `customer-tariff`, the plan by which it is sold `tariff`, and the ID of a subscription in other
 * records `ctt_id` ("customer to tariff").
 */

/**
 * Whether one of the flags of a subscription says that it is archived; undefined if it has no flag.
 * API notes 5.5.
 */
function isArchived({ dead, removed }: IDataObject): boolean | undefined {
	const flags = [dead, removed].filter((flag) => flag !== undefined);
	return flags.length === 0 ? undefined : flags.some((flag) => readFlag(flag) === 1);
}

/**
 * Whether a subscription is current: neither archived nor ended before today. The last day stands
 * in `e_date` or in `end`, depending on the account. API notes 5.5.
 */
export function isCurrent(row: IDataObject, zone: string): boolean {
	const lastDay = formatDay(row.e_date, 'iso', zone) ?? formatDay(row.end, 'iso', zone);
	const isOver = lastDay !== undefined && lastDay < today('iso', zone);
	return isArchived(row) !== true && !isOver;
}

/** The values of *Record Status* in the form. Stored in workflows. */
const RECORD_STATUS = { current: 0, all: 1, archived: 2 } as const;

/**
 * The subscriptions of a customer. AlfaCRM lists them for one customer only, and every branch shows
 * the same list. API notes 5.5.
 */
export const customerTariff = makeWritableEntity({
	resource: 'customerTariff',
	className: 'CustomerToTariff',
	label: 'Customer Subscription',
	certainty: 'confirmed',
	// Subscriptions are created by the action 'Sell Subscription' of a customer.
	operations: ['delete', 'getAll', 'update'],
	parentFields: [record('customer_id', 'Customer', 'customer', { required: true })],
	hidden: {
		// A plain list, without `dead`, may show only current subscriptions. API notes 5.5.
		passes: [{ dead: true }],
		views: [
			{
				...choice(
					'dead',
					'Record Status',
					[
						{
							value: RECORD_STATUS.current,
							label: 'Current',
							description: 'Not archived, and not ended before today',
						},
						{ value: RECORD_STATUS.all, label: 'Current and Archived' },
						{ value: RECORD_STATUS.archived, label: 'Archived' },
					],
					RECORD_STATUS.current,
					{ description: 'Which subscriptions are returned' },
				),
				// `dead: false` lists all subscriptions, `dead: true` only archived ones. A plain list
				// shows the current ones. API notes 5.5.
				makeBody: (chosen) =>
					chosen === RECORD_STATUS.current ? {} : { dead: chosen === RECORD_STATUS.archived },
				includesRow: (row, chosen, zone) => {
					if (chosen === RECORD_STATUS.current) return isCurrent(row, zone);
					// A row without a flag belongs to every choice.
					return chosen === RECORD_STATUS.all || isArchived(row) !== false;
				},
			},
		],
	},
	listed: {
		title: [],
		search: { parentField: 'customer_id' },
		details: [
			{ name: 'tariff_id', entity: 'tariff' },
			{ name: 'b_date', lastDayField: 'e_date' },
		],
	},
	simplifiedFields: [
		'id',
		'customer_id',
		'tariff_id',
		'paid_lesson_count',
		'balance',
		'b_date',
		'e_date',
		'subject_ids',
		'lesson_type_ids',
		'note',
	],
	fields: [
		reference('tariff_id', 'Subscription Plan', 'tariff', { required: true }),
		number('balance', 'Balance'),
		dottedDate('e_date', 'End Date'),
		references('lesson_type_ids', 'Lesson Type', 'lessonType', { description: 'What it pays for' }),
		note,
		flag('is_separate_balance', 'Separate Balance', {
			description: 'Whether it has a balance of its own',
		}),
		dottedDate('b_date', 'Start Date'),
		references('subject_ids', 'Subject', 'subject', { description: 'What it pays for' }),
	],
	outputFields: [
		text('balance', 'Balance'),
		integer('paid_count', 'Paid Count'),
		integer('paid_lesson_count', 'Remaining Lessons'),
		text('paid_till', 'Paid Until'),
	],
	filters: [
		idFilter,
		choice('tariff_type', 'Plan Type', TARIFF_TYPES, 1),
		yesNoFilter('is_separate_balance', 'Separate Balance', 'those with one'),
		reference('tariff_id', 'Subscription Plan', 'tariff'),
	],
});
