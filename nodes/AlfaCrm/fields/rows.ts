import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { parseJson } from '../values/formats';
import { isEmpty, isPlainObject } from './blank';
import { haveEqualItems } from './lists';
import type { Address, FieldKind, JsonSchema } from './kind';
import { singleParts } from './kind';
import { sortByDisplayName } from './order';
import type { Field, OfType, ShownField, ApiValue } from '../entities/fieldTypes';
import { UnreadableValue } from './unreadable';

/**
 * The kind of a field that holds *rows*: small records inside a record, such as the attendance of
 * each customer of a lesson. Each row has fields of its own.
 */

/**
 * The functions of `field.ts` that read and show the fields of a row. They are arguments, because
 * this file cannot import `field.ts`, which imports this file.
 */
interface FieldFunctions {
	isBlank(field: Field, value: unknown): boolean;
	findWebAddresses(field: Field, value: unknown): Address[];
	serialize(field: Field, value: unknown, zone: string): ApiValue;
	sameValue(field: Field, value: unknown, otherValue: unknown, zone: string): boolean;
	isStored(field: Field, storedValue: unknown, value: unknown, zone: string): boolean;
	toProperty(field: Field): INodeProperties;
	objectSchema(fields: readonly ShownField[]): JsonSchema;
}

type Rows = OfType<'rows'>;

/**
 * Reads rows from a list, from JSON, or from the form, which holds them as
 * `{ values: [row, row] }`. Returns undefined for anything else.
 */
export function readRows(value: unknown): IDataObject[] | undefined {
	if (isEmpty(value)) return [];
	if (typeof value === 'string') {
		const parsedValue = parseJson(value) ?? null;
		const isNoJson = parsedValue === null;
		return isNoJson ? undefined : readRows(parsedValue);
	}
	if (Array.isArray(value)) {
		const areRows = value.every(isPlainObject);
		return areRows ? (value as IDataObject[]) : undefined;
	}
	if (!isPlainObject(value)) return undefined;

	// The form keeps the rows under the only key `values`.
	const { values, ...otherKeys } = value;
	const hasOnlyValues = Object.keys(otherKeys).length === 0;
	const isFromForm = hasOnlyValues && (isEmpty(values) || Array.isArray(values));
	return isFromForm ? readRows(values) : undefined;
}

/**
 * Makes the parameter of a field within a row. The form always shows a required field. The user
 * adds the others.
 *
 * n8n fills in the defaults of all fields, even of those that the user has not added. So the
 * default of a number is empty. With the default 0, the node would overwrite a stored number, such
 * as a bonus.
 */
function makePropertyInRow({ required }: Field, property: INodeProperties): INodeProperties {
	if (!required) return property.type === 'number' ? { ...property, default: '' } : property;

	return { ...property, typeOptions: { ...property.typeOptions, showEvenWhenOptional: true } };
}

/** Makes the kind of a field that holds rows. */
export const rows = (functions: FieldFunctions): FieldKind<Rows> => {
	/**
	 * Turns a row into the object that is sent to AlfaCRM. Leaves out empty fields, and the fields
	 * that AlfaCRM only shows.
	 *
	 * @throws UnreadableValue if a row has an unknown field or lacks a required one
	 */
	function serializeRow(
		{ fields, readOnly = [] }: Rows,
		row: IDataObject,
		zone: string,
	): IDataObject {
		const knownNames = [...fields.map(({ name }) => name), ...readOnly];
		const unknownName = Object.keys(row).find((name) => !knownNames.includes(name));
		if (unknownName !== undefined) {
			throw new UnreadableValue(
				`There is no field "${unknownName}" in a row, only ${knownNames.join(', ')}`,
				unknownName,
			);
		}

		const filledFields = fields.filter((field) => !functions.isBlank(field, row[field.name]));
		const missingField = fields.find((field) => field.required && !filledFields.includes(field));
		if (missingField) {
			const { label } = missingField;
			throw new UnreadableValue(`'${label}' is empty in a row, but it is required`, label);
		}

		const apiRow: IDataObject = {};
		for (const field of filledFields) {
			apiRow[field.name] = functions.serialize(field, row[field.name], zone);
		}
		return apiRow;
	}

	/**
	 * Makes a function that tells whether two lists have equal rows, in any order. Only the declared
	 * fields count, because AlfaCRM takes no others.
	 */
	const makeComparison =
		(areFieldsEqual: FieldFunctions['sameValue']): FieldKind<Rows>['isSame'] =>
		({ fields }, value, otherValue, zone) => {
			const rowList = readRows(value);
			const otherRowList = readRows(otherValue);
			if (rowList === undefined || otherRowList === undefined) return false;

			const areRowsEqual = (row: IDataObject, otherRow: IDataObject) =>
				fields.every((field) => areFieldsEqual(field, row[field.name], otherRow[field.name], zone));
			return haveEqualItems(rowList, otherRowList, areRowsEqual);
		};

	return {
		...singleParts,
		isBlank: (_field, value) => readRows(value)?.length === 0,
		expected: () => 'a list of rows, each an object',
		findWebAddresses: ({ fields }, item) =>
			(readRows(item) ?? []).flatMap((row) =>
				fields.flatMap((field) => functions.findWebAddresses(field, row[field.name])),
			),
		serialize: (field, item, zone) => readRows(item)?.map((row) => serializeRow(field, row, zone)),
		makeNormalForms: () => [],
		isSame: makeComparison(functions.sameValue),
		isStored: makeComparison(functions.isStored),
		clearedValue: [],
		widget: ({ label, fields }) => ({
			type: 'fixedCollection',
			// Older n8n shows every field of a row.
			typeOptions: {
				multipleValues: true,
				hideOptionalFields: true,
				addOptionalFieldButtonText: 'Add Field',
			},
			placeholder: `Add ${label}`,
			default: {},
			options: [
				{
					displayName: label,
					name: 'values',
					values: sortByDisplayName(
						fields
							.filter(({ withoutParameter }) => !withoutParameter)
							.map((field) => makePropertyInRow(field, functions.toProperty(field))),
					),
				},
			],
		}),
		column: () => ({ type: 'array' }),
		schema: ({ fields }) => ({ type: 'array', items: functions.objectSchema(fields) }),
		jsonHint: ({ fields }) => `list of objects with ${fields.map(({ name }) => name).join(', ')}`,
	};
};
