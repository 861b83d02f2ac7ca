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

/**
 * Declares fields and filters: one short function for each type, so that the declaration of an
 * entity reads as a table. `text('note', 'Note', { longest: 255 })` is a text with AlfaCRM's name
 * `note` and the label "Note".
 */

/** The types of which a declaration needs only a name, a label and settings. */
type PlainType = Exclude<
	FieldType['type'],
	'date' | 'owner' | `choice${string}` | `re${string}` | 'rows'
>;

/** The settings that may follow the label. */
type Settings = Pick<FieldBasics, 'description' | 'placeholder'> & FieldSettings & FilterSettings;

/** A declaration can stand among the fields and among the filters of an entity. */
type Declaration = Field & Filter;
type Declare = (name: string, label: string, settings?: Settings) => Declaration;

/** Makes the function that declares fields of a type, such as the function `text` below. */
const makeDeclarer =
	<Type extends PlainType>(type: Type) =>
	(name: string, label: string, settings?: Settings & Omit<OfType<Type>, 'type'>): Declaration =>
		({ type, name, label, ...settings }) as Declaration;

export const text = makeDeclarer('text');
export const longText = makeDeclarer('longText');
export const texts = makeDeclarer('texts');
export const links = makeDeclarer('links');
export const emails = makeDeclarer('emails');
export const emailPart = makeDeclarer('emailPart');
export const phones = makeDeclarer('phones');
export const phonePart = makeDeclarer('phonePart');
export const integer = makeDeclarer('integer');
export const id = makeDeclarer('id');
export const ids = makeDeclarer('ids');
export const number = makeDeclarer('number');
export const flag = makeDeclarer('flag');
export const boolean = makeDeclarer('boolean');
export const time = makeDeclarer('time');

/** Makes the function that declares days in a format. */
const makeDateDeclarer =
	(format: DateFormat) =>
	(name: string, label: string, settings?: Settings & { daysAhead?: number }): Declaration => ({
		type: 'date',
		format,
		name,
		label,
		...settings,
	});

export const dottedDate = makeDateDeclarer('dotted');
export const isoDottedDate = makeDateDeclarer('isoDotted');
export const isoDate = makeDateDeclarer('iso');

/**
 * Makes the function that declares filters for a day, with today as the suggested value. It is for
 * lists that users read each day: new leads, lessons, payments.
 */
export const startingToday =
	(declare: ReturnType<typeof makeDateDeclarer>): Declare =>
	(name, label, settings) =>
		declare(name, label, { ...settings, daysAhead: 0 });

/** Declares a field or filter with a single value out of some choices. */
export const choice = (
	name: string,
	label: string,
	choices: readonly Choice[],
	defaultValue: Choice['value'],
	settings: Settings = {},
): Declaration & { type: 'choice' } => ({
	type: 'choice',
	choices,
	default: defaultValue,
	name,
	label,
	...settings,
});

/** Declares a field or filter with several values out of some choices. */
export const choices = (
	name: string,
	label: string,
	offeredChoices: readonly Choice[],
	settings: Settings = {},
): Declaration => ({ type: 'choices', choices: offeredChoices, name, label, ...settings });

/** Makes the function that declares references to records of another entity. */
const makeReferenceDeclarer =
	(type: 'reference' | 'references' | 'record' | 'records') =>
	(
		name: string,
		label: string,
		entity: string,
		settings: Settings & Partial<Omit<OfType<'references'>, 'entity' | 'type'>> = {},
	): Declaration => ({ type, entity, name, label, ...settings });

export const reference = makeReferenceDeclarer('reference');
export const references = makeReferenceDeclarer('references');
export const record = makeReferenceDeclarer('record');
export const records = makeReferenceDeclarer('records');

/** Declares one record whose entity depends on the value of the field `by`. */
export const owner = (
	name: string,
	label: string,
	by: string,
	entities: Readonly<Record<string, string>>,
	settings: Settings = {},
): Declaration => ({ type: 'owner', by, entities, name, label, ...settings });

/** Declares a list of small records inside a record, such as the attendance of a lesson. */
export const rows = (
	name: string,
	label: string,
	fields: readonly Field[],
	settings: Settings & Pick<OfType<'rows'>, 'readOnly'> = {},
): Declaration => ({ type: 'rows', fields, name, label, ...settings });

/** How the rows of an answer are compared with a pair of filters. */
interface RangeComparison {
	/** The field of a row that is compared with both bounds. */
	comparedField: string;
	/** A row with a number other than 0 in this field is not compared. */
	unless?: string;
}

/**
 * Declares a pair of filters. For example, `range(number, 'sum', 'Amount')` declares the filters
 * `sum_from` ("Amount From") and `sum_to` ("Amount To").
 *
 * @param declare declares one filter of the pair, such as `number` or `dottedDate`
 * @param comparison how rows are compared with the bounds, if AlfaCRM is known to ignore the filters
 */
export function range(
	declare: Declare,
	name: string,
	label: string,
	comparison?: RangeComparison,
): Filter[] {
	const lowerBound = declare(`${name}_from`, `${label} From`, makeBoundCheck('from', comparison));
	const upperBound = declare(`${name}_to`, `${label} To`, makeBoundCheck('to', comparison));
	return [lowerBound, upperBound];
}

/** Makes the setting of a filter by which rows are compared with a bound; none by default. */
function makeBoundCheck(
	bound: 'from' | 'to',
	comparison?: RangeComparison,
): Pick<FilterSettings, 'checkRowBy'> {
	if (comparison === undefined) return {};

	const { comparedField, unless } = comparison;
	return { checkRowBy: { field: comparedField, test: bound, unless } };
}
