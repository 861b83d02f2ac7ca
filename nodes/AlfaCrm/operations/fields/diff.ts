import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { readId } from '../../api/formats';
import { isList } from '../../entities/fields';
import type { Entity, Field } from '../../entities/types';
import { listOf, same, sameCustom, union } from './same';
import { isEmpty } from './values';

export interface DiffRules {
	/** Lists grow by the given values instead of being replaced. */
	addToLists: boolean;
	/** Empty values empty a field; else they are passed over. */
	overwriteWithEmpty: boolean;
}

type Wire = IDataObject[string];

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
		if (isEmpty(value) && !overwriteWithEmpty) continue;
		const field = entity.fields.find((one) => one.name === name);
		const held = record[name];
		const grows = field !== undefined && isList(field) && addToLists && !isEmpty(value);
		const wanted = grows ? grown(context, itemIndex, field, held, value) : value;
		const equal = field ? same(field, held, wanted, zone) : sameCustom(held, wanted, zone);
		if (!equal) body[name] = wanted;
	}
	return body;
}

/** @throws NodeOperationError when AlfaCRM shows names where it takes IDs, which could not be sent back */
function grown(context: IExecuteFunctions, itemIndex: number, field: Field, held: Wire, added: Wire): Wire {
	const present = listOf(held);
	if (field.type !== 'texts' && present.some((item) => readId(item) === undefined)) {
		throw new NodeOperationError(
			context.getNode(),
			`Nothing can be added to '${field.label}', because AlfaCRM shows no IDs in it`,
			{
				description: `Set 'List Fields' to Replace All Values, or leave '${field.label}' out. Nothing was saved.`,
				itemIndex,
			},
		);
	}
	return union(field, present, listOf(added)) as Wire;
}
