import type {
	INodeParameters,
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
} from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { AlfaCrm } from '../../../../nodes/AlfaCrm/AlfaCrm.node.ts';
import { node } from '../../../engine/support/engine';

export const { description } = new AlfaCrm();

export const choicesOf = ({ options = [] }: INodeProperties): INodePropertyOptions[] =>
	options as INodePropertyOptions[];

/** The parameters inside a collection, or of one row of a fixed collection. */
export function membersOf({ type, options = [] }: INodeProperties): INodeProperties[] {
	if (type === 'collection') return options as INodeProperties[];
	if (type !== 'fixedCollection') return [];
	return (options as INodePropertyCollection[]).flatMap(({ values }) => values);
}

/** What the form shows for a resource and an operation, as n8n itself decides it. */
export function shownWith(parameters: INodeParameters): INodeProperties[] {
	const current = node('AlfaCRM', 'n8n-nodes-alfacrm.alfaCrm', parameters);
	const type = description as Parameters<typeof NodeHelpers.displayParameter>[3];
	const values =
		NodeHelpers.getNodeParameters(
			description.properties as INodeProperties[],
			parameters,
			true,
			false,
			current,
			type,
		) ?? parameters;
	return (description.properties as INodeProperties[]).filter(
		(property) => property.type !== 'notice' && NodeHelpers.displayParameter(values, property, current, type),
	);
}

/** Every resource with every operation that the form offers. */
export const allOperations: ReadonlyArray<{ resource: string; operation: string }> = (
	description.properties as INodeProperties[]
)
	.filter(({ name }) => name === 'operation')
	.flatMap((list) =>
		(list.displayOptions?.show?.resource ?? []).flatMap((resource) =>
			choicesOf(list).map(({ value }) => ({ resource: String(resource), operation: String(value) })),
		),
	);
