import type { INodeProperties } from 'n8n-workflow';

import { isList } from '../../fields/field';
import type { Field } from '../../entities/fieldTypes';
import type { ParameterReader } from '../execution/parameters';

type Mode = 'add' | 'replace';

/** What becomes of the values that a list has: AlfaCRM replaces it as a whole, which would lose them. */
function listMode(fields: readonly Field[], byDefault: Mode): INodeProperties {
	const lists = fields.filter(isList).map(({ label }) => label);
	return {
		displayName: 'Multi-Value Fields',
		name: 'listMode',
		type: 'options',
		options: [
			{
				name: 'Add to Existing Values',
				value: 'add',
				description: 'Read the record first and keep what it has',
			},
			{
				name: 'Replace All Values',
				value: 'replace',
				description: 'Put the given values in place of all others',
			},
		],
		default: byDefault,
		description: `What happens to fields that hold several values (${lists.sort().join(', ')})`,
	};
}

/** Where there are lists at all. */
export const listModeForm = (fields: readonly Field[], byDefault: Mode): INodeProperties[] =>
	fields.some(isList) ? [listMode(fields, byDefault)] : [];

/** Whether values are added to lists. */
export const readAddToLists = (reader: ParameterReader, fields: readonly Field[], byDefault: Mode): boolean =>
	fields.some(isList) && reader.choice(listMode(fields, byDefault)) === 'add';
