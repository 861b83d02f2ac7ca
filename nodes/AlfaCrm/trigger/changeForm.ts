import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { classLabels } from '../entities/classes';
import { changeNames } from '../entities/events';
import { sortByName } from '../fields/order';

/** Where one class is more than the label of the resource says. */
const CLEARER: Record<string, string> = { Customer: 'Customer (Leads and Clients)' };

function classOptions(): INodePropertyOptions[] {
	return sortByName(
		Object.entries(classLabels).map(([value, label]) => ({
			name: CLEARER[value] ?? label,
			value,
			description: `AlfaCRM calls it ${value}`,
		})),
	);
}

/** What both triggers ask about changes that AlfaCRM tells of, by the names of its log and its webhooks. */
export const changeEvents: INodeProperties = {
	displayName: 'Events',
	name: 'events',
	type: 'multiOptions',
	options: changeNames.map(({ value, label }) => ({ name: label, value })),
	default: [],
	description: 'What must have happened. Left empty, every event counts.',
};

export const changeEntities: INodeProperties = {
	displayName: 'Entities',
	name: 'entities',
	type: 'multiOptions',
	options: classOptions(),
	default: [],
	description:
		'What it must have happened to. Left empty, all entities count; an expression can give names of classes that are not listed.',
};

export const changedFields: INodeProperties = {
	displayName: 'Changed Fields',
	name: 'changedFields',
	type: 'string',
	default: '',
	placeholder: 'e.g. lead_status_id, study_status_id',
	description:
		'Names of fields as AlfaCRM calls them, separated by commas. An update must have changed one of them; other events pass.',
};
