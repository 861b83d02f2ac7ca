import type { Field, Filter } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { dayOf } from './days';

/**
 * What a value may mean for a field, by the rules that README and docs promise. Written apart from the node on purpose:
 * it is the other opinion. More than one is set only where the rules leave it open.
 */
export interface Meaning {
	/** Unreadable: refused before anything is sent. */
	refuse?: true;
	/** Says nothing. */
	empty?: true;
	/** Any of these is what it says. */
	says?: readonly unknown[];
	/** Says something whose spelling is open, such as a moment in a text. */
	anything?: true;
}

export type Kind = (Field | Filter)['type'] | 'phones' | 'custom' | 'slug';
export interface Described {
	type: Kind;
	name: string;
	label: string;
	choices?: ReadonlyArray<{ value: number | string }>;
	min?: number;
	max?: number;
	nonZero?: boolean;
	/** The most characters of a text. */
	longest?: number;
	isPhone?: boolean;
	required?: boolean;
	/** Without it a record says nothing, unless it has that field. */
	requiredUnless?: string;
	/** What AlfaCRM is asked in its place. */
	makeBody?: (said: never) => object;
}

const REFUSE: Meaning = { refuse: true };
const EMPTY: Meaning = { empty: true };
const says = (...values: unknown[]): Meaning => ({ says: values });
const open = (...meanings: Meaning[]): Meaning => ({
	...Object.assign({}, ...meanings),
	says: meanings.flatMap((one) => one.says ?? []),
});

const isBlank = (value: unknown): boolean =>
	value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const isPicker = (value: unknown): value is { mode: string; value: unknown } =>
	isObject(value) && '__rl' in value;
export const isMoment = (value: unknown): boolean =>
	value instanceof Date || (isObject(value) && 'toISO' in value);

/** Empty whatever the field holds. */
function saysNothing(value: unknown): boolean {
	if (isBlank(value) || (isPicker(value) && isBlank(value.value))) return true;
	return Array.isArray(value) && value.length === 0;
}

const holdsNothing = (value: unknown): boolean => Array.isArray(value) && value.flat(9).every(isBlank);
/** One value in a list: refused or taken, but nothing else. */
const alone = (value: unknown): unknown =>
	Array.isArray(value) && value.flat(9).length === 1 ? value.flat(9)[0] : undefined;

const READERS: Record<Kind, (value: unknown, field: Described) => Meaning> = {
	text: textThatFits,
	longText: textThatFits,
	texts: (value, field) => texts(value, field, field.isPhone === true),
	links: (value, field) => texts(value, field, false),
	emails: (value, field) => texts(value, field, false),
	phones: (value, field) => texts(value, field, true),
	// Several addresses are refused, which is tested with the filters.
	emailPart: (value) => open(REFUSE, text(value)),
	// Some digits will do, and what they are told apart by is tested with the filters.
	phonePart: () => ({ refuse: true, empty: true, anything: true }),
	integer: (value, field) => number(value, field, true),
	number: (value, field) => number(value, field, false),
	id: record,
	reference: record,
	record,
	owner: record,
	ids: records,
	records,
	references: records,
	flag,
	boolean: flag,
	date,
	time,
	choice,
	choices,
	rows,
	custom,
	slug,
};

const OPTIONS = ['onlyForNew', 'searchBranches', 'callBranch'];

export function meaningOf(field: Described, value: unknown): Meaning {
	const meaning = saysNothing(value) ? EMPTY : READERS[field.type](value, field);
	// A protection must not go because an expression finds nothing: only a list without anything in it may say so.
	const isOption = OPTIONS.includes(field.name) || (field.name === 'status' && field.type === 'choices');
	if (meaning.empty && isOption) return open(REFUSE, meaning);
	const [said] = meaning.says ?? [];
	// What AlfaCRM does by itself need not be said.
	if (['removed', 'dead'].includes(field.name) && said === 0) return { ...meaning, anything: true };
	// Archived ones are asked for by a yes, all of them by a no.
	return field.name === 'dead' && said !== undefined ? { ...meaning, says: [said === 2] } : meaning;
}

function textThatFits(value: unknown, { longest = Infinity }: Described): Meaning {
	const meaning = text(value);
	return meaning.says?.some((said) => [...String(said)].length > longest) ? REFUSE : meaning;
}

function text(value: unknown): Meaning {
	if (typeof value === 'string') return says(value.trim());
	if (typeof value === 'number' && !Number.isFinite(value)) return REFUSE;
	// With an exponent it is no text that anybody means.
	if (typeof value === 'number') return /e/.test(String(value)) ? REFUSE : says(String(value));
	if (typeof value === 'boolean') return open(REFUSE, says(String(value)));
	if (isMoment(value)) return { refuse: true, anything: true };
	if (!Array.isArray(value)) return REFUSE;
	if (holdsNothing(value)) return open(REFUSE, EMPTY);
	return { refuse: true, says: [value.flat(9).join(', '), value.flat(9).join(',')] };
}

