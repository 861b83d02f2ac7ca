import { formatDay, readFlag, readNumber } from '../../api/formats';
import { isList } from '../../entities/fields';
import type { FieldType, Shown } from '../../entities/types';
import { samePhone } from '../match/phones';
import { isEmpty } from './values';

type Compared = { type: FieldType['type'] | Shown['type']; isPhone?: boolean };

/** Whether a field holds the same as AlfaCRM has, however both are written. Empty is empty in any form. */
export function same(field: Compared, one: unknown, other: unknown, zone: string): boolean {
	if (isEmpty(one) || isEmpty(other)) return isEmpty(one) && isEmpty(other);
	if (isList(field)) {
		const [ours, theirs] = [listOf(one), listOf(other)];
		const within = (item: unknown, items: unknown[]) => items.some((each) => sameItem(field, item, each));
		return ours.every((item) => within(item, theirs)) && theirs.every((item) => within(item, ours));
	}
	const read = readerOf(field.type, zone);
	const [left, right] = [read(one), read(other)];
	return left !== undefined && left === right;
}

/** What is there stays first and as it is written there. */
export function union(field: Compared, present: unknown[], added: unknown[]): unknown[] {
	const joined = [...present];
	for (const item of added) {
		if (!joined.some((known) => sameItem(field, known, item))) joined.push(item);
	}
	return joined;
}

export function listOf(value: unknown): unknown[] {
	if (Array.isArray(value)) return value;
	return isEmpty(value) ? [] : [value];
}

/** A text for comparing: capital or small letters, blanks and the dots of a Russian letter make no difference. */
export function fold(value: unknown): string {
	return String(value).trim().replace(/\s+/g, ' ').toLowerCase().replace(/ё/g, 'е');
}

/** Values of custom fields have no declared type: days are told by their form. */
export function sameCustom(one: unknown, other: unknown, zone: string): boolean {
	if (isEmpty(one) || isEmpty(other)) return isEmpty(one) && isEmpty(other);
	if (Array.isArray(one) || Array.isArray(other)) {
		return same({ type: 'texts' }, one, other, zone);
	}
	const isDay = [one, other].every((text) => /^(\d{4}-\d\d-\d\d|\d\d?\.\d\d?\.\d{4})$/.test(String(text)));
	return String(one).trim() === String(other).trim() || (isDay && same({ type: 'date' }, one, other, zone));
}

/** Phone numbers are the same in any spelling; without a declaration, ten digits make a text one. */
function sameItem(field: Compared, one: unknown, other: unknown): boolean {
	const arePhones =
		field.isPhone ?? [one, other].every((text) => /^[\d\s()+-]{10,}$/.test(String(text).trim()));
	return (arePhones && samePhone(one, other)) || lower(one) === lower(other);
}

const lower = (value: unknown): string => String(value).trim().toLowerCase();

function readerOf(type: Compared['type'], zone: string): (value: unknown) => unknown {
	switch (type) {
		case 'date':
			return (value) => formatDay(value, 'iso', zone);
		case 'flag':
		case 'boolean':
			return readFlag;
		case 'integer':
		case 'number':
		case 'id':
		case 'reference':
		case 'record':
			return readNumber;
		default:
			return (value) => String(value).trim();
	}
}
