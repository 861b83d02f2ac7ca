import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import { listOf } from '../../fields/field';
import { quoted } from '../../fields/unreadable';
import type { Branch, LocatedRecord, Target } from '../../store/located';
import { readId } from '../../values/formats';
import { isArchived } from '../archived';
import { findInBranches } from '../branches';
import type { Item } from '../item';
import type { Similarity } from './compare';
import { findSimilarity, matchesSearch } from './compare';
import type { Search } from './keys';
import { splitByField } from './keys';
import { findsEverySpelling, makeQueries, noteSpellings, readCandidates } from './query';

/** A record that has the match values of a search. */
export interface Match extends LocatedRecord {
	archived: boolean;
	/**
	 * The search that has found it. If the fields of a key are tried in their order, it is the search
	 * by one of them.
	 */
	matchedBy: Search;
	/** `Execution.version` just before the record was read. */
	version: number;
	/** Whether it comes from a list that was read for all items, and may have changed since. */
	isCached: boolean;
}

/** A record that does not match, but may be the one that is looked for. */
interface SimilarRecord extends LocatedRecord {
	matchedBy: Search;
	similarity: Similarity;
}

/** What a search by one key has found, each record once. */
interface SearchResult {
	matches: Match[];
	similarRecords: SimilarRecord[];
}

/**
 * Finds the records that match a search. If the fields of the key are tried in their order, the
 * matches of the first field that finds an active record are returned, or else those of the first
 * field that finds any record.
 *
 * If no active record matches, a similar record stops the run, since nobody can say whether it is
 * the one. A similar archived record does not count if the caller takes no archived records, or if
 * an archived record matches.
 *
 * @param skipsArchived whether the caller takes no archived records
 * @throws NodeOperationError if a similar record stops the run
 */
export async function findMatches(
	item: Item,
	entity: Entity,
	target: Target,
	search: Search,
	branches: readonly Branch[],
	{ skipsArchived }: { skipsArchived: boolean },
): Promise<Match[]> {
	let archivedMatches: Match[] = [];
	const similarRecords: SimilarRecord[] = [];
	for (const searchByField of splitByField(search)) {
		const result = await searchBranches(item, entity, target, searchByField, branches);
		if (result.matches.some(({ archived }) => !archived)) return result.matches;

		if (archivedMatches.length === 0) archivedMatches = result.matches;
		similarRecords.push(...result.similarRecords);
	}

	const archivedMatch = skipsArchived ? undefined : archivedMatches.at(0);
	const ignoresArchived = skipsArchived || archivedMatch !== undefined;
	for (const record of similarRecords) {
		const isIgnored = ignoresArchived && (await isArchived(item, entity, target, record));
		if (!isIgnored) throw similarRecordError(item, entity, record, archivedMatch);
	}
	return archivedMatches;
}

/**
 * Finds the records of a search in all of the branches. AlfaCRM's filters only narrow the lists
 * down: some are ignored, and others find too much. So each row that comes is compared here.
 */
async function searchBranches(
	item: Item,
	entity: Entity,
	target: Target,
	search: Search,
	[firstBranch, ...otherBranches]: readonly Branch[],
): Promise<SearchResult> {
	const findings = new Findings(search);
	const searchBranch = async (branch: Branch): Promise<undefined> => {
		await searchOneBranch(item, entity, { ...target, branch }, search, findings);
	};

	// The first branch must be readable; this user may lack access to the others. If no branch is
	// known, it is undefined.
	if (firstBranch !== undefined || entity.scope === 'global') await searchBranch(firstBranch);
	// `searchBranch` returns nothing, so no branch ends the search.
	await findInBranches(item, otherBranches, searchBranch);

	const matches: Match[] = [];
	for (const match of findings.matches) {
		matches.push({ ...match, archived: await isArchived(item, entity, target, match) });
	}
	return { matches, similarRecords: findings.similarRecords };
}

/** Asks the list of one branch for each match value, in one spelling after the other. */
async function searchOneBranch(
	item: Item,
	entity: Entity,
	target: Target,
	search: Search,
	findings: Findings,
): Promise<void> {
	const { execution } = item;
	for (const query of makeQueries(entity, search)) {
		for (const filter of query.filters) {
			const version = execution.version();
			const { rows, isCached } = await readCandidates(item, entity, target, query, filter);
			for (const row of rows) {
				findings.add(row, { branch: target.branch, version, isCached });
			}

			noteSpellings(execution, entity, query, filter, rows);
			if (findsEverySpelling(execution, entity, filter)) break;
		}
	}
}

/** A match of which it is not known yet whether it is archived. */
type UncheckedMatch = Omit<Match, 'archived'>;

/** Collects the rows that match a search or are similar, each record once. */
class Findings {
	private readonly matchById = new Map<number, UncheckedMatch>();
	private readonly similarById = new Map<number, SimilarRecord>();

	constructor(private readonly search: Search) {}

	get matches(): UncheckedMatch[] {
		return [...this.matchById.values()];
	}

	get similarRecords(): SimilarRecord[] {
		return [...this.similarById.values()];
	}

	/** Compares a row, and keeps it unless it is certainly another record. */
	add(row: IDataObject, source: Pick<Match, 'branch' | 'isCached' | 'version'>): void {
		const id = readId(row.id);
		if (id === undefined || this.matchById.has(id)) return;

		const matchedBy = this.search;
		if (matchesSearch(matchedBy, row)) {
			this.matchById.set(id, { ...source, row, matchedBy });
			return;
		}
		const similarity = findSimilarity(matchedBy, row);
		if (similarity !== undefined) {
			this.similarById.set(id, { row, branch: source.branch, matchedBy, similarity });
		}
	}
}

/**
 * Makes the error that names a similar record and the value in which it differs.
 *
 * @param archivedMatch an archived record that matches, if the similar one is active
 */
function similarRecordError(
	item: Item,
	{ label }: Entity,
	{ row, matchedBy, similarity: { field, difference } }: SimilarRecord,
	archivedMatch?: Match,
): Error {
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
