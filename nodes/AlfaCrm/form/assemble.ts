import type { INodeProperties } from 'n8n-workflow';

import { sortByDisplayName } from '../fields/order';

/** Parameters by their slots. The slots have an order, which is that of the form. */
export type FormPart<Slot extends string> = Partial<Record<Slot, readonly INodeProperties[]>>;

type Show = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

/** Parameters, and where they are shown: for one operation of a resource, say. */
export interface ShownPart<Slot extends string> {
	show: Readonly<Record<string, string>>;
	part: FormPart<Slot>;
}

/**
 * The parameters of a form, slot by slot.
 *
 * @param by parameters that say where others are shown, all of which each part names
 */
export function assemble<Slot extends string>(
	slots: readonly Slot[],
	by: readonly string[],
	parts: ReadonlyArray<ShownPart<Slot>>,
): INodeProperties[] {
	return slots.flatMap((slot) => {
		const properties = parts.flatMap(({ show, part }) =>
			(part[slot] ?? []).map((property) =>
				showWhen(property, {
					...Object.fromEntries(by.map((name) => [name, [show[name]]])),
					...property.displayOptions?.show,
				}),
			),
		);
		return by.reduceRight(mergedBy, properties);
	});
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
function mergedBy(properties: INodeProperties[], by: string): INodeProperties[] {
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
