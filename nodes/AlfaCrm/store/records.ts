/**
 * Finds one record by its ID. AlfaCRM has no call for one record, only the list with a filter by
 * ID. Some lists ignore that filter, so the ID of each row is compared, and pages are read until
 * the record comes. API notes 3.
 */

import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../api/list';
import { passesOf } from '../entities/listCall';
import type { Entity } from '../entities/types';
import { readId } from '../values/formats';
import type { Target } from './located';

/** The record to find, and how to ask for it. */
interface RecordSearch {
	entity: Entity;
	id: number;
	target: Target;
	/**
	 * The bodies with which the list is requested one after the other, because a list may show only
	 * one kind of record at a time, such as planned lessons. By default those of the entity.
	 */
	passes?: readonly IDataObject[];
}

interface SearchResult {
	record?: IDataObject;
	/**
	 * Whether the search has an answer: it has found the record, or it has read the whole list. False
	 * if the record may be among rows that the list did not show.
	 */
	isConclusive: boolean;
}

/** Finds a record by its ID, whether the record is archived or not. */
export async function findById(reader: ListReader, search: RecordSearch): Promise<SearchResult> {
	const { entity, id, target } = search;
	const list = {
		...target,
		// The ID of the parent is in the query and in the body, because the sources differ. The
		// body that shows all makes the list include archived records.
		body: { id, ...target.query, ...entity.hidden?.bodyShowingAll },
		task: `get ${entity.label.toLowerCase()} ${id}`,
	};
	const options = {
		keep: (row: IDataObject) => readId(row.id) === id,
		limit: 1,
		passes: search.passes ?? passesOf(entity),
	};

	const { rows, isComplete } = await reader.collect(list, options);
	const record = rows.at(0);
	return { record, isConclusive: isComplete || record !== undefined };
}

/**
 * Finds a record by its ID, also if the usual list leaves out records of its kind. For example, the
 * list of payments shows refunds only if it is asked for them. API notes 5.16.
 *
 * @param listOtherKinds returns one body for each kind that the usual list leaves out; called only
 * if the usual list does not have the record
 */
export async function findOfAnyKind(
	reader: ListReader,
	search: RecordSearch,
	listOtherKinds: () => Promise<IDataObject[]>,
): Promise<SearchResult> {
	const usualResult = await findById(reader, search);
	if (usualResult.record !== undefined) return usualResult;

	const otherKinds = await listOtherKinds();
	if (otherKinds.length === 0) return usualResult;

	const otherResult = await findById(reader, { ...search, passes: otherKinds });
	return {
		record: otherResult.record,
		isConclusive: usualResult.isConclusive && otherResult.isConclusive,
	};
}

interface ErrorTexts {
	message: string;
	description: string;
}

/** Makes the texts of the error for a record that does not exist. */
export function describeMissingRecord(entity: Entity, id: number, branch?: number): ErrorTexts {
	const label = entity.label.toLowerCase();
	return {
		message: `AlfaCRM has no ${label} with ID ${id}${inBranch(branch)}`,
		description: "Check the ID and the branch; 'Get Many' shows which ones there are.",
	};
}

/** Makes the texts of the error for a record that may be among the missing rows of a list. */
export function describeUnlistedRecord(entity: Entity, id: number, branch?: number): ErrorTexts {
	const label = entity.label.toLowerCase();
	return {
		message: `AlfaCRM did not show ${label} ${id}${inBranch(branch)}, though it counts more than it shows`,
		description: 'Run it again.',
	};
}

/** Names a branch at the end of a sentence. Returns an empty text for no branch. */
function inBranch(branch?: number): string {
	return branch === undefined ? '' : ` in branch ${branch}`;
}
