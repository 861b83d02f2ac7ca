/*
 * Compares a row with the match values of a search.
 *
 * Match values are the values by which the user looks for a record, such as a phone. A value is
 * compared by its normal forms, which are the same for every spelling: the phones +7 900 555-00-01
 * and 89005550001 have the same normal form. A row matches if its values have a normal form in
 * common with the match values. A few types of fields then compare the values themselves, too.
 *
 * A row that does not match can still be similar: its name lacks the patronymic, for example. Then
 * nobody knows whether the row is the record that the user means, so the caller stops the run. An
 * update could change a stranger's record, and a new record could be a duplicate.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import { kindOf, listOf, normalForms } from '../../fields/field';
import type { Search } from './readSearch';

/**
 * Whether a row has the match values of a search: all of them or, for a key such as 'Phone or
 * Email', one of them.
 */
export function matchesSearch({ key, fields, matchValues }: Search, row: IDataObject): boolean {
	const hasValue = (field: Field) => hasMatchValue(field, row[field.name], matchValues[field.name]);
	return key.isOneFieldEnough ? fields.some(hasValue) : fields.every(hasValue);
}

/** Whether a field of a record holds the match value, or one of several match values. */
export function hasMatchValue(field: Field, storedValue: unknown, matchValue: unknown): boolean {
	const matchValues = listOf(matchValue);
	const matchForms = new Set(matchValues.flatMap((value) => normalForms(field, value)));
	const valuesWithCommonForm = listOf(storedValue).filter((stored) => {
		const storedForms = normalForms(field, stored);
		return storedForms.some((form) => matchForms.has(form));
	});

	// A common normal form is not enough for some types of fields: they compare the values
	// themselves.
	const { identifiesSameRecord } = kindOf(field);
	if (identifiesSameRecord === undefined) return valuesWithCommonForm.length > 0;
	return valuesWithCommonForm.some((stored) =>
		matchValues.some((value) => identifiesSameRecord(field, stored, value)),
	);
}

/** The field in which a similar row differs from a match value. */
export interface Similarity {
	field: Field;
	/** How the value of the row differs from the match value, for a message. */
	difference: string;
}

/**
 * Finds out whether a row is similar: it does not match, but can be the record that the user means.
 * Each field of the key must match or be similar. If one matching field is enough for the key, one
 * similar field is enough too.
 *
 * @returns the first similar field; undefined if the row matches, or is certainly another record
 */
export function findSimilarity(search: Search, row: IDataObject): Similarity | undefined {
	if (matchesSearch(search, row)) return undefined;

	const { key, fields, matchValues } = search;
	let isNoFieldDifferent = true;
	const similarities: Similarity[] = [];
	for (const field of fields) {
		const storedValue = row[field.name];
		const matchValue = matchValues[field.name];
		if (hasMatchValue(field, storedValue, matchValue)) continue;

		const difference = describeDifference(field, storedValue, matchValue);
		if (difference === undefined) {
			isNoFieldDifferent = false;
		} else {
			similarities.push({ field, difference });
		}
	}

	const isRowSimilar = key.isOneFieldEnough || isNoFieldDifferent;
	return isRowSimilar ? similarities.at(0) : undefined;
}

/**
 * Describes how a stored value differs from a similar match value. Returns undefined if no stored
 * value is similar.
 */
function describeDifference(
	field: Field,
	storedValue: unknown,
	matchValue: unknown,
): string | undefined {
	const { explainSimilarity } = kindOf(field);
	if (explainSimilarity === undefined) return undefined;

	for (const stored of listOf(storedValue)) {
		for (const value of listOf(matchValue)) {
			const difference = explainSimilarity(field, stored, value);
			if (difference !== undefined) return difference;
		}
	}
	return undefined;
}
