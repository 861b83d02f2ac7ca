import { readId } from '../api/formats';
import { isPicker } from './blank';
import type { FieldKind } from './kind';
import { comparedBy, oneForm, several, single } from './kind';
import { itemsOf, parts } from './lists';
import type { OfType } from './types';

/** The number of a record: plain, in the address of its page in AlfaCRM (after `id=`), or picked. */
export function readRecordId(value: unknown): number | undefined {
	if (isPicker(value)) return isPicker(value.value) ? undefined : readRecordId(value.value);
	if (typeof value !== 'string' || !/^\s*https?:\/\//i.test(value)) return readId(value);
	return readId(/[?&]id=(\d+)/.exec(value)?.[1]);
}

/** What the address of a page in AlfaCRM says of whose it is: leads are customers. API notes 6. */
const PAGE = /^\s*https?:\/\/[^?#]*\/(customer|lead|group)\/view(?:[?/#]|$)/i;

/** Whether a value is the address of the page of another kind of record, where the same number is somebody else's. */
export function isPageOfAnother(path: string, value: unknown): boolean {
	const address = isPicker(value) ? value.value : value;
	const page = typeof address === 'string' ? PAGE.exec(address)?.[1].toLowerCase() : undefined;
	return page !== undefined && (page === 'lead' ? 'customer' : page) !== path;
}

export const oneRecord = {
	...single,
	isExact: true,
	...comparedBy((_field: unknown, item) => oneForm(readRecordId(item))),
	expected: () => 'the number of a record',
	read: (_field: unknown, item: unknown) => readRecordId(item),
	column: () => ({ type: 'string' as const }),
	schema: () => ({ type: 'integer' as const }),
	inJson: () => '',
};

export const severalRecords = {
	...oneRecord,
	...several,
	items: (_field: unknown, value: unknown) => itemsOf(value, parts),
	expected: () => 'one or more numbers of records',
	schema: () => ({ type: 'array' as const, items: { type: 'integer' as const } }),
	inJson: () => 'list',
};

const widget = () => ({ type: 'string' as const, default: '' });

export const id: FieldKind<OfType<'id'>> = { ...oneRecord, widget };
export const ids: FieldKind<OfType<'ids'>> = { ...severalRecords, widget };
