import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../api/list';
import { passesOf } from '../entities/listCall';
import type { Entity } from '../entities/types';
import { readId } from '../values/formats';
import type { Target } from './located';

/**
 * Finds one record by its ID. AlfaCRM has no call for that, only the index with a filter by ID.
 * Some entities ignore the filter, so the list is read until the record comes. API notes 3.
 */

interface SearchResult {
	record?: IDataObject;
	/** Whether AlfaCRM has no such record if none came. False if rows of the list may be missing. */
	isConclusive: boolean;
}

/**
 * Finds a record, also an archived one.
 *
 * @param passes what to ask the list for, one after the other, if the list shows one status at a
 * time
 */
export async function findById(
	reader: ListReader,
	entity: Entity,
	id: number,
	target: Target,
	passes = passesOf(entity),
): Promise<SearchResult> {
	const list = {
		...target,
		body: { id, ...target.query, ...entity.hidden?.show },
		task: `get ${entity.label.toLowerCase()} ${id}`,
	};
	const isRecord = (row: IDataObject) => readId(row.id) === id;
	const { rows, isComplete } = await reader.collect(list, { keep: isRecord, limit: 1, passes });
	const [record] = rows;
	return { record, isConclusive: isComplete || record !== undefined };
}

/**
 * Finds a record, also one of a kind that lists leave out unless they are asked for that kind.
 * API notes 5.16.
 *
 * @param readOtherKinds reads what to ask the list for to see the other kinds; called only if the
 * record is not found without
 */
export async function findOfAnyKind(
	reader: ListReader,
	entity: Entity,
	id: number,
	target: Target,
	readOtherKinds: () => Promise<IDataObject[]>,
	passes?: readonly IDataObject[],
): Promise<SearchResult> {
	const shownKinds = await findById(reader, entity, id, target, passes);
	if (shownKinds.record) return shownKinds;

	const otherKinds = await readOtherKinds();
	if (otherKinds.length === 0) return shownKinds;
	const { record, isConclusive } = await findById(reader, entity, id, target, otherKinds);
	return { record, isConclusive: shownKinds.isConclusive && isConclusive };
}

/** The words of the error for a record that does not exist. */
export const notFound = ({ label }: Entity, id: number, branch?: number) => ({
	message: `AlfaCRM has no ${label.toLowerCase()} with ID ${id}${inBranch(branch)}`,
	description: "Check the ID and the branch; 'Get Many' shows which ones there are.",
});

/** The words of the error for a record that may exist, but did not come. */
export const notShown = ({ label }: Entity, id: number, branch?: number) => ({
	message: `AlfaCRM did not show ${label.toLowerCase()} ${id}${inBranch(branch)}, though it counts more than it shows`,
	description: 'Run it again.',
});

const inBranch = (branch?: number): string => (branch === undefined ? '' : ` in branch ${branch}`);
