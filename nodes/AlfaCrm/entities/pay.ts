import { idFilter, note, timestampFilters, timestamps, writable } from './common';
import { dottedDate, flag, id, ids, number, pointedDate, range, record, reference, text } from './fields';

const account = reference('pay_account_id', 'Payment Account', 'payAccount');
const type = reference('pay_type_id', 'Payment Type', 'payType');
const item = reference('pay_item_id', 'Payment Item', 'payItem');
const place = reference('location_id', 'Location', 'location');
const customer = record('customer_id', 'Customer', 'customer');
const commodity = id('commodity_id', 'Commodity ID');

/** API notes 5.16. What number stands for which type is verified for 1, an income, only. */
export const pay = writable({
	resource: 'pay',
	path: 'pay',
	className: 'Pay',
	label: 'Payment',
	plural: 'Payments',
	certainty: 'confirmed',
	title: ['document_date', 'income', 'payer_name'],
	simple: [
		'id',
		'document_date',
		'income',
		'expenditure',
		'customer_id',
		'payer_name',
		'pay_type_id',
		'pay_account_id',
		'pay_item_id',
		'note',
	],
	custom: true,
	subtypes: { name: 'pay_type_id', entity: 'payType', usual: 1 },
	fields: [
		{ ...customer, required: true },
		dottedDate('document_date', 'Document Date', { required: true }),
		number('income', 'Income', { required: true, nonZero: true, description: 'Sum of the payment' }),
		{ ...account, required: true },
		{ ...type, required: true },
		reference('branch_id', 'Branch of Payment', 'branch', {
			fromBranch: true,
			description: 'The branch it belongs to, if not the one above',
		}),
		commodity,
		flag('is_confirmed', 'Confirmed', { description: 'Whether the payment is confirmed' }),
		id('ctt_id', 'Customer Subscription ID', { description: 'Subscription that is paid for' }),
		record('group_id', 'Group', 'group'),
		place,
		id('manager_id', 'Manager ID'),
		note,
		text('payer_name', 'Payer Name', {
			description: 'At most 50 characters. One source says that a new payment needs it; unconfirmed.',
		}),
		item,
		reference('teacher_id', 'Teacher', 'teacher'),
	],
	// The sum of a refund may stand in either.
	outputFields: [
		text('income', 'Income'),
		text('expenditure', 'Expenditure'),
		flag('is_fiscal', 'Fiscal'),
		...timestamps,
	],
	filters: [
		...range(number, 'bonus', 'Bonus'),
		commodity,
		flag('is_confirmed', 'Confirmed', {
			description: 'Whether to return only confirmed payments or only others',
		}),
		text('currency', 'Currency'),
		customer,
		id('employee_id', 'Employee ID'),
		flag('is_fiscal', 'Fiscal', { description: 'Whether to return only fiscal payments or only others' }),
		ids('group_ids', 'Group IDs', {
			entity: 'group',
			description: 'Groups, separated by commas',
			placeholder: 'e.g. 40, 41',
		}),
		idFilter,
		place,
		text('note', 'Note', { description: 'Part of the note' }),
		text('payer_name', 'Payer Name', { description: "Part of the payer's name" }),
		account,
		...range(pointedDate, 'date', 'Payment Date', 'document_date'),
		item,
		reference('pay_item_category_id', 'Payment Item Category', 'payItemCategory'),
		type,
		...range(number, 'sum', 'Sum'),
		...timestampFilters,
	],
});
