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
 * Reads the page and the query in the address of a record (docs/alfacrm-api.md 6): `customer` and
 * `id=501` in `https://demo.s20.online/company/1/customer/view?id=501`. Rejects the address of a
 * list, `https://demo.s20.online/company/1/customer/index`. The caller of `findWebAddresses` checks
 * that the host is the AlfaCRM of the credential.
 */
const RECORD_ADDRESS =
	/^https?:\/\/[^\s/?#]+\/company\/\d+\/(?<page>[a-z-]+)\/view\/?\?(?<query>[^\s#]*)(?:#\S*)?$/i;

/** Returns what the user chose or typed in a picker. Returns any other value unchanged. */
const readPickerContent = (value: unknown): unknown => (isPicker(value) ? value.value : value);

/** Returns the web address that the user typed or picked; undefined for any other value. */
function readWebAddress(value: unknown): string | undefined {
	const content = readPickerContent(value);
	const isAddress = typeof content === 'string' && /^\s*https?:/i.test(content);
	return isAddress ? content.trim() : undefined;
}

/**
 * Reads the ID of a record, such as 501. The user can type it, choose the record in a picker, or
 * give the address of the record's page.
 */
function readRecordId(field: RecordField, value: unknown): number | undefined {
	const address = readWebAddress(value);
	if (address !== undefined) return readIdInAddress(field, address);

	// The digits of a match key, such as a phone, are not an ID.
	if (isPickedByMatchKey(value)) return undefined;

	const content = readPickerContent(value);
	// A picker inside a picker comes from a faulty expression.
	return isPicker(content) ? undefined : readId(content);
}

/**
 * Reads the ID in the address of a record's page: 501 in `…/company/1/customer/view?id=501`.
 * Returns undefined for the page of another entity: a group with the ID 501 is not the customer
 * 501.
 */
function readIdInAddress({ entity }: RecordField, address: string): number | undefined {
	const parts = RECORD_ADDRESS.exec(address)?.groups;
	if (parts === undefined || entity === undefined) return undefined;

	const page = parts.page.toLowerCase();
	const pagesOfEntity = entityOf(entity).pages ?? [];
	const isPageOfEntity = pagesOfEntity.some(({ name }) => name === page);
	if (!isPageOfEntity) return undefined;

	const ids = new URLSearchParams(parts.query).getAll('id');
	// An address with several IDs does not say which record is meant.
	return ids.length === 1 ? readId(ids[0]) : undefined;
}

/** The parts of kinds whose value is one record. */
export const recordParts = {
	...singleParts,
	hasExactFilter: true,
	...makeComparisonParts((field: RecordField, item) => toFormList(readRecordId(field, item))),
	findWebAddresses: ({ label }: Pick<FieldBasics, 'label'>, item: unknown) => {
		const address = readWebAddress(item);
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
