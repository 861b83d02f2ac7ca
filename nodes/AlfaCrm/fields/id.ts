import { readId } from '../values/formats';
import { entityOf } from '../entities/registry';
import { isPickedByMatchKey, isPicker } from './blank';
import type { FieldKind, JsonSchema } from './kind';
import { makeComparisonParts, toFormList, singleParts } from './kind';
import { readItems, splitText } from './lists';
import type { FieldBasics, OfType, ApiValue } from '../entities/fieldTypes';

/**
 * The kinds of fields that hold the ID of a record, or several IDs. The user can type an ID, choose
 * a record from n8n's picker, or give the address of the record's page in AlfaCRM.
 */

/**
 * The part of a field's declaration that says of which entity its records are, if that is known.
 */
interface RecordField {
	entity?: string;
}

/**
 * Reads the page and the query in the address of a record (docs/alfacrm-api.md 6). The caller of
 * `findWebAddresses` checks that the host is the AlfaCRM of the credential.
 *
 * `https://demo.s20.online/company/1/customer/view?id=501` → `customer`, `id=501`
 */
const RECORD_ADDRESS =
	/^https?:\/\/[^\s/?#]+\/company\/\d+\/([a-z-]+)\/view\/?\?([^\s#]*)(?:#\S*)?$/i;

/** Returns the web address that the user typed or picked; undefined for any other value. */
function addressIn(value: unknown): string | undefined {
	const content = isPicker(value) ? value.value : value;
	return typeof content === 'string' && /^\s*https?:/i.test(content) ? content.trim() : undefined;
}

/**
 * Reads the ID of a record: typed, picked, or in the address of a page. The page must be one of
 * this entity, because IDs are unique only within an entity.
 */
function readRecordId({ entity }: RecordField, value: unknown): number | undefined {
	const address = addressIn(value);
	if (address === undefined) {
		const content = isPicker(value) ? value.value : value;
		// A picker whose content is another picker comes from a faulty expression. And the digits of a
		// match key, such as a phone, are no ID.
		const holdsNoId = isPicker(content) || isPickedByMatchKey(value);
		return holdsNoId ? undefined : readId(content);
	}

	const [, page = '', query] = RECORD_ADDRESS.exec(address) ?? [];
	const pagesOfEntity = entity === undefined ? [] : (entityOf(entity).pages ?? []);
	const isPageOfEntity = pagesOfEntity.some(({ name }) => name === page.toLowerCase());
	if (!isPageOfEntity) return undefined;

	// An address with several IDs does not say which record is meant.
	const [id, ...furtherIds] = new URLSearchParams(query).getAll('id');
	return furtherIds.length === 0 ? readId(id) : undefined;
}

/** The parts of kinds whose value is one record. */
export const recordParts = {
	...singleParts,
	hasExactFilter: true,
	...makeComparisonParts((field: RecordField, item) => toFormList(readRecordId(field, item))),
	findWebAddresses: ({ label }: Pick<FieldBasics, 'label'>, item: unknown) => {
		const address = addressIn(item);
		return address === undefined ? [] : [{ label, address }];
	},
	expected: () => 'the number of a record',
	serialize: (field: RecordField, item: unknown) => readRecordId(field, item),
	schema: (): JsonSchema => ({ type: 'integer' }),
	jsonHint: (): string => 'ID',
} satisfies Partial<FieldKind<RecordField>>;

/**
 * Returns the content of a picker that holds an ID, or a text with several IDs. Returns any other
 * value unchanged.
 */
function unwrapPicker(value: unknown): unknown {
	const isIdPicker = isPicker(value) && !isPicker(value.value) && !isPickedByMatchKey(value);
	return isIdPicker ? value.value : value;
}

/** The parts of kinds whose value is a list of records. */
export const recordListParts = {
	...recordParts,
	isList: true,
	// A row need not have all IDs of the filter, so it is not compared with them.
	hasExactFilter: false,
	holdsIds: true,
	clearedValue: [] as ApiValue[],
	splitItems: (_field: unknown, value: unknown) => readItems(unwrapPicker(value), splitText),
	expected: () => 'one or more numbers of records',
	schema: (): JsonSchema => ({ type: 'array', items: { type: 'integer' } }),
	jsonHint: () => 'list of IDs',
} satisfies Partial<FieldKind<RecordField>>;

export const id: FieldKind<OfType<'id'>> = { ...recordParts };
export const ids: FieldKind<OfType<'ids'>> = { ...recordListParts };
