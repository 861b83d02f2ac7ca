import type { DateFormat } from '../values/formats';
import type {
	Choice,
	Field,
	FieldBasics,
	FieldSettings,
	FieldType,
	Filter,
	FilterSettings,
	OfType,
} from './fieldTypes';

type Simple = Exclude<
	FieldType['type'],
	'date' | 'owner' | `choice${string}` | `re${string}` | 'rows'
>;
type Extra = Pick<FieldBasics, 'description' | 'placeholder'> & FieldSettings & FilterSettings;
type Made = Field & Filter;
type Make = (name: string, label: string, extra?: Extra) => Made;

/** Short forms, so that a declaration reads as a table. */
const simple =
	<K extends Simple>(type: K) =>
	(name: string, label: string, extra?: Extra & Omit<OfType<K>, 'type'>): Made =>
		({ type, name, label, ...extra }) as Made;

export const text = simple('text');
export const longText = simple('longText');
export const texts = simple('texts');
export const links = simple('links');
export const emails = simple('emails');
export const emailPart = simple('emailPart');
export const phones = simple('phones');
export const phonePart = simple('phonePart');
export const integer = simple('integer');
export const id = simple('id');
export const ids = simple('ids');
export const number = simple('number');
export const flag = simple('flag');
export const boolean = simple('boolean');
export const time = simple('time');

const dated =
	(format: DateFormat) =>
	(name: string, label: string, extra?: Extra & { daysAhead?: number }): Made => ({
		type: 'date',
		format,
		name,
		label,
		...extra,
	});

export const dottedDate = dated('dotted');
export const isoDottedDate = dated('isoDotted');
export const isoDate = dated('iso');

/** A filter that begins with today, for what is asked of each day: new leads, lessons, payments. */
export const today =
	(make: ReturnType<typeof dated>): Make =>
	(name, label, extra) =>
		make(name, label, { ...extra, daysAhead: 0 });

export const choice = (
	name: string,
	label: string,
	choices: readonly Choice[],
	byDefault: Choice['value'],
	extra: Extra = {},
): Made & { type: 'choice' } => ({
	type: 'choice',
	choices,
	default: byDefault,
	name,
	label,
	...extra,
});

export const choices = (
	name: string,
	label: string,
	offered: readonly Choice[],
	extra: Extra = {},
): Made => ({ type: 'choices', choices: offered, name, label, ...extra });

const pointing =
	(type: 'reference' | 'references' | 'record' | 'records') =>
	(
		name: string,
		label: string,
		entity: string,
		extra: Extra & Partial<Omit<OfType<'references'>, 'entity' | 'type'>> = {},
	): Made => ({ type, entity, name, label, ...extra });

export const reference = pointing('reference');
export const references = pointing('references');
export const record = pointing('record');
export const records = pointing('records');

export const owner = (
	name: string,
	label: string,
	by: string,
	entities: Readonly<Record<string, string>>,
	extra: Extra = {},
): Made => ({ type: 'owner', by, entities, name, label, ...extra });

export const rows = (
	name: string,
	label: string,
	fields: readonly Field[],
	extra: Extra & Pick<OfType<'rows'>, 'readOnly'> = {},
): Made => ({ type: 'rows', fields, name, label, ...extra });

/**
 * A pair of filters `<name>_from` and `<name>_to`, checked again against a field where the server
 * ignores them.
 *
 * @param unless a row that holds a number in this field is not checked
 */
export function range(
	make: Make,
	name: string,
	label: string,
	verifiedField?: string,
	unless?: string,
): Filter[] {
	return (['from', 'to'] as const).map((test) => {
		const end = test === 'from' ? 'From' : 'To';
		const extra = verifiedField ? { verifyBy: { field: verifiedField, test, unless } } : {};
		return make(`${name}_${test}`, `${label} ${end}`, extra);
	});
}
