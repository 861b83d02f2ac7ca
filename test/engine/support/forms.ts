import type { INodeParameters } from 'n8n-workflow';

/** The end date with which AlfaCRM marks a record that is not archived. */
export const OPEN_END = '2030-12-31';

/**
 * Expressions that have no value at run time. A test needs them because n8n itself refuses a required
 * parameter that is left empty.
 */
export const EMPTY = '={{ "" }}';
export const UNDEFINED = '={{ undefined }}';
export const NULL = '={{ null }}';

/** Writes a value as an expression, so that the node gets a number as a number and a list as a list. */
export function asExpression(value: unknown): string {
	return `={{ ${JSON.stringify(value)} }}`;
}

/** The value of a picker, as n8n stores it: the mode in which the user names a record, and the name. */
type Locator = INodeParameters;

/** Makes the value of a picker in a mode such as "id" or "phone". */
export function locate(mode: string, value: unknown): Locator {
	return { __rl: true, mode, value: value as string };
}

/** Makes the value of a picker into which the user has typed an ID. */
export function recordWithId(id: unknown): Locator {
	return locate('id', String(id));
}

/** Makes the value of a picker into which the user has typed a name. */
export function recordWithName(name: string): Locator {
	return locate('name', name);
}

/** Makes the value of a customer picker into which the user has typed a phone. */
export function customerWithPhone(phone: unknown): Locator {
	return locate('phone', phone);
}

/** Makes the value of a customer picker into which the user has typed an email address. */
export function customerWithEmail(email: string): Locator {
	return locate('email', email);
}

/** Makes the value of a customer picker by a custom field, such as "custom_crm_id=1042". */
export function customerWithCustomField(nameAndValue: string): Locator {
	return locate('custom', nameAndValue);
}

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

/** Fills the form of Take Payment with 500 roubles from a customer, unless the parameters say otherwise. */
export function paymentForm(customer: Locator, parameters: INodeParameters = {}): INodeParameters {
	return customerForm('takePayment', customer, { income: 500, pay_account_id: 1, ...parameters });
}

/** Fills the form of Create or Update by phone, as a workflow behind the form of a website does. */
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
