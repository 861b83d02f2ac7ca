import { IANAZone } from 'luxon';
import { z } from 'zod/v4';
import { dateStyles } from './dates';

/** Where it is said that sources conflict or nothing is known: a section of `docs/alfacrm-api.md`. */
export type Fact = `API notes ${number}` | 'for tests';

export type SettingDocs = {
	fact: Fact;
	/** The values as the README lists them, the default first. */
	values: string;
	meaning: string;
};

/** What is written about each setting. */
export const settingDocs = z.registry<SettingDocs>();

const code = (value: unknown): string =>
	typeof value === 'string'
		? `\`${value}\``
		: typeof value === 'object'
			? code(JSON.stringify(value))
			: String(value);

/** A setting that is `initial` unless it is given. */
function setting<T extends z.ZodType>(
	schema: T,
	initial: z.core.util.NoUndefined<z.output<T>>,
	docs: Omit<SettingDocs, 'values'> & { values?: string },
): z.ZodDefault<T> {
	const withDefault = schema.default(initial);
	settingDocs.add(withDefault, { values: code(initial), ...docs });
	return withDefault;
}

type Literal = string | number;

/** One of the values; the first is the default. */
export const choice = <const T extends readonly [Literal, ...Literal[]]>(
	fact: Fact,
	values: T,
	meaning: string,
) =>
	setting(z.literal(values), values[0], {
		fact,
		values: values.map(code).join(', '),
		meaning,
	});

export const flag = (fact: Fact, initial: boolean, meaning: string) =>
	setting(z.boolean(), initial, { fact, meaning });

type Range = readonly [min: number, max: number];

const numberIn = ([min, max]: Range) => z.number().min(min).max(max);

export const amount = (fact: Fact, initial: number, range: Range, meaning: string) =>
	setting(numberIn(range), initial, { fact, meaning });

export const whole = (fact: Fact, initial: number, range: Range, meaning: string) =>
	setting(numberIn(range).int(), initial, {
		fact,
		meaning,
	});

/** A number that is null by default. */
export const optionalAmount = (fact: Fact, range: Range, meaning: string) =>
	setting(numberIn(range).nullable(), null, {
		fact,
		values: 'null, number',
		meaning,
	});

/** A text that is null by default; `values` lists the forms that it may have. */
export const optionalText = (fact: Fact, meaning: string, values: string, pattern = /./) =>
	setting(z.string().regex(pattern).nullable(), null, {
		fact,
		values: `null, ${values}`,
		meaning,
	});

/** Texts of one form. */
export const texts = (fact: Fact, pattern: RegExp, meaning: string, initial: readonly string[] = []) =>
	setting(z.array(z.string().regex(pattern)), [...initial], {
		fact,
		...(initial.length > 0 ? { values: initial.map(code).join(', ') } : {}),
		meaning,
	});

export const wholeNumbers = (fact: Fact, meaning: string) =>
	setting(z.array(z.number().int()), [], { fact, meaning });

const names = z.string().regex(/^[\w-]+\.[\w-]+$/);

/** Flags by `entity.name`. */
export const flagsByName = (fact: Fact, meaning: string) =>
	setting(z.record(names, z.boolean()), {}, { fact, meaning });

/** Date styles by `entity.name`. */
export const dateStylesByName = (fact: Fact, meaning: string) =>
	setting(z.record(names, z.literal(dateStyles)), {}, { fact, meaning });

export const zone = (fact: Fact, initial: string, meaning: string) =>
	setting(
		z.string().refine((name) => IANAZone.isValidZone(name), 'It takes an IANA time zone.'),
		initial,
		{
			fact,
			meaning,
		},
	);
