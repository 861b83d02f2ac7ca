import type { Choice, Field, FieldType, Filter } from './types';

type Simple = Exclude<FieldType['type'], 'date' | 'choice' | 'reference' | 'references'>;
type Extra = Partial<Pick<Field, 'description' | 'placeholder' | 'required' | 'fromBranch'>>;

/** Short forms, so that a declaration reads as a table. */
const simple =
	(type: Simple) =>
	(name: string, label: string, extra: Extra = {}): Field => ({ type, name, label, ...extra });

export const text = simple('text');
export const longText = simple('longText');
export const texts = simple('texts');
export const integer = simple('integer');
export const id = simple('id');
export const ids = simple('ids');
export const number = simple('number');
export const flag = simple('flag');
export const boolean = simple('boolean');

export const dotted = (name: string, label: string, extra: Extra = {}): Field => ({
	type: 'date',
	format: 'dotted',
	name,
	label,
	...extra,
});

export const iso = (name: string, label: string, extra: Extra = {}): Field => ({
	type: 'date',
	format: 'iso',
	name,
	label,
	...extra,
});

export const choice = (
	name: string,
	label: string,
	choices: readonly Choice[],
	preset: number,
	extra: Extra = {},
): Field & { type: 'choice' } => ({ type: 'choice', choices, preset, name, label, ...extra });

export const reference = (name: string, label: string, entity: string, extra: Extra = {}): Field => ({
	type: 'reference',
	entity,
	name,
	label,
	...extra,
});

export const references = (name: string, label: string, entity: string, extra: Extra = {}): Field => ({
	type: 'references',
	entity,
	name,
	label,
	...extra,
});

/** A pair of filters `<name>_from` and `<name>_to`. */
export function range(
	make: (name: string, label: string, extra?: Extra) => Filter,
	name: string,
	label: string,
): Filter[] {
	return [
		make(`${name}_from`, `${label} From`, {
			description: `Lowest value of ${label.toLowerCase()} to include`,
		}),
		make(`${name}_to`, `${label} To`, { description: `Highest value of ${label.toLowerCase()} to include` }),
	];
}

export const name = (placeholder: string): Field =>
	text('name', 'Name', { required: true, description: 'At most 50 characters', placeholder });

export const weight = integer('weight', 'Weight', { description: 'Place in lists: AlfaCRM sorts by it' });

export const enabled = flag('is_enabled', 'Enabled', {
	required: true,
	description: 'Whether it can be chosen in AlfaCRM',
});

export const idFilter = id('id', 'ID', { description: 'ID of the one record to return' });
export const nameFilter = text('name', 'Name', { description: 'Name to look for' });

/** Holds several values, which AlfaCRM replaces as a whole. */
export const isList = ({ type }: Filter): boolean => ['texts', 'ids', 'references'].includes(type);
