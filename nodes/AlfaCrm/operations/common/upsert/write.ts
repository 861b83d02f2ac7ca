/*
 * Creates and updates records for *Create or Update*. A record that matches the search is called a
 * match.
 */

import type { IDataObject } from 'n8n-workflow';

import { isBlank, kindOf } from '../../../fields/field';
import { makeReportItem } from '../../../output/report';
import { isArchived } from '../../../run/archived';
import { buildRequestBody } from '../../../run/body';
import { recordKey } from '../../../run/keys';
import { matchesSearch } from '../../../run/matching/compare';
import { findField } from '../../../run/matching/readSearch';
import type { Match } from '../../../run/matching/search';
import { warnOfSeveralMatches } from '../../../run/matching/severalMatches';
import { getRecord } from '../../../run/records';
import { pickChangedValues, saveChanges } from '../../../run/saveChanges';
import {
	leaveOutValuesOfOtherMatches,
	makeKeyValuesForUpdate,
	makeKeyValuesForNewRecord,
} from './keyValues';
import type { UpsertRequest } from './request';
import type { MatchesToUpdate } from './search';
import { toAlfaCrmSpelling } from './spelling';

/** Creates a record with the match values, the given fields, and defaults for required fields. */
export async function createRecord(request: UpsertRequest): Promise<IDataObject> {
	const { item, entity, target, rules, toOutput } = request;
	const values = makeValuesOfNewRecord(request);
	// Match values are in AlfaCRM's format already, so `buildRequestBody` does not change them.
	const sentValues = buildRequestBody(item, entity.fields, values, {
		branch: target.branch,
		shortensTexts: rules.shortensTexts,
	});
	const body = toAlfaCrmSpelling(entity, sentValues);

	const task = `create the ${entity.label.toLowerCase()}`;
	const savedRecord = await item.save({ ...target, action: 'create', body, task });
	// AlfaCRM's answer may lack fields. The output shows such fields as they were sent.
	return makeReportItem(toOutput, { ...body, ...savedRecord }, 'created', Object.keys(body));
}

/**
 * Makes the values of a new record. Each required field has its default, as in the form of
 * *Create*, unless the user has given a value under 'Match By' or under 'Fields'.
 */
function makeValuesOfNewRecord(request: UpsertRequest): IDataObject {
	const { entity, input } = request;
	const values: IDataObject = {};
	for (const field of entity.fields) {
		if (field.required) values[field.name] = kindOf(field).defaultValue(field);
	}

	const givenValues = { ...input, ...makeKeyValuesForNewRecord(request) };
	for (const [name, value] of Object.entries(givenValues)) {
		// An empty value in the form can mean "empty the field", but a new field is empty anyway.
		if (!isBlank(findField(entity, name), value)) values[name] = value;
	}
	return values;
}

/**
 * Updates each match: saves the values that differ from those of the record.
 *
 * @returns one output for each match, or 'search again' if a match was changed after the search, so
 * that it does not match any more
 * @throws NodeOperationError if a match was changed like this, but another match has been saved
 * already
 */
export async function updateRecords(
	request: UpsertRequest,
	{ matches, allMatches }: MatchesToUpdate,
): Promise<IDataObject[] | 'search again'> {
	const { item, entity } = request;
	if (matches.length > 1) warnOfSeveralMatches(item, entity, matches);

	const outputs: IDataObject[] = [];
	for (const match of matches) {
		const requestForMatch = leaveOutValuesOfOtherMatches(request, match, allMatches);
		const lock = recordKey(entity, Number(match.row.id));
		const update = async () => await updateMatch(requestForMatch, match);
		const output = await item.withLock([lock], update);

		if (output === 'search again') return output;
		outputs.push(output);
	}
	return outputs;
}

/** The record of a match: as the search has found it, or as it was read again after the search. */
type MatchRecord = Pick<Match, 'archived' | 'branch' | 'row'>;

/**
 * Updates one match. If somebody may have changed the record since the search, first reads it again
 * and checks that it still matches.
 *
 * @returns the output, or 'search again' if the record does not match any more
 * @throws NodeOperationError if the record does not match any more, but this item has saved another
 * match
 */
async function updateMatch(
	request: UpsertRequest,
	match: Match,
): Promise<IDataObject | 'search again'> {
	const { item, entity } = request;
	if (!mustBeReadAgain(request, match)) return await saveDifferences(request, match);

	const currentRecord = await readAgain(request, match);
	if (mustStillBeUpdated(request, match, currentRecord)) {
		return await saveDifferences(request, currentRecord);
	}

	// After a new search, the output would call the matches that this item has saved unchanged.
	if (item.hasSaved) {
		throw item.error(
			`${entity.label} ${Number(match.row.id)} was changed meanwhile, so that it does not match any more`,
			`Run it again.`,
		);
	}
	// The new search must not use lists that this execution read before the change.
	item.execution.forget(entity.path);
	return 'search again';
}

/**
 * Tells whether a match must be read again before it is updated. There are two reasons:
 *
 * - This process has written the record since the search.
 * - The match comes from a list that was read once for all items (`isCached`), so other people may
 *   have changed the record since. But if the list shows that nothing has to be saved, another call
 *   is not worth its cost.
 */
function mustBeReadAgain(request: UpsertRequest, match: Match): boolean {
	const { item, entity, rules } = request;
	const key = recordKey(entity, Number(match.row.id));
	if (item.execution.wasWrittenSince([key], match.writeCount)) return true;
	if (!match.isCached) return false;

	const values = makeValuesToSave(request, match);
	const changedValues = pickChangedValues(item, entity, match.row, values, {
		addToLists: rules.addsToLists,
	});
	return Object.keys(changedValues).length > 0;
}

/** Reads a match as it is in AlfaCRM now. */
async function readAgain(request: UpsertRequest, match: Match): Promise<MatchRecord> {
	const { item, entity, target } = request;
	const targetOfMatch = { ...target, branch: match.branch };
	const record = await getRecord(item, entity, Number(match.row.id), targetOfMatch);
	const archived = await isArchived(item, entity, target, record);
	return { ...record, archived };
}

/**
 * Tells whether a match must still be updated after its record was read again. No update is sent if
 * the record has lost a match value, or was archived and the options exclude archived records.
 */
function mustStillBeUpdated(
	{ rules }: UpsertRequest,
	{ matchedBy }: Match,
	currentRecord: MatchRecord,
): boolean {
	const updatesArchived = rules.ifArchived === 'update' || rules.ifArchived === 'restore';
	if (currentRecord.archived && !updatesArchived) return false;
	return matchesSearch(matchedBy, currentRecord.row);
}

/** Sends the values that differ from a record, and returns the record as the output shows it. */
async function saveDifferences(request: UpsertRequest, record: MatchRecord): Promise<IDataObject> {
	const values = makeValuesToSave(request, record);
	return await saveChanges(request, record, { values, addToLists: request.rules.addsToLists });
}

/** Makes the values that a record should have after the update. */
function makeValuesToSave(request: UpsertRequest, { archived, row }: MatchRecord): IDataObject {
	const { entity, rules, changes } = request;
	const keyValues = toAlfaCrmSpelling(entity, makeKeyValuesForUpdate(request, row));
	const values: IDataObject = {};
	// AlfaCRM's flag `removed` is 0 for a record that is not in the archive.
	if (archived && rules.ifArchived === 'restore') values.removed = 0;

	for (const [name, value] of Object.entries({ ...changes, ...keyValues })) {
		// The option 'Set Only on Creation' keeps an update from changing some fields.
		if (!rules.isOnlyForNew(name)) values[name] = value;
	}
	return values;
}
