import type { ILoadOptionsFunctions } from 'n8n-workflow';

import { readId } from '../values/formats';
import type { Field } from '../entities/fieldTypes';
import { entityOf } from '../entities/registry';
import type { Entity, QueryId } from '../entities/types';
import { serialize } from '../fields/field';

/** The record whose own ones a list shows: by which name it travels in the query, and its ID where it is known. */
interface Parent {
	name: string;
	label: string;
	id?: number;
}

/**
 * The record whose own ones are listed, as it stands in the form: under the name of the key, alone or in a collection,
 * or, where the form is about such a record, as that. An expression shows it only when the node runs.
 *
 * @returns undefined for an entity that lists all of its records
 */
export function parentOf(
	context: ILoadOptionsFunctions,
	{ listed, keys = [] }: Entity,
	zone: string,
): Parent | undefined {
	const key = keys.find(({ name }) => name === listed?.search?.of);
	if (key === undefined) return undefined;
	const { name, label } = key;
	const isAbout = context.getCurrentNodeParameter('resource') === ownerOf(key);
	const places = [name, `updateFields.${name}`, `additionalFields.${name}`, ...(isAbout ? ['id'] : [])];
	const ids = places.map((place) => chosenId(context, { ...key, name: place }, zone));
	return { name, label, id: ids.find((id) => id !== undefined) };
}

const ownerOf = (key: QueryId): string | undefined =>
	key.type === 'record' ? entityOf(key.entity).resource : undefined;

/** The record that is chosen in a parameter of the form; undefined for none, and for an expression. */
export function chosenId(context: ILoadOptionsFunctions, field: Field, zone: string): number | undefined {
	try {
		return readId(serialize(field, context.getCurrentNodeParameter(field.name), zone));
	} catch {
		return undefined;
	}
}
