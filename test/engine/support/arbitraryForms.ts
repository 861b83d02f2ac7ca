import fc from 'fast-check';
import type { IDataObject, INodeParameters, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Field } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import type { Entity, MatchKey } from '../../../nodes/AlfaCrm/entities/types';
import { isList } from '../../../nodes/AlfaCrm/fields/field';
import type { Row } from '../../../sandbox';
import { description } from '../../support/form';
import type { Value, BranchRecords } from './arbitraryValues';
import {
	toJsonValue,
	arbitraryEmail,
	arbitraryPhone,
	arbitraryItem,
	readRecordsOfBranch,
	arbitraryValue,
	arbitraryValues,
} from './arbitraryValues';
import { recordWithId } from './forms';

/** A filled form, with the items that come into the node. */
export interface FilledForm {
	parameters: INodeParameters;
	items: IDataObject[];
}

/** The record that a run is about, or the value that finds it. */
export interface Target {
	row?: Row;
	/** Parameters that name the record. */
	parameters: IDataObject;
	/** Fields of the key, if a key finds the record. */
	keyFields?: readonly string[];
}

/** Chooses an input mode. An entity without custom fields has a form only. */
export const arbitraryInputMode = ({ hasCustomFields }: Entity): fc.Arbitrary<string> =>
	fc.constantFrom('form', ...(hasCustomFields ? ['json', 'map'] : []));

/** The values to fill into a form, and the input mode in which they are given. */
interface FormValues {
	mode: string;
	/**
	 * The collection of the form that has the fields without a parameter of their own, such as `updateFields`.
	 */
	collection: string;
	fields: IDataObject;
	customFields: IDataObject;
}

/** Fills values into a form, in the place where the chosen input mode has them. */
export function fillForm({ parameters, items }: FilledForm, values: FormValues): FilledForm {
	const { mode } = values;
	const filledParameters = { ...parameters, inputMode: mode };
	if (mode === 'form') {
		return { parameters: { ...filledParameters, ...makeFormParameters(values) }, items };
	}

	const record = makeRecord(values);
	if (mode === 'json') {
		return { parameters: { ...filledParameters, json: JSON.stringify(record) }, items };
	}

	const columns = { mappingMode: 'autoMapInputData', value: null };
	return { parameters: { ...filledParameters, columns }, items: [record] };
}

/**
 * Writes the fields both as parameters and into the collection. n8n drops those that the form does not show
 * in one of the two places.
 */
function makeFormParameters({ collection, fields, customFields }: FormValues): INodeParameters {
	const pairs = Object.entries(customFields).map(([name, value]) => ({ name, value }));
	const collectionValues: IDataObject = { ...fields };
	if (pairs.length > 0) {
		collectionValues.customFields = { values: pairs };
	}
	return { ...fields, [collection]: collectionValues } as INodeParameters;
}

/** Makes one object of all fields, as JSON mode and the field mapper take it. */
function makeRecord({ fields, customFields }: FormValues): IDataObject {
	const record: IDataObject = {};
	for (const [name, value] of Object.entries(fields)) {
		record[name] = toJsonValue(value);
	}
	return { ...record, ...customFields };
}

/** Chooses among the 'Options' of an operation; undefined if it has none. */
export function arbitraryOptions(resource: string, operation: string): fc.Arbitrary<IDataObject | undefined> {
	const collection = description.properties.find(
		({ name, displayOptions }) =>
			name === 'options' &&
			displayOptions?.show?.resource?.includes(resource) &&
			displayOptions.show.operation?.includes(operation),
	);
	if (collection === undefined) return fc.constant(undefined);

	const options = (collection.options ?? []) as INodeProperties[];
	const valueByName: Record<string, fc.Arbitrary<Value>> = {};
	for (const option of options) {
		valueByName[option.name] = arbitraryOption(option);
	}
	return fc.record(valueByName, {
		requiredKeys: [],
		noNullPrototype: true,
	}) as fc.Arbitrary<IDataObject>;
}

/** Chooses a value of one option. */
function arbitraryOption({ name, type, options = [] }: INodeProperties): fc.Arbitrary<Value> {
	const values = (options as INodePropertyOptions[]).map(({ value }) => value);
	if (type === 'options') return fc.constantFrom(...values) as fc.Arbitrary<Value>;
	if (type === 'boolean') return fc.boolean();
	// A choice of branches always contains branch 1. Otherwise the second run would not find the new record.
	if (type === 'multiOptions' && values.length === 0) return fc.constantFrom<Value>([1], [1, 2]);
	const maxLength = Math.min(3, values.length);
	if (type === 'multiOptions') return fc.subarray(values, { maxLength }) as fc.Arbitrary<Value>;
	throw new Error(`No generator for the option "${name}"`);
}

/** Tells whether a field of a record has a value. */
function isFilled(value: unknown): boolean {
	if (Array.isArray(value)) return value.length > 0;
	return value !== undefined && value !== null && value !== '';
}

/** Lists the names of an entity's custom fields, as its records show them. */
function listCustomFields({ path, hasCustomFields }: Entity, { rows }: BranchRecords): string[] {
	const [row = {}] = hasCustomFields ? rows(path) : [];
	return Object.keys(row).filter((name) => name.startsWith('custom_'));
}

/** Chooses no custom field, or the first one with a value. */
export function arbitraryCustomFields(
	entity: Entity,
	records: BranchRecords,
	except: readonly string[] = [],
): fc.Arbitrary<IDataObject> {
	const names = listCustomFields(entity, records).filter((name) => !except.includes(name));
	if (names.length === 0) return fc.constant({});

	const noFields = fc.constant<IDataObject>({});
	const firstField = fc.record({
		[names[0]]: fc.constantFrom('Школа 7', '12', 'онлайн'),
	}) as fc.Arbitrary<IDataObject>;
	return fc.oneof(noFields, firstField);
}

