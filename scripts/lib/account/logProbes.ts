import type { IDataObject } from 'n8n-workflow';
import { LOG_EVENT } from '../../../nodes/AlfaCrm/entities/log';
import { parseJson } from '../../../nodes/AlfaCrm/values/formats';
import type { Account } from './account';
import { makeValueProbe } from './probe';

/** How many entries are looked for in the log of another branch. */
const ENTRIES_TO_FIND = 3;

/** Finds out whether the log shows changed fields as objects or as JSON texts. */
export const logFields = makeValueProbe('logFields', async (account) => {
	const entries = await account.readRows('log');
	const fieldMaps = entries
		.filter(({ event }) => event !== LOG_EVENT.deleted)
		.map(({ fields_new }) => fields_new);

	const isJsonText = (map: unknown) => typeof map === 'string' && parseJson(map) !== undefined;
	if (fieldMaps.some(isJsonText)) return 'jsonText';
	return fieldMaps.some((map) => typeof map === 'object' && map !== null) ? 'objects' : undefined;
});

/** Finds out whether the log names the lesson of an attendance. */
export const logLesson = makeValueProbe('logLesson', async (account) => {
	const entries = await account.readRows('log', { entity: 'LessonDetails', event: LOG_EVENT.created });
	if (entries.length === 0) return undefined;
	return entries.some(({ fields_new }) => JSON.stringify(fields_new).includes('lesson_id'));
});

/** Finds out whether the log of a branch shows the changes of all branches. */
export const logScope = makeValueProbe('logScope', async (account) => {
	const { branch: ownBranch, branchAccess } = account.reading;
	const entries = await account.readRows('log');

	for (const [branch, access] of branchAccess) {
		if (branch === ownBranch || access !== 'readable') continue;
		const entriesToFind = await chooseEntriesToFind(account, entries, branch);
		if (entriesToFind.length === 0) continue;

		for (const entry of entriesToFind) {
			if (!(await hasEntryOfRecord(account, entry, branch))) return 'branch';
		}
		return 'account';
	}
	return undefined;
});

/**
 * Chooses entries to look for in the log of another branch. Entries that are not on its first page
 * come first, since the others may concern records of both branches.
 */
async function chooseEntriesToFind(
	account: Account,
	entries: readonly IDataObject[],
	branch: number,
): Promise<readonly IDataObject[]> {
	const entriesOfBranch = await account.readRows('log', {}, { branch });
	const knownEntries = new Set(entriesOfBranch.map((entry) => JSON.stringify(entry)));
	const missingEntries = entries.filter((entry) => !knownEntries.has(JSON.stringify(entry)));
	const candidates = missingEntries.length > 0 ? missingEntries : entries;
	return candidates.slice(0, ENTRIES_TO_FIND);
}

/** Checks whether the log of a branch has an entry about the record of an entry. */
async function hasEntryOfRecord(
	account: Account,
	{ entity, entity_id }: IDataObject,
	branch: number,
): Promise<boolean> {
	const rows = await account.readRows('log', { entity, entity_id }, { branch });
	return rows.some((row) => row.entity === entity && row.entity_id === entity_id);
}
