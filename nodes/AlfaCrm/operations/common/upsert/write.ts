import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../../entities/types';
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
	const { item, entity, target, input, rules, show } = request;
	const givenValues = { ...input, ...makeKeyValuesForNewRecord(request) };
	// An empty value in the form may mean "empty the field". A new record has no value to remove.
	const filledValues = Object.entries(givenValues).filter(
		([name, value]) => !isBlank(findField(entity, name), value),
	);
	const values = { ...makeDefaults(entity), ...Object.fromEntries(filledValues) };

	const completeValues = buildRequestBody(item, entity.fields, values, {
		branch: target.branch,
		shortensTexts: rules.shortensTexts,
	});
	const body = toAlfaCrmSpelling(entity, completeValues);
	const task = `create the ${entity.label.toLowerCase()}`;
	const savedRecord = await item.save({ ...target, action: 'create', body, task });
	return makeReportItem(show, { ...body, ...savedRecord }, 'created', Object.keys(body));
}

/** Makes the default values of the required fields, with which the form of *Create* begins too. */
function makeDefaults({ fields }: Entity): IDataObject {
	const requiredFields = fields.filter(({ required }) => required);
	return Object.fromEntries(
		requiredFields.map((field) => [field.name, kindOf(field).defaultValue(field)]),
	);
}

/**
 * Saves in each match the values that differ from it.
 *
 * @returns one output for each match, or 'search again' as soon as one does not match any more
 * @throws NodeOperationError if a match does not match any more and an earlier one was saved
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
		const lock = recordKey(entity, Number(match.row.id));
		const requestForMatch = leaveOutValuesOfOtherMatches(request, match, allMatches);
		const output = await item.withLock(
			[lock],
			async () => await updateMatch(requestForMatch, match),
		);
		if (output === 'search again') return output;
		outputs.push(output);
	}
	return outputs;
}

/** The record to update, as the search found it or as it was read again later. */
type CurrentMatch = Pick<Match, 'archived' | 'branch' | 'row'>;

/**
 * Saves the values that differ from a match. If the match may have changed since the search, it is
 * read and compared with the match values again first.
 */
async function updateMatch(
	request: UpsertRequest,
	match: Match,
): Promise<IDataObject | 'search again'> {
	const { item, entity } = request;
	if (!mustBeReadAgain(request, match)) return await saveDifferences(request, match);

	const currentMatch = await readAgain(request, match);
	if (isStillToUpdate(request, match, currentMatch))
		return await saveDifferences(request, currentMatch);

	// This item has saved earlier matches already. After a new search it would find them unchanged
	// and report them so.
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
 * Tells whether a match must be read again before it is updated. It must if this process has
 * written the record since the search. It also must if it comes from a list that was read once for
 * all items, because people may have changed the record since. If the row of the list shows nothing
 * to save, no call is made.
 */
function mustBeReadAgain(request: UpsertRequest, match: Match): boolean {
	const { item, entity, rules } = request;
	const wasWritten = item.execution.wasWrittenSince(
		[recordKey(entity, Number(match.row.id))],
		match.writeCount,
	);
	if (wasWritten) return true;
	if (!match.isCached) return false;

	const values = makeValuesToSave(request, match);
	const changedValues = pickChangedValues(item, entity, match.row, values, {
		addToLists: rules.addsToLists,
	});
	return Object.keys(changedValues).length > 0;
}

async function readAgain(request: UpsertRequest, match: Match): Promise<CurrentMatch> {
	const { item, entity, target } = request;
	const record = await getRecord(item, entity, Number(match.row.id), {
		...target,
		branch: match.branch,
	});
	return { ...record, archived: await isArchived(item, entity, target, record) };
}

/**
 * Whether a match still has the match values. If archived records are not updated, it must also not
 * have been archived since the search.
 */
function isStillToUpdate(
	{ rules }: UpsertRequest,
	{ matchedBy }: Match,
	current: CurrentMatch,
): boolean {
	const updatesArchived = rules.ifArchived === 'update' || rules.ifArchived === 'restore';
	return (!current.archived || updatesArchived) && matchesSearch(matchedBy, current.row);
}

async function saveDifferences(request: UpsertRequest, match: CurrentMatch): Promise<IDataObject> {
	const values = makeValuesToSave(request, match);
	return await saveChanges(request, match, { values, addToLists: request.rules.addsToLists });
}

/** Makes the values that a match should have after the update. */
function makeValuesToSave(request: UpsertRequest, { archived, row }: CurrentMatch): IDataObject {
	const { entity, rules, changes } = request;
	const matchValues = toAlfaCrmSpelling(entity, makeKeyValuesForUpdate(request, row));
	const updatedValues = Object.entries({ ...changes, ...matchValues }).filter(
		([name]) => !rules.isOnlyForNew(name),
	);

	const restores = archived && rules.ifArchived === 'restore';
	// The flag `removed` is 0 for a record that is not in the archive.
	const archiveFlag = restores ? { removed: 0 } : {};
	return { ...archiveFlag, ...Object.fromEntries(updatedValues) };
}
