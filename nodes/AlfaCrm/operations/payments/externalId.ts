/**
 * Reads, writes and compares external IDs of payments, such as the number `inv-1` that a bank has
 * given to a payment.
 *
 * - `externalIdFaults.ts` refuses IDs that many payments would share.
 * - `externalIdSearch.ts` finds payments by external ID.
 * - `externalIdConflicts.ts` refuses a new payment if it is not certain whether an existing payment
 *   is the same one.
 */

import type { IDataObject } from 'n8n-workflow';

import { customFieldInput, externalIdInput, NON_INCOME_TYPES } from '../../entities/pay';
import { isEmpty } from '../../fields/blank';
import { isCustom } from '../../fields/custom';
import { listOf } from '../../fields/field';
import { removeInvisible } from '../../fields/normalizeText';
import { quoted } from '../../fields/unreadable';
import type { Item } from '../../run/item';
import { readId, readIds } from '../../values/formats';
import { findUnmetRequirement } from './externalIdFaults';

/**
 * The external ID of a new payment: the number that a payment provider or a bank has given to it.
 * Payments with the same external ID count as the same payment, even if their other values differ,
 * so only the first of them is entered.
 *
 * AlfaCRM has no field for external IDs. A payment keeps its ID in the note, as "[ID inv-1]", or in
 * a custom field.
 */
export interface ExternalId {
	value: string;
	/** The custom field that keeps the ID; undefined if the note keeps it. */
	customField?: string;
	/**
	 * Whether the new payment is an income: a payment that a customer makes. Then each income with
	 * the ID counts as the same payment, even if the staff has changed its type since. For a refund
	 * or a correction, only payments of the same type count.
	 */
	isIncome: boolean;
}

// ---------------------------------------------------------------- reading the form

/**
 * Takes the external ID out of the values of the form, and puts it into the note or the custom
 * field that will keep it.
 *
 * @param entersIncomes whether the operation enters incomes, unless the user has chosen another
 * type of payment in the form
 * @returns the values to send, and the external ID if the user has given one
 * @throws NodeOperationError for an ID that other payments could share, or if only the custom field
 * for the ID is given
 */
export function extractExternalId(
	item: Item,
	formValues: IDataObject,
	{ entersIncomes }: { entersIncomes: boolean },
): { externalId?: ExternalId; body: IDataObject } {
	const {
		[externalIdInput.name]: idFromForm,
		[customFieldInput.name]: fieldFromForm,
		...body
	} = formValues;
	if (idFromForm === undefined) {
		if (fieldFromForm === undefined) return { body };
		throw idMissingError(item);
	}

	const value = normalizeId(idFromForm);
	assertIdCanBeUnique(item, value);
	const isIncome = entersIncomes && mayBeIncome(body);
	if (fieldFromForm === undefined) {
		const noteWithId = addIdToNote(body.note, value);
		return { externalId: { value, isIncome }, body: { ...body, note: noteWithId } };
	}

	const customField = String(fieldFromForm);
	assertIsCustomField(item, customField);
	return { externalId: { value, isIncome, customField }, body: { ...body, [customField]: value } };
}

function idMissingError(item: Item): Error {
	return item.error(
		`'${customFieldInput.label}' is given, but no '${externalIdInput.label}'`,
		`Add '${externalIdInput.label}'.`,
	);
}

/**
 * @throws NodeOperationError for an ID that other payments could share, such as the prefix "inv-"
 * without a number
 */
function assertIdCanBeUnique(item: Item, id: string): void {
	const requirement = findUnmetRequirement(id);
	if (requirement === undefined) return;

	throw item.error(
		`'${externalIdInput.label}' must ${requirement}, but it is ${quoted(id)}`,
		`Correct it, or the expression that fills it.`,
	);
}

