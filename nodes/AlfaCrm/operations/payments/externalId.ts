/**
 * Reads, writes and compares the external IDs of payments. `externalIdSearch.ts` finds payments by
 * external ID. `externalIdConflicts.ts` refuses a new payment if an existing one may be the same,
 * but nothing proves it.
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
import { findIdFault } from './externalIdFaults';

/**
 * The external ID of a payment: the number that a payment provider or a bank has given to it.
 * Payments with the same external ID are the same payment, even if their other values differ, so
 * only the first of them is entered.
 *
 * AlfaCRM has no field for external IDs. A payment keeps its ID in the note, as "[ID inv-1]", or in
 * a custom field.
 */
export interface ExternalId {
	value: string;
	/** The custom field that keeps the ID; undefined if the note keeps it. */
	customField?: string;
	/**
	 * Whether the payment that has the ID is an income. The staff may change the type of an income
	 * after it was entered, so every income with the ID counts as the same payment. A refund or a
	 * correction counts as the same payment only if the types are equal.
	 */
	isIncome: boolean;
}

// ---------------------------------------------------------------- reading the form

/**
 * Takes the external ID out of the values of the form, and puts it into the note or the custom
 * field that will keep it.
 *
 * @param isIncome whether the operation enters incomes. The user may still choose another type of
 * payment in the form, such as a refund. Then the external ID is that of a refund.
 * @returns the external ID, if the user has given one, and the values to send
 * @throws NodeOperationError for an ID by which the payment could not be found again
 */
export function extractExternalId(
	item: Item,
	formValues: IDataObject,
	{ isIncome }: { isIncome: boolean },
): { externalId?: ExternalId; body: IDataObject } {
	const { idFromForm, fieldFromForm, body } = separateIdParameters(formValues);
	if (idFromForm === undefined) {
		if (fieldFromForm === undefined) return { body };
		throw idMissingError(item);
	}

	const value = normalizeId(idFromForm);
	assertCanBeFoundAgain(item, value);
	const externalId: ExternalId = { value, isIncome: isIncome && mayBeIncome(body) };
	if (fieldFromForm === undefined) {
		const note = addIdToNote(body.note, value);
		return { externalId, body: { ...body, note } };
	}

	const customField = String(fieldFromForm);
	assertIsCustomField(item, customField);
	return { externalId: { ...externalId, customField }, body: { ...body, [customField]: value } };
}

/** Separates the external ID, and the custom field that should keep it, from the other values. */
function separateIdParameters(formValues: IDataObject) {
	const {
		[externalIdInput.name]: idFromForm,
		[customFieldInput.name]: fieldFromForm,
		...body
	} = formValues;
	return { idFromForm, fieldFromForm, body };
}

function idMissingError(item: Item): Error {
	return item.error(
		`'${customFieldInput.label}' is given, but no '${externalIdInput.label}'`,
		`Add '${externalIdInput.label}'.`,
	);
}

/** @throws NodeOperationError for an ID that many payments may share, such as a lost number */
function assertCanBeFoundAgain(item: Item, id: string): void {
	// Such as "contain a digit other than 0"; undefined for a good ID.
	const requirement = findIdFault(id);
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
 * from other text of a bank or of the staff. If the staff has typed other spaces inside the
 * brackets, the ID is recognised too.
 *
 * Only the exact tag is found by AlfaCRM's filter: see `makeIdFilter` in `externalIdSearch.ts`.
 */
const TAG = /\[\s*ID\s([^[\]]*)\]/g;

/** Writes an external ID as notes keep it: `[ID inv-1]`. */
export const toTag = (id: string): string => `[ID ${id}]`;

/**
 * Makes external IDs equal that look equal: removes invisible characters and outer spaces, replaces
 * several spaces by one, and composes accented letters.
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
 * Adds an external ID in front of a note, unless the note has it already. In front, it stays even
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
 * Whether a payment may be an income. It may be one unless its type is known to be another, such as
 * a refund. An account may have types that the node does not know, and AlfaCRM does not say which
 * types are incomes. API notes 5.16.
 */
export const mayBeIncome = (payment: IDataObject): boolean =>
	!NON_INCOME_TYPES.includes(Number(payment.pay_type_id));

/**
 * Whether two payments with the same external ID have types that make them the same payment: equal
 * types, or two types of incomes. A payment that AlfaCRM shows without a type matches any type.
 */
export function haveMatchingTypes(
	payment: IDataObject,
	newPayment: IDataObject,
	{ isIncome }: ExternalId,
): boolean {
	if (payment.pay_type_id === undefined) return true;

	const isSameType = readId(payment.pay_type_id) === readId(newPayment.pay_type_id);
	const areIncomes = isIncome && mayBeIncome(payment);
	return isSameType || areIncomes;
}

/**
 * Whether a payment may belong to a customer: AlfaCRM shows this customer in the payment, or shows
 * the payment without the field of the customer. An empty field says that it belongs to nobody.
 */
export function mayBelongTo(customerId: number, payment: IDataObject): boolean {
	const shownId = payment.customer_id;
	if (shownId === undefined) return true;

	return readIds(listOf(shownId)).includes(customerId);
}
