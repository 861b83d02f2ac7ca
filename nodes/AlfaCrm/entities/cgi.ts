import { CRUD, writable } from './common';
import { dottedDate, id, record, reference } from './fields';

const group = record('group_id', 'Group', 'group', { required: true });
const customer = record('customer_id', 'Customer', 'customer', { required: true });

const branch = reference('branch_id', 'Branch ID', 'branch');

const period = [
	dottedDate('b_date', 'Start Date', {
		description: 'First day to look at. Without both days only current memberships are returned.',
	}),
	dottedDate('e_date', 'End Date', {
		description: 'Last day to look at. Without both days only current memberships are returned.',
	}),
];

/** A customer in a group. API notes 5.7. Reading one walks the members of the group. */
export const cgi = writable({
	resource: 'cgi',
	className: 'CustomerGroupInvolve',
	label: 'Group Member',
	certainty: 'confirmed',
	unconfirmed: ['get'],
	keys: [{ ...group, in: CRUD }],
	actions: [
		{
			name: 'getByCustomer',
			label: 'Get by Customer',
			title: 'Get group members by customer',
			description: 'Get the groups that a customer is in, as memberships',
			action: 'customer',
			query: [customer],
			body: period,
			outputFields: [
				id('id', 'ID'),
				branch,
				customer,
				group,
				dottedDate('b_date', 'Start Date'),
				dottedDate('e_date', 'End Date'),
			],
			kind: 'getMany',
		},
	],
	// Without days the index shows current ones only.
	hidden: { passes: [{ b_date: '01.01.2000', e_date: '31.12.2099' }] },
	listed: {
		title: [],
		search: { of: 'group_id' },
		details: [
			{ name: 'customer_id', entity: 'customer' },
			{ name: 'b_date', until: 'e_date' },
		],
	},
	fields: [
		{ ...customer, description: 'Whose membership it is. An update of that of another is refused.' },
		dottedDate('e_date', 'End Date', {
			description:
				'Last day of the membership. Sources disagree on how AlfaCRM takes it, so check the result.',
		}),
		dottedDate('b_date', 'Start Date', {
			description:
				'First day of the membership. Sources disagree on how AlfaCRM takes it, so check the result.',
		}),
	],
	outputFields: [branch],
	filters: period,
});
