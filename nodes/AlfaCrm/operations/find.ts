import type { IDataObject } from 'n8n-workflow';

import { nodeError } from '../api/errors';
import { readId } from '../api/formats';
import { pages } from '../api/pages';
import type { Caller } from '../api/request';
import type { Entity } from '../entities/types';
import type { Target } from './target';

/**
 * Reads one record. AlfaCRM has no call for that, only the index with a filter by ID, which some entities ignore: then
 * the pages are walked until the record comes.
 *
 * @throws NodeApiError when no row has this ID
 */
export async function findById(
	context: Caller,
	entity: Entity,
	id: number,
	target: Omit<Target, 'itemIndex'> & { itemIndex?: number },
): Promise<IDataObject> {
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
	const where = target.branch === undefined ? '' : ` in branch ${target.branch}`;
	throw nodeError(
		context.getNode(),
		{
			message: `AlfaCRM has no ${noun} with ID ${id}${where}`,
			description: "Check the ID and the branch; 'Get Many' shows which ones there are.",
			status: 404,
		},
		target.itemIndex,
	);
}
