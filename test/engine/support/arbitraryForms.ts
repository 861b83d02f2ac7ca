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
	oneItemOf,
	picked,
	readRecordsOfBranch,
	arbitraryValue,
	arbitraryValues,
} from './arbitraryValues';

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

/** Puts the fields where the form of the chosen input mode has them. */
export function fillForm(
	{ parameters, items }: FilledForm,
	mode: string,
	collection: string,
	fields: IDataObject,
	custom: IDataObject,
	more: IDataObject,
): FilledForm {
	const plain = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, toJsonValue(value)]));
	const all = { ...plain, ...custom };
	const values = Object.entries(custom).map(([name, value]) => ({ name, value }));
	const shapes: Record<string, { set: IDataObject; items: IDataObject[] }> = {
		form: {
			// Written both as parameters and into the collection: n8n drops what the form does not show.
			set: {
				...fields,
				[collection]: { ...fields, ...(values.length > 0 ? { customFields: { values } } : {}) },
			},
			items,
		},
		json: { set: { json: JSON.stringify(all) }, items },
		map: { set: { columns: { mappingMode: 'autoMapInputData', value: null } }, items: [all] },
	};
	const shape = shapes[mode];
	return {
		parameters: { ...parameters, ...more, inputMode: mode, ...shape.set } as INodeParameters,
		items: shape.items,
	};
}

/** Chooses among the 'Options' of an operation; undefined if it has none. */
export function arbitraryOptions(resource: string, operation: string): fc.Arbitrary<IDataObject | undefined> {
	const shown = description.properties.find(
		({ name, displayOptions }) =>
			name === 'options' &&
			displayOptions?.show?.resource?.includes(resource) &&
			displayOptions.show.operation?.includes(operation),
	);
	if (shown === undefined) return fc.constant(undefined);
	const children = (shown.options ?? []) as INodeProperties[];
	return fc.record(Object.fromEntries(children.map((child) => [child.name, arbitraryOption(child)])), {
		requiredKeys: [],
		noNullPrototype: true,
	}) as fc.Arbitrary<IDataObject>;
}

function arbitraryOption({ name, type, options = [] }: INodeProperties): fc.Arbitrary<Value> {
	const values = (options as INodePropertyOptions[]).map(({ value }) => value);
	if (type === 'options') return fc.constantFrom(...values) as fc.Arbitrary<Value>;
	if (type === 'boolean') return fc.boolean();
	// A choice of branches. Branch 1 is always among them, or the second run would not find the new
	// record.
	if (type === 'multiOptions' && values.length === 0) return fc.constantFrom<Value>([1], [1, 2]);
	const maxLength = Math.min(3, values.length);
	if (type === 'multiOptions') return fc.subarray(values, { maxLength }) as fc.Arbitrary<Value>;
	throw new Error(`No generator for the option "${name}"`);
}

const isFilled = (value: unknown) =>
	value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);

/** Names the custom fields of an entity, as its records show them. */
function customFieldNames({ path, hasCustomFields }: Entity, { rows }: BranchRecords): string[] {
	const [row = {}] = hasCustomFields ? rows(path) : [];
	return Object.keys(row).filter((name) => name.startsWith('custom_'));
}

export function arbitraryCustomFields(
	entity: Entity,
	world: BranchRecords,
	except: readonly string[] = [],
): fc.Arbitrary<IDataObject> {
	const names = customFieldNames(entity, world).filter((name) => !except.includes(name));
	if (names.length === 0) return fc.constant({});
	const some = fc.record({
		[names[0]]: fc.constantFrom('Школа 7', '12', 'онлайн'),
	}) as fc.Arbitrary<IDataObject>;
	return fc.oneof(fc.constant<IDataObject>({}), some);
}

// ---------------------------------------------------------------- Create or Update

