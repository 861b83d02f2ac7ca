import type { IDataObject, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { collect } from '../api/list';
import { readArchivedFlag, isSwitchedOff } from '../entities/archive';
import { makeListCall } from '../entities/listCall';
import { LESSON_CUSTOMERS, listMethod } from '../entities/methodNames';
import { entities, entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { NONE } from '../fields/reference';
import { titleOf, addIdsToEqualNames } from '../fields/titles';
import { readId, readIds } from '../values/formats';
import { chooseBranch, compareByWeight } from './formChoices';
import { listLessonCustomers } from './lessonCustomers';

type OptionsLoader = (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>;

/**
 * The methods that fill the dropdowns of the form from the account: one for each entity, and one
 * for the customers of a lesson. n8n requires the name `loadOptions`.
 */
export const loadOptions: Record<string, OptionsLoader> = {
	...Object.fromEntries(entities.map((entity) => [listMethod(entity), makeOptionsLoader(entity)])),
	async [LESSON_CUSTOMERS](this: ILoadOptionsFunctions) {
		return await listLessonCustomers(this);
	},
};

function makeOptionsLoader(entity: Entity): OptionsLoader {
	return async function (this: ILoadOptionsFunctions) {
		return await listOptions(this, entity);
	};
}

/**
 * Lists the records of an entity in AlfaCRM's own order, which is stored in `weight`. If fields can
 * be without a record (a lead can have no stage), the choice for "none" comes first.
 */
async function listOptions(
	context: ILoadOptionsFunctions,
	entity: Entity,
): Promise<INodePropertyOptions[]> {
	const client = new ApiClient(context);
	const branch = await chooseBranch(context, client, entity);
	const { rows } = await collect(client, makeListCall(entity, branch));
	rows.sort(compareByWeight);
	const containerNames = await readContainerNames(client, entity, branch, rows);

	const options = rows.map((row) => toOption(row, entity, containerNames));
	const nameOfNone = entity.listed?.none;
	if (nameOfNone !== undefined) {
		options.unshift({ name: nameOfNone, value: NONE });
	}
	return addIdsToEqualNames(options);
}

/**
 * The names of containers, by ID. A container is a record to which other records belong: a funnel
 * is the container of its lead stages.
 */
type ContainerNames = ReadonlyMap<number, string>;

/**
 * Reads the names of the containers to which rows belong, such as the funnels of lead stages. With
 * these names, a user can distinguish stages of two funnels that have the same name. Returns no
 * names if all rows belong to one container, or if the list of containers cannot be read.
 */
async function readContainerNames(
	client: ApiClient,
	{ listed }: Entity,
	branch: number | undefined,
	rows: readonly IDataObject[],
): Promise<ContainerNames> {
	const names = new Map<number, string>();
	// The field of a row that holds the ID of its container, and the entity of the container.
	const partOf = listed?.partOf;
	if (partOf === undefined) return names;

	const containerIds = readIds(rows.map((row) => row[partOf.field]));
	const hasSeveral = new Set(containerIds).size > 1;
	if (!hasSeveral) return names;

	const container = entityOf(partOf.entity);
	for (const row of await readRowsIfPossible(client, container, branch)) {
		const id = readId(row.id);
		if (id !== undefined) {
			names.set(id, titleOf(row, container));
		}
	}
	return names;
}

/** Reads the rows of a list. Returns no rows if the list cannot be read. */
async function readRowsIfPossible(
	client: ApiClient,
	entity: Entity,
	branch: number | undefined,
): Promise<IDataObject[]> {
	try {
		const { rows } = await collect(client, makeListCall(entity, branch));
		return rows;
	} catch {
		return [];
	}
}

/**
 * Describes a record as a choice of a dropdown, for example "New (inactive) · Main funnel ·
 * archived".
 */
function toOption(
	row: IDataObject,
	entity: Entity,
	containerNames: ContainerNames,
): INodePropertyOptions {
	const inactive = isSwitchedOff(row) ? ' (inactive)' : '';
	const nameParts = [`${titleOf(row, entity)}${inactive}`];

	const containerField = entity.listed?.partOf?.field;
	const containerId = containerField === undefined ? undefined : readId(row[containerField]);
	const containerName = containerId === undefined ? undefined : containerNames.get(containerId);
	if (containerName !== undefined) {
		nameParts.push(containerName);
	}
	if (readArchivedFlag(row)) {
		nameParts.push('archived');
	}
	return { name: nameParts.join(' · '), value: row.id as number };
}
