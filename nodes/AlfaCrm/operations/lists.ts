/*
 * Makes the resources that several entities share, so that the list of 'Resource' stays short.
 * *Reference List*, for example, is shared by lesson types, plans, discounts and more. The only
 * operation of such a resource is *Get Many*. The declaration of an entity names the resource
 * (`listedIn`).
 */

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { entities } from '../entities/registry';
import type { Entity, ListResource } from '../entities/types';
import { sortByName } from '../fields/order';
import { assembleForm, showWhen } from '../form/assemble';
import { objectOf, STRING } from '../output/recordSchema';
import type { Item } from '../run/item';
import type { Output, NonEntityResource } from '../run/operation';
import { FORM_SECTIONS } from '../run/operation';
import { resolveListItem } from '../run/resolveItem';
import { getMany } from './common/getMany';

/** The declaration of a resource that several entities share. */
interface ListDeclaration {
	/** The value of 'Resource'. Workflows have stored this value, so it must not change. */
	resource: ListResource;
	label: string;
	/** The text of *Get Many* in n8n's list of operations. An AI agent sees only this text. */
	action: string;
	/**
	 * The parameter that chooses one of the entities. Workflows have stored the name of the
	 * parameter, so it must not change.
	 */
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

/** The resources that several entities share, by their values of 'Resource'. */
export const sharedResources: ReadonlyMap<string, NonEntityResource> = new Map(
	declarations.map((declaration) => [declaration.resource, makeSharedResource(declaration)]),
);

/**
 * Makes a resource such as *Reference List*. In its form, the user chooses one of the entities, and
 * the operation *Get Many* lists the records of the chosen entity.
 */
function makeSharedResource(declaration: ListDeclaration): NonEntityResource {
	const { resource, label } = declaration;
	const members = entities.filter(({ listedIn }) => listedIn === resource);
	const entityParameter = makeEntityParameter(declaration, members);
	// 'Operation' is not among these parameters.
	const parameters = [entityParameter, ...makeGetManyForm(entityParameter.name, members)];
	const showForResource = (parameter: INodeProperties) =>
		showOnlyFor(declaration, members.length, parameter);

	return {
		label,
		operation: showForResource(makeOperationParameter(declaration)),
		form: parameters.map(showForResource),
		execute: async (item) => await getManyOf(item, entityParameter, members),
		// Other fields depend on the chosen entity. The value `getAll` stands for *Get Many*.
		outputs: { getAll: objectOf({ id: { type: 'integer' }, name: STRING }) },
	};
}

/** Lists the records of the entity that the user has chosen. */
async function getManyOf(
	item: Item,
	entityParameter: INodeProperties,
	members: readonly Entity[],
): Promise<Output[]> {
	// `item.choice` throws for a value that the parameter does not offer. So the entity is always
	// found, and the cast is safe.
	const choice = item.choice(entityParameter);
	const entity = members.find(({ resource }) => resource === choice) as Entity;

	// Finds the branch of the item, and the IDs of the records that the user has given by name.
	const resolvedItem = await resolveListItem(item, entity);
	const rows = await getMany.execute(resolvedItem, entity);
	return rows.map((json) => ({ json }));
}

// ---------------------------------------------------------------- the form

/**
 * Makes the parameters of *Get Many* for all entities of a resource. Each parameter is shown for
 * the entities that have it.
 *
 * @param choiceName the name of the parameter that chooses the entity
 */
function makeGetManyForm(choiceName: string, members: readonly Entity[]): INodeProperties[] {
	const parts = members.map((entity) => ({
		show: { [choiceName]: entity.resource },
		part: getMany.form(entity),
	}));
	return assembleForm(FORM_SECTIONS, [choiceName], parts);
}

/** Makes the parameter 'Operation', whose only choice is *Get Many*. */
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

/** Makes the parameter that chooses one of the entities, such as 'List'. */
function makeEntityParameter(
	{ entityChoice }: ListDeclaration,
	members: readonly Entity[],
): INodeProperties {
	const options = members.map(makeEntityOption);
	return {
		...entityChoice,
		type: 'options',
		noDataExpression: true,
		options: sortByName(options),
	};
}

/** Makes the choice of an entity, such as *Lesson Types* in 'List'. */
function makeEntityOption({ plural, resource, certainty }: Entity): INodePropertyOptions {
	const option: INodePropertyOptions = { name: plural, value: resource };
	if (certainty === 'unconfirmed') option.description = 'Not verified live';
	return option;
}

/**
 * Shows a parameter only while the resource is chosen, and only for the entities that have the
 * parameter. `assembleForm` has put these entities into the conditions of the parameter. If all
 * entities of the resource have the parameter, the condition on the entity is left out: it would
 * only make the node's description in n8n longer.
 */
function showOnlyFor(
	{ resource, entityChoice }: ListDeclaration,
	memberCount: number,
	parameter: INodeProperties,
): INodeProperties {
	const conditions = parameter.displayOptions?.show ?? {};
	const { [entityChoice.name]: shownEntities = [], ...otherConditions } = conditions;
	const isShownForAll = shownEntities.length === 0 || shownEntities.length === memberCount;
	const entityCondition = isShownForAll ? {} : { [entityChoice.name]: shownEntities };

	return showWhen(parameter, { resource: [resource], ...entityCondition, ...otherConditions });
}
