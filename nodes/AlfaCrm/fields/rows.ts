import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { parseJson } from '../values/formats';
import { isEmpty, isPlainObject } from './blank';
import { haveEqualItems } from './lists';
import type { Address, FieldKind, JsonSchema, Widget } from './kind';
import { singleParts } from './kind';
import { sortByDisplayName } from './order';
import type { Field, FieldBasics, OfType, ShownField, ApiValue } from '../entities/fieldTypes';
import { UnreadableValue } from './unreadable';

/**
 * The kind of a field that holds *rows*: small records inside a record, such as the attendance of
 * each customer of a lesson. Each row has fields of its own.
 */

/** Tells whether two values of a field are equal. */
type CompareField = (field: Field, value: unknown, otherValue: unknown, zone: string) => boolean;

/**
 * The functions of `field.ts` that read and show the fields of a row. They are arguments, because
 * this file cannot import `field.ts`, which imports this file.
 */
interface FieldFunctions {
	isBlank: (field: Field, value: unknown) => boolean;
	findWebAddresses: (field: Field, value: unknown) => Address[];
	serialize: (field: Field, value: unknown, zone: string) => ApiValue;
	areSameValues: CompareField;
	isStored: CompareField;
	toProperty: (field: Field) => INodeProperties;
	objectSchema: (fields: readonly ShownField[]) => JsonSchema;
}

type Rows = OfType<'rows'>;

/** Makes the kind of a field that holds rows. */
export const rows = (functions: FieldFunctions): FieldKind<Rows> => ({
	...singleParts,
	isBlank: (_field, value) => readRows(value)?.length === 0,
	expected: () => 'a list of rows, each an object',
	findWebAddresses: (field, item) => findAddressesInRows(field, item, functions),
	serialize: (field, item, zone) =>
		readRows(item)?.map((row) => serializeRow(field, row, zone, functions)),
	makeNormalForms: () => [],
	isSame: makeRowsComparison(functions.areSameValues),
	isStored: makeRowsComparison(functions.isStored),
	clearedValue: [],
	widget: (field) => makeRowsWidget(field, functions.toProperty),
	column: () => ({ type: 'array' }),
	schema: ({ fields }) => ({ type: 'array', items: functions.objectSchema(fields) }),
	jsonHint: ({ fields }) => `list of objects with ${fields.map(({ name }) => name).join(', ')}`,
});

/**
 * Reads rows from a list, from JSON, or from the form, which holds `{ values: [row, row] }`.
 * Returns undefined for anything else.
 */
export function readRows(value: unknown): IDataObject[] | undefined {
	if (isEmpty(value)) return [];
	if (typeof value === 'string') return readRowsInJson(value);
	if (Array.isArray(value)) {
		const areRows = value.every(isPlainObject);
		return areRows ? (value as IDataObject[]) : undefined;
	}
	return isPlainObject(value) ? readRowsInForm(value) : undefined;
}

/** Reads rows from JSON. Returns undefined for other texts, and for the text `null`. */
function readRowsInJson(text: string): IDataObject[] | undefined {
	const parsedValue = parseJson(text);
	const isNothing = parsedValue === undefined || parsedValue === null;
	return isNothing ? undefined : readRows(parsedValue);
}

/** Reads the rows in the form, which keeps them under its only key `values`. */
function readRowsInForm({
	values,
	...otherKeys
}: Record<string, unknown>): IDataObject[] | undefined {
	const hasOtherKeys = Object.keys(otherKeys).length > 0;
	const areRows = isEmpty(values) || Array.isArray(values);
	return hasOtherKeys || !areRows ? undefined : readRows(values);
}

/** Finds the web addresses that the user gave in place of IDs, in all fields of all rows. */
function findAddressesInRows(
	{ fields }: Rows,
	value: unknown,
	{ findWebAddresses }: Pick<FieldFunctions, 'findWebAddresses'>,
): Address[] {
	const addresses: Address[] = [];
	for (const row of readRows(value) ?? []) {
		for (const field of fields) {
			addresses.push(...findWebAddresses(field, row[field.name]));
		}
	}
	return addresses;
}

