import type { IDataObject, NodeApiError } from 'n8n-workflow';

import { nodeError } from '../api/errors';
import { readId } from '../api/formats';
import { clientOf, pages } from './legacyClient';
import type { ApiClient, ApiContext } from '../api/client';
import type { Entity } from '../entities/types';
import type { Target } from './target';

/** Where to look; a trigger has no item. */
type Place = Omit<Target, 'itemIndex'> & { itemIndex?: number };

/**
 * Reads one record. AlfaCRM has no call for that, only the index with a filter by ID, which some entities ignore: then
 * the pages are walked until the record comes.
 *
 * @throws NodeApiError when no row has this ID
 */
export async function findById(
	context: ApiContext | ApiClient,
	entity: Entity,
	id: number,
	target: Place,
): Promise<IDataObject> {
	const found = await lookUp(context, entity, id, target);
	if (found) return found;
	throw notFound(context, entity, id, target);
}

/** The same without an error when there is none. */
export async function lookUp(
	context: ApiContext | ApiClient,
	entity: Entity,
	id: number,
	target: Place,
): Promise<IDataObject | undefined> {
	const noun = entity.label.toLowerCase();
	const { sweep } = entity;
	const passes = sweep ? sweep.choices.map(({ value }) => ({ [sweep.name]: value })) : [{}];
	for (const pass of passes) {
		const body = { id, ...target.query, ...entity.reveal, ...pass };
		for await (const { rows } of pages(context, { ...target, body, task: `get ${noun} ${id}` })) {
			const found = rows.find((row) => readId(row.id) === id);
			if (found) return found;
		}
	}
	return undefined;
}

export function notFound(
	context: ApiContext | ApiClient,
	{ label }: Entity,
	id: number,
	target: Place,
): NodeApiError {
	const where = target.branch === undefined ? '' : ` in branch ${target.branch}`;
	return nodeError(
		clientOf(context).node,
		{
			message: `AlfaCRM has no ${label.toLowerCase()} with ID ${id}${where}`,
			description: "Check the ID and the branch; 'Get Many' shows which ones there are.",
			status: 404,
		},
		target.itemIndex,
	);
}
