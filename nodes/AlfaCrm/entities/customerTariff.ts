import type { IDataObject } from 'n8n-workflow';

import { formatDay, readFlag, today } from '../values/formats';
import { idFilter, note, writable, only } from './common';
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
 * Whether a subscription is archived, as one of its flags says; undefined if it shows none.
 * API notes 5.5.
 */
function isDead({ dead, removed }: IDataObject): boolean | undefined {
	const flags = [dead, removed].filter((flag) => flag !== undefined);
	return flags.length === 0 ? undefined : flags.some((flag) => readFlag(flag) === 1);
}

/** Neither archived nor ended before today; the day stands under either name. API notes 5.5. */
export function isCurrent(row: IDataObject, zone: string): boolean {
	const last = [row.e_date, row.end].map((day) => formatDay(day, 'iso', zone)).find((day) => day);
	return isDead(row) !== true && (last === undefined || last >= today('iso', zone));
}

/** API notes 5.5. The same records come back in every branch. */
export const customerTariff = writable({
	resource: 'customerTariff',
	className: 'CustomerToTariff',
	label: 'Customer Subscription',
	certainty: 'confirmed',
	// 'Sell Subscription' of the customer creates it.
	operations: ['delete', 'getAll', 'update'],
	keys: [record('customer_id', 'Customer', 'customer', { required: true })],
	hidden: {
		// Without it the index may show current ones only. API notes 5.5.
		passes: [{ dead: true }],
		views: [
			{
				...choice(
					'dead',
					'Record Status',
					[
						{ value: 0, label: 'Current', description: 'Not archived, and not ended before today' },
						{ value: 1, label: 'Current and Archived' },
						{ value: 2, label: 'Archived' },
					],
					0,
					{ description: 'Which subscriptions are returned' },
				),
				// False shows all, and nothing the current ones. API notes 5.5.
				ask: (chosen) => (chosen === 0 ? {} : { dead: chosen === 2 }),
				holds: (row, chosen, zone) => {
					if (chosen === 0) return isCurrent(row, zone);
					return chosen === 1 || isDead(row) !== false;
				},
			},
		],
	},
	listed: {
		title: [],
		search: { of: 'customer_id' },
		details: [
			{ name: 'tariff_id', entity: 'tariff' },
			{ name: 'b_date', until: 'e_date' },
		],
	},
	simple: [
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
		only('is_separate_balance', 'Separate Balance', 'those with one'),
		reference('tariff_id', 'Subscription Plan', 'tariff'),
	],
});
