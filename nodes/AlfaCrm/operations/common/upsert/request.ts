import type { IDataObject } from 'n8n-workflow';

import type { Field, ApiValue } from '../../../entities/fieldTypes';
import type { Entity, MatchKey } from '../../../entities/types';
import type { RecordToOutput } from '../../../output/report';
import { makeRecordToOutput } from '../../../output/report';
import { buildUpdateBody, fitText } from '../../../run/body';
import type { Item } from '../../../run/item';
import type { Search } from '../../../run/matching/readSearch';
import { findField, readSearch, unusableValueError } from '../../../run/matching/readSearch';
import { readMatchKey, readMatchValue } from '../../../run/matching/matchForm';
import { readChosenBranches } from '../../../run/matching/branchesToSearch';
import { targetOf } from '../../../run/target';
import type { Target } from '../../../store/located';
import { findUnsavedTexts } from './notSaved';
import { readUpsertInput } from './upsertFields';
import type { UpsertRules } from './upsertRules';
import { makeUpsertOptions, readUpsertRules } from './upsertRules';
import { toAlfaCrmSpelling } from './spelling';

/** Everything that the form of *Create or Update* asks for. */
export interface UpsertRequest {
	item: Item;
	entity: Entity;
	target: Target;
	/** The match key, such as the phone, and the values by which the record is found. */
	search: Search;
	/** The IDs of the branches to search. Empty means all branches. */
	chosenBranches: number[];
	/**
	 * The fields to save, as the user gave them. `createRecord` uses them. The values under 'Match
	 * By' are not among them: see `search`.
	 */
	input: IDataObject;
	/** The fields of `input` in AlfaCRM's format and spelling. `updateRecords` uses them. */
	changes: IDataObject;
	rules: UpsertRules;
	/** Turns a saved record into the output. */
	toOutput: RecordToOutput;
}

/**
 * Reads the whole form of *Create or Update*, so that mistakes of the user are found before
 * anything is sent.
 *
 * @throws NodeOperationError if the match values are empty or unusable, unless the option 'If Match
 * Value Is Unusable' says to create a record
 */
export function readUpsertRequest(item: Item, entity: Entity): UpsertRequest {
	const key = readMatchKey(item, entity);
	const options = item.collection(makeUpsertOptions(entity));
	const chosenBranches = readChosenBranches(options);
	const rules = readUpsertRules(entity, options, key);
	// If long texts are shortened, a new record has the shortened name, so the search needs it too.
	const shorten = (field: Field, value: ApiValue) =>
		fitText(item, field, value, rules.shortensTexts);
	const search = readSearch(item, entity, key, { shorten });
	const input = readUpsertInput(item, entity, key);
	const toOutput = makeUpsertToOutput(item, entity, key, input);

	if (!search.isUsable && rules.ifUnusable === 'refuse') {
		throw unusableValueError(item, entity, key, {
			moreAdvice: ", or let 'If Match Value Is Unusable' create a record",
		});
	}

	const { overwritesWithEmpty, shortensTexts } = rules;
	const changes = buildUpdateBody(item, entity, input, { overwritesWithEmpty, shortensTexts });
	return {
		item,
		entity,
		target: targetOf(item, entity),
		search,
		chosenBranches,
		input,
		changes: toAlfaCrmSpelling(entity, changes),
		rules,
		toOutput,
	};
}

/**
 * Makes the function that turns a saved record into the output. The output has these fields:
 *
 * - the most useful fields of the record
 * - the fields that the user has given
 * - `notSaved`: the texts of the form that the record does not have
 */
function makeUpsertToOutput(
	item: Item,
	entity: Entity,
	key: MatchKey,
	input: IDataObject,
): RecordToOutput {
	const fieldNames = new Set([...key.fields, ...Object.keys(input)]);
	const pickUsefulFields = makeRecordToOutput(item, entity, [...fieldNames]);

	const formValues: IDataObject = { ...input };
	for (const fieldName of key.fields) {
		const matchValue = readMatchValue(item, findField(entity, fieldName));
		formValues[fieldName] = matchValue as ApiValue;
	}

	return (record) => ({
		...pickUsefulFields(record),
		notSaved: findUnsavedTexts(item, entity, formValues, record),
	});
}
