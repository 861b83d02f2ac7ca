import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import { listOf } from '../../fields/field';
import { quoted } from '../../fields/unreadable';
import type { Branch, LocatedRecord, Target } from '../../store/located';
import { readId } from '../../values/formats';
import { isArchived } from '../archived';
import { searchUntilFound } from '../branches';
import type { Item } from '../item';
import type { Similarity } from './compare';
import { findSimilarity, matchesSearch } from './compare';
import type { Search } from './readSearch';
import { splitByField } from './readSearch';
import { findsEverySpelling, makeQueries, noteSpellings, readCandidates } from './query';

/** A record that has the match values of a search. */
export interface Match extends LocatedRecord {
	archived: boolean;
	/**
	 * The search that has found the record. A match key such as 'First That Is Found' is searched
	 * field by field: see `splitByField`. Then this is the search by one field.
	 */
	matchedBy: Search;
	/**
	 * The count of this process's writes just before the record was read. The count is a mark in
	 * time: with it, `Execution.wasWrittenSince` tells whether the record was written later.
	 */
	writeCount: number;
	/**
	 * Whether the record comes from a list that was read once for all items, so that it may have
	 * changed since.
	 */
	isCached: boolean;
}

/**
 * A record that does not match, but may be the record that the user means: see `findSimilarity`.
 */
interface SimilarRecord extends LocatedRecord {
	matchedBy: Search;
	similarity: Similarity;
}

/** A search for records, and where it takes place. */
interface SearchTask {
	item: Item;
	entity: Entity;
	/** Where the records are listed. Its branch is replaced by each of `branches`. */
	target: Target;
	search: Search;
	/**
	 * The branches to search. The first element is the chosen branch, or undefined if the user has
	 * chosen none. All further elements are other branches.
	 */
	branches: readonly Branch[];
	/** Whether the caller does anything with archived records. */
	takesArchived: boolean;
}

/** The records that a search has found, each once. */
interface SearchResult {
	matches: Match[];
	similarRecords: SimilarRecord[];
}

/**
 * Finds the records that match a search. Archived matches are returned too.
 *
 * If the fields of the key are tried in their order, only one field counts: the first by which an
 * active record matches or, if no active record matches, the first by which any record matches.
 *
 * A similar record stops the run, because it can be the record that the user means:
 *
 * - an active similar record, if no active record matches
 * - an archived similar record, if no record matches at all and the caller takes archived records
 *
 * @returns the matches of one search, so that all have the same `matchedBy`
 * @throws NodeOperationError if a similar record stops the run
 */
export async function findMatches(task: SearchTask): Promise<Match[]> {
	let archivedMatches: Match[] = [];
	const similarRecords: SimilarRecord[] = [];
	for (const search of splitByField(task.search)) {
		const result = await searchBranches({ ...task, search });
		const hasActiveMatch = result.matches.some(({ archived }) => !archived);
		if (hasActiveMatch) return result.matches;

		if (archivedMatches.length === 0) archivedMatches = result.matches;
		similarRecords.push(...result.similarRecords);
	}

	// An archived similar record matters only if the caller takes archived records and has no
	// archived match that it could take.
	const { item, entity, target, takesArchived } = task;
	const archivedMatch = takesArchived ? archivedMatches.at(0) : undefined;
	const archivedMatters = takesArchived && archivedMatch === undefined;
	for (const record of similarRecords) {
		const matters = archivedMatters || !(await isArchived(item, entity, target, record));
		if (matters) throw similarRecordError(item, entity, record, archivedMatch);
	}
	return archivedMatches;
}

/**
 * Searches the branches one after the other for records that match or are similar. Every row is
 * compared with the match values, because AlfaCRM ignores some filters, and other filters also find
 * rows that do not match.
 */
