import { entities } from '../../nodes/AlfaCrm/entities/registry';
import type { Action, Entity, QueryId } from '../../nodes/AlfaCrm/entities/types';
import type { Field, Filter, Shown } from '../../nodes/AlfaCrm/entities/fieldTypes';

/** Each entity by the name of its resource. */
export const TABLE = entities.map((entity): [string, Entity] => [entity.resource, entity]);

export const OPERATIONS = ['create', 'delete', 'find', 'get', 'getAll', 'update', 'upsert'];
export const CERTAINTIES = ['confirmed', 'documented', 'unconfirmed'];

export const repeated = <T>(values: readonly T[]): T[] =>
	values.filter((value, index) => values.indexOf(value) !== index);
export type Named = Pick<Field, 'name' | 'label'>;
export const namesOf = (fields: readonly Named[] = []) => fields.map(({ name }) => name);
export const labelsOf = (fields: readonly Named[] = []) => fields.map(({ label }) => label);

/** What an action asks for, besides the record itself. */
export const askedBy = ({ query = [], body = [] }: Action): Field[] => [...query, ...body];

/** A field and, if it holds rows, what is in them. */
const deep = (field: Field | Filter): Array<Field | Filter | QueryId> =>
	field.type === 'rows' ? [field, ...field.fields.flatMap(deep)] : [field];

/** All that a form may ask for. */
export const allOf = ({
	fields,
	filters,
	defaultFilters = [],
	keys = [],
	partitionBy,
	actions = [],
}: Entity) =>
	[
		...fields,
		...filters,
		...defaultFilters,
		...keys,
		...(partitionBy ? [{ ...partitionBy, type: 'choices' as const }] : []),
		...actions.flatMap(askedBy),
	].flatMap(deep);

/** What a record has when AlfaCRM returns it. */
export const returned = ({ fields, outputFields = [], keys = [] }: Entity): Array<Field | Shown> => [
	{ type: 'id', name: 'id', label: 'ID' },
	...outputFields,
	...keys,
	...fields.filter(({ writeOnly }) => !writeOnly),
];
