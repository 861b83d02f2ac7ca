import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Entity } from '../entities/types';

/** The few useful fields of wide records, lists of plain values written as one text. */
export function simplified(
	context: IExecuteFunctions,
	{ simple }: Entity,
	itemIndex: number,
	rows: IDataObject[],
): IDataObject[] {
	if (simple === undefined || context.getNodeParameter('simplify', itemIndex, true) !== true) return rows;
	return rows.map((row) => Object.fromEntries(simple.map((name) => [name, flat(row[name])])));
}

function flat(value: IDataObject[string]): IDataObject[string] {
	if (value === undefined) return null;
	return Array.isArray(value) && value.every((item) => typeof item !== 'object') ? value.join(', ') : value;
}
