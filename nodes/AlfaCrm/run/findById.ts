import type { IDataObject } from 'n8n-workflow';

import { hasStatus } from '../api/failures';
import { readId } from '../values/formats';
import type { ListReader } from '../api/list';
import type { Entity } from '../entities/types';
import { passesOf } from '../entities/listCall';
import type { Item } from './item';
import type { Operation } from './operation';
import { nameSourceOf } from '../output/names';
import { readingForm, readingOutput, readingSchema } from '../output/readings';
import type { Branch } from './branches';
import { allBranches, findInBranches, SEARCHED } from './branches';
import { otherKinds } from './readList';
import type { LocatedRecord, Target } from './target';
import { recordParameter } from './recordParameter';
import { idOf, keysForm, targetOf } from './target';

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

/**
 * One record of any kind.
 *
 * @throws NodeApiError when nobody knows whether it is there
 */
export async function currentRecord(
	item: Item,
	entity: Entity,
	id: number,
	target: Target,
): Promise<LocatedRecord | undefined> {
	const { branch } = target;
	const kinds = async () => await otherKinds(item, entity, branch);
	const { record, isConclusive } = await findOfAnyKind(item, entity, id, target, kinds);
	if (record) return { row: record, branch };
	if (isConclusive) return undefined;
	const { message, description } = notShown(entity, id, branch);
	throw item.failed(message, description);
}

/** Reads one record by its ID. */
export const get: Operation = {
	text: ({ one }) => ({ name: 'Get', action: `Get ${one}` }),
	form: (entity) => ({
		id: [recordParameter(entity)],
		keys: keysForm(entity),
		simplify: readingForm(entity),
	}),
	async execute(item, entity) {
		const target = targetOf(item, entity, entity.keys);
		const id = idOf(item, entity);
		const show = readingOutput(item, entity);
		const match = await getRecord(item, entity, id, target);
		return await show([match], nameSourceOf(item));
	},
	output: readingSchema,
	reads: true,
};

/** Whether its ID is all that is known of a record. */
const isAnywhere = ({ scope }: Entity, { branch }: Target): boolean =>
	scope === 'branch' && branch === undefined;

/**
 * The record in the branch of the call or, where that is not known or records may be in any, in another one.
 *
 * @throws NodeApiError when there is none
 */
export async function getRecord(
	item: Item,
	entity: Entity,
	id: number,
	target: Target,
): Promise<LocatedRecord> {
	const look = async (branch: Branch) => await currentRecord(item, entity, id, { ...target, branch });
	if (!isAnywhere(entity, target)) {
		const own = await look(target.branch);
		if (own) return own;
		if (!entity.match) throw notFoundError(item, entity, id, target.branch);
	}
	const [, ...others] = await allBranches(item, target.branch);
	const found = await findInBranches(item, others, look);
	if (found) return found;
	throw notFoundError(item, entity, id, target.branch);
}

/**
 * Writes in the branch of the call and, where that is not known or AlfaCRM says that the record is not there, in its own.
 *
 * @throws NodeApiError when there is none
 */
export async function writeAnywhere<T>(
	item: Item,
	entity: Entity,
	id: number,
	target: Target,
	write: (target: Target) => Promise<T>,
): Promise<T> {
	const own = async () => (await getRecord(item, entity, id, target)).branch;
	if (isAnywhere(entity, target)) return await write({ ...target, branch: await own() });
	try {
		return await write(target);
	} catch (caught) {
		if (!hasStatus(caught, 404) || !entity.match) throw item.asError(caught);
		const branch = await own();
		if (branch === target.branch) throw item.asError(caught);
		return await write({ ...target, branch });
	}
}

export function notFoundError(item: Item, entity: Entity, id: number, branch?: number): Error {
	const where = entity.match ? undefined : branch;
	const isSearched = entity.scope === 'branch' && where === undefined;
	const { message, description } = notFound(entity, id, where);
	return item.failed(message + (isSearched ? SEARCHED : ''), description, 404);
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
