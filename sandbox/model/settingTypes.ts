import { IANAZone } from 'luxon';
import { z } from 'zod/v4';
import { dateStyles } from './dates';

/** The reason for a setting: the section of `docs/alfacrm-api.md` that leaves a question open, or tests. */
export type Fact = `API notes ${number}` | 'for tests';

/** Describes a setting in the README and in the help of the command line. */
export type SettingDocs = {
	fact: Fact;
	/** The possible values as Markdown, the default first. */
	values: string;
	meaning: string;
};

/** Keeps the description of each setting beside its schema. */
export const settingDocs = z.registry<SettingDocs>();

type Literal = string | number;

/** The smallest and the largest number that a setting takes. */
type Range = readonly [min: number, max: number];

/** Makes a setting that takes one of several values. The first one is the default. */
export function choice<const T extends readonly [Literal, ...Literal[]]>(
	fact: Fact,
	values: T,
	meaning: string,
) {
	const [defaultValue] = values;
	return makeSetting(z.literal(values), defaultValue, {
		fact,
		values: toCodeList(values),
		meaning,
	});
}

/** Makes a setting that is true or false. */
export function flag(fact: Fact, defaultValue: boolean, meaning: string) {
	return makeSetting(z.boolean(), defaultValue, { fact, meaning });
}

/** Makes a setting that takes a number of a range. */
export function amount(fact: Fact, defaultValue: number, range: Range, meaning: string) {
	return makeSetting(makeNumberSchema(range), defaultValue, { fact, meaning });
}

/** Makes a setting that takes a whole number of a range. */
export function whole(fact: Fact, defaultValue: number, range: Range, meaning: string) {
	return makeSetting(makeNumberSchema(range).int(), defaultValue, { fact, meaning });
}

/** Makes a setting that takes a number of a range, or null, the default. */
export function optionalAmount(fact: Fact, range: Range, meaning: string) {
	return makeSetting(makeNumberSchema(range).nullable(), null, {
		fact,
		values: 'null, number',
		meaning,
	});
}

/**
 * Makes a setting that takes a text, or null, the default.
 *
 * @param forms the forms that the text may have, as Markdown
 */
export function optionalText(fact: Fact, meaning: string, forms: string, pattern = /./) {
	return makeSetting(z.string().regex(pattern).nullable(), null, {
		fact,
		values: `null, ${forms}`,
		meaning,
	});
}

/** Makes a setting that takes a list of texts, each of which matches the pattern. */
export function texts(fact: Fact, pattern: RegExp, meaning: string, defaultTexts: readonly string[] = []) {
	const schema = z.array(z.string().regex(pattern));
	const values = defaultTexts.length > 0 ? toCodeList(defaultTexts) : toCode([]);
	return makeSetting(schema, [...defaultTexts], { fact, values, meaning });
}

/** Makes a setting that takes a list of whole numbers. The list is empty by default. */
export function wholeNumbers(fact: Fact, meaning: string) {
	return makeSetting(z.array(z.number().int()), [], { fact, meaning });
}

/** A field or filter of an entity, such as `group.b_date`. */
const fieldName = z.string().regex(/^[\w-]+\.[\w-]+$/);

/** Makes a setting that takes a flag for each of some fields. */
export function flagsByName(fact: Fact, meaning: string) {
	return makeSetting(z.record(fieldName, z.boolean()), {}, { fact, meaning });
}

/** Makes a setting that takes a date style for each of some fields and filters. */
export function dateStylesByName(fact: Fact, meaning: string) {
	return makeSetting(z.record(fieldName, z.literal(dateStyles)), {}, { fact, meaning });
}

/** Makes a setting that takes a time zone such as `Europe/Moscow`. */
export function zone(fact: Fact, defaultValue: string, meaning: string) {
	const schema = z.string().refine((name) => IANAZone.isValidZone(name), 'It takes an IANA time zone.');
	return makeSetting(schema, defaultValue, { fact, meaning });
}

/**
 * Makes a setting with a default and registers its description. The description names the default as
 * its values if it has none.
 */
function makeSetting<T extends z.ZodType>(
	schema: T,
	defaultValue: z.core.util.NoUndefined<z.output<T>>,
	docs: Omit<SettingDocs, 'values'> & { values?: string },
): z.ZodDefault<T> {
	const setting = schema.default(defaultValue);
	settingDocs.add(setting, { values: toCode(defaultValue), ...docs });
	return setting;
}

function makeNumberSchema([min, max]: Range) {
	return z.number().min(min).max(max);
}

function toCodeList(values: readonly unknown[]): string {
	return values.map(toCode).join(', ');
}

/** Shows a value as Markdown. Texts, lists and objects become code. */
function toCode(value: unknown): string {
	if (typeof value === 'string') return `\`${value}\``;
	if (typeof value === 'object') return toCode(JSON.stringify(value));
	return String(value);
}
