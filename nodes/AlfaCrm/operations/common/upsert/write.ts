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
	const { item, entity, target, rules, show } = request;
	const values = makeValuesOfNewRecord(request);
	// `buildRequestBody` does not change values that are in AlfaCRM's format already, such as match
	// values.
	const sentValues = buildRequestBody(item, entity.fields, values, {
		branch: target.branch,
		shortensTexts: rules.shortensTexts,
	});
	const body = toAlfaCrmSpelling(entity, sentValues);

	const task = `create the ${entity.label.toLowerCase()}`;
	const savedRecord = await item.save({ ...target, action: 'create', body, task });
	// AlfaCRM's answer may lack fields. The output then shows them as they were sent.
	return makeReportItem(show, { ...body, ...savedRecord }, 'created', Object.keys(body));
}

/**
 * Makes the values of a new record: the match values, the fields that the user has filled, and the
 * default of each required field, with which the form of *Create* begins too.
 */
function makeValuesOfNewRecord(request: UpsertRequest): IDataObject {
	const { entity, input } = request;
	const values: IDataObject = {};
	for (const field of entity.fields) {
		if (field.required) values[field.name] = kindOf(field).defaultValue(field);
	}

	const givenValues = { ...input, ...makeKeyValuesForNewRecord(request) };
	for (const [name, value] of Object.entries(givenValues)) {
		// An empty value in the form may mean "empty the field". A new record has no value to remove.
		if (!isBlank(findField(entity, name), value)) values[name] = value;
	}
	return values;
}

/**
 * Saves in each record that matches the values that differ from it.
 *
 * @returns one output for each record, or 'search again' if a record was changed after the search,
 * so that it does not match any more
 * @throws NodeOperationError if this happens after another record was saved
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

/** The record to update, as the search found it or as it was read again later. */
type CurrentMatch = Pick<Match, 'archived' | 'branch' | 'row'>;

/**
 * Saves the values that differ from a match. If the record may have changed since the search, it is
 * read again first, and compared with the match values.
 *
 * @returns the output, or 'search again' if the record does not match any more
 * @throws NodeOperationError if it does not match any more, but this item has saved another match
 */
async function updateMatch(
	request: UpsertRequest,
	match: Match,
): Promise<IDataObject | 'search again'> {
	const { item, entity } = request;
	if (!mustBeReadAgain(request, match)) return await saveDifferences(request, match);

	const currentMatch = await readAgain(request, match);
	if (isStillToUpdate(request, match, currentMatch)) {
		return await saveDifferences(request, currentMatch);
	}

	// A new search would find the records that this item has saved, and report them as unchanged.
	if (item.hasSaved) {
		throw item.error(
			`${entity.label} ${Number(match.row.id)} was changed meanwhile, so that it does not match any more`,
			`Run it again.`,
		);
	}
	// The new search must not use lists that were read before the change.
	item.execution.forget(entity.path);
	return 'search again';
}

/**
 * Tells whether a match must be read again before it is updated: this process has written the
 * record since the search, or other people may have changed it. The latter is possible if the match
 * comes from a list that was read once for all items. But if the row of the list shows nothing to
 * save, no call is made.
 */
function mustBeReadAgain(request: UpsertRequest, match: Match): boolean {
	const { item, entity, rules } = request;
	const key = recordKey(entity, Number(match.row.id));
	if (item.execution.wasWrittenSince([key], match.writeCount)) return true;
	// The search itself has just read the record.
	if (!match.isCached) return false;

	const values = makeValuesToSave(request, match);
	const changedValues = pickChangedValues(item, entity, match.row, values, {
		addToLists: rules.addsToLists,
	});
	return Object.keys(changedValues).length > 0;
}

/** Reads a match as it is in AlfaCRM now. */
async function readAgain(request: UpsertRequest, match: Match): Promise<CurrentMatch> {
	const { item, entity, target } = request;
	const targetOfMatch = { ...target, branch: match.branch };
	const record = await getRecord(item, entity, Number(match.row.id), targetOfMatch);
	const archived = await isArchived(item, entity, target, record);
	return { ...record, archived };
}

/**
 * Tells whether a match that was read again still has the match values. If archived records are not
 * updated, it must also not have been archived since the search.
 */
function isStillToUpdate(
	{ rules }: UpsertRequest,
	{ matchedBy }: Match,
	currentMatch: CurrentMatch,
): boolean {
	const updatesArchived = rules.ifArchived === 'update' || rules.ifArchived === 'restore';
	if (currentMatch.archived && !updatesArchived) return false;
	return matchesSearch(matchedBy, currentMatch.row);
}

/** Sends the values that differ from a match, and returns the record as the output shows it. */
async function saveDifferences(request: UpsertRequest, match: CurrentMatch): Promise<IDataObject> {
	const values = makeValuesToSave(request, match);
	return await saveChanges(request, match, { values, addToLists: request.rules.addsToLists });
}

/** Makes the values that a match should have after the update. */
function makeValuesToSave(request: UpsertRequest, { archived, row }: CurrentMatch): IDataObject {
	const { entity, rules, changes } = request;
	const keyValues = toAlfaCrmSpelling(entity, makeKeyValuesForUpdate(request, row));
	const values: IDataObject = {};
	// The flag `removed` is 0 for a record that is not in the archive.
	if (archived && rules.ifArchived === 'restore') values.removed = 0;

	for (const [name, value] of Object.entries({ ...changes, ...keyValues })) {
		// The option 'Set Only on Creation' keeps an update from changing some fields.
		if (!rules.isOnlyForNew(name)) values[name] = value;
	}
	return values;
}
