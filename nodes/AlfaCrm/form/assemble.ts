import type { INodeProperties } from 'n8n-workflow';

import { sortByDisplayName } from '../fields/order';

/** Parameters by their slots. The slots have an order, which is that of the form. */
export type FormPart<Slot extends string> = Partial<Record<Slot, readonly INodeProperties[]>>;

type Show = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;
type Shown = NonNullable<Show[string]>[number];

/** Where the node is the tool of an AI agent. */
export const OF_TOOL = { '@tool': [true] };

/** Parameters, and where they are shown: for one operation of a resource, say. */
interface ShownPart<Slot extends string> {
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
	return slots.flatMap((slot) => sequenceOf(slot, by, parts));
}

/** The parameters of a slot, so that each part keeps the order of its own. */
function sequenceOf<Slot extends string>(
	slot: Slot,
	[axis, ...others]: readonly string[],
	parts: ReadonlyArray<ShownPart<Slot>>,
): INodeProperties[] {
	if (axis === undefined) {
		return parts.flatMap(({ show, part }) =>
			(part[slot] ?? []).map((property) =>
				showWhen(property, { ...listsOf(show), ...property.displayOptions?.show }),
			),
		);
	}
	const byValue = new Map<string, Array<ShownPart<Slot>>>();
	for (const part of parts) {
		const value = part.show[axis];
		byValue.set(value, [...(byValue.get(value) ?? []), part]);
	}
	return mergedBy(
		axis,
		[...byValue.values()].map((some) => sequenceOf(slot, others, some)),
	);
}

const listsOf = (show: Readonly<Record<string, string>>): Show =>
	Object.fromEntries(Object.entries(show).map(([name, value]) => [name, [value]]));

/** A parameter that is shown only where others have these values. */
export const showWhen = (property: INodeProperties, show: Show): INodeProperties => ({
	...property,
	displayOptions: { ...property.displayOptions, show },
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

/**
 * Parameters that differ by nothing but where they are shown are one, for the description goes to every open editor;
 * unless that would change the order of one of the sequences.
 */
function mergedBy(axis: string, sequences: readonly INodeProperties[][]): INodeProperties[] {
	const merged: Array<{ key: string; property: INodeProperties; values: Set<Shown> }> = [];
	for (const sequence of sequences) {
		let next = 0;
		for (const property of sequence) {
			const { show = {}, ...rest } = property.displayOptions ?? {};
			const { [axis]: shown = [], ...elsewhere } = show;
			const key = JSON.stringify({ ...property, displayOptions: { ...rest, show: elsewhere } });
			const known = merged.findIndex((one, index) => index >= next && one.key === key);
			if (known < 0) merged.splice(next, 0, { key, property, values: new Set(shown) });
			else for (const value of shown) merged[known].values.add(value);
			next = (known < 0 ? next : known) + 1;
		}
	}
	return merged.map(({ property, values }) =>
		showWhen(property, { ...property.displayOptions?.show, [axis]: [...values] }),
	);
}
