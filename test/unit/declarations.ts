import type { Field, Filter, ShownField } from '../../nodes/AlfaCrm/entities/fieldTypes';
import { entities } from '../../nodes/AlfaCrm/entities/registry';
import type { Action, Entity, MatchKey } from '../../nodes/AlfaCrm/entities/types';
import { findAddedResource } from '../support/actionKinds';

/** Something that an entity declares, with its place as failures name it: "customer / phone". */
interface Declaration<Field> {
	place: string;
	entity: Entity;
	field: Field;
}

/** A match key of an entity, with its place. */
interface DeclaredMatchKey {
	place: string;
	entity: Entity;
	key: MatchKey;
}

/** An action of an entity, with its place. */
interface DeclaredAction {
	place: string;
	entity: Entity;
	action: Action;
}

type Named = Pick<Field, 'name' | 'label'>;

export const SINGLE_ID_TYPES: readonly string[] = ['id', 'reference', 'record'];
export const ID_LIST_TYPES: readonly string[] = ['ids', 'references', 'records'];

/** Lists the names of fields. */
export function namesOf(fields: readonly Named[] = []): string[] {
	return fields.map(({ name }) => name);
}

/** Lists the labels of fields. */
export function labelsOf(fields: readonly Named[] = []): string[] {
	return fields.map(({ label }) => label);
}

/** Finds values that stand more than once in a list. */
export function findRepeatedValues<T>(values: readonly T[]): T[] {
	return values.filter((value, index) => values.indexOf(value) !== index);
}

/** Finds names that are not in a list of known names. */
export function findUnknownNames(names: readonly string[], knownNames: readonly string[]): string[] {
	return names.filter((name) => !knownNames.includes(name));
}

/** Finds the declarations that break a rule, and lists their places, such as "customer / phone". */
export function findBreaches<D extends { place: string }>(
	declarations: readonly D[],
	breaksRule: (declaration: D) => boolean,
): string[] {
	return declarations.filter(breaksRule).map(({ place }) => place);
}

/** Lists the fields that the form of an action asks for, besides the record itself. */
export function fieldsAskedBy({ query = [], fields = [] }: Action): Field[] {
	return [...query, ...fields];
}

/** Lists all fields that the forms of an entity ask for, and the fields inside of their rows. */
export function formFieldsOf(entity: Entity): Array<Field | Filter> {
	const { fields, filters, hidden = {}, parentFields = [], actions = [] } = entity;
	const partition = hidden.partition && { ...hidden.partition, type: 'choices' as const };
	const topFields = [
		...fields,
		...filters,
		...(hidden.views ?? []),
		...parentFields,
		...(partition ? [partition] : []),
		...actions.flatMap(fieldsAskedBy),
	];
	return topFields.flatMap(withFieldsOfRows);
}

/** Lists a field, and the fields inside of its rows if it has rows. */
function withFieldsOfRows(field: Field | Filter): Array<Field | Filter> {
	if (field.type !== 'rows') return [field];

	return [field, ...field.fields.flatMap(withFieldsOfRows)];
}

/** Lists the fields that AlfaCRM returns in a record of an entity. */
export function returnedFieldsOf(entity: Entity): Array<Field | ShownField> {
	const { fields, outputFields = [], parentFields = [] } = entity;
	return [
		{ type: 'id', name: 'id', label: 'ID' },
		...outputFields,
		...parentFields,
		...fields.filter(({ writeOnly }) => !writeOnly),
	];
}

/** Lists the parameters of a list that stand beside its filters. */
export function parametersBesideFiltersOf({ hidden = {} }: Entity): Named[] {
	const { views = [], partition } = hidden;
	return partition === undefined ? [...views] : [...views, partition];
}

/** The resources of the records that an action adds to a customer. */
export const addedResources: readonly string[] = entities.flatMap(({ actions = [] }) =>
	actions.flatMap((action) => findAddedResource(action) ?? []),
);

export const formFields = declare(formFieldsOf);
export const writtenFields = declare(({ fields }) => fields);
export const filters = declare((entity) => entity.filters);
export const parentFields = declare((entity) => entity.parentFields ?? []);
export const outputFields = declare((entity) => entity.outputFields ?? []);

export const matchKeys = entities.flatMap((entity): DeclaredMatchKey[] => {
	const keys = entity.match?.keys ?? [];
	return keys.map((key) => ({ place: `${entity.resource} / ${key.name}`, entity, key }));
});

export const declaredActions = entities.flatMap((entity): DeclaredAction[] => {
	const actions = entity.actions ?? [];
	return actions.map((action) => ({ place: `${entity.resource} / ${action.name}`, entity, action }));
});

/** Collects the declarations of one kind, such as the filters, of all entities. */
function declare<F extends { name: string }>(
	listFields: (entity: Entity) => readonly F[],
): Array<Declaration<F>> {
	return entities.flatMap((entity) =>
		listFields(entity).map((field) => ({ place: `${entity.resource} / ${field.name}`, entity, field })),
	);
}