/** A list in any of its spellings; undefined for one value that is none. */
function listOf(value: unknown, split: RegExp | undefined): unknown[] {
	if (Array.isArray(value)) return value.flat(9);
	if (typeof value !== 'string') return [value];
	if (/^\s*\[.*\]\s*$/s.test(value)) return (JSON.parse(value) as unknown[]).flat(9);
	return split ? value.split(split) : [value];
}

function texts(value: unknown, { name }: Described, arePhones: boolean): Meaning {
	const items = listOf(value, name === 'addr' ? undefined : /[,;\n]/).filter((item) => !isBlank(item));
	if (value === ',' || value === ', ') return EMPTY;
	if (items.some((item) => isMoment(item) || typeof item === 'boolean'))
		return { refuse: true, anything: true };
	if (items.some((item) => isObject(item) || (typeof item === 'number' && !Number.isFinite(item))))
		return REFUSE;
	if (
		items.some(
			(item) => typeof item === 'number' && (/e/.test(String(item)) || (arePhones && item % 1 !== 0)),
		)
	)
		return REFUSE;
	const all = items.map((item) => String(item).trim()).filter((item) => !arePhones || isPhone(item));
	if (all.length === 0) return EMPTY;
	// Words beside a number belong to it, so a text without numbers is one.
	const isWordsAlone =
		arePhones && typeof value === 'string' && all.every((one) => one.replace(/\D/g, '').length < 5);
	return isWordsAlone ? open(says(all), says([value.trim()])) : says(all);
}

/** A phone by which a record is looked for: what holds no number says nothing, whatever else it holds. */
export function phoneToMatch(field: Described, value: unknown): Meaning {
	const meaning = meaningOf(field, value);
	const numbers = (meaning.says ?? []).flat().filter((one) => String(one).replace(/\D/g, '').length >= 5);
	if (meaning.empty || meaning.anything || numbers.length === 0) return REFUSE;
	return numbers.some((one) => /\p{L}/u.test(String(one)))
		? open(REFUSE, says(numbers))
		: { ...meaning, says: [numbers] };
}

const COUNTRY_CODES = ['7', '8', '375', '380', '77'];
/** What has letters is kept, for it says something to a reader. */
function isPhone(value: string): boolean {
	const digits = value.replace(/\D/g, '');
	return /\p{L}/u.test(value) || (digits.length >= 5 && !COUNTRY_CODES.includes(digits));
}

function number(value: unknown, { min, max, nonZero }: Described, isWhole: boolean): Meaning {
	if (Array.isArray(value)) {
		if (holdsNothing(value)) return open(REFUSE, EMPTY);
		const one = alone(value);
		return one === undefined
			? REFUSE
			: open(REFUSE, number(one, { min, max, nonZero } as Described, isWhole));
	}
	// People write an amount with a comma, and with blanks between thousands.
	const isGrouped = /^\d{1,3}( \d{3})+(,\d{1,2})?$|^\d+,\d{1,2}$/;
	const plain =
		typeof value === 'string' && !isWhole && isGrouped.test(value.trim())
			? value.replace(/ /g, '').replace(',', '.')
			: value;
	const pattern = /^\s*[+-]?\d+(\.\d+)?\s*$/;
	const read = typeof plain === 'string' && pattern.test(plain) ? Number(plain) : plain;
	if (typeof read !== 'number' || !(Math.abs(read) <= 1e12) || (isWhole && !Number.isInteger(read)))
		return REFUSE;
	const isBeyond = (min !== undefined && read < min) || (max !== undefined && read > max);
	if (isBeyond || (nonZero && read === 0)) return REFUSE;
	return says(isWhole ? read : Math.round(read * 100) / 100);
}

function record(value: unknown): Meaning {
	if (isPicker(value)) {
		const given = value.mode === 'url' ? /[?&]id=(\d+)/.exec(String(value.value))?.[1] : value.value;
		// The page of another kind of record is refused.
		return value.mode === 'url' ? open(REFUSE, record(given ?? 'none')) : record(given ?? 'none');
	}
	if (typeof value === 'string' && /[?&]id=\d+/.test(value))
		return open(REFUSE, says(Number(value.split('=')[1])));
	if (value === '[]' || value === ',') return open(REFUSE, EMPTY);
	if (isObject(value) && 'value' in value) return open(REFUSE, record(value.value));
	if (isObject(value)) return Object.keys(value).length === 0 ? open(REFUSE, EMPTY) : REFUSE;
	const read = number(value, { min: 1 } as Described, true);
	return read;
}

