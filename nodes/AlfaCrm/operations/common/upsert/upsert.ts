import type { IDataObject } from 'n8n-workflow';

import { showInFormMode, inputModeForm } from '../../../run/fieldInput';
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
import { listProminentFields, makeUpsertFields } from './upsertFields';
import { makeUpsertOptions } from './upsertRules';
import { createRecord, updateRecords } from './write';

/**
 * The operation *Create or Update*. Searches for a record by a match key: a set of fields by which
 * a record is found when its ID is not known, such as the phone. If no record matches, creates a
 * record. If a record matches, saves the values of the form that differ from the record.
 *
 * - `upsertFields.ts` and `upsertRules.ts` declare the form. `request.ts` reads the form, before
 *   anything is sent.
 * - `keyValues.ts` makes the locks, and decides which values are saved in the fields of the key.
 * - `search.ts` finds the records that match. Like *Find*, it uses the functions of `run/matching`.
 * - `decide.ts` decides what to do: create, update, skip or refuse.
 * - `write.ts` creates and updates records.
 * - `spelling.ts` spells values as AlfaCRM does.
 * - `notSaved.ts` finds the texts of the form that the record does not have.
 */
export const upsert: Operation = {
	text: ({ singular }) => ({
		name: 'Create or Update',
		action: `Create or update ${singular} without duplicates`,
	}),

	form: (entity) => ({
		...inputModeForm(entity),
		match: matchForm(entity, listProminentFields(entity)),
		fields: [showInFormMode(entity, makeUpsertFields(entity))],
		options: [makeUpsertOptions(entity)],
	}),

	async execute(item, entity) {
		const request = readUpsertRequest(item, entity);

		return await item.withLock(makeRequestLocks(request), async () => {
			// Without a usable match value, nothing can be searched for. `readUpsertRequest` throws then,
			// unless the options say to create a record.
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
 * Searches again if somebody has changed a matching record after the search, so that the record
 * does not match any more. This happens so rarely that the loop soon ends.
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

/** A new record, as the output shows it. */
interface CreatedRecord {
	action: 'create';
	output: IDataObject;
}

/**
 * Searches for records that match, and updates them. If no record matches, creates a record, under
 * the database lock of `findOrCreate`: two n8n processes must not create the same record. Updates
 * need no such lock.
 *
 * @returns the output, or 'search again' if a record was changed after the search
 */
async function searchAndSave(
	request: UpsertRequest,
	branches: readonly Branch[],
): Promise<IDataObject[] | 'search again'> {
	const { item, toOutput } = request;
	const find = async () => await findExistingMatches(request, branches);
	const create = async (): Promise<CreatedRecord> => {
		const output = await createRecord(request);
		return { action: 'create', output };
	};
	const result = await findOrCreate(item, find, create);

	if (result.action === 'create') return [result.output];
	if (result.action === 'update') return await updateRecords(request, result);

	const changedFields: string[] = [];
	return [makeReportItem(toOutput, result.match.row, 'skipped', changedFields)];
}