async function searchBranches(task: SearchTask): Promise<SearchResult> {
	const { item, entity, target, search } = task;
	const [chosenBranch, ...otherBranches] = task.branches;
	const findings = new Findings(search);
	const searchBranch = async (branch: Branch): Promise<undefined> => {
		await addFindingsOfBranch(item, entity, { ...target, branch }, findings);
	};

	// A global entity has no branches, so it is read without a branch.
	const isGlobal = entity.scope === 'global';
	if (chosenBranch !== undefined || isGlobal) await searchBranch(chosenBranch);
	// The chosen branch must be readable. Other branches that the user may not read are skipped, with
	// a hint. `searchUntilFound` ends at the first result; `searchBranch` returns undefined, so that
	// all branches are searched.
	await searchUntilFound(item, otherBranches, searchBranch);

	const matches: Match[] = [];
	for (const match of findings.matches) {
		const archived = await isArchived(item, entity, target, match);
		matches.push({ ...match, archived });
	}
	return { matches, similarRecords: findings.similarRecords };
}

/**
 * Asks AlfaCRM's list of one branch for each match value, and adds the rows to the findings. Goes
 * on to the next spelling of a value unless AlfaCRM finds all spellings by one filter.
 */
async function addFindingsOfBranch(
	item: Item,
	entity: Entity,
	target: Target,
	findings: Findings,
): Promise<void> {
	const { execution } = item;
	for (const query of makeQueries(entity, findings.search)) {
		for (const filter of query.filters) {
			const writeCount = execution.countWrites();
			const { rows, isCached } = await readCandidates(item, target, query, filter);
			const source = { branch: target.branch, writeCount, isCached };
			for (const row of rows) findings.add(row, source);

			noteSpellings(execution, query, filter, rows);
			if (findsEverySpelling(execution, query, filter)) break;
		}
	}
}

/** A match before it is known whether it is archived. */
type UncheckedMatch = Omit<Match, 'archived'>;

/** Collects the rows that match a search or are similar. Each record is kept once. */
class Findings {
	private readonly matchById = new Map<number, UncheckedMatch>();
	private readonly similarById = new Map<number, SimilarRecord>();

	constructor(readonly search: Search) {}

	get matches(): UncheckedMatch[] {
		return [...this.matchById.values()];
	}

	get similarRecords(): SimilarRecord[] {
		return [...this.similarById.values()];
	}

	/** Compares a row with the match values, and keeps it if it matches or is similar. */
	add(row: IDataObject, source: Pick<Match, 'branch' | 'isCached' | 'writeCount'>): void {
		const id = readId(row.id);
		if (id === undefined || this.matchById.has(id)) return;

		const { search } = this;
		if (matchesSearch(search, row)) {
			this.matchById.set(id, { ...source, row, matchedBy: search });
			return;
		}
		const similarity = findSimilarity(search, row);
		if (similarity !== undefined) {
			const { branch } = source;
			this.similarById.set(id, { row, branch, matchedBy: search, similarity });
		}
	}
}

/**
 * Makes the error that names a similar record and the value in which it differs.
 *
 * @param archivedMatch an archived record that matches, if there is one; the similar record is
 * active then
 */
function similarRecordError(
	item: Item,
	entity: Entity,
	similarRecord: SimilarRecord,
	archivedMatch?: Match,
): Error {
	const { label } = entity;
	const { row, matchedBy, similarity } = similarRecord;
	const { field, difference } = similarity;
	const noun = label.toLowerCase();
	const matchValue = listOf(matchedBy.matchValues[field.name]).join(', ');
	const storedValue = listOf(row[field.name]).join(', ');
	const problem = `${label} ${String(row.id)} with '${field.label}' ${quoted(storedValue)} may be the one with ${quoted(matchValue)}: ${difference}`;

	if (archivedMatch !== undefined) {
		const archivedId = String(archivedMatch.row.id);
		return item.error(
			`${problem}. ${label} ${archivedId} matches, but is archived`,
			`If the active one is meant, write '${field.label}' alike here and in AlfaCRM; if the archived one is, restore it in AlfaCRM first.`,
		);
	}
	return item.error(
		problem,
		`If it is, write '${field.label}' alike here and in AlfaCRM; if that is another ${noun}, add the new one with 'Create' first.`,
	);
}
