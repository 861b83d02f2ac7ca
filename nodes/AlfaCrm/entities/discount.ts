import { note, makeReferenceList } from './common';
import { dottedDate, id, integer, record, reference, references } from './fields';

/**
 * The discounts of customers. The package only lists them, because the only source about changing
 * discounts looks invented. API notes 5.10.
 */
export const discount = makeReferenceList({
	resource: 'discount',
	label: 'Discount',
	certainty: 'confirmed',
	simplifiedFields: [
		'id',
		'customer_id',
		'amount',
		'discount_type',
		'begin',
		'end',
		'subject_ids',
		'lesson_type_ids',
		'note',
	],
	outputFields: [
		reference('branch_id', 'Branch ID', 'branch'),
		id('customer_id', 'Customer ID', { entity: 'customer' }),
		integer('discount_type', 'Discount Type'),
		integer('amount', 'Amount'),
		dottedDate('begin', 'First Day'),
		dottedDate('end', 'Last Day'),
		references('lesson_type_ids', 'Lesson Type IDs', 'lessonType'),
		references('subject_ids', 'Subject IDs', 'subject'),
		note,
	],
	filters: [record('customer_id', 'Customer', 'customer')],
});
