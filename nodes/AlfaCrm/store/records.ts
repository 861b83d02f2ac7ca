/**
 * Finds a record by its ID. AlfaCRM has no call for a single record, only lists with a filter by
 * ID. Some lists ignore that filter. So the ID of each row is compared, and pages are read until
 * one of them has the record. See docs/alfacrm-api.md 3.
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
	 * The bodies with which the list is requested one after the other, because some lists show only
	 * one kind of record at a time, such as planned lessons. If missing, the passes of the entity.
	 */
	passes?: readonly IDataObject[];
}

interface SearchResult {
	record?: IDataObject;
	/**
	 * True if the search has found the record or has read the whole list. False if the record may be
	 * among rows that AlfaCRM did not send.
	 */
	isConclusive: boolean;
}

/** Finds a record by its ID, whether the record is archived or not. */
export async function findById(reader: ListReader, search: RecordSearch): Promise<SearchResult> {
	const { entity, id, target } = search;
	const list = {
		...target,
		// The ID of the parent is sent in the query and in the body, because it is not certain where
		// AlfaCRM reads it. The filters in `bodyShowingAll` make the list include archived records.
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
 * Finds a record by its ID, even if it is of a kind that AlfaCRM lists only on request. For
 * example, the list of payments has refunds only if the body asks for them (docs/alfacrm-api.md
 * 5.16).
 *
 * @param listOtherKinds returns a body for each of these kinds; called only if the usual list does
 * not have the record
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

/** Makes the texts of the error for a record that may be among rows that AlfaCRM did not send. */
export function describeUnlistedRecord(entity: Entity, id: number, branch?: number): ErrorTexts {
	const label = entity.label.toLowerCase();
	return {
		message: `AlfaCRM did not show ${label} ${id}${inBranch(branch)}, though it counts more than it shows`,
		description: 'Run it again.',
	};
}

/** Names a branch at the end of a sentence. Without a branch, returns an empty text. */
function inBranch(branch?: number): string {
	return branch === undefined ? '' : ` in branch ${branch}`;
}