/**
 * Turns a row into the object that is sent to AlfaCRM. Leaves out empty fields, and the fields that
 * AlfaCRM only shows.
 *
 * @throws UnreadableValue if a row has an unknown field or lacks a required one
 */
function serializeRow(
	{ fields, readOnly = [] }: Rows,
	row: IDataObject,
	zone: string,
	{ isBlank, serialize }: Pick<FieldFunctions, 'isBlank' | 'serialize'>,
): IDataObject {
	const knownNames = [...fields.map(({ name }) => name), ...readOnly];
	assertFieldsKnown(row, knownNames);
	const filledFields = fields.filter((field) => !isBlank(field, row[field.name]));
	assertRequiredFilled(fields, filledFields);

	const apiRow: IDataObject = {};
	for (const field of filledFields) {
		apiRow[field.name] = serialize(field, row[field.name], zone);
	}
	return apiRow;
}

/**
 * Refuses a row with an unknown field, such as a misspelled name.
 *
 * @throws UnreadableValue with the known names
 */
function assertFieldsKnown(row: IDataObject, knownNames: readonly string[]): void {
	const unknownName = Object.keys(row).find((name) => !knownNames.includes(name));
	if (unknownName === undefined) return;

	throw new UnreadableValue(
		`There is no field "${unknownName}" in a row, only ${knownNames.join(', ')}`,
		unknownName,
	);
}

/**
 * Refuses a row in which a required field is empty.
 *
 * @throws UnreadableValue with the label of the field
 */
function assertRequiredFilled(fields: readonly Field[], filledFields: readonly Field[]): void {
	const missingField = fields.find((field) => field.required && !filledFields.includes(field));
	if (missingField === undefined) return;

	const { label } = missingField;
	throw new UnreadableValue(`'${label}' is empty in a row, but it is required`, label);
}

/**
 * Makes a function that tells whether two lists have equal rows, in any order. Only the declared
 * fields of the rows count, because AlfaCRM takes no others.
 */
function makeRowsComparison(compareField: CompareField): FieldKind<Rows>['isSame'] {
	return ({ fields }, value, otherValue, zone) => {
		const rowList = readRows(value);
		const otherRowList = readRows(otherValue);
		if (rowList === undefined || otherRowList === undefined) return false;

		const areEqualRows = (row: IDataObject, otherRow: IDataObject) =>
			fields.every((field) => compareField(field, row[field.name], otherRow[field.name], zone));
		return haveEqualItems(rowList, otherRowList, areEqualRows);
	};
}

/** Makes the parameter of a field that holds rows: a list to which the user adds rows. */
function makeRowsWidget(
	{ label, fields }: FieldBasics & Rows,
	toProperty: FieldFunctions['toProperty'],
): Widget {
	const fieldsInForm = fields.filter(({ withoutParameter }) => !withoutParameter);
	const properties = fieldsInForm.map((field) => makePropertyInRow(field, toProperty(field)));
	return {
		type: 'fixedCollection',
		// Older n8n shows every field of a row.
		typeOptions: {
			multipleValues: true,
			hideOptionalFields: true,
			addOptionalFieldButtonText: 'Add Field',
		},
		placeholder: `Add ${label}`,
		default: {},
		options: [{ displayName: label, name: 'values', values: sortByDisplayName(properties) }],
	};
}

/**
 * Makes the parameter of a field within a row. n8n shows a required field at once, and the other
 * fields only after the user has added them with the button 'Add Field'.
 */
function makePropertyInRow({ required }: Field, property: INodeProperties): INodeProperties {
	if (required) {
		// The name of this setting is n8n's. It means: show the field before the user adds it.
		const typeOptions = { ...property.typeOptions, showEvenWhenOptional: true };
		return { ...property, typeOptions };
	}

	// n8n fills in the defaults even of fields that the user has not added. With the default 0, the
	// node would overwrite a stored number, such as a bonus.
	const isNumber = property.type === 'number';
	return isNumber ? { ...property, default: '' } : property;
}
