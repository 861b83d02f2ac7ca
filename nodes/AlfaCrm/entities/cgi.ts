import { makeReadableEntity } from './common';
import { dottedDate, record, reference } from './fields';

const group = record('group_id', 'Group', 'group', { required: true });
const customer = record('customer_id', 'Customer', 'customer', { required: true });

const membershipFields = [
	reference('branch_id', 'Branch ID', 'branch'),
	customer,
	group,
	dottedDate('b_date', 'Start Date'),
	dottedDate('e_date', 'End Date'),
];

/** AlfaCRM lists only current memberships if a call names no days. API notes 5.7. */
const periodFilters = [
	dottedDate('b_date', 'Start Date', {
		description: 'Without days only current ones come',
	}),
	dottedDate('e_date', 'End Date', {
		description: 'Without days only current ones come',
	}),
];

/**
 * The memberships: which customer belongs to which group, and on which days. They are written by
 * the actions 'Add to Group' and 'Remove From Group' of a customer. AlfaCRM's name `cgi` stands for
 * "customer-group involve". API notes 5.7.
 */
export const cgi = makeReadableEntity({
	resource: 'cgi',
	className: 'CustomerGroupInvolve',
	label: 'Group Member',
	certainty: 'confirmed',
	parentFields: [group],
	actions: [
		{
			name: 'getByCustomer',
			label: 'Get by Customer',
			title: 'Get groups of customer',
			action: 'customer',
			query: [customer],
			fields: periodFilters,
			kind: 'getMany',
		},
	],
	// A plain list shows only current memberships, so a second pass names a period that holds all.
	hidden: { passes: [{ b_date: '01.01.2000', e_date: '31.12.2099' }] },
	simplifiedFields: ['id', 'customer_id', 'group_id', 'b_date', 'e_date'],
	outputFields: membershipFields,
	filters: periodFilters,
});
