import type { IDataObject } from 'n8n-workflow';

import type { Field, Wire } from '../../../entities/fieldTypes';
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

/** What the form of *Create or Update* asks for. */
export interface UpsertRequest {
	item: Item;
	entity: Entity;
	target: Target;
	/** The match key, and the values to find the record by. */
	search: Search;
	/** The IDs of the branches to search. Empty if all branches are to be searched. */
	chosenBranches: number[];
	/**
	 * The fields to save, as the user gave them. A new record is made from these. The match values
	 * are in `search`.
	 */
	input: IDataObject;
	/** The fields to save in AlfaCRM's format and spelling. An update is made from these. */
	changes: IDataObject;
	rules: UpsertRules;
	/** Turns a saved record into the output. */
	show: RecordToOutput;
}

/**
 * Reads the whole form of *Create or Update*. Every mistake in it is found here, before anything is
 * sent.
 *
 * @throws NodeOperationError if the match values are empty or unusable, unless the form says to
 * create a record then
 */
export function readUpsertRequest(item: Item, entity: Entity): UpsertRequest {
	const key = readMatchKey(item, entity);
	const options = item.collection(makeUpsertOptions(entity));
	const chosenBranches = readChosenBranches(options);
	const rules = readUpsertRules(entity, options, key);
	// The record that is created may get a shortened name. So the next run searches by the shortened
	// name.
	const fitLength = (field: Field, value: Wire) => fitText(item, field, value, rules.shortensTexts);
	const search = readSearch(item, entity, key, { shorten: fitLength });
	const input = readUpsertInput(item, entity, key);
	const show = makeUpsertOutput(item, entity, key, input);

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
		show,
	};
}

/**
 * Makes the function that turns a saved record into the output: its most useful fields, those that
 * the user gave, and the given texts that it does not hold (`notSaved`).
 */
function makeUpsertOutput(
	item: Item,
	entity: Entity,
	key: MatchKey,
	input: IDataObject,
): RecordToOutput {
	const fieldNames = new Set([...key.fields, ...Object.keys(input)]);
	const pickUsefulFields = makeRecordToOutput(item, entity, [...fieldNames]);

	const typedValues: IDataObject = { ...input };
	for (const fieldName of key.fields) {
		const matchValue = readMatchValue(item, findField(entity, fieldName));
		typedValues[fieldName] = matchValue as IDataObject[string];
	}

	return (record) => ({
		...pickUsefulFields(record),
		notSaved: findUnsavedTexts(item, entity, typedValues, record),
	});
}
