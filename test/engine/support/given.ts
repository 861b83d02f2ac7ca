import fc from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Row } from '../../../sandbox';
import type { Entity } from '../../../nodes/AlfaCrm/entities/types';
import { inJson } from './values';

/** What is run: the form and the items that come in. */
export interface Given {
	parameters: INodeParameters;
	items: IDataObject[];
}

/** What two runs have in common when they are about the same thing: a record, or the value that finds it. */
export interface Target {
	row?: Row;
	/** Parameters that name it. */
	named: IDataObject;
	/** Of a record that is found by a key: the fields that the key holds. */
	keyed?: readonly string[];
}

export const modeOf = ({ custom }: Entity): fc.Arbitrary<string> =>
	fc.constantFrom('form', 'json', ...(custom ? ['map'] : []));

/** Puts the fields where the form of the chosen mode has them. */
export function filled(
	{ parameters, items }: Given,
	mode: string,
	collection: string,
	fields: IDataObject,
	custom: IDataObject,
	more: IDataObject,
): Given {
	const plain = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, inJson(value)]));
	const all = { ...plain, ...custom };
	const values = Object.entries(custom).map(([name, value]) => ({ name, value }));
	const shapes: Record<string, { set: IDataObject; items: IDataObject[] }> = {
		form: {
			set: { [collection]: { ...fields, ...(values.length > 0 ? { customFields: { values } } : {}) } },
			items,
		},
		json: { set: { json: JSON.stringify(all) }, items },
		map: { set: { columns: { mappingMode: 'autoMapInputData', value: null } }, items: [all] },
	};
	const shape = shapes[mode];
	return {
		parameters: { ...parameters, ...more, inputMode: mode, ...shape.set } as INodeParameters,
		items: shape.items,
	};
}
