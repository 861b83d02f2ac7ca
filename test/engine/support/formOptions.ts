import fc from 'fast-check';
import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { AlfaCrm } from '../../../nodes/AlfaCrm/AlfaCrm.node.ts';
import type { Value } from './values';

const { properties } = new AlfaCrm().description;

/** Choices in 'Options' of an operation, as the form offers them; undefined where it has none. */
export function optionsFor(resource: string, operation: string): fc.Arbitrary<IDataObject | undefined> {
	const shown = properties.find(
		({ name, displayOptions }) =>
			name === 'options' &&
			displayOptions?.show?.resource?.includes(resource) &&
			displayOptions.show.operation?.includes(operation),
	);
	if (shown === undefined) return fc.constant(undefined);
	const children = (shown.options ?? []) as INodeProperties[];
	return fc.record(Object.fromEntries(children.map((child) => [child.name, choiceOf(child)])), {
		requiredKeys: [],
		noNullPrototype: true,
	}) as fc.Arbitrary<IDataObject>;
}

function choiceOf({ name, type, options = [] }: INodeProperties): fc.Arbitrary<Value> {
	const values = (options as INodePropertyOptions[]).map(({ value }) => value);
	if (type === 'options') return fc.constantFrom(...values) as fc.Arbitrary<Value>;
	if (type === 'boolean') return fc.boolean();
	// The branches of the account; a search that leaves out the branch of the call could not find what it made.
	if (type === 'multiOptions' && values.length === 0) return fc.constantFrom<Value>([1], [1, 2]);
	const maxLength = Math.min(3, values.length);
	if (type === 'multiOptions') return fc.subarray(values, { maxLength }) as fc.Arbitrary<Value>;
	throw new Error(`No generator for the option "${name}"`);
}
