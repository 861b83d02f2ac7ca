import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Shown } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import type { JsonSchema } from '../../fields/kind';
import { isList } from '../../fields/field';
import { showWhen } from '../../form/assemble';
import type { ParameterReader } from '../execution/parameters';
import { LINK, linkOf } from './link';
import type { LocatedRow, NamedField, NameSource } from './names';
import { namedFields, withNames } from './names';
import type { ObjectSchema } from './recordSchema';
import { objectOf, recordSchema, shownFields, STRING } from './recordSchema';
import { simplifiedSchema, simplifier, simplify } from './simplify';

/** How what was read comes out. */
type ShowRows = (rows: readonly LocatedRow[], source: NameSource) => Promise<IDataObject[]>;

const asTheyAre: ShowRows = async (rows) => rows.map(({ row }) => row);

/** Rows with names beside IDs; one after the other, for the first one reads the lists that the others need. */
const named =
	(
		fields: readonly NamedField[],
		show: (row: IDataObject, one: LocatedRow, origin: string) => IDataObject = (row) => row,
	): ShowRows =>
	async (rows, source) => {
		const items: IDataObject[] = [];
		for (const one of rows) items.push(show(await withNames(one, fields, source), one, source.origin));
		return items;
	};

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
	const all = namesOf(entity, isSimple ? entity.simple : undefined);
	const isNamed =
		all.length > 0 && parameters.flag(isSimple || entity.simple === undefined ? addNames : addNamesToAll);
	if (!isSimple) return isNamed ? fullWithNames(entity) : asTheyAre;
	const fields = isNamed ? all : [];
	const show = simplifier(entity, fields);
	return named(fields, (row, { branch }, origin) => show(row, origin, branch));
}

/** Records as they are, with the names of all that they name and the address of their page. */
export const fullWithNames = (entity: Entity): ShowRows =>
	named(namesOf(entity), (row, { branch }, origin) =>
		entity.pages && !Object.hasOwn(row, LINK) ? { ...row, [LINK]: linkOf(entity, row, origin, branch) } : row,
	);

/** The switch of what reads rows that are no records of an entity. */
export const namesForm = (fields: readonly Shown[]): INodeProperties[] =>
	namedFields(fields).length > 0 ? [addNames] : [];

/** The same for such rows. */
export function namedOutput(parameters: ParameterReader, fields: readonly Shown[]): ShowRows {
	const all = namedFields(fields);
	return all.length > 0 && parameters.flag(addNames) ? named(all) : asTheyAre;
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
