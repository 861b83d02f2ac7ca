import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { parseJson } from '../values/formats';
import { isEmpty, isPlain } from './blank';
import type { Address, FieldKind, JsonSchema } from './kind';
import { single } from './kind';
import { sortByDisplayName } from './order';
import type { Field, OfType, Shown, Wire } from '../entities/fieldTypes';
import { UnreadableValue } from './unreadable';

/** What can be done with the fields of a row. */
interface AnyField {
	isBlank(field: Field, value: unknown): boolean;
	addressesIn(field: Field, value: unknown): Address[];
	serialize(field: Field, value: unknown, zone: string): Wire;
	sameValue(field: Field, one: unknown, other: unknown, zone: string): boolean;
	isStored(field: Field, held: unknown, wanted: unknown, zone: string): boolean;
	toProperty(field: Field): INodeProperties;
	objectSchema(fields: readonly Shown[]): JsonSchema;
}

type Rows = OfType<'rows'>;

/** The rows as they were given: a list, the same in JSON, or what the form holds. */
export function rowsIn(value: unknown): IDataObject[] | undefined {
	if (isEmpty(value)) return [];
	if (typeof value === 'string') return rowsIn(parseJson(value) ?? false);
	if (Array.isArray(value)) return value.every(isPlain) ? (value as IDataObject[]) : undefined;
	if (!isPlain(value)) return undefined;
	const { values, ...others } = value;
	const isForm = Object.keys(others).length === 0 && (isEmpty(values) || Array.isArray(values));
	return isForm ? rowsIn(values) : undefined;
}

/**
 * What each row must have stands there without being added. n8n fills in the rest even where a row does not show it, so
 * that must be blank: a number would be sent that nobody gave, and a bonus that AlfaCRM holds be lost.
 */
function propertyOfRow({ required }: Field, property: INodeProperties): INodeProperties {
	if (!required) return property.type === 'number' ? { ...property, default: '' } : property;
	return { ...property, typeOptions: { ...property.typeOptions, showEvenWhenOptional: true } };
}

export const rows = (any: AnyField): FieldKind<Rows> => {
	function readRow({ fields, readOnly = [] }: Rows, row: IDataObject, zone: string): IDataObject {
		const known = [...fields.map(({ name }) => name), ...readOnly];
		const stranger = Object.keys(row).find((name) => !known.includes(name));
		if (stranger !== undefined) {
			throw new UnreadableValue(
				`There is no field "${stranger}" in a row, only ${known.join(', ')}`,
				stranger,
			);
		}
		const given = fields.filter((field) => !any.isBlank(field, row[field.name]));
		const missing = fields.find((field) => field.required && !given.includes(field));
		if (missing) {
			throw new UnreadableValue(`'${missing.label}' is empty in a row, but it is required`, missing.label);
		}
		return Object.fromEntries(
			given.map((field) => [field.name, any.serialize(field, row[field.name], zone)]),
		);
	}

	/** What AlfaCRM does not take says nothing. */
	const agree =
		(sameField: AnyField['sameValue']): FieldKind<Rows>['isSame'] =>
		({ fields }, one, other, zone) => {
			const [left, right] = [rowsIn(one), rowsIn(other)];
			if (left === undefined || right === undefined) return false;
			const within = (row: IDataObject, all: IDataObject[]) =>
				all.some((each) =>
					fields.every((field) => sameField(field, row[field.name], each[field.name], zone)),
				);
			return left.every((row) => within(row, right)) && right.every((row) => within(row, left));
		};

	return {
		...single,
		isBlank: (_field, value) => rowsIn(value)?.length === 0,
		expected: () => 'a list of rows, each an object',
		addresses: ({ fields }, item) =>
			(rowsIn(item) ?? []).flatMap((row) =>
				fields.flatMap((field) => any.addressesIn(field, row[field.name])),
			),
		serialize: (field, item, zone) => rowsIn(item)?.map((row) => readRow(field, row, zone)),
		normalize: () => [],
		isSame: agree(any.sameValue),
		isStored: agree(any.isStored),
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
							.map((field) => propertyOfRow(field, any.toProperty(field))),
					),
				},
			],
		}),
		column: () => ({ type: 'array' }),
		schema: ({ fields }) => ({ type: 'array', items: any.objectSchema(fields) }),
		jsonHint: ({ fields }) => `list of objects with ${fields.map(({ name }) => name).join(', ')}`,
	};
};
