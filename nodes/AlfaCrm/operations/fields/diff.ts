import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { readId } from '../../api/formats';
import type { Entity } from '../../entities/types';
import type { Field, Wire } from '../../fields/types';
import { isBlank, isList, listOf, sameValue, union } from '../../fields/field';

export interface DiffRules {
	/** Lists grow by the given values instead of being replaced. */
	addToLists: boolean;
	/** Empty values empty a field; else they are passed over. */
	overwriteWithEmpty: boolean;
}

/** The part of `wire` that would change the record. What AlfaCRM does not show of it counts as empty. */
export function differences(
	context: IExecuteFunctions,
	entity: Pick<Entity, 'fields'>,
	itemIndex: number,
	record: IDataObject,
	wire: IDataObject,
	{ addToLists, overwriteWithEmpty }: DiffRules,
): IDataObject {
	const zone = context.getTimezone();
	const body: IDataObject = {};
	for (const [name, value] of Object.entries(wire)) {
		const field: Field = entity.fields.find((one) => one.name === name) ?? {
			type: 'custom',
			name,
			label: name,
		};
		if (isBlank(field, value) && !overwriteWithEmpty) continue;
		const held = record[name];
		const grows = isList(field) && addToLists && !isBlank(field, value);
		const wanted = grows ? grown(context, itemIndex, field, held, value) : value;
		if (!sameValue(field, held, wanted, zone)) body[name] = wanted;
	}
	return body;
}

/** @throws NodeOperationError when AlfaCRM shows names where it takes IDs, which could not be sent back */
function grown(context: IExecuteFunctions, itemIndex: number, field: Field, held: Wire, added: Wire): Wire {
	const present = listOf(held);
	if (/^(ids|references)$/.test(field.type) && present.some((item) => readId(item) === undefined)) {
		throw new NodeOperationError(
			context.getNode(),
			`Nothing can be added to '${field.label}', because AlfaCRM shows no IDs in it`,
			{
				description: `Set 'List Fields' to Replace All Values, or leave '${field.label}' out. Nothing was saved.`,
				itemIndex,
			},
		);
	}
	return union(field, present, added) as Wire;
}
