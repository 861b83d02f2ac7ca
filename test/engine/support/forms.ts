import type { INodeParameters } from 'n8n-workflow';

/** The end date with which AlfaCRM marks a record that is not archived. */
export const OPEN_END = '2030-12-31';

/**
 * Expressions without a value at run time. (n8n itself refuses a required field that is left
 * empty.)
 */
export const EMPTY = '={{ "" }}';
export const UNDEFINED = '={{ undefined }}';
export const NULL = '={{ null }}';

/** Writes a value as an expression, so that it reaches the node with its own type. */
export const asExpression = (value: unknown): string => `={{ ${JSON.stringify(value)} }}`;

/** A record as the picker of a form stores it. */
type Locator = INodeParameters;

/** Names a record in a mode of the picker, as n8n stores it. */
export function locate(mode: string, value: unknown): Locator {
	return { __rl: true, mode, value: value as string };
}

export const recordWithId = (id: unknown): Locator => locate('id', String(id));
export const recordWithName = (name: string): Locator => locate('name', name);
export const customerWithPhone = (phone: unknown): Locator => locate('phone', phone);
export const customerWithEmail = (email: string): Locator => locate('email', email);

/** @param nameAndValue such as "custom_crm_id=1042" */
export const customerWithCustomField = (nameAndValue: string): Locator => locate('custom', nameAndValue);

/** Fills the form of an operation on a customer of branch 1. */
export function customerForm(
	operation: string,
	customer: Locator,
	parameters: INodeParameters = {},
): INodeParameters {
	return {
		resource: 'customer',
		operation,
		branchId: 1,
		id: customer,
		additionalFields: {},
		...parameters,
	};
}

/** Fills the form of Take Payment with 500 roubles. */
export function paymentForm(customer: Locator, parameters: INodeParameters = {}): INodeParameters {
	return customerForm('takePayment', customer, { income: 500, pay_account_id: 1, ...parameters });
}

/** Fills the form of Create or Update by phone, as a site's form does. */
export function upsertByPhoneForm(
	phone: unknown,
	{ name = '', ...fieldsToSet }: INodeParameters = {},
	options: INodeParameters = {},
): INodeParameters {
	return {
		resource: 'customer',
		operation: 'upsert',
		branchId: 1,
		matchBy: 'phone',
		phone: phone as string,
		name,
		fieldsToSet,
		options,
	};
}

/** Fills the form of Find by phone, which returns nothing when nobody has the phone. */
export function findByPhoneForm(phone: unknown, options: INodeParameters = {}): INodeParameters {
	return {
		resource: 'customer',
		operation: 'find',
		branchId: 1,
		matchBy: 'phone',
		phone: phone as string,
		options: { ifNone: 'nothing', ...options },
	};
}
