import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Entity, MatchKey } from '../../entities/types';
import type { Field } from '../../fields/types';
import { CUSTOM } from '../fields/given';
import { isBlank, keyReadings, listOf } from '../../fields/field';
import { toWire } from '../fields/values';

/** The key that 'Match By' names; a custom field has its name in place of declared fields. */
export function keyOf(context: IExecuteFunctions, entity: Entity, itemIndex: number): MatchKey {
	const chosen = context.getNodeParameter('matchBy', itemIndex, '') as string;
	const key = entity.match?.keys.find(({ name }) => name === chosen);
	if (key === undefined) {
		throw new NodeOperationError(context.getNode(), `'Match By' has no choice "${chosen}"`, { itemIndex });
	}
	if (key.fields.length > 0) return key;
	const name = String(context.getNodeParameter('matchField', itemIndex, '')).trim();
	if (CUSTOM.test(name)) return { ...key, fields: [name] };
	throw new NodeOperationError(context.getNode(), `'Custom Field' is no name of a custom field: "${name}"`, {
		description: "It starts with custom_, as in the output of 'Get'. Nothing was sent to AlfaCRM.",
		itemIndex,
	});
}

/** What the form holds for the fields of the key. */
export function keyParameters(context: IExecuteFunctions, key: MatchKey, itemIndex: number): IDataObject {
	const isCustom = ([field]: readonly string[]) => CUSTOM.test(field);
	return Object.fromEntries(
		key.fields.map((name) => [
			name,
			context.getNodeParameter(isCustom(key.fields) ? 'matchValue' : name, itemIndex, '') as string,
		]),
	);
}

/**
 * The values to look for, checked.
 *
 * @returns undefined when there are none, or not enough
 */
export function wantedValues(
	context: IExecuteFunctions,
	entity: Entity,
	itemIndex: number,
	key: MatchKey,
	given: IDataObject,
): IDataObject | undefined {
	const filled = key.fields
		.filter((name) => !isBlank(keyField(entity, name), given[name]))
		.map((name) => [name, toWire(context, itemIndex, keyField(entity, name), given[name])] as const)
		// A phone that is words, not a number, can be saved but not looked for.
		.filter(([name, wire]) =>
			listOf(wire).some((one) => keyReadings(keyField(entity, name), one).length > 0),
		);
	if (filled.length === 0 || (filled.length < key.fields.length && !key.any)) return undefined;
	return Object.fromEntries(filled);
}

/** Without a value to look for, any record, or a second one, would be taken. */
export function emptyKey(
	context: IExecuteFunctions,
	entity: Entity,
	itemIndex: number,
	{ fields, any }: MatchKey,
	advice = '',
): NodeOperationError {
	const labels = fields.map((name) => `'${keyField(entity, name).label}'`);
	const [first] = labels;
	const what =
		labels.length === 1
			? `${first} is empty`
			: any
				? `Neither ${labels.join(' nor ')} is filled`
				: `${labels.join(' and ')} are not both filled`;
	const noun = entity.label.toLowerCase();
	return new NodeOperationError(context.getNode(), `${what}, so no ${noun} can be looked for`, {
		description: `Fill it, or check the expression in it${advice}. Nothing was sent to AlfaCRM.`,
		itemIndex,
	});
}

export function keyField({ fields, label }: Entity, name: string): Field {
	if (name === 'id') return { type: 'id', name, label: `${label} ID` };
	return fields.find((field) => field.name === name) ?? { type: 'custom', name, label: name };
}
