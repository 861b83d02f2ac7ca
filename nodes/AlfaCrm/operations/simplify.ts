import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Entity } from '../entities/types';

/** The few useful fields of wide records, lists of plain values written as one text. */
export function simplified(
	context: IExecuteFunctions,
	entity: Entity,
	itemIndex: number,
	rows: IDataObject[],
): IDataObject[] {
	if (context.getNodeParameter('simplify', itemIndex, true) !== true) return rows;
	return rows.map((row) => simplifiedRow(entity, row));
}

export function simplifiedRow({ simple }: Entity, row: IDataObject): IDataObject {
	return simple ? Object.fromEntries(simple.map((name) => [name, flat(row[name])])) : row;
}

function flat(value: IDataObject[string]): IDataObject[string] {
	if (value === undefined) return null;
	return Array.isArray(value) && value.every((item) => typeof item !== 'object') ? value.join(', ') : value;
}
