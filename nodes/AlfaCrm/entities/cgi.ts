import { readable } from './common';
import { dottedDate, record, reference } from './fields';

const group = record('group_id', 'Group', 'group', { required: true });
const customer = record('customer_id', 'Customer', 'customer', { required: true });

const membership = [
	reference('branch_id', 'Branch ID', 'branch'),
	customer,
	group,
	dottedDate('b_date', 'Start Date'),
	dottedDate('e_date', 'End Date'),
];

const period = [
	dottedDate('b_date', 'Start Date', {
		description: 'Without days only current ones come',
	}),
	dottedDate('e_date', 'End Date', {
		description: 'Without days only current ones come',
	}),
];

/**
 * A customer in a group, which 'Add to Group' and 'Remove From Group' of the customer write.
 * API notes 5.7.
 */
export const cgi = readable({
	resource: 'cgi',
	className: 'CustomerGroupInvolve',
	label: 'Group Member',
	certainty: 'confirmed',
	keys: [group],
	actions: [
		{
			name: 'getByCustomer',
			label: 'Get by Customer',
			title: 'Get groups of customer',
			action: 'customer',
			query: [customer],
			fields: period,
			kind: 'getMany',
		},
	],
	// Without days the index shows current ones only.
	hidden: { passes: [{ b_date: '01.01.2000', e_date: '31.12.2099' }] },
	simple: ['id', 'customer_id', 'group_id', 'b_date', 'e_date'],
	outputFields: membership,
	filters: period,
});
