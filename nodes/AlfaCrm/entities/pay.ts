import type { IDataObject } from 'n8n-workflow';

import { readId } from '../values/formats';
import { fieldsLike, note, timestampFilters, timestamps, writable, only } from './common';
import {
	dottedDate,
	flag,
	id,
	ids,
	number,
	isoDottedDate,
	range,
	record,
	reference,
	text,
	today,
} from './fields';
import type { Field } from './fieldTypes';
import type { Action } from './types';

/**
 * Types of payments. An account may have other types of its own. Two accounts agree on 1, 5 and 6;
 * one source each knows the rest. API notes 5.16.
 */
export const PAY_TYPE = {
	income: 1,
	earlierSaleOfGoods: 2,
	earlierRefund: 3,
	refund: 5,
	correction: 6,
	saleOfGoods: 9,
	cashCollectionIn: 11,
	cashCollectionOut: 12,
} as const;

export const INCOME: number = PAY_TYPE.income;
/** Types that are no income. What types of the account's own are is not known. */
export const NO_INCOME: readonly number[] = Object.values(PAY_TYPE).filter(
	(type) => type !== INCOME,
);

const CASH_COLLECTION: readonly unknown[] = [PAY_TYPE.cashCollectionIn, PAY_TYPE.cashCollectionOut];

/**
 * Whether a row is a cash collection, in or out, which never has a customer and is nobody's
 * payment. API notes 5.16.
 */
export const isCashCollection = ({ customer_id, pay_type_id }: IDataObject): boolean =>
	readId(customer_id) === undefined && CASH_COLLECTION.includes(readId(pay_type_id));

const account = reference('pay_account_id', 'Payment Account', 'payAccount');
const type = reference('pay_type_id', 'Payment Type', 'payType');
const item = reference('pay_item_id', 'Payment Item', 'payItem');
const place = reference('location_id', 'Location', 'location');
const customer = record('customer_id', 'Customer', 'customer');
const commodity = id('commodity_id', 'Commodity ID');

const branch = reference('branch_id', 'Branch of Payment', 'branch', {
	fromBranch: true,
	description: "If not the one above, or the payer's only one",
});
const date = dottedDate('document_date', 'Payment Date', { required: true });
/** One source says that a new payment needs it. API notes 5.16. */
const PAYER = ['legal_name', 'name'];
const payer = text('payer_name', 'Payer Name', {
	longest: 50,
	description: 'If not that of the customer',
	copyFrom: PAYER,
});

/**
 * The amount, whatever the type of the payment: AlfaCRM calls it `income` in refunds, too.
 * API notes 5.16.
 */
export const amountField = number('income', 'Amount', {
	required: true,
	nonZero: true,
	description: 'That of a correction may be negative',
});

const fields: Field[] = [
	{ ...customer, required: true },
	date,
	amountField,
	{ ...account, required: true },
	{ ...type, required: true },
	branch,
	flag('is_confirmed', 'Confirmed', { description: 'Whether it is confirmed' }),
	record('ctt_id', 'Customer Subscription', 'customerTariff', {
		description: 'What is paid for',
	}),
	record('group_id', 'Group', 'group'),
	place,
	note,
	payer,
	item,
	reference('teacher_id', 'Teacher', 'teacher'),
];

/**
 * The number that a payment provider or a bank gave to a payment: see
 * `operations/payments/externalId.ts`.
 */
export const externalIdInput = text('externalId', 'External ID', {
	description: 'Entered once. The note keeps it as [ID inv-1]. Bank numbers repeat: add the date.',
	neverEmpty: true,
});
export const customFieldInput = text('externalIdField', 'External ID Field', {
	description: 'Custom field that keeps it, if not the note',
	neverEmpty: true,
});
const externalIdInputs = [externalIdInput, customFieldInput];

/** The fields of a payment in the form that enters an income. */
const paymentFields = fieldsLike(
	{ fields },
	{
		income: { nonZero: undefined, min: 0.01, description: undefined },
		pay_account_id: {},
		branch_id: {},
		is_confirmed: {},
		ctt_id: {},
		document_date: {
			fallback: 'today',
			required: false,
			description: 'Today if left empty, so a run on another day adds it once more',
		},
		location_id: {},
		note: {},
		payer_name: { description: 'If not that of the customer' },
		pay_item_id: {},
		pay_type_id: { fallback: INCOME, required: false, description: 'An income (1) if left empty' },
	},
);
/** The whole form that enters an income. */
export const incomeFields = [...paymentFields, ...externalIdInputs];

/**
 * Enters a refund or a correction. The signs of their amounts are known from one integration.
 * API notes 5.16.
 */
const correctPayment: Action = {
	name: 'createCorrection',
	label: 'Create Correction or Refund',
	title: 'Create payment correction or refund',
	description: 'An income is taken under Customer',
	action: 'create',
	fields: [
		{
			...customer,
			prominent: true,
			requiredUnless: externalIdInput.name,
			description: "If not who paid that 'External ID'",
		},
		number('income', 'Amount', {
			required: true,
			nonZero: true,
			description: 'Above 0 for a refund, negative where a correction lowers the balance',
		}),
		{ ...type, required: true, description: 'Usually 5 refund, 6 correction' },
		{ ...account, required: true },
		date,
		branch,
		note,
		payer,
		item,
		...externalIdInputs,
	],
	kind: 'correctPayment',
	unconfirmed: true,
};

/**
 * API notes 5.16. The plain list shows all types in one account, and may show incomes only in
 * another.
 */
export const pay = writable({
	resource: 'pay',
	className: 'Pay',
	label: 'Payment',
	certainty: 'confirmed',
	operations: ['delete', 'get', 'getAll', 'update'],
	actions: [correctPayment],
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
	fields,
	// The sum of a refund may stand in either.
	outputFields: [
		text('income', 'Amount'),
		text('expenditure', 'Expenditure'),
		commodity,
		flag('is_fiscal', 'Fiscal'),
		id('manager_id', 'Manager ID'),
		...timestamps,
	],
	filters: [
		only('is_confirmed', 'Confirmed', 'confirmed payments'),
		customer,
		ids('group_ids', 'Group IDs', {
			entity: 'group',
			description: 'Separated by commas',
			placeholder: 'e.g. 40, 41',
		}),
		place,
		text('note', 'Note', { description: 'Part of the note' }),
		text('payer_name', 'Payer Name', { description: 'Part of it' }),
		account,
		...range(today(isoDottedDate), 'date', 'Payment Date', 'document_date'),
		item,
		reference('pay_item_category_id', 'Payment Item Category', 'payItemCategory'),
		type,
		// A refund may carry its sum in the other field.
		...range(number, 'sum', 'Amount', 'income', 'expenditure'),
		...timestampFilters,
	],
});
