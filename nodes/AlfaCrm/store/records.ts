/**
 * Finds one record by its ID. AlfaCRM has no call for one record, only the list with a filter by
 * ID. Some lists ignore that filter, so the rows are compared, and pages are read until the record
 * comes. API notes 3.
 */

import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../api/list';
import { passesOf } from '../entities/listCall';
import type { Entity } from '../entities/types';
import { readId } from '../values/formats';
import type { Target } from './located';

interface SearchResult {
	record?: IDataObject;
	/** Whether a missing `record` does not exist. False if rows of the list may be missing. */
	isConclusive: boolean;
}

/**
 * Finds a record, whether it is archived or not.
 *
 * @param passes the bodies with which the list is asked one after the other, because it may show
 * only one status at a time
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
 * Finds a record of any kind. A plain list may leave out some kinds, such as refunds among
 * payments: they come only if the list is asked for that kind. API notes 5.16.
 *
 * @param readOtherKinds makes the passes for the other kinds; called only if the plain list does
 * not have the record
 * @param passes the passes of the plain list; see `findById`
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

/** Makes the texts of the error for a record that does not exist. */
export const describeMissingRecord = ({ label }: Entity, id: number, branch?: number) => ({
	message: `AlfaCRM has no ${label.toLowerCase()} with ID ${id}${inBranch(branch)}`,
	description: "Check the ID and the branch; 'Get Many' shows which ones there are.",
});

/** Makes the texts of the error for a record that may be among the missing rows of a list. */
export const describeUnlistedRecord = ({ label }: Entity, id: number, branch?: number) => ({
	message: `AlfaCRM did not show ${label.toLowerCase()} ${id}${inBranch(branch)}, though it counts more than it shows`,
	description: 'Run it again.',
});

const inBranch = (branch?: number): string => (branch === undefined ? '' : ` in branch ${branch}`);
