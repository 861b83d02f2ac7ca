import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Shown } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import type { JsonSchema } from '../../fields/kind';
import { isList } from '../../fields/field';
import { showWhen } from '../../form/assemble';
import type { ParameterReader } from '../execution/parameters';
import { LINK, linkOf } from './link';
import type { LocatedRow, NamedField, NameSource } from './names';
import { namedFields, namesIn, withNames } from './names';
import type { ObjectSchema } from './recordSchema';
import { objectOf, recordSchema, shownFields, STRING } from './recordSchema';
import { simplifiedSchema, simplifier, simplify } from './simplify';

/** How what was read comes out. */
type ShowRows = (rows: readonly LocatedRow[], source: NameSource) => Promise<IDataObject[]>;

const asTheyAre: ShowRows = async (rows) => rows.map(({ row }) => row);

export const addNames: INodeProperties = {
	displayName: 'Add Names',
	name: 'addNames',
	type: 'boolean',
	default: true,
	description:
		'Whether to put names beside IDs, such as subject_name beside subject_id. Takes one more request for each list of names that is needed.',
};

/** Without Simplify rows come as AlfaCRM sends them, unless names are asked for. */
const addNamesToAll: INodeProperties = { ...addNames, default: false };

/** Those of all fields of a record, or of some. */
const namesOf = (entity: Entity, only?: readonly string[]): NamedField[] =>
	namedFields(shownFields(entity).filter(({ name }) => only === undefined || only.includes(name)));

/** A value that n8n does not know before the node runs. */
const AN_EXPRESSION = { _cnd: { regex: '^=' } };

/** The switches of what reads records. */
export function readingForm(entity: Entity): INodeProperties[] {
	if (entity.simple === undefined) return namesForm(shownFields(entity));
	const besideSimple =
		namesOf(entity, entity.simple).length > 0 ? [showWhen(addNames, { simplify: [true] })] : [];
	if (namesOf(entity).length === 0) return [simplify, ...besideSimple];
	// n8n shows all that an expression may decide about; one of both will do.
	const hide = { simplify: [true, ...(besideSimple.length > 0 ? [AN_EXPRESSION] : [])] };
	return [simplify, ...besideSimple, { ...addNamesToAll, displayOptions: { hide } }];
}

/** Reads the switches before anything is sent. */
export function readingOutput(parameters: ParameterReader, entity: Entity): ShowRows {
	const isSimple = entity.simple !== undefined && parameters.flag(simplify);
	if (!isSimple) return fullOutput(parameters, entity);
	const all = namesOf(entity, entity.simple);
	const named = all.length > 0 && parameters.flag(addNames) ? all : [];
	return async (rows, source) => {
		const show = simplifier(entity, source.origin, named);
		const names = await namesIn(rows, named, source);
		return rows.map((one) => show(one.row, one.branch, names(one)));
	};
}

function fullOutput(parameters: ParameterReader, entity: Entity): ShowRows {
	const named = namesOf(entity);
	const isAsked = named.length > 0 && parameters.flag(entity.simple ? addNamesToAll : addNames);
	return isAsked ? fullWithNames(entity) : asTheyAre;
}

/** Records as they are, with the names of all that they name and the address of their page. */
export function fullWithNames(entity: Entity): ShowRows {
	const named = namesOf(entity);
	return async (rows, source) => {
		const names = await namesIn(rows, named, source);
		return rows.map((one) => ({
			...withNames(one.row, named, names(one)),
			...(entity.pages && !Object.hasOwn(one.row, LINK)
				? { [LINK]: linkOf(entity, one.row, source.origin, one.branch) }
				: {}),
		}));
	};
}

/** The switch of what reads rows that are no records of an entity. */
export const namesForm = (fields: readonly Shown[]): INodeProperties[] =>
	namedFields(fields).length > 0 ? [addNames] : [];

/** The same for such rows. */
export function namedOutput(parameters: ParameterReader, fields: readonly Shown[]): ShowRows {
	const all = namedFields(fields);
	if (all.length === 0 || !parameters.flag(addNames)) return asTheyAre;
	return async (rows, source) => {
		const names = await namesIn(rows, all, source);
		return rows.map((one) => withNames(one.row, all, names(one)));
	};
}

/** What comes out if nothing else is asked for. */
export function readingSchema(entity: Entity): ObjectSchema {
	if (entity.simple) return simplifiedSchema(entity, namesOf(entity, entity.simple));
	const { properties } = withNameSchema(recordSchema(entity), shownFields(entity));
	return objectOf({ ...properties, ...(entity.pages ? { [LINK]: STRING } : {}) });
}

/** Adds the names to a schema that has the fields. */
export function withNameSchema({ properties }: ObjectSchema, fields: readonly Shown[]): ObjectSchema {
	const named = new Map(namedFields(fields).map((one) => [one.field.name, one]));
	const entries = Object.entries(properties).flatMap(([name, schema]): Array<[string, JsonSchema]> => {
		const one = named.get(name);
		if (one === undefined || one.as in properties) return [[name, schema]];
		return [
			[name, schema],
			[one.as, isList(one.field) ? { type: 'array', items: STRING } : STRING],
		];
	});
	return objectOf(Object.fromEntries(entries));
}
