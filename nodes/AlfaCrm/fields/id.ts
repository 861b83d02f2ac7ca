import { readId } from '../values/formats';
import { entityOf } from '../entities/registry';
import { isPickedByKey, isPicker } from './blank';
import type { FieldKind, JsonSchema } from './kind';
import { comparedBy, oneForm, single } from './kind';
import { itemsOf, parts } from './lists';
import type { FieldBasics, OfType, Wire } from '../entities/fieldTypes';

interface OfRecord {
	entity?: string;
}

/** A page of AlfaCRM that shows one record. API notes 6. */
const PAGE = /^(https?:\/\/[^\s/?#]+)\/company\/\d+\/([a-z-]+)\/view\/?\?([^\s#]*)(?:#\S*)?$/i;

/** The text of an address, typed or in a picker; undefined for what is none. */
function addressIn(value: unknown): string | undefined {
	const given = isPicker(value) ? value.value : value;
	return typeof given === 'string' && /^\s*https?:/i.test(given) ? given.trim() : undefined;
}

/**
 * The number of a record: plain, picked, or in the address of its page. The same number is another record on the page
 * of another kind, so no other address is read.
 */
function readRecordId({ entity }: OfRecord, value: unknown): number | undefined {
	const address = addressIn(value);
	if (address === undefined) {
		const given = isPicker(value) ? value.value : value;
		return isPicker(given) || isPickedByKey(value) ? undefined : readId(given);
	}
	const [, , page = '', query] = PAGE.exec(address) ?? [];
	const pages = entity === undefined ? [] : (entityOf(entity).pages ?? []);
	const [id, ...others] = new URLSearchParams(query).getAll('id');
	const isIts = pages.some(({ name }) => name === page.toLowerCase());
	return isIts && others.length === 0 ? readId(id) : undefined;
}

export const oneRecord = {
	...single,
	isExact: true,
	...comparedBy((field: OfRecord, item) => oneForm(readRecordId(field, item))),
	addresses: ({ label }: Pick<FieldBasics, 'label'>, item: unknown) => {
		const address = addressIn(item);
		return address === undefined ? [] : [{ label, address }];
	},
	expected: () => 'the number of a record',
	serialize: (field: OfRecord, item: unknown) => readRecordId(field, item),
	schema: (): JsonSchema => ({ type: 'integer' }),
	jsonHint: (): string => 'ID',
};

/** A picker holds one record, or the IDs of several in a text. */
const pickedIn = (value: unknown): unknown =>
	isPicker(value) && !isPicker(value.value) && !isPickedByKey(value) ? value.value : value;

export const severalRecords = {
	...oneRecord,
	isList: true,
	isExact: false,
	holdsIds: true,
	clearedValue: [] as Wire[],
	items: (_field: unknown, value: unknown) => itemsOf(pickedIn(value), parts),
	expected: () => 'one or more numbers of records',
	schema: (): JsonSchema => ({ type: 'array', items: { type: 'integer' } }),
	jsonHint: () => 'list of IDs',
};

export const id: FieldKind<OfType<'id'>> = { ...oneRecord };
export const ids: FieldKind<OfType<'ids'>> = { ...severalRecords };
