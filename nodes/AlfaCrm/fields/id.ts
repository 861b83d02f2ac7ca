import { readId } from '../values/formats';
import { entityOf } from '../entities/registry';
import { isPickedByKey, isPicker } from './blank';
import type { FieldKind, JsonSchema } from './kind';
import { makeComparisonParts, toFormList, singleParts } from './kind';
import { readItems, splitText } from './lists';
import type { FieldBasics, OfType, ApiValue } from '../entities/fieldTypes';

/**
 * The kinds for the ID of a record and for several IDs. The user may type an ID, choose a record
 * from n8n's picker, or give the address of the record's page in AlfaCRM.
 */

/** A field whose values are records of an entity. */
interface OfRecord {
	entity?: string;
}

/**
 * Reads the host, the page and the query of the address of a record. API notes 6.
 *
 * `https://demo.s20.online/company/1/customer/view?id=501` → `https://demo.s20.online`, `customer`,
 * `id=501`
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

/** The parts of kinds whose value is one record. */
export const recordParts = {
	...singleParts,
	hasExactFilter: true,
	...makeComparisonParts((field: OfRecord, item) => toFormList(readRecordId(field, item))),
	findWebAddresses: ({ label }: Pick<FieldBasics, 'label'>, item: unknown) => {
		const address = addressIn(item);
		return address === undefined ? [] : [{ label, address }];
	},
	expected: () => 'the number of a record',
	serialize: (field: OfRecord, item: unknown) => readRecordId(field, item),
	schema: (): JsonSchema => ({ type: 'integer' }),
	jsonHint: (): string => 'ID',
} satisfies Partial<FieldKind<OfRecord>>;

/**
 * Returns the content of a picker: one ID, or a text with several IDs. Returns any other value
 * unchanged, also a picker that does not hold IDs.
 */
function unwrapPicker(value: unknown): unknown {
	const holdsIds = isPicker(value) && !isPicker(value.value) && !isPickedByKey(value);
	return holdsIds ? value.value : value;
}

/** The parts of kinds whose value is a list of records. */
export const recordListParts = {
	...recordParts,
	isList: true,
	hasExactFilter: false,
	holdsIds: true,
	clearedValue: [] as ApiValue[],
	splitItems: (_field: unknown, value: unknown) => readItems(unwrapPicker(value), splitText),
	expected: () => 'one or more numbers of records',
	schema: (): JsonSchema => ({ type: 'array', items: { type: 'integer' } }),
	jsonHint: () => 'list of IDs',
} satisfies Partial<FieldKind<OfRecord>>;

export const id: FieldKind<OfType<'id'>> = { ...recordParts };
export const ids: FieldKind<OfType<'ids'>> = { ...recordListParts };
