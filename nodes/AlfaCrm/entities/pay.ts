import type { IDataObject } from 'n8n-workflow';

import { readId } from '../values/formats';
import {
	pickFields,
	note,
	timestampFilters,
	timestamps,
	makeWritableEntity,
	yesNoFilter,
} from './common';
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
	startingToday,
} from './fields';
import type { Field } from './fieldTypes';
import type { Action } from './types';

/**
 * Types of payments. An account can have further types. The types 1, 5 and 6 were the same in two
 * accounts. Each of the others is known from a single integration or account. API notes 5.16.
 */
const PAY_TYPE = {
	income: 1,
	/** Only in old rows. New sales of goods have the type 9. */
	oldSaleOfGoods: 2,
	/** Only in old rows. New refunds have the type 5. */
	oldRefund: 3,
	refund: 5,
	correction: 6,
	saleOfGoods: 9,
	cashCollectionIn: 11,
	cashCollectionOut: 12,
} as const;

/**
 * The type of an incoming payment. It is a plain `number`, so that TypeScript lets it be compared
 * with any other type.
 */
export const INCOME: number = PAY_TYPE.income;
/**
 * The known types that are not incoming payments. Types that a school has added are missing,
 * because they may be incoming payments.
 */
export const NON_INCOME_TYPES: readonly number[] = Object.values(PAY_TYPE).filter(
	(payType) => payType !== INCOME,
);

const CASH_COLLECTION: readonly unknown[] = [PAY_TYPE.cashCollectionIn, PAY_TYPE.cashCollectionOut];

/**
 * Whether a row is a cash collection: money that the school has put into the till or taken out, and
 * no customer has paid. A cash collection never has a customer. So a row with a customer is a
 * payment, even if the account uses the types 11 and 12 for something else. API notes 5.16.
 */
export const isCashCollection = ({ customer_id, pay_type_id }: IDataObject): boolean =>
	readId(customer_id) === undefined && CASH_COLLECTION.includes(readId(pay_type_id));

const payAccount = reference('pay_account_id', 'Payment Account', 'payAccount');
const type = reference('pay_type_id', 'Payment Type', 'payType');
const payItem = reference('pay_item_id', 'Payment Item', 'payItem');
const location = reference('location_id', 'Location', 'location');
const customer = record('customer_id', 'Customer', 'customer');
const commodity = id('commodity_id', 'Commodity ID');

const branch = reference('branch_id', 'Branch of Payment', 'branch', {
	fromBranch: true,
	description: "If not the one above, or the payer's only one",
});
const paymentDate = dottedDate('document_date', 'Payment Date', { required: true });

/** The fields of a customer that may hold the name of the payer: the legal name, else the name. */
const PAYER_NAMES = ['legal_name', 'name'];

/**
 * The name of the payer. One source says that a new payment needs it, so it is copied from the
 * customer if the user gives none. API notes 5.16.
 */
const payer = text('payer_name', 'Payer Name', {
	longest: 50,
	description: 'If not that of the customer',
	copyFrom: PAYER_NAMES,
});

/**
 * The amount of a payment of any type. AlfaCRM takes it as `income`, even that of a refund.
 * API notes 5.16.
 */
export const amountField = number('income', 'Amount', {
	required: true,
	nonZero: true,
	description: 'That of a correction may be negative',
});

const fields: Field[] = [
	{ ...customer, required: true },
	paymentDate,
	amountField,
	{ ...payAccount, required: true },
	{ ...type, required: true },
	branch,
	flag('is_confirmed', 'Confirmed', { description: 'Whether it is confirmed' }),
	record('ctt_id', 'Customer Subscription', 'customerTariff', {
		description: 'What is paid for',
	}),
	record('group_id', 'Group', 'group'),
	location,
	note,
	payer,
	payItem,
	reference('teacher_id', 'Teacher', 'teacher'),
];

/**
 * The external ID: the number that a payment provider or a bank gave to a payment. See
 * `operations/payments/externalId.ts`.
 */
export const externalIdInput = text('externalId', 'External ID', {
	description: 'Entered once. The note keeps it as [ID inv-1]. Bank numbers repeat: add the date.',
	neverEmpty: true,
});

/** The custom field of payments that keeps the external ID, if the note does not. */
export const customFieldInput = text('externalIdField', 'External ID Field', {
	description: 'Custom field that keeps it, if not the note',
	neverEmpty: true,
});
const externalIdInputs = [externalIdInput, customFieldInput];

/**
 * The fields of a payment that the form for an incoming payment offers. The keys choose the fields
 * and their order. The values replace settings of a field, and {} replaces none.
 */
const incomeRecordFields = pickFields(
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

/** All fields of the form for an incoming payment. */
export const incomeFields = [...incomeRecordFields, ...externalIdInputs];

/**
 * Enters a refund or a correction. As one integration shows, the amount of a refund is above 0, and
 * the amount of a correction is negative if the correction lowers the balance. API notes 5.16.
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
		{ ...payAccount, required: true },
		paymentDate,
		branch,
		note,
		payer,
		payItem,
		...externalIdInputs,
	],
	kind: 'correctPayment',
	unconfirmed: true,
};

/**
 * Payments. A plain list, which is a list without filters, shows all types of payments in one
 * account, and may show only incoming payments in another. API notes 5.16.
 */
export const pay = makeWritableEntity({
	resource: 'pay',
	className: 'Pay',
	label: 'Payment',
	certainty: 'confirmed',
	operations: ['delete', 'get', 'getAll', 'update'],
	actions: [correctPayment],
	simplifiedFields: [
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
	hasCustomFields: true,
	// A plain list may leave out all types but the usual one. API notes 5.16.
	hidden: { kinds: { name: 'pay_type_id', entity: 'payType', usual: INCOME } },
	fields,
	// AlfaCRM takes the amount of a refund as `income`, and returns it as `income` or `expenditure`.
	// API notes 5.16.
	outputFields: [
		text('income', 'Amount'),
		text('expenditure', 'Expenditure'),
		commodity,
		flag('is_fiscal', 'Fiscal'),
		id('manager_id', 'Manager ID'),
		...timestamps,
	],
	filters: [
		yesNoFilter('is_confirmed', 'Confirmed', 'confirmed payments'),
		customer,
		ids('group_ids', 'Group IDs', {
			entity: 'group',
			description: 'Separated by commas',
			placeholder: 'e.g. 40, 41',
		}),
		location,
		text('note', 'Note', { description: 'Part of the note' }),
		text('payer_name', 'Payer Name', { description: 'Part of it' }),
		payAccount,
		...range(startingToday(isoDottedDate), 'date', 'Payment Date', {
			comparedField: 'document_date',
		}),
		payItem,
		reference('pay_item_category_id', 'Payment Item Category', 'payItemCategory'),
		type,
		// AlfaCRM may ignore these filters, so the node compares the income of each row. A row with an
		// expenditure has its amount there, so its income is not compared.
		...range(number, 'sum', 'Amount', { comparedField: 'income', unless: 'expenditure' }),
		...timestampFilters,
	],
});
