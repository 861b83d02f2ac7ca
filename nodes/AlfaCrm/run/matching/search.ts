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
import type { Search } from './readSearch';
import { splitByField } from './readSearch';
import { findsEverySpelling, makeQueries, noteSpellings, readCandidates } from './query';

/** A record that has the match values of a search. */
export interface Match extends LocatedRecord {
	archived: boolean;
	/**
	 * The search that has found the record. If the fields of a key are tried in their order, it is
	 * the search by one of the fields.
	 */
	matchedBy: Search;
	/**
	 * The number of writes in this process just before the record was read, from `Execution.countWrites`.
	 * With it, a later write to the record is noticed.
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

/** What a search has found. Each record is in it once. */
interface KeySearchResult {
	matches: Match[];
	similarRecords: SimilarRecord[];
}

/**
 * Finds the records that match a search. Archived matches are returned too.
 *
 * If the fields of the key are tried in their order, only one field counts: the first by which an
 * active record matches or, if no active record matches, the first by which any record matches.
 *
 * If no active record matches, a similar record stops the run, because it may be the record that
 * the user means. A similar record that is archived stops the run only if the caller takes archived
 * records and no archived record matches.
 *
 * @param takesArchived whether the caller does anything with archived records
 * @returns the matches of one search, so that all have the same `matchedBy`
 * @throws NodeOperationError if a similar record stops the run
 */
export async function findMatches(
	item: Item,
	entity: Entity,
	target: Target,
	search: Search,
	branches: readonly Branch[],
	{ takesArchived }: { takesArchived: boolean },
): Promise<Match[]> {
	let archivedMatches: Match[] = [];
	const similarRecords: SimilarRecord[] = [];
	for (const searchByField of splitByField(search)) {
		const result = await searchBranches(item, entity, target, searchByField, branches);
		if (result.matches.some(({ archived }) => !archived)) return result.matches;

		if (archivedMatches.length === 0) archivedMatches = result.matches;
		similarRecords.push(...result.similarRecords);
	}

	const archivedMatch = takesArchived ? archivedMatches.at(0) : undefined;
	const ignoresArchived = !takesArchived || archivedMatch !== undefined;
	for (const record of similarRecords) {
		const isIgnored = ignoresArchived && (await isArchived(item, entity, target, record));
		if (!isIgnored) throw similarRecordError(item, entity, record, archivedMatch);
	}
	return archivedMatches;
}

/**
 * Searches the branches one after the other. Every row is compared with the match values, because
 * AlfaCRM ignores some filters, and other filters also find rows that do not match.
 */
async function searchBranches(
	item: Item,
	entity: Entity,
	target: Target,
	search: Search,
	[firstBranch, ...otherBranches]: readonly Branch[],
): Promise<KeySearchResult> {
	const findings = new Findings(search);
	const searchBranch = async (branch: Branch): Promise<undefined> => {
		await searchOneBranch(item, entity, { ...target, branch }, search, findings);
	};

	// If this user may not read the first branch, the search fails. A global entity is read without a
	// branch. For any other entity, an undefined first branch means that none is chosen.
	if (firstBranch !== undefined || entity.scope === 'global') await searchBranch(firstBranch);
	// Branches that this user may not read are skipped, with a hint. `searchBranch` returns
	// undefined, so `findInBranches` goes on to the last branch.
	await findInBranches(item, otherBranches, searchBranch);

	const matches: Match[] = [];
	for (const match of findings.matches) {
		matches.push({ ...match, archived: await isArchived(item, entity, target, match) });
	}
	return { matches, similarRecords: findings.similarRecords };
}

/**
 * Asks the list of one branch for each match value. Goes on to the next spelling of the value
 * unless AlfaCRM finds all spellings by one filter.
 */
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
			const writeCount = execution.countWrites();
			const { rows, isCached } = await readCandidates(item, entity, target, query, filter);
			for (const row of rows) {
				findings.add(row, { branch: target.branch, writeCount, isCached });
			}

			noteSpellings(execution, entity, query, filter, rows);
			if (findsEverySpelling(execution, entity, filter)) break;
		}
	}
}

/** A match before it is known whether it is archived. */
type UncheckedMatch = Omit<Match, 'archived'>;

/** Collects the rows that match a search or are similar. Each record is kept once. */
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

	/** Compares a row with the match values, and keeps it if it matches or is similar. */
	add(row: IDataObject, source: Pick<Match, 'branch' | 'isCached' | 'writeCount'>): void {
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
 * @param archivedMatch an archived record that matches, if there is one; the similar record is
 * active then
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
