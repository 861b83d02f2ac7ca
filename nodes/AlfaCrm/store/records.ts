import type { IDataObject } from 'n8n-workflow';

import { readId } from '../values/formats';
import type { ListReader } from '../api/list';
import { passesOf } from '../entities/listCall';
import type { Entity } from '../entities/types';
import type { Target } from './located';

/** The record, if it came; and whether it is sure that there is none if it did not. */
interface FoundById {
	record?: IDataObject;
	isConclusive: boolean;
}

/**
 * Reads one record, also one that lists hide. AlfaCRM has no call for that, only the index with a filter by ID, which
 * some entities ignore: then the list is read until the record comes. API notes 3.
 */
export async function findById(
	reader: ListReader,
	entity: Entity,
	id: number,
	target: Target,
	passes = passesOf(entity),
): Promise<FoundById> {
	const list = {
		...target,
		body: { id, ...target.query, ...entity.hidden?.show },
		task: `get ${entity.label.toLowerCase()} ${id}`,
	};
	const keep = (row: IDataObject) => readId(row.id) === id;
	const { rows, isComplete } = await reader.collect(list, { keep, limit: 1, passes });
	return { record: rows[0], isConclusive: isComplete || rows.length > 0 };
}

/**
 * The same, also of a kind that lists leave out unless they are asked for it. API notes 5.16.
 *
 * @param otherKinds what to ask for those with; called only if the record is of none that lists show
 */
export async function findOfAnyKind(
	reader: ListReader,
	entity: Entity,
	id: number,
	target: Target,
	otherKinds: () => Promise<IDataObject[]>,
	passes?: readonly IDataObject[],
): Promise<FoundById> {
	const first = await findById(reader, entity, id, target, passes);
	const others = first.record ? [] : await otherKinds();
	if (others.length === 0) return first;
	const { record, isConclusive } = await findById(reader, entity, id, target, others);
	return { record, isConclusive: first.isConclusive && isConclusive };
}

/** Why a record cannot be given: it is not there. */
export const notFound = ({ label }: Entity, id: number, branch?: number) => ({
	message: `AlfaCRM has no ${label.toLowerCase()} with ID ${id}${inBranch(branch)}`,
	description: "Check the ID and the branch; 'Get Many' shows which ones there are.",
});

/** Why a record cannot be given: nobody knows whether it is there. */
export const notShown = ({ label }: Entity, id: number, branch?: number) => ({
	message: `AlfaCRM did not show ${label.toLowerCase()} ${id}${inBranch(branch)}, though it counts more than it shows`,
	description: 'Run it again.',
});

const inBranch = (branch?: number): string => (branch === undefined ? '' : ` in branch ${branch}`);
