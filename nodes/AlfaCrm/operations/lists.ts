/*
 * Makes the resources that list several entities. *Reference List*, for example, lists lesson
 * types, plans, discounts and more. They keep 'Resource' short, and their only operation is *Get
 * Many*. An entity declares in which of them it is (`listedIn`).
 */

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { entities } from '../entities/registry';
import type { Entity, ListResource } from '../entities/types';
import { sortByName } from '../fields/order';
import { assembleForm, showWhen } from '../form/assemble';
import { objectOf, STRING } from '../output/recordSchema';
import type { Item } from '../run/item';
import type { Output, OtherResource } from '../run/operation';
import { FORM_SECTIONS } from '../run/operation';
import { resolveListItem } from '../run/resolveItem';
import { getMany } from './common/getMany';

interface ListDeclaration {
	/** The value of 'Resource'. Stored in workflows. */
	resource: ListResource;
	label: string;
	/** The action in n8n's list of operations, which is all that an AI agent sees. */
	action: string;
	/** The parameter that chooses one of the entities. Its name is stored in workflows. */
	entityChoice: Pick<INodeProperties, 'default' | 'displayName' | 'name'>;
}

const declarations: readonly ListDeclaration[] = [
	{
		resource: 'referenceList',
		label: 'Reference List',
		action: 'Get many from reference list such as lesson types or plans or discounts',
		entityChoice: { displayName: 'List', name: 'list', default: 'lessonType' },
	},
	{
		resource: 'message',
		label: 'Message',
		action: 'Get many messages such as SMS or mail or phone calls',
		entityChoice: { displayName: 'Kind', name: 'kind', default: 'smsMessage' },
	},
];

/** The resources that list several entities, by their values of 'Resource'. */
export const lists: ReadonlyMap<string, OtherResource> = new Map(
	declarations.map((declaration) => [declaration.resource, makeListResource(declaration)]),
);

function makeListResource(declaration: ListDeclaration): OtherResource {
	const { resource, label } = declaration;
	const members = entities.filter(({ listedIn }) => listedIn === resource);
	const entityParameter = makeEntityParameter(declaration, members);
	const getManyParts = members.map((entity) => ({
		show: { [entityParameter.name]: entity.resource },
		part: getMany.form(entity),
	}));
	const getManyForm = assembleForm(FORM_SECTIONS, [entityParameter.name], getManyParts);
	const showForResource = (parameter: INodeProperties) =>
		showFor(declaration, members.length, parameter);

	return {
		label,
		operation: showForResource(makeOperationParameter(declaration)),
		form: [entityParameter, ...getManyForm].map(showForResource),
		execute: async (item) => await getManyOf(item, entityParameter, members),
		outputs: { getAll: objectOf({ id: { type: 'integer' }, name: STRING }) },
	};
}

async function getManyOf(
	item: Item,
	entityParameter: INodeProperties,
	members: readonly Entity[],
): Promise<Output[]> {
	// `item.choice` refuses a value that the parameter does not offer, so the entity is found.
	const choice = item.choice(entityParameter);
	const entity = members.find(({ resource }) => resource === choice) as Entity;
	const resolvedItem = await resolveListItem(item, entity);
	const rows = await getMany.execute(resolvedItem, entity);
	return rows.map((json) => ({ json }));
}

// ---------------------------------------------------------------- the form

function makeOperationParameter({ action }: ListDeclaration): INodeProperties {
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: [{ name: 'Get Many', value: 'getAll', action }],
		default: 'getAll',
	};
}

function makeEntityParameter(
	{ entityChoice }: ListDeclaration,
	members: readonly Entity[],
): INodeProperties {
	return {
		...entityChoice,
		type: 'options',
		noDataExpression: true,
		options: sortByName(members.map(makeEntityOption)),
	};
}

function makeEntityOption({ plural, resource, certainty }: Entity): INodePropertyOptions {
	const option: INodePropertyOptions = { name: plural, value: resource };
	if (certainty === 'unconfirmed') option.description = 'Not verified live';
	return option;
}

/**
 * Shows a parameter only for the resource. `assembleForm` names the entities for which a parameter
 * is shown. If these are all entities of the resource, the condition is left out, because it would
 * only make n8n's description of the node longer.
 */
function showFor(
	{ resource, entityChoice }: ListDeclaration,
	memberCount: number,
	parameter: INodeProperties,
): INodeProperties {
	const { [entityChoice.name]: shownEntities = [], ...otherConditions } =
		parameter.displayOptions?.show ?? {};
	const isForAll = shownEntities.length === 0 || shownEntities.length === memberCount;
	return showWhen(parameter, {
		resource: [resource],
		...(isForAll ? {} : { [entityChoice.name]: shownEntities }),
		...otherConditions,
	});
}
