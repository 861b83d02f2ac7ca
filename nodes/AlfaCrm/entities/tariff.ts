import { makeReferenceList } from './common';
import { choice, flag, integer, references, text } from './fields';

/** The values of `type`. API notes 5.9. */
export const TARIFF_TYPES = [
	{ value: 1, label: 'Per Lesson' },
	{ value: 2, label: 'Monthly' },
	{ value: 3, label: 'Weekly or Unlimited' },
];

/**
 * The plans by which subscriptions are sold. The number of lessons is `lessons_count` in most
 * sources and `lesson_count` in one. API notes 5.9.
 */
export const tariff = makeReferenceList({
	resource: 'tariff',
	className: 'Tariff',
	label: 'Subscription Plan',
	certainty: 'confirmed',
	outputFields: [
		text('name', 'Name'),
		choice('type', 'Type', TARIFF_TYPES, 1),
		text('price', 'Price'),
		integer('lessons_count', 'Lessons'),
		integer('lesson_count', 'Lesson Count'),
		integer('duration', 'Duration', { description: 'Minutes of a lesson' }),
		text('added', 'Added'),
		references('branch_ids', 'Branch IDs', 'branch'),
		integer('calculation_type', 'Calculation Type'),
		references('subject_ids', 'Subject IDs', 'subject'),
		flag('is_archive', 'Archived'),
	],
});
