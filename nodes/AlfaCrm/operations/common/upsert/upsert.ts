import type { IDataObject } from 'n8n-workflow';

import { inFormMode, inputModeForm } from '../../../run/fieldInput';
import { findOrCreate } from '../../../run/findOrCreate';
import { matchForm } from '../../../run/matching/matchForm';
import { listBranchesToSearch } from '../../../run/matching/branchesToSearch';
import type { Operation } from '../../../run/operation';
import { makeReportItem, reportSchema } from '../../../output/report';
import { objectOf, STRING } from '../../../output/recordSchema';
import type { Branch } from '../../../store/located';
import { locksForRequest } from './keyValues';
import type { UpsertRequest } from './request';
import { readUpsertRequest } from './request';
import { findExistingMatches } from './search';
import { prominentFieldsForm, upsertFields } from './upsertFields';
import { upsertOptions } from './upsertRules';
import { createRecord, updateRecords } from './write';

/**
 * Searches for a record by a match key. If none matches, creates one. If one matches, saves the
 * given values that differ from those of the record.
 *
 * - `upsertFields.ts` and `upsertRules.ts` declare the form; `request.ts` reads it, before anything
 *   is sent.
 * - `keyValues.ts` makes the locks, and decides which values of the key's fields are saved.
 * - `search.ts` finds the records that match, by the functions of `run/matching`, which *Find* uses
 *   as well.
 * - `decide.ts` decides what to do: create, update, skip or refuse.
 * - `write.ts` creates and updates. `spelling.ts` spells values as AlfaCRM does. `notSaved.ts`
 *   finds the given texts that the record does not hold.
 */
export const upsert: Operation = {
	text: ({ one }) => ({
		name: 'Create or Update',
		action: `Create or update ${one} without duplicates`,
	}),

	form: (entity) => ({
		...inputModeForm(entity),
		match: matchForm(entity),
		prominentFields: prominentFieldsForm(entity),
		fields: [inFormMode(entity, upsertFields(entity))],
		options: [upsertOptions(entity)],
	}),

	async execute(item, entity) {
		const request = readUpsertRequest(item, entity);

		return await item.withLock(locksForRequest(request), async () => {
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
 * Updates the matches, or creates a record. If a match does not match any more when it is about to
 * be updated, searches again. That is rare: somebody must change the record between a search and
 * the update after it.
 */
async function createOrUpdate(request: UpsertRequest): Promise<IDataObject[]> {
	const { item, entity, target, chosenBranches, changes } = request;
	const branches = await listBranchesToSearch(item, entity, target, chosenBranches, changes);

	for (;;) {
		const output = await searchAndSave(request, branches);
		if (output !== 'search again') return output;
	}
}

/**
 * Searches, and creates a record if none is found. Only the creation needs the database lock of
 * `findOrCreate`: two processes that update one record do not make a second one.
 *
 * @returns the output, or 'search again' if a match does not match any more
 */
async function searchAndSave(
	request: UpsertRequest,
	branches: readonly Branch[],
): Promise<IDataObject[] | 'search again'> {
	const result = await findOrCreate(
		request.item,
		async () => await findExistingMatches(request, branches),
		async () => ({ action: 'create' as const, output: await createRecord(request) }),
	);
	if (result.action === 'create') return [result.output];
	if (result.action === 'skip')
		return [makeReportItem(request.show, result.match.row, 'skipped', [])];
	return await updateRecords(request, result);
}