function records(value: unknown): Meaning {
	if (isObject(value)) {
		const { says: said } = record(value);
		return said?.length ? open(REFUSE, says(said)) : REFUSE;
	}
	if (typeof value === 'string' && /^\s*\[[^\]]*$/.test(value)) return REFUSE;
	const items = listOf(value, /[,;]/).filter((item) => !isBlank(item));
	if (items.length === 0) return EMPTY;
	const read = items.map((item) => record(item));
	if (read.some(({ refuse, says: said }) => refuse && !said)) return REFUSE;
	const all = read.map((one) => one.says?.[0]);
	return read.some(({ refuse }) => refuse) ? open(REFUSE, says(all)) : says(all);
}

/** Yes and no as programs and forms write them. */
export function readFlag(value: unknown): 0 | 1 | undefined {
	if (value === true || value === 1 || value === 'true' || value === '1') return 1;
	return value === false || value === 0 || value === 'false' || value === '0' ? 0 : undefined;
}

function flag(value: unknown): Meaning {
	const read = readFlag(value);
	if (read !== undefined) return says(read);
	return holdsNothing(value) ? open(REFUSE, EMPTY) : REFUSE;
}

function date(value: unknown): Meaning {
	if (Array.isArray(value)) return holdsNothing(value) ? open(REFUSE, EMPTY) : REFUSE;
	const day = dayOf(value, 'Europe/Moscow');
	return day === undefined ? REFUSE : says(day);
}

function time(value: unknown): Meaning {
	if (Array.isArray(value)) return holdsNothing(value) ? open(REFUSE, EMPTY) : REFUSE;
	if (isMoment(value) || /^\d{4}-.*T/.test(String(value))) return { refuse: true, anything: true };
	const [, hours, minutes] = /^\s*([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?\s*$/.exec(String(value)) ?? [];
	return hours === undefined ? REFUSE : says(`${hours.padStart(2, '0')}:${minutes}`);
}

function choice(value: unknown, { choices: offered = [] }: Described): Meaning {
	const of = (one: unknown) => offered.find((entry) => String(entry.value) === String(one).trim())?.value;
	if (typeof value === 'string' || typeof value === 'number') {
		const exact = of(value);
		if (exact === undefined) return REFUSE;
		return String(value) === String(exact) ? says(exact) : open(REFUSE, says(exact));
	}
	if (typeof value === 'boolean') {
		const same = of(Number(value));
		return same === undefined ? REFUSE : open(REFUSE, says(same));
	}
	if (holdsNothing(value)) return open(REFUSE, EMPTY);
	const one = of(alone(value));
	return one === undefined ? REFUSE : open(REFUSE, says(one));
}

function choices(value: unknown, field: Described): Meaning {
	if (isObject(value) || (typeof value === 'string' && /^\s*\[[^\]]*$/.test(value))) return REFUSE;
	const items = listOf(value, /[,;]/).filter((item) => !isBlank(item));
	if (items.length === 0) return EMPTY;
	const read = items.map((item) => choice(item, field));
	if (read.some(({ refuse, says: said }) => refuse && !said)) return REFUSE;
	const all = read.map((one) => one.says?.[0]);
	return read.some(({ refuse }) => refuse) ? open(REFUSE, says(all)) : says(all);
}

/** A list of small records; none of the hostile values is a good one. */
function rows(value: unknown): Meaning {
	if (value === '[]') return EMPTY;
	if (holdsNothing(value)) return open(REFUSE, EMPTY);
	if (isObject(value) && (Object.keys(value).length === 0 || 'values' in value)) return EMPTY;
	return REFUSE;
}

/** Nothing is known of a custom field, so whatever can be written is. */
function custom(value: unknown): Meaning {
	if (isMoment(value)) return date(value);
	if (isObject(value) || (typeof value === 'number' && !Number.isFinite(value))) return REFUSE;
	if (typeof value === 'number' && /e/.test(String(value))) return REFUSE;
	if (!Array.isArray(value)) return says(typeof value === 'string' ? value.trim() : value);
	if (holdsNothing(value)) return open(REFUSE, EMPTY);
	return value.flat(9).some(isObject) ? REFUSE : open(REFUSE, says(value.flat(9)));
}

/** A part of an address, such as lead-status. */
function slug(value: unknown): Meaning {
	return typeof value === 'string' && /^[a-z][a-z0-9-]*$/.test(value.trim()) ? says(value.trim()) : REFUSE;
}
