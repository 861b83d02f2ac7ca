import type { IDataObject } from 'n8n-workflow';

import { externalId as idInput, externalIdField as customFieldInput, NO_INCOME } from '../../entities/pay';
import { isEmpty } from '../../fields/blank';
import { isCustom } from '../../fields/custom';
import { listOf } from '../../fields/field';
import { withoutInvisible } from '../../fields/normalizeText';
import { quoted } from '../../fields/unreadable';
import { readId } from '../../values/formats';
import type { Item } from '../../run/item';
import { makeUpdate } from '../common/update';
import { findIdFault } from './externalIdFaults';

/**
 * The external ID of a payment: the number that a payment provider or a bank has given to it. Payments with the same external
 * ID are the same payment, whatever else differs between them, so it is entered only once.
 *
 * AlfaCRM has no field for external IDs. A payment keeps its ID in the note, as "[ID inv-1]", or in a custom field.
 *
 * This file reads, writes and compares external IDs. `externalIdSearch.ts` finds payments by them, and
 * `externalIdConflicts.ts` stops the run when a payment may be the same but nothing proves it.
 */
export interface ExternalId {
	value: string;
	/** The custom field that keeps the ID; undefined if the note keeps it. */
	customField?: string;
	/**
	 * Whether it is the ID of an income. The staff may correct the type of an income afterwards, so any income with the ID is
	 * the same payment. A refund or correction is the same only if its type is the same, too.
	 */
	isIncome: boolean;
}

// ---------------------------------------------------------------- IDs in notes

/** Matches an ID in a note. The brackets tell inv-1 from inv-10, and from what a bank or the staff writes beside it. */
const TAG = /\[\s*ID\s([^[\]]*)\]/g;

/** Writes an ID as notes keep it. */
export const toTag = (id: string): string => `[ID ${id}]`;

/** Makes IDs equal that look equal: removes invisible characters, and spaces that do not count. */
export function normalizeId(value: unknown): string {
	return withoutInvisible(String(value)).normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** Finds the IDs in a note, in their order. */
export function idsInNote(note: unknown): string[] {
	if (isEmpty(note)) return [];
	const ids = Array.from(String(note).matchAll(TAG), ([, id]) => normalizeId(id));
	return ids.filter((id) => id !== '');
}

function addIdToNote(note: unknown, id: string): string {
	if (isEmpty(note)) return toTag(id);
	return idsInNote(note).includes(id) ? String(note) : `${toTag(id)} ${String(note)}`;
}

// ---------------------------------------------------------------- reading the form

/**
 * Takes the external ID out of the values of the form, and adds it to the note or custom field that will keep it.
 *
 * @param isIncome whether the operation enters incomes; a payment type that is no income overrides it
 * @returns no `externalId` if the user has given none
 * @throws NodeOperationError for an ID by which the payment could not be found again
 */
export function extractExternalId(
	item: Item,
	formValues: IDataObject,
	{ isIncome }: { isIncome: boolean },
): { externalId?: ExternalId; values: IDataObject } {
	const { [idInput.name]: givenId, [customFieldInput.name]: givenField, ...values } = formValues;
	if (givenId === undefined && givenField === undefined) return { values };
	if (givenId === undefined) {
		throw item.error(
			`'${customFieldInput.label}' is given, but no '${idInput.label}'`,
			`Add '${idInput.label}'.`,
		);
	}

	const value = normalizeId(givenId);
	assertCanBeFoundAgain(item, value);
	const externalId = { value, isIncome: isIncome && mayBeIncome(values) };
	if (givenField === undefined) {
		return { externalId, values: { ...values, note: addIdToNote(values.note, value) } };
	}

	const customField = String(givenField);
	assertIsCustomField(item, customField);
	return { externalId: { ...externalId, customField }, values: { ...values, [customField]: value } };
}

function assertCanBeFoundAgain(item: Item, id: string): void {
	const requirement = findIdFault(id);
	if (requirement === undefined) return;
	throw item.error(
		`'${idInput.label}' must ${requirement}, but it is ${quoted(id)}`,
		`Correct it, or the expression that fills it.`,
	);
}

function assertIsCustomField(item: Item, name: string): void {
	if (isCustom(name)) return;
	throw item.error(
		`'${customFieldInput.label}' is no name of a custom field: ${quoted(name)}`,
		`It starts with custom_, as in the output of 'Get' with 'Simplify' off.`,
	);
}

// ---------------------------------------------------------------- comparing payments

/** Whether a payment has an external ID, in its note or in the custom field. */
export function hasExternalId(payment: IDataObject, { value, customField }: ExternalId): boolean {
	if (idsInNote(payment.note).includes(value)) return true;
	if (customField === undefined) return false;
	return listOf(payment[customField]).map(normalizeId).includes(value);
}

/** Whether the note of a payment has any external ID. */
export const hasAnyIdInNote = (payment: IDataObject): boolean => idsInNote(payment.note).length > 0;

/** Whether a payment may be an income. Each account has types of its own, so only the known other types are not. API notes 5.16. */
export const mayBeIncome = (payment: IDataObject): boolean =>
	!NO_INCOME.includes(Number(payment.pay_type_id));

/**
 * Whether two payments with the same external ID have types that make them the same payment: the same type, or two incomes.
 * A payment that AlfaCRM shows without a type counts as the same.
 */
export function haveMatchingTypes(
	payment: IDataObject,
	newPayment: IDataObject,
	{ isIncome }: ExternalId,
): boolean {
	if (payment.pay_type_id === undefined) return true;
	if (readId(payment.pay_type_id) === readId(newPayment.pay_type_id)) return true;
	return isIncome && mayBeIncome(payment);
}

// ---------------------------------------------------------------- updating a payment

/** Updates a payment. A new note keeps the external IDs of the old note, or the next run would enter the payment again. */
export const updatePayment = makeUpdate({
	needsRecord: ({ note }) => note !== undefined,
	makeBody: (_item, _entity, payment, { note, ...changes }) => ({
		...changes,
		note: copyIds(payment.note, note),
	}),
});

/** Returns the new note with the IDs of the old one; a new note that has IDs itself stays as it is. */
function copyIds(oldNote: unknown, newNote: unknown): string {
	if (idsInNote(newNote).length > 0) return String(newNote);
	const tags = idsInNote(oldNote).map(toTag);
	const texts = isEmpty(newNote) ? tags : [...tags, String(newNote)];
	return texts.join(' ');
}
