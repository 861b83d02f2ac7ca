import type { IDataObject } from 'n8n-workflow';

import { hasStatus } from '../../api/errors';
import { readId } from '../../api/formats';
import type { Field } from '../../entities/fieldTypes';
import { entityOf } from '../../entities/registry';
import type { Entity } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { readText } from '../../fields/text';
import type { Item } from '../run/item';
import type { LocatedRecord } from '../run/writeCache';
import { currentRecord } from './findById';
import type { Target } from './target';

type Read = (item: Item, entity: Entity, id: number, target: Target) => Promise<LocatedRecord | undefined>;

/** In the branch of the call. */
const inBranch: Read = async (...asked) => (await currentRecord(...asked)).match;

/**
 * What a new record that lacks it takes from another one, as the name of a payer from the customer. Nobody chose how long
 * that is.
 */
export async function takenFromOthers(
	item: Item,
	fields: readonly Field[],
	body: IDataObject,
	branch: number | undefined,
	read = inBranch,
): Promise<IDataObject> {
	const taken: IDataObject = {};
	for (const { name, takenFrom } of fields) {
		const id = readId(takenFrom && body[takenFrom.owner]);
		if (takenFrom === undefined || id === undefined || body[name] !== undefined) continue;
		const row = await rowOf(item, entityOf(takenFrom.entity), id, branch, read);
		const text = takenFrom.fields.map((one) => readText(row[one])).find((value) => !isEmpty(value)) ?? '';
		const fitting = [...text].slice(0, takenFrom.longest).join('').trim();
		if (fitting !== '') taken[name] = fitting;
	}
	return taken;
}

/** Who may write the one need not be allowed to see the other; AlfaCRM says whether it does without. */
async function rowOf(
	item: Item,
	entity: Entity,
	id: number,
	branch: number | undefined,
	read: Read,
): Promise<IDataObject> {
	try {
		return (await read(item, entity, id, { path: entity.path, branch, query: {}, labels: {} }))?.row ?? {};
	} catch (caught) {
		if (hasStatus(caught, 403)) return {};
		throw item.asError(caught);
	}
}