/** Chooses a key of Create or Update, with the value of a record or with one that no record has. */
export function arbitraryUpsertTarget(entity: Entity, world: BranchRecords): fc.Arbitrary<Target> {
	const keys = (entity.match?.keys ?? []).flatMap((key) => upsertTargetsByKey(entity, key, world));
	return fc.oneof(...keys);
}

function upsertTargetsByKey(
	entity: Entity,
	key: MatchKey,
	world: BranchRecords,
): Array<fc.Arbitrary<Target>> {
	if (key.fields.includes('id')) {
		return [
			oneItemOf(readRecordsOfBranch(world, entity.path)).map((row) => ({
				row,
				parameters: { matchBy: key.name, id: entity.listed?.search ? picked(row.id) : String(row.id) },
				keyFields: ['id'],
			})),
		];
	}
	const fields = key.fields.length > 0 ? key.fields : customFieldNames(entity, world).slice(0, 1);
	const named = (values: IDataObject): IDataObject =>
		key.fields.length > 0
			? { matchBy: key.name, ...values }
			: { matchBy: key.name, matchField: fields[0], matchValue: values[fields[0]] };
	const known = readRecordsOfBranch(world, entity.path).filter((row) =>
		fields.every((name) => isFilled(row[name])),
	);
	const strangers = fc
		.record(Object.fromEntries(fields.map((name) => [name, arbitraryNewValue(entity, name, world)])))
		.map((values) => ({ parameters: named(values as IDataObject), keyFields: fields }));
	if (known.length === 0) return [strangers];
	const present = oneItemOf(known).map((row) => ({
		row,
		parameters: named(Object.fromEntries(fields.map((name) => [name, [row[name]].flat()[0] as Value]))),
		keyFields: fields,
	}));
	return [strangers, present];
}

function arbitraryNewValue({ fields }: Entity, name: string, world: BranchRecords): fc.Arbitrary<Value> {
	const own: Record<string, fc.Arbitrary<Value>> = {
		phone: arbitraryPhone,
		email: arbitraryEmail,
		web: fc.integer({ min: 1, max: 99 }).map((n) => `@new_name_${n}`),
		name: fc.integer({ min: 1, max: 99 }).map((n) => `Новая Запись ${n}`),
	};
	const field = fields.find((one) => one.name === name);
	if (own[name] !== undefined) return own[name];
	return field ? arbitraryValue(field, world) : fc.integer({ min: 1, max: 99 }).map((n) => `Д-новый-${n}`);
}

/** Fills the form of Create or Update, so that it can also create the record. */
export function arbitraryUpsertForm(
	entity: Entity,
	world: BranchRecords,
	target: Target,
): fc.Arbitrary<FilledForm> {
	const keyFields = target.keyFields ?? [];
	return arbitraryOptions(entity.resource, 'upsert').chain((options = {}) => {
		const free = entity.fields.filter((field) => mayBeFilled(field, keyFields, options));
		const needed = free.filter(({ required }) => required).map(({ name }) => name);
		return fc
			.tuple(
				arbitraryValues(free, world, needed, 3),
				arbitraryCustomFields(entity, world, keyFields),
				arbitraryInputMode(entity),
			)
			.map(([fields, custom, mode]) => {
				const parameters = {
					resource: entity.resource,
					operation: 'upsert',
					branchId: world.branch,
					...target.parameters,
				} as INodeParameters;
				return fillForm({ parameters, items: [{}] }, mode, 'fieldsToSet', fields, custom, { options });
			});
	});
}

/**
 * Leaves out fields that would contradict the search: a second value for a key, a branch that is
 * not searched, a status that changes which of several matches comes first.
 */
function mayBeFilled(field: Field, keyFields: readonly string[], options: IDataObject): boolean {
	if (keyFields.includes(field.name)) return isList(field);
	if (field.name === 'is_study' && (options.ifSeveral ?? 'refuse') !== 'refuse') return false;
	if (field.name === 'branch_ids') return options.searchBranches === undefined;
	return true;
}
