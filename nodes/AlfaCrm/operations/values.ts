import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { formatDay, readFlag, readId, readInteger, readNumber } from '../api/formats';
import { isList } from '../entities/fields';
import type { Field, Filter } from '../entities/types';

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
	(Array.isArray(value) && value.length === 0);

/**
 * Turns a parameter into what AlfaCRM takes on the wire.
 *
 * @throws NodeOperationError that names the field, before anything is sent
 */
export function toWire(
	context: IExecuteFunctions,
	itemIndex: number,
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
			return { expected: 'the number of a record', read: readId };
		case 'ids':
		case 'references':
			return { expected: 'one or more numbers of records', read: (value) => readList(value, readId, true) };
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
			const values = field.choices.map((choice) => choice.value);
			const listed = field.choices.map((choice) => `${choice.value} (${choice.label})`).join(', ');
			return {
				expected: `one of ${listed}`,
				read: (value) => values.find((allowed) => allowed === readInteger(value)),
			};
		}
	}
}

function readBoolean(value: unknown): boolean | undefined {
	const flag = readFlag(value);
	return flag === undefined ? undefined : flag === 1;
}

function readText(value: unknown): string | undefined {
	if (typeof value === 'string') return value.trim();
	return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A single value is a list of one; numbers may also come as one text with commas. */
function readList<T>(
	value: unknown,
	read: (item: unknown) => T | undefined,
	split: boolean,
): T[] | undefined {
	const items = split && typeof value === 'string' ? value.split(',') : [value].flat(Infinity);
	const list = items
		.filter((item) => !isEmpty(item))
		.map((item) => read(typeof item === 'string' ? item.trim() : item));
	return list.includes(undefined) ? undefined : (list as T[]);
}

function shown(value: unknown): string {
	if (isEmpty(value)) return 'empty';
	const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
	return `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;
}
