import type { INodeProperties } from 'n8n-workflow';

import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { optionsMethod, searchMethod } from '../entities/methodNames';

interface Picking {
	/** By ID several can be given, separated by commas. */
	several?: true;
	/** No address tells whose page it is to be. */
	withoutUrl?: true;
}

/** A record among many: searched for in the account, or given by its ID or, where it has a page that is known, its address. */
export function picker(
	entity: Entity,
	{ several, withoutUrl }: Picking = {},
): Pick<INodeProperties, 'type' | 'default' | 'modes'> {
	const noun = entity.label.toLowerCase();
	const [page] = withoutUrl ? [] : (entity.pages ?? []);
	return {
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: `Select a ${noun}...`,
				typeOptions: { searchListMethod: searchMethod(entity), searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: several ? 'e.g. 501, 502' : 'e.g. 501',
			},
			...(page === undefined
				? []
				: [
						{
							displayName: 'By URL',
							name: 'url',
							type: 'string' as const,
							placeholder: `e.g. https://demo.s20.online/company/1/${page.name}/view?id=501`,
							hint: 'The address of its page in your AlfaCRM',
						},
					]),
		],
	};
}

/** Statuses and the like differ by branch, branches do not; what a method lists is of the record of the form. */
export function loadedFrom(resource: string, listedBy?: string): INodeProperties['typeOptions'] {
	if (listedBy) return { loadOptionsMethod: listedBy, loadOptionsDependsOn: ['branchId', 'id.value'] };
	const entity = entityOf(resource);
	return {
		loadOptionsMethod: optionsMethod(entity),
		...(entity.scope === 'branch' ? { loadOptionsDependsOn: ['branchId'] } : {}),
	};
}
