import { IANAZone } from 'luxon';
import { z } from 'zod/v4';
import { dateStyles } from './dates';

export type SettingDocs = {
	/** What a value must be, as messages say it. */
	wants: string;
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
export const choice = <const T extends readonly [Literal, ...Literal[]]>(values: T, meaning: string) =>
	setting(z.literal(values), values[0], {
		wants: values.join(' | '),
		values: values.map(code).join(', '),
		meaning,
	});

export const flag = (initial: boolean, meaning: string) =>
	setting(z.boolean(), initial, { wants: 'true | false', meaning });

type Range = readonly [min: number, max: number];

const numberIn = ([min, max]: Range) => z.number().min(min).max(max);

export const amount = (initial: number, range: Range, meaning: string) =>
	setting(numberIn(range), initial, { wants: `a number from ${range.join(' to ')}`, meaning });

export const whole = (initial: number, range: Range, meaning: string) =>
	setting(numberIn(range).int(), initial, { wants: `a whole number from ${range.join(' to ')}`, meaning });

/** A number that is null by default. */
export const optionalAmount = (range: Range, meaning: string) =>
	setting(numberIn(range).nullable(), null, {
		wants: `a number from ${range.join(' to ')} or null`,
		values: 'null, number',
		meaning,
	});

/** A text that is null by default; `values` lists the forms that it may have. */
export const optionalText = (meaning: string, values: string, wants = 'a text', pattern = /./) =>
	setting(z.string().regex(pattern).nullable(), null, {
		wants: `${wants} or null`,
		values: `null, ${values}`,
		meaning,
	});

/** Texts of one form; `what` tells which. */
export const texts = (what: string, pattern: RegExp, meaning: string, initial: readonly string[] = []) =>
	setting(z.array(z.string().regex(pattern)), [...initial], {
		wants: `a list of ${what}`,
		...(initial.length > 0 ? { values: initial.map(code).join(', ') } : {}),
		meaning,
	});

export const wholeNumbers = (meaning: string) =>
	setting(z.array(z.number().int()), [], { wants: 'a list of whole numbers', meaning });

const names = z.string().regex(/^[\w-]+\.[\w-]+$/);

/** Flags by `entity.name`. */
export const flagsByName = (meaning: string) =>
	setting(z.record(names, z.boolean()), {}, { wants: 'an object of "entity.name": true | false', meaning });

/** Date styles by `entity.name`. */
export const dateStylesByName = (meaning: string) =>
	setting(
		z.record(names, z.literal(dateStyles)),
		{},
		{ wants: `an object of "entity.name": ${dateStyles.join(' | ')}`, meaning },
	);

export const zone = (initial: string, meaning: string) =>
	setting(
		z.string().refine((name) => IANAZone.isValidZone(name)),
		initial,
		{
			wants: 'an IANA time zone',
			meaning,
		},
	);
