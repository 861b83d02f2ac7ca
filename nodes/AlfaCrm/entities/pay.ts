import { note, timestampFilters, timestamps, writable, only } from './common';
import { dottedDate, flag, id, ids, number, isoDottedDate, range, record, reference, text } from './fields';
import type { Action } from './types';

/** The one type of payment whose number is verified. API notes 5.16. */
export const INCOME = 1;
/**
 * Types that one source knows not to be an income: refunds, corrections and sales of goods, as new and as old rows have
 * them. What others an account has is not known. API notes 5.16.
 */
export const NO_INCOME = [2, 3, 5, 6, 9];

const account = reference('pay_account_id', 'Payment Account', 'payAccount');
const type = reference('pay_type_id', 'Payment Type', 'payType');
const item = reference('pay_item_id', 'Payment Item', 'payItem');
const place = reference('location_id', 'Location', 'location');
const customer = record('customer_id', 'Customer', 'customer');
const commodity = id('commodity_id', 'Commodity ID');

const branch = reference('branch_id', 'Branch of Payment', 'branch', {
	fromBranch: true,
	description:
		"The branch it belongs to. Left empty, the one above if the payer is in it, else the payer's only one.",
});
const date = dottedDate('document_date', 'Payment Date', { required: true });
/** One source says that a new payment needs it. API notes 5.16. */
const PAYER = ['legal_name', 'name'];
const payer = text('payer_name', 'Payer Name', {
	longest: 50,
	description: 'In a new payment that of the customer if left empty',
	copyFrom: PAYER,
});

/** API notes 5.16: types other than an income, and signs, are known from one integration. */
const correct: Action = {
	name: 'createCorrection',
	label: 'Create Correction or Refund',
	title: 'Create payment correction or refund',
	description:
		'Record a correction or a refund of a customer. By what is known of AlfaCRM, the amount of a correction may be negative, and AlfaCRM shows that of a refund as income or as expenditure.',
	action: 'create',
	body: [
		{ ...customer, required: true },
		number('income', 'Amount', {
			required: true,
			nonZero: true,
			description: 'Other than 0: above 0 for a refund, negative where a correction lowers the balance',
		}),
		{ ...type, required: true },
		{ ...account, required: true },
		date,
		...[branch, note, payer, item],
	],
	kind: 'save',
	unconfirmed: true,
};

/** API notes 5.16. What number stands for which type is verified for 1, an income, only. */
export const pay = writable({
	resource: 'pay',
	className: 'Pay',
	label: 'Payment',
	certainty: 'confirmed',
	// 'Take Payment' of the customer creates one, and none twice.
	operations: ['delete', 'get', 'getAll', 'update'],
	actions: [correct],
	listed: { title: ['document_date', 'income', 'payer_name'] },
	simple: [
		'id',
		'document_date',
		'income',
		'expenditure',
		'customer_id',
		'payer_name',
		'pay_type_id',
		'pay_account_id',
		'branch_id',
		'note',
	],
	custom: true,
	hidden: { kinds: { name: 'pay_type_id', entity: 'payType', usual: INCOME } },
	fields: [
		{ ...customer, required: true },
		date,
		number('income', 'Amount', {
			required: true,
			nonZero: true,
			description: 'That of a correction may be negative',
		}),
		{ ...account, required: true },
		{ ...type, required: true },
		branch,
		commodity,
		flag('is_confirmed', 'Confirmed', { description: 'Whether the payment is confirmed' }),
		record('ctt_id', 'Customer Subscription', 'customerTariff', {
			description: 'Subscription that is paid for',
		}),
		record('group_id', 'Group', 'group'),
		place,
		id('manager_id', 'Manager ID'),
		note,
		payer,
		item,
		reference('teacher_id', 'Teacher', 'teacher'),
	],
	// The sum of a refund may stand in either.
	outputFields: [
		text('income', 'Amount'),
		text('expenditure', 'Expenditure'),
		flag('is_fiscal', 'Fiscal'),
		...timestamps,
	],
	filters: [
		...range(number, 'bonus', 'Bonus'),
		commodity,
		only('is_confirmed', 'Confirmed', 'confirmed payments'),
		text('currency', 'Currency'),
		customer,
		id('employee_id', 'Employee ID'),
		only('is_fiscal', 'Fiscal', 'fiscal payments'),
		ids('group_ids', 'Group IDs', {
			entity: 'group',
			description: 'Groups, separated by commas',
			placeholder: 'e.g. 40, 41',
		}),
		place,
		text('note', 'Note', { description: 'Part of the note' }),
		text('payer_name', 'Payer Name', { description: "Part of the payer's name" }),
		account,
		...range(isoDottedDate, 'date', 'Payment Date', 'document_date'),
		item,
		reference('pay_item_category_id', 'Payment Item Category', 'payItemCategory'),
		type,
		// A refund may carry its sum in the other field.
		...range(number, 'sum', 'Amount', 'income', 'expenditure'),
		...timestampFilters,
	],
});
