import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { formatDay, readFlag, readId, readInteger, readNumber } from '../../api/formats';
import { isList } from '../../entities/fields';
import type { Choice, Field, Filter } from '../../entities/types';

type Wire = IDataObject[string];

/** What a value must be, for the message, and how to read it: undefined means it is something else. */
interface Reader {
	expected: string;
	read: (value: unknown) => Wire | undefined;
}

export const isEmpty = (value: unknown): boolean =>
	value === undefined ||
	value === null ||
	(typeof value === 'string' && value.trim() === '') ||
	(Array.isArray(value) && value.length === 0) ||
	isEmptyPicker(value);

function isEmptyPicker(value: unknown): boolean {
	return (
		typeof value === 'object' &&
		value !== null &&
		'__rl' in value &&
		isEmpty((value as { value?: unknown }).value)
	);
}

/**
 * Turns a parameter into what AlfaCRM takes on the wire.
 *
 * @throws NodeOperationError that names the field, before anything is sent
 */
export function toWire(
	context: Pick<IExecuteFunctions, 'getNode' | 'getTimezone'>,
	itemIndex: number | undefined,
	field: Field | Filter,
	value: unknown,
): Wire {
	const { expected, read } = readerOf(field, context.getTimezone());
	const wire = read(value);
	if (wire !== undefined) return wire;
	throw new NodeOperationError(
		context.getNode(),
		`'${field.label}' must be ${expected}, but it is ${shown(value)}`,
		{
			description: `Correct it in this node, or the expression that fills '${field.label}'. Nothing was sent to AlfaCRM.`,
			itemIndex,
		},
	);
}

/** What takes the place of a value that somebody empties on purpose. */
export function emptied(field: Field): Wire {
	if (isList(field)) return [];
	return field.type === 'text' || field.type === 'longText' ? '' : null;
}

function readerOf(field: Field | Filter, zone: string): Reader {
	switch (field.type) {
		case 'text':
		case 'longText':
			return { expected: 'a text', read: readText };
		case 'texts':
			return { expected: 'a text or a list of texts', read: (value) => readList(value, readText, false) };
		case 'integer':
			return { expected: 'a whole number', read: readInteger };
		case 'number':
			return { expected: 'a number, with a point before decimals', read: readNumber };
		case 'id':
		case 'reference':
		case 'record':
			return { expected: 'the number of a record', read: readRecord };
		case 'ids':
		case 'references':
			return {
				expected: 'one or more numbers of records',
				read: (value) => readList(value, readRecord, true),
			};
		case 'time':
			return { expected: 'a time of day such as 17:00', read: readTime };
		case 'choices': {
			const { expected, read } = readChoice(field.choices);
			return { expected: `some of ${expected}`, read: (value) => readList(value, read, true) };
		}
		case 'rows':
			throw new TypeError(`The rows of '${field.label}' are encoded one by one`);
		case 'flag':
			return { expected: 'yes or no', read: readFlag };
		case 'boolean':
			return { expected: 'yes or no', read: readBoolean };
		case 'date':
			return {
				expected: 'a date such as 2026-02-28 or 28.02.2026',
				read: (value) => formatDay(value, field.format, zone),
			};
		case 'choice': {
			const { expected, read } = readChoice(field.choices);
			return { expected: `one of ${expected}`, read };
		}
	}
}

function readChoice(choices: readonly Choice[]): Reader {
	return {
		expected: choices.map(({ value, label }) => `${value} (${label})`).join(', '),
		read: (value) => choices.find((choice) => String(choice.value) === String(value))?.value,
	};
}

/** A picker holds its mode beside the value; a URL is that of a page in AlfaCRM, with the number after `id=`. */
function readRecord(value: unknown): number | undefined {
	if (typeof value !== 'object' || value === null) return readId(value);
	const { mode, value: picked } = value as { mode?: unknown; value?: unknown };
	return readId(mode === 'url' ? /[?&]id=(\d+)/.exec(String(picked))?.[1] : picked);
}

function readTime(value: unknown): string | undefined {
	const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?$/.exec(String(value).trim()) ?? [];
	return hours === undefined ? undefined : `${hours.padStart(2, '0')}:${minutes}`;
}

function readBoolean(value: unknown): boolean | undefined {
	const flag = readFlag(value);
	return flag === undefined ? undefined : flag === 1;
}

function readText(value: unknown): string | undefined {
	if (typeof value === 'string') return value.trim();
	return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A single value is a list of one; numbers may also come as one text with commas, and any list as JSON. */
function readList<T>(
	value: unknown,
	read: (item: unknown) => T | undefined,
	split: boolean,
): T[] | undefined {
	const given = typeof value === 'string' ? (listIn(value) ?? value) : value;
	const items = split && typeof given === 'string' ? given.split(',') : [given].flat(Infinity);
	const list = items
		.filter((item) => !isEmpty(item))
		.map((item) => read(typeof item === 'string' ? item.trim() : item));
	return list.includes(undefined) ? undefined : (list as T[]);
}

/** The field mapper holds what is typed there as a text. */
function listIn(text: string): unknown[] | undefined {
	if (!text.trim().startsWith('[')) return undefined;
	try {
		return JSON.parse(text) as unknown[];
	} catch {
		return undefined;
	}
}

function shown(value: unknown): string {
	if (isEmpty(value)) return 'empty';
	const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
	return `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;
}
