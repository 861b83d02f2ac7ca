import { ALL_OPERATIONS, idFilter, note, writable } from './common';
import {
	boolean,
	choice,
	dotted,
	flag,
	integer,
	number,
	record,
	reference,
	references,
	text,
} from './fields';
import { TARIFF_TYPES } from './tariff';

/** API notes 5.5. The same records come back in every branch. */
export const customerTariff = writable({
	resource: 'customerTariff',
	path: 'customer-tariff',
	className: 'CustomerToTariff',
	label: 'Customer Subscription',
	plural: 'Customer Subscriptions',
	certainty: 'confirmed',
	keys: [{ ...record('customer_id', 'Customer', 'customer', { required: true }), in: ALL_OPERATIONS }],
	// Without it the index shows current ones. API notes 5.5.
	hidden: [{ dead: true }],
	title: ['tariff_id', 'b_date', 'e_date'],
	simple: [
		'id',
		'customer_id',
		'tariff_id',
		'subject_ids',
		'lesson_type_ids',
		'balance',
		'b_date',
		'e_date',
		'paid_lesson_count',
		'note',
	],
	fields: [
		reference('tariff_id', 'Subscription Plan', 'tariff', { required: true }),
		number('balance', 'Balance', { description: 'One source says that a new record needs it; unconfirmed' }),
		dotted('e_date', 'End Date', { description: 'Last day of the subscription' }),
		references('lesson_type_ids', 'Lesson Type', 'lessonType', { description: 'Lessons that it pays for' }),
		note,
		flag('is_separate_balance', 'Separate Balance', {
			description: 'Whether the subscription has a balance of its own',
		}),
		dotted('b_date', 'Start Date', { description: 'First day of the subscription' }),
		references('subject_ids', 'Subject', 'subject', { description: 'Subjects that it pays for' }),
	],
	shows: [
		text('balance', 'Balance'),
		integer('paid_count', 'Paid Count'),
		integer('paid_lesson_count', 'Remaining Lessons'),
		text('paid_till', 'Paid Until'),
	],
	filters: [
		boolean('dead', 'Archived', {
			description: 'Whether to return only archived subscriptions; off returns all',
			offMeansAll: true,
		}),
		number('balance', 'Balance'),
		boolean('is_burnable_out', 'Can Burn Out', {
			description: 'Whether to return only subscriptions that can burn out',
		}),
		idFilter,
		choice('tariff_type', 'Plan Type', TARIFF_TYPES, 1),
		flag('is_separate_balance', 'Separate Balance', {
			description: 'Whether to return only subscriptions with a balance of their own or only others',
		}),
		reference('tariff_id', 'Subscription Plan', 'tariff'),
	],
});
