import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { classLabels } from '../entities/registry';
import { changeNames } from '../entities/events';
import type { Field } from '../entities/fieldTypes';
import { sortByName } from '../fields/order';
import type { Change } from './change';
import type { TriggerParameters } from './parameters';

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
	options: changeNames.map(({ value, label, action }) => ({ name: label, value, action })),
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

/** What was asked for about changes; what is empty lets everything pass. */
interface ChangeFilters {
	/** Names of events and of classes, as AlfaCRM writes those that are known. */
	events: string[];
	classes: string[];
	/** Of which an update must have changed one. */
	fields: string[];
}

/** Events by their names, or by what the form shows for them, in whatever case. */
export function readEvents(parameters: TriggerParameters): string[] {
	const eventOf = (word: string) =>
		changeNames.find(({ value, label }) => isSame(value, word) || isSame(label, word))?.value;
	const names = parameters.words(changeEvents).map(eventOf);
	if (names.every((name) => name !== undefined)) return names;
	const { name, displayName: label } = changeEvents;
	const field: Field = { type: 'choices', name, label, choices: [...changeNames] };
	return parameters.read(field, parameters.input(changeEvents)) as string[];
}

export const readClasses = (parameters: TriggerParameters): string[] =>
	parameters
		.words(changeEntities)
		.map((word) => Object.keys(classLabels).find((name) => isSame(name, word)) ?? word);

/**
 * Whether a change is what was asked for. Whether an event of an unknown name changes fields is not known, so only an
 * update must have changed certain ones.
 */
export const passes = (
	{ events, classes, fields }: ChangeFilters,
	{ event, entity, fields_old, fields_new }: Change,
): boolean =>
	(events.length === 0 || events.includes(event)) &&
	(classes.length === 0 || classes.some((name) => isSame(name, entity))) &&
	(event !== 'update' ||
		fields.length === 0 ||
		fields.some((name) => Object.hasOwn(fields_new, name) || Object.hasOwn(fields_old, name)));

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
