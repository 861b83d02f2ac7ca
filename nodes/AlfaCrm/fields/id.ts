import { readId } from '../values/formats';
import { entityOf } from '../entities/registry';
import { isPickedByKey, isPicker } from './blank';
import type { FieldKind, JsonSchema } from './kind';
import { comparedBy, oneForm, single } from './kind';
import { itemsOf, parts } from './lists';
import type { FieldBasics, OfType, Wire } from '../entities/fieldTypes';

/** A field whose values are records of an entity. */
interface OfRecord {
	entity?: string;
}

/**
 * Reads host, page and query of the address of a record:
 * https://demo.s20.online/company/1/customer/view?id=501. API notes 6.
 */
const RECORD_ADDRESS =
	/^(https?:\/\/[^\s/?#]+)\/company\/\d+\/([a-z-]+)\/view\/?\?([^\s#]*)(?:#\S*)?$/i;

/** Returns a web address that was typed or picked; undefined for any other value. */
function addressIn(value: unknown): string | undefined {
	const content = isPicker(value) ? value.value : value;
	return typeof content === 'string' && /^\s*https?:/i.test(content) ? content.trim() : undefined;
}

/**
 * Reads the ID of a record: plain, picked, or in the address of its page. The address must be a
 * page of this entity, because the same number is another record on the page of another entity.
 */
function readRecordId({ entity }: OfRecord, value: unknown): number | undefined {
	const address = addressIn(value);
	if (address === undefined) {
		const content = isPicker(value) ? value.value : value;
		return isPicker(content) || isPickedByKey(value) ? undefined : readId(content);
	}

	const [, , page = '', query] = RECORD_ADDRESS.exec(address) ?? [];
	const pages = entity === undefined ? [] : (entityOf(entity).pages ?? []);
	const [id, ...others] = new URLSearchParams(query).getAll('id');
	const isPageOfEntity = pages.some(({ name }) => name === page.toLowerCase());
	return isPageOfEntity && others.length === 0 ? readId(id) : undefined;
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

/** Returns the content of a picker, which holds one ID or a text with several. */
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
