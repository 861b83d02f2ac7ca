import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Choice } from '../entities/fieldTypes';

/** Sorts options by name, as n8n demands of every list of options. */
export function sortByName<Option extends { name: string }>(options: Option[]): Option[] {
	return [...options].sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** Sorts the parameters of a collection, as n8n demands. */
export function sortByDisplayName(properties: INodeProperties[]): INodeProperties[] {
	return [...properties].sort((a, b) => a.displayName.localeCompare(b.displayName, 'en'));
}

/** Makes the options of a dropdown from choices. */
export function toOptions(choices: readonly Choice[]): INodePropertyOptions[] {
	const options = choices.map(({ value, label, description }) => {
		const option: INodePropertyOptions = { name: label, value };
		if (description) option.description = description;
		return option;
	});
	return sortByName(options);
}