/** @throws NodeOperationError if the name is not that of a custom field */
function assertIsCustomField(item: Item, name: string): void {
	if (isCustom(name)) return;

	throw item.error(
		`'${customFieldInput.label}' is no name of a custom field: ${quoted(name)}`,
		`It starts with custom_, as in the output of 'Get' with 'Simplify' off.`,
	);
}

// ---------------------------------------------------------------- IDs in notes

/**
 * Matches an external ID in a note, such as `[ID inv-1]`. The brackets tell inv-1 from inv-10, and
 * from the text that a bank or the staff has written. The staff may have typed more spaces inside
 * the brackets.
 */
const TAG = /\[\s*ID\s([^[\]]*)\]/g;

/**
 * Writes an external ID as notes keep it: `[ID inv-1]`. Always write it with this function:
 * AlfaCRM's filter by note does not find the ID if the spaces differ.
 */
export const toTag = (id: string): string => `[ID ${id}]`;

/**
 * Brings an external ID into the form in which it is compared, so that IDs that look the same are
 * equal. Removes invisible characters and outer spaces, replaces several spaces by one, and
 * composes accented letters.
 */
export function normalizeId(value: unknown): string {
	return removeInvisible(String(value)).normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** Lists the external IDs in a note, in their order. */
export function idsInNote(note: unknown): string[] {
	if (isEmpty(note)) return [];
	const ids = Array.from(String(note).matchAll(TAG), ([, id]) => normalizeId(id));
	return ids.filter((id) => id !== '');
}

/**
 * Adds an external ID to a note, unless the note has it already. The ID comes first, so it stays
 * if somebody cuts off the end of the note.
 */
function addIdToNote(note: unknown, id: string): string {
	if (isEmpty(note)) return toTag(id);

	const noteText = String(note);
	return idsInNote(noteText).includes(id) ? noteText : `${toTag(id)} ${noteText}`;
}

// ---------------------------------------------------------------- comparing payments

/** Whether a payment has this external ID, in its note or in the custom field. */
export function hasExternalId(payment: IDataObject, { value, customField }: ExternalId): boolean {
	if (idsInNote(payment.note).includes(value)) return true;
	if (customField === undefined) return false;

	const idsInField = listOf(payment[customField]).map(normalizeId);
	return idsInField.includes(value);
}

/** Whether the note of a payment has any external ID. */
export const hasAnyIdInNote = (payment: IDataObject): boolean => idsInNote(payment.note).length > 0;

/**
 * Whether a payment may be an income. Only the types in `NON_INCOME_TYPES`, such as refunds, are
 * known to be no incomes. A school can add types of its own, and AlfaCRM does not say which of them
 * are incomes: API notes 5.16 in docs/alfacrm-api.md.
 */
export const mayBeIncome = (payment: IDataObject): boolean =>
	!NON_INCOME_TYPES.includes(Number(payment.pay_type_id));

/**
 * Whether the types of two payments with the same external ID allow them to be the same payment:
 * the types are equal, or both payments are incomes. If AlfaCRM does not show the type of the
 * existing payment, any type is possible.
 */
export function haveMatchingTypes(
	existingPayment: IDataObject,
	newPayment: IDataObject,
	{ isIncome: isNewPaymentIncome }: ExternalId,
): boolean {
	if (existingPayment.pay_type_id === undefined) return true;

	const isSameType = readId(existingPayment.pay_type_id) === readId(newPayment.pay_type_id);
	const areBothIncomes = isNewPaymentIncome && mayBeIncome(existingPayment);
	return isSameType || areBothIncomes;
}

/**
 * Whether a payment may belong to a customer: AlfaCRM shows this customer, or leaves out the field
 * of the customer. If the field is shown and empty, the payment belongs to nobody.
 */
export function mayBelongTo(payment: IDataObject, customerId: number): boolean {
	const shownCustomer = payment.customer_id;
	if (shownCustomer === undefined) return true;

	return readIds(listOf(shownCustomer)).includes(customerId);
}
