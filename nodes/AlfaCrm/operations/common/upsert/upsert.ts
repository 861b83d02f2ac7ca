import type { IDataObject } from 'n8n-workflow';

import { inFormMode, inputModeForm } from '../../../run/fieldInput';
import { findOrCreate } from '../../../run/findOrCreate';
import { matchForm } from '../../../run/matching/matchForm';
import { listBranchesToSearch } from '../../../run/matching/branchesToSearch';
import type { Operation } from '../../../run/operation';
import { makeReportItem, reportSchema } from '../../../output/report';
import { objectOf, STRING } from '../../../output/recordSchema';
import type { Branch } from '../../../store/located';
import { makeRequestLocks } from './keyValues';
import type { UpsertRequest } from './request';
import { readUpsertRequest } from './request';
import { findExistingMatches } from './search';
import { makeUpsertFields, prominentFieldsForm } from './upsertFields';
import { makeUpsertOptions } from './upsertRules';
import { createRecord, updateRecords } from './write';

/**
 * Searches for a record by a match key, such as the phone. If none matches, creates one. If one
 * matches, saves the given values that differ from those of the record.
 *
 * - `upsertFields.ts` and `upsertRules.ts` declare the form; `request.ts` reads it, before anything
 *   is sent.
 * - `keyValues.ts` makes the locks, and decides which values are saved in the fields of the key.
 * - `search.ts` finds the records that match, by the functions of `run/matching`, which *Find* uses
 *   as well.
 * - `decide.ts` decides what to do: create, update, skip or refuse.
 * - `write.ts` creates and updates. `spelling.ts` spells values as AlfaCRM does. `notSaved.ts`
 *   finds the given texts that the record does not hold.
 */
export const upsert: Operation = {
	text: ({ singular }) => ({
		name: 'Create or Update',
		action: `Create or update ${singular} without duplicates`,
	}),

	form: (entity) => ({
		...inputModeForm(entity),
		match: matchForm(entity),
		prominentFields: prominentFieldsForm(entity),
		fields: [inFormMode(entity, makeUpsertFields(entity))],
		options: [makeUpsertOptions(entity)],
	}),

	async execute(item, entity) {
		const request = readUpsertRequest(item, entity);

		return await item.withLock(makeRequestLocks(request), async () => {
			// Without a usable match value there is nothing to search for. `readUpsertRequest` has
			// refused it unless the options say to create a record then.
			if (!request.search.isUsable) return [await createRecord(request)];
			return await createOrUpdate(request);
		});
	},

	output: (entity) => {
		const { properties } = reportSchema(entity);
		return objectOf({ ...properties, notSaved: STRING });
	},
};

/**
 * Updates the records that match, or creates a record.
 *
 * Somebody may change a record between the search and the update, so that it does not have the
 * match values any more. Then this searches again, until the records stay as they were found. That
 * is rare, so it soon ends.
 */
async function createOrUpdate(request: UpsertRequest): Promise<IDataObject[]> {
	const { item, entity, target, chosenBranches, changes } = request;
	const branches = await listBranchesToSearch(item, entity, target, chosenBranches, changes);

	let output = await searchAndSave(request, branches);
	while (output === 'search again') {
		output = await searchAndSave(request, branches);
	}
	return output;
}

/**
 * Searches for records that match. Creates a record if there is none, and updates them otherwise.
 * Only the creation needs the database lock of `findOrCreate`: two processes that update one record
 * do not make a second one.
 *
 * @returns the output, or 'search again' if a record was changed after the search
 */
async function searchAndSave(
	request: UpsertRequest,
	branches: readonly Branch[],
): Promise<IDataObject[] | 'search again'> {
	const { item, show } = request;
	const find = async () => await findExistingMatches(request, branches);
	const create = async () => {
		const output = await createRecord(request);
		return { action: 'create' as const, output };
	};
	const result = await findOrCreate(item, find, create);

	if (result.action === 'create') return [result.output];
	if (result.action === 'update') return await updateRecords(request, result);

	const changedFields: string[] = [];
	return [makeReportItem(show, result.match.row, 'skipped', changedFields)];
}
