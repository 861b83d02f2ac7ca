import type { IDataObject, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { collect } from '../api/list';
import { readFlag, readId } from '../values/formats';
import { archivedFlag } from '../entities/archive';
import { listCall } from '../entities/listCall';
import { entities, entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { lessonCustomers } from './lessonCustomers';
import { byWeight, chosenBranch } from './rows';
import { optionsMethod } from '../entities/methodNames';
import { NONE } from '../fields/reference';
import { titleOf, toldApart } from '../fields/titles';

type Loader = (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>;

/** A dropdown for each entity, filled from the account. */
const ofEntities: Record<string, Loader> = Object.fromEntries(
	entities.map((entity) => [
		optionsMethod(entity),
		async function (this: ILoadOptionsFunctions) {
			const client = new ApiClient(this);
			const branch = await chosenBranch(this, client, entity);
			const rows = (await collect(client, listCall(entity, branch))).rows.sort(byWeight);
			const wholes = await namesOfWholes(rows, entity, client, branch);
			const { none: called } = entity.listed ?? {};
			const none = called === undefined ? [] : [{ name: called, value: NONE }];
			return toldApart([...none, ...rows.map((row) => toOption(row, entity, wholes))]);
		},
	]),
);

export const loadOptions: Record<string, Loader> = { ...ofEntities, ...lessonCustomers };

/**
 * What the rows are parts of, by ID: one list more, where they are parts of several. A dropdown does without it where
 * the user may not read that list.
 */
async function namesOfWholes(
	rows: readonly IDataObject[],
	{ listed: { partOf } = {} }: Entity,
	client: ApiClient,
	branch: number | undefined,
): Promise<Map<number | undefined, string>> {
	if (!partOf || new Set(rows.flatMap((row) => readId(row[partOf.field]) ?? [])).size < 2) return new Map();
	const whole = entityOf(partOf.entity);
	const list = await collect(client, listCall(whole, branch)).catch(() => ({ rows: [] }));
	return new Map(list.rows.map((row) => [readId(row.id), titleOf(row, whole)]));
}

function toOption(
	row: IDataObject,
	entity: Entity,
	wholes: ReadonlyMap<number | undefined, string>,
): INodePropertyOptions {
	const off = [row.is_enabled, row.is_active].some((flag) => readFlag(flag) === 0) ? ' (Off)' : '';
	const { partOf } = entity.listed ?? {};
	const whole = partOf && wholes.get(readId(row[partOf.field]));
	const details = [...(whole === undefined ? [] : [whole]), ...(archivedFlag(row) ? ['archived'] : [])];
	return { name: [titleOf(row, entity) + off, ...details].join(' · '), value: row.id as number };
}
