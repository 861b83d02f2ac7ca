import type { INodeProperties } from 'n8n-workflow';

import { entities } from '../entities/registry';
import type { Entity, ListResource } from '../entities/types';
import { sortByName } from '../fields/order';
import { assemble, showWhen } from '../form/assemble';
import type { OtherResource } from '../run/operation';
import { SLOTS } from '../run/operation';
import { objectOf, STRING } from '../output/recordSchema';
import { getMany } from './common/getMany';
import { resolveListItem } from '../run/resolveItem';

interface Listing {
	resource: ListResource;
	label: string;
	action: string;
	/** The parameter that chooses one of the lists. */
	by: Pick<INodeProperties, 'default' | 'displayName' | 'name'>;
}

/** A resource that lists several entities, each with the filters that it has. */
function listing({ resource, label, action, by }: Listing): OtherResource {
	const members = entities.filter(({ listedIn }) => listedIn === resource);
	const operation: INodeProperties = {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: [{ name: 'Get Many', value: 'getAll', action }],
		default: 'getAll',
	};
	const choice: INodeProperties = {
		...by,
		type: 'options',
		noDataExpression: true,
		options: sortByName(members.map(optionOf)),
	};
	const parts = members.map((entity) => ({
		show: { [by.name]: entity.resource },
		part: getMany.form(entity),
	}));
	const shown = (parameter: INodeProperties): INodeProperties => {
		const { [by.name]: shownFor = [], ...show } = parameter.displayOptions?.show ?? {};
		const isForAll = shownFor.length === 0 || shownFor.length === members.length;
		return showWhen(parameter, {
			resource: [resource],
			...(isForAll ? {} : { [by.name]: shownFor }),
			...show,
		});
	};
	return {
		label,
		operation: shown(operation),
		form: [choice, ...assemble(SLOTS, [by.name], parts)].map(shown),
		async execute(item) {
			const chosen = item.choice(choice);
			const entity = members.find((one) => one.resource === chosen) as Entity;
			const resolvedItem = await resolveListItem(item, entity);
			return (await getMany.execute(resolvedItem, entity)).map((json) => ({ json }));
		},
		outputs: { getAll: objectOf({ id: { type: 'integer' }, name: STRING }) },
	};
}

const optionOf = ({ plural, resource, certainty }: Entity) => ({
	name: plural,
	value: resource,
	...(certainty === 'unconfirmed' ? { description: 'Not verified live' } : {}),
});

/** What resources that list several entities are called, and by what one of those is chosen. Stored in workflows. */
export const lists: ReadonlyMap<string, OtherResource> = new Map(
	[
		{
			resource: 'referenceList' as const,
			label: 'Reference List',
			action: 'Get many from reference list such as lesson types or plans or discounts',
			by: { displayName: 'List', name: 'list', default: 'lessonType' },
		},
		{
			resource: 'message' as const,
			label: 'Message',
			action: 'Get many messages such as SMS or mail or phone calls',
			by: { displayName: 'Kind', name: 'kind', default: 'smsMessage' },
		},
	].map((one) => [one.resource, listing(one)]),
);
