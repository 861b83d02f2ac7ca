import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../../entities/types';
import { isBlank, kindOf } from '../../../fields/field';
import { report } from '../../../output/report';
import { isArchived } from '../../../run/archived';
import { bodyOf } from '../../../run/body';
import { recordKey } from '../../../run/execution';
import { matchesSearch } from '../../../run/matching/compare';
import { findField } from '../../../run/matching/keys';
import type { Match } from '../../../run/matching/search';
import { warnOfSeveralMatches } from '../../../run/matching/severalMatches';
import { getRecord } from '../../../run/records';
import { differences, saveChanges } from '../../../run/saveChanges';
import { leaveOutValuesOfOthers, matchValuesForMatch, matchValuesForNewRecord } from './key';
import type { UpsertRequest } from './request';
import type { MatchesToUpdate } from './search';
import { toAlfaCrmSpelling } from './spelling';

/** Creates a record with the match values, the given fields and the defaults of the form. */
export async function createRecord(request: UpsertRequest): Promise<IDataObject> {
	const { item, entity, target, input, rules, show } = request;
	const givenValues = { ...input, ...matchValuesForNewRecord(request) };
	// A new record has nothing that an empty value could remove.
	const filledValues = Object.entries(givenValues).filter(
		([name, value]) => !isBlank(findField(entity, name), value),
	);
	const values = { ...defaultsOf(entity), ...Object.fromEntries(filledValues) };

	const completeValues = bodyOf(item, entity.fields, values, target.branch, rules.shortensTexts);
	const body = toAlfaCrmSpelling(entity, completeValues);
	const task = `create the ${entity.label.toLowerCase()}`;
	const savedRecord = await item.save({ ...target, action: 'create', body, task });
	return report(show, { ...body, ...savedRecord }, 'created', Object.keys(body));
}

/** Returns the values with which the form of Create begins. */
function defaultsOf({ fields }: Entity): IDataObject {
	const requiredFields = fields.filter(({ required }) => required);
	return Object.fromEntries(
		requiredFields.map((field) => [field.name, kindOf(field).defaultValue(field)]),
	);
}

/**
 * Saves in each match what differs from it. Stops at a match that has changed and does not match
 * any more.
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
		const requestForMatch = leaveOutValuesOfOthers(request, match, allMatches);
		const output = await item.withLock(
			[lock],
			async () => await updateMatch(requestForMatch, match),
		);
		if (output === 'search again') return output;
		outputs.push(output);
	}
	return outputs;
}

/** The record that is updated, as it was found or as it was read again. */
type CurrentMatch = Pick<Match, 'archived' | 'branch' | 'row'>;

/**
 * Saves what differs from a match. If the match may have changed since the search, it is read and
 * compared again first.
 */
async function updateMatch(
	request: UpsertRequest,
	match: Match,
): Promise<IDataObject | 'search again'> {
	const { item, entity } = request;
	if (!mustBeReadAgain(request, match)) return await saveDifferences(request, match);

	const currentMatch = await readAgain(request, match);
	if (isStillMeant(request, match, currentMatch))
		return await saveDifferences(request, currentMatch);

	// This item has updated other matches already, so it cannot start from the beginning.
	if (item.hasSaved) {
		throw item.error(
			`${entity.label} ${Number(match.row.id)} was changed meanwhile, so that it does not match any more`,
			`Run it again.`,
		);
	}
	item.execution.forget(entity.path);
	return 'search again';
}

/**
 * Tells whether a match must be read again before it is updated: this process has written it since
 * the search, or it comes from a list that was read for all items and would be changed. People may
 * have changed it since that list was read.
 */
function mustBeReadAgain(request: UpsertRequest, match: Match): boolean {
	const { item, entity, rules } = request;
	const wasWritten = item.execution.wasWrittenSince(
		[recordKey(entity, Number(match.row.id))],
		match.version,
	);
	if (wasWritten) return true;
	if (!match.isCached) return false;

	const values = valuesFor(request, match);
	const changed = differences(item, entity, match.row, values, { addToLists: rules.addsToLists });
	return Object.keys(changed).length > 0;
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
 * Whether a match has the match values still, and was not archived meanwhile if archived ones are
 * left alone.
 */
function isStillMeant(
	{ rules }: UpsertRequest,
	{ matchedBy }: Match,
	current: CurrentMatch,
): boolean {
	const updatesArchived = rules.ifArchived === 'update' || rules.ifArchived === 'restore';
	return (!current.archived || updatesArchived) && matchesSearch(matchedBy, current.row);
}

async function saveDifferences(request: UpsertRequest, match: CurrentMatch): Promise<IDataObject> {
	const values = valuesFor(request, match);
	return await saveChanges(request, match, { values, addToLists: request.rules.addsToLists });
}

/** Returns the values that a match should have after the update. */
function valuesFor(request: UpsertRequest, { archived, row }: CurrentMatch): IDataObject {
	const { entity, rules, changes } = request;
	const matchValues = toAlfaCrmSpelling(entity, matchValuesForMatch(request, row));
	const updatedValues = Object.entries({ ...changes, ...matchValues }).filter(
		([name]) => !rules.isOnlyForNew(name),
	);

	const restores = archived && rules.ifArchived === 'restore';
	return {
		...(restores ? { removed: 0 } : {}),
		...Object.fromEntries(updatedValues),
	};
}
