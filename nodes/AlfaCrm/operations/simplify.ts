import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { simplify } from '../properties/shared';
import type { Item } from './context';

/** How rows come out: the few useful fields of wide records, or as they are. Read before anything is sent. */
export function simplified(item: Item, entity: Entity): (row: IDataObject) => IDataObject {
	const isSimple = entity.simple !== undefined && item.flag(simplify);
	return (row) => (isSimple ? simplifiedRow(entity, row) : row);
}

/** Lists of plain values become one text, which reads back as the same list. */
export function simplifiedRow({ simple }: Entity, row: IDataObject): IDataObject {
	return simple ? Object.fromEntries(simple.map((name) => [name, flat(row[name])])) : row;
}

function flat(value: IDataObject[string]): IDataObject[string] {
	if (value === undefined) return null;
	return Array.isArray(value) && value.every((item) => typeof item !== 'object') ? value.join(', ') : value;
}
