import { CRUD, idFilter, note, writable } from './common';
import {
	boolean,
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

/** API notes 5.5. The same records come back in every branch. */
export const customerTariff = writable({
	resource: 'customerTariff',
	path: 'customer-tariff',
	className: 'CustomerToTariff',
	label: 'Customer Subscription',
	plural: 'Customer Subscriptions',
	certainty: 'confirmed',
	keys: [{ ...record('customer_id', 'Customer', 'customer', { required: true }), in: CRUD }],
	// Without it the index may show current ones only. API notes 5.5.
	hiddenPasses: [{ dead: true }],
	title: [],
	search: { of: 'customer_id' },
	details: [
		{ name: 'tariff_id', entity: 'tariff' },
		{ name: 'b_date', until: 'e_date' },
	],
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
		number('balance', 'Balance', { description: 'One source says that a new record needs it' }),
		dottedDate('e_date', 'End Date', { description: 'Last day of the subscription' }),
		references('lesson_type_ids', 'Lesson Type', 'lessonType', { description: 'Lessons that it pays for' }),
		note,
		flag('is_separate_balance', 'Separate Balance', {
			description: 'Whether the subscription has a balance of its own',
		}),
		dottedDate('b_date', 'Start Date', { description: 'First day of the subscription' }),
		references('subject_ids', 'Subject', 'subject', { description: 'Subjects that it pays for' }),
	],
	outputFields: [
		text('balance', 'Balance'),
		integer('paid_count', 'Paid Count'),
		integer('paid_lesson_count', 'Remaining Lessons'),
		text('paid_till', 'Paid Until'),
	],
	defaultFilters: [
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
				{ description: 'Whether archived subscriptions are returned' },
			),
			serverDefault: 0,
			until: ['e_date', 'end'],
			wireValues: { 1: false, 2: true },
			flags: { 0: 0, 2: 1 },
			flagNames: ['dead', 'removed'],
		},
	],
	filters: [
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
