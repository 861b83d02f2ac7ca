import { note, readable } from './common';
import { dottedDate, id, ids, integer, record } from './fields';

/** API notes 5.10. What is said of writing them looks invented. */
export const discount = readable({
	resource: 'discount',
	path: 'discount',
	label: 'Discount',
	plural: 'Discounts',
	certainty: 'confirmed',
	title: ['amount', 'begin', 'end'],
	outputFields: [
		id('branch_id', 'Branch ID'),
		id('customer_id', 'Customer ID', { entity: 'customer' }),
		integer('discount_type', 'Discount Type'),
		integer('amount', 'Amount'),
		dottedDate('begin', 'First Day'),
		dottedDate('end', 'Last Day'),
		ids('lesson_type_ids', 'Lesson Type IDs'),
		ids('subject_ids', 'Subject IDs'),
		note,
	],
	filters: [record('customer_id', 'Customer', 'customer', { description: 'Whose discounts to return' })],
});