// ---------------------------------------------------------------- Create or Update

/** Chooses a key of Create or Update, with a value that a record has or with a new one. */
export function arbitraryUpsertTarget(entity: Entity, records: BranchRecords): fc.Arbitrary<Target> {
	const keys = entity.match?.keys ?? [];
	const targets = keys.flatMap((key) => makeUpsertTargets(entity, key, records));
	return fc.oneof(...targets);
}

/** Makes the targets of a key: an existing record, and values that no record has. */
function makeUpsertTargets(
	entity: Entity,
	key: MatchKey,
	records: BranchRecords,
): Array<fc.Arbitrary<Target>> {
	const rows = readRecordsOfBranch(records, entity.path);
	if (key.fields.includes('id')) {
		return [arbitraryItem(rows).map((row) => makeTargetById(entity, key, row))];
	}

	const keyFields = key.fields.length > 0 ? key.fields : listCustomFields(entity, records).slice(0, 1);
	const newValueByField: Record<string, fc.Arbitrary<Value>> = {};
	for (const name of keyFields) {
		newValueByField[name] = arbitraryNewValue(entity, name, records);
	}
	const newTarget = fc
		.record(newValueByField)
		.map((values) => ({ parameters: makeKeyParameters(key, keyFields, values), keyFields }));

	const rowsWithKey = rows.filter((row) => keyFields.every((name) => isFilled(row[name])));
	if (rowsWithKey.length === 0) return [newTarget];

	const existingTarget = arbitraryItem(rowsWithKey).map((row) => ({
		row,
		parameters: makeKeyParameters(key, keyFields, readFirstValues(row, keyFields)),
		keyFields,
	}));
	return [newTarget, existingTarget];
}

/** Makes the target that is found by the ID of a record. */
function makeTargetById(entity: Entity, key: MatchKey, row: Row): Target {
	// A long list has a picker for its records, and a short one a plain text.
	const id = entity.listed?.search ? recordWithId(row.id) : String(row.id);
	return { row, parameters: { matchBy: key.name, id }, keyFields: ['id'] };
}

/** Makes the parameters of 'Match By'. A key without declared fields is a custom field, named in the form. */
function makeKeyParameters(key: MatchKey, keyFields: readonly string[], values: IDataObject): IDataObject {
	if (key.fields.length > 0) return { matchBy: key.name, ...values };

	const [customField] = keyFields;
	return { matchBy: key.name, matchField: customField, matchValue: values[customField] };
}

/** Reads the fields of a row. Reads only the first item of a list, such as the phones. */
function readFirstValues(row: Row, names: readonly string[]): IDataObject {
	const values: IDataObject = {};
	for (const name of names) {
		const [firstItem] = [row[name]].flat();
		values[name] = firstItem as Value;
	}
	return values;
}

/** Makes values for the fields of a key that no record of the sandbox has. */
const NEW_VALUE_BY_FIELD: Record<string, fc.Arbitrary<Value> | undefined> = {
	phone: arbitraryPhone,
	email: arbitraryEmail,
	web: fc.integer({ min: 1, max: 99 }).map((number) => `@new_name_${number}`),
	name: fc.integer({ min: 1, max: 99 }).map((number) => `Новая Запись ${number}`),
};

/** Chooses a value that no record has, for a field of a key or for a custom field. */
function arbitraryNewValue({ fields }: Entity, name: string, records: BranchRecords): fc.Arbitrary<Value> {
	const newValue = NEW_VALUE_BY_FIELD[name];
	if (newValue !== undefined) return newValue;

	const field = fields.find((candidate) => candidate.name === name);
	if (field !== undefined) return arbitraryValue(field, records);

	return fc.integer({ min: 1, max: 99 }).map((number) => `Д-новый-${number}`);
}

/** Fills the form of Create or Update, so that it can also create the record. */
export function arbitraryUpsertForm(
	entity: Entity,
	records: BranchRecords,
	target: Target,
): fc.Arbitrary<FilledForm> {
	const keyFields = target.keyFields ?? [];
	return arbitraryOptions(entity.resource, 'upsert').chain((options = {}) => {
		const fillableFields = entity.fields.filter((field) => mayBeFilled(field, keyFields, options));
		const requiredNames = fillableFields.filter(({ required }) => required).map(({ name }) => name);
		const parameters = {
			resource: entity.resource,
			operation: 'upsert',
			branchId: records.branch,
			...target.parameters,
			options,
		} as INodeParameters;
		return fc
			.tuple(
				arbitraryValues(fillableFields, records, requiredNames, 3),
				arbitraryCustomFields(entity, records, keyFields),
				arbitraryInputMode(entity),
			)
			.map(([fields, customFields, mode]) =>
				fillForm({ parameters, items: [{}] }, { mode, collection: 'fieldsToSet', fields, customFields }),
			);
	});
}

/**
 * Tells whether a field may be filled without contradicting the search: with a second value for a key, a
 * branch that is not searched, or a status that changes which of several matches comes first.
 */
function mayBeFilled(field: Field, keyFields: readonly string[], options: IDataObject): boolean {
	if (keyFields.includes(field.name)) return isList(field);
	if (field.name === 'is_study' && (options.ifSeveral ?? 'refuse') !== 'refuse') return false;
	if (field.name === 'branch_ids') return options.searchBranches === undefined;
	return true;
}
