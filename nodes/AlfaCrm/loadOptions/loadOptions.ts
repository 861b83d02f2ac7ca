import type { IDataObject, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { collect } from '../api/list';
import { archivedFlag, isSwitchedOff } from '../entities/archive';
import { listCall } from '../entities/listCall';
import { LESSON_CUSTOMERS, listMethod } from '../entities/methodNames';
import { entities, entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { NONE } from '../fields/reference';
import { titleOf, toldApart } from '../fields/titles';
import { readId } from '../values/formats';
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
 * Lists the records of an entity in the order of AlfaCRM. If other records may do without a record
 * of this entity, as a lead may have no stage, the choice for that comes first.
 */
async function listOptions(
	context: ILoadOptionsFunctions,
	entity: Entity,
): Promise<INodePropertyOptions[]> {
	const client = new ApiClient(context);
	const branch = await chooseBranch(context, client, entity);
	const { rows } = await collect(client, listCall(entity, branch));
	rows.sort(compareByWeight);
	const containerNames = await readContainerNames(client, entity, branch, rows);

	const options = rows.map((row) => toOption(row, entity, containerNames));
	const nameOfNone = entity.listed?.none;
	if (nameOfNone !== undefined) options.unshift({ name: nameOfNone, value: NONE });
	return toldApart(options);
}

/**
 * The names of containers, by ID. A container is a record that has others as its parts: a funnel is
 * the container of its lead stages.
 */
type ContainerNames = ReadonlyMap<number | undefined, string>;

/**
 * Reads the names of the containers of the rows, if there are several containers. Without the
 * names, stages of two funnels could not be told apart. If the list of containers cannot be read,
 * the dropdown does not show their names.
 */
async function readContainerNames(
	client: ApiClient,
	{ listed }: Entity,
	branch: number | undefined,
	rows: readonly IDataObject[],
): Promise<ContainerNames> {
	const partOf = listed?.partOf;
	if (partOf === undefined) return new Map();

	const containerIds = rows
		.map((row) => readId(row[partOf.field]))
		.filter((id) => id !== undefined);
	const hasSeveral = new Set(containerIds).size > 1;
	if (!hasSeveral) return new Map();

	const container = entityOf(partOf.entity);
	const list = await collect(client, listCall(container, branch)).catch(() => ({ rows: [] }));
	return new Map(list.rows.map((row) => [readId(row.id), titleOf(row, container)]));
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

	const { partOf } = entity.listed ?? {};
	const containerName = partOf && containerNames.get(readId(row[partOf.field]));
	if (containerName !== undefined) nameParts.push(containerName);
	if (archivedFlag(row)) nameParts.push('archived');
	return { name: nameParts.join(' · '), value: row.id as number };
}
