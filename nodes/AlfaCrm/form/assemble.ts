import type { INodeProperties } from 'n8n-workflow';

import { sortByDisplayName } from '../fields/order';

/** Parameters by their slots. The slots have an order, which is that of the form. */
export type FormPart<Slot extends string> = Partial<Record<Slot, readonly INodeProperties[]>>;

/** The parameters of one operation on one resource. */
export interface OperationForm<Slot extends string> {
	resource: string;
	operation: string;
	part: FormPart<Slot>;
}

type Show = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

/** The parameters of all operations, slot by slot. */
export function assemble<Slot extends string>(
	slots: readonly Slot[],
	forms: ReadonlyArray<OperationForm<Slot>>,
): INodeProperties[] {
	return slots.flatMap((slot) =>
		merged(
			forms.flatMap(({ resource, operation, part }) =>
				(part[slot] ?? []).map((property) =>
					showWhen(property, {
						resource: [resource],
						operation: [operation],
						...property.displayOptions?.show,
					}),
				),
			),
		),
	);
}

/** A parameter that is shown only where others have these values. */
export const showWhen = (property: INodeProperties, show: Show): INodeProperties => ({
	...property,
	displayOptions: { show },
});

export function collection(
	displayName: string,
	name: string,
	fields: INodeProperties[],
	placeholder = 'Add Field',
): INodeProperties {
	return {
		displayName,
		name,
		type: 'collection',
		placeholder,
		default: {},
		options: sortByDisplayName(fields),
	};
}

/** Parameters that differ by nothing but where they are shown are one: the description goes to every open editor. */
function merged(properties: INodeProperties[]): INodeProperties[] {
	return mergedBy('resource', mergedBy('operation', properties));
}

function mergedBy(by: 'operation' | 'resource', properties: INodeProperties[]): INodeProperties[] {
	const groups = new Map<string, INodeProperties[]>();
	for (const property of properties) {
		const elsewhere = { ...property.displayOptions?.show, [by]: [] };
		const key = JSON.stringify({ ...property, displayOptions: elsewhere });
		groups.set(key, [...(groups.get(key) ?? []), property]);
	}
	return [...groups.values()].map((group) => {
		const [first] = group;
		const values = group.flatMap(({ displayOptions }) => displayOptions?.show?.[by] ?? []);
		return showWhen(first, { ...first.displayOptions?.show, [by]: [...new Set(values)] });
	});
}
