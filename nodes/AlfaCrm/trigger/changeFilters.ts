import type { ILoadOptionsFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { classLabels, entities } from '../entities/registry';
import { changeNames, eventTypes } from '../entities/events';
import { sortByName } from '../fields/order';
import { quoted } from '../fields/unreadable';
import { shownFields } from '../output/recordSchema';
import type { Change } from './change';
import type { TriggerParameters } from './parameters';

/** Where one class is more than the label of the resource says. */
const CLEARER: Record<string, string> = { Customer: 'Customer (Leads and Clients)' };

/**
 * What both triggers ask about changes that AlfaCRM tells of, by the names of its log and its
 * webhooks.
 */
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
	options: sortByName(
		Object.entries(classLabels).map(([value, label]) => ({
			name: CLEARER[value] ?? label,
			value,
			description: `AlfaCRM calls it ${value}`,
		})),
	),
	default: [],
	description:
		'What it must have happened to. Left empty, all entities count; an expression can give names of classes that are not listed.',
};

/** Filled by `declaredLists`; the label is the one that n8n's lint wants of what is loaded. */
export const changedFields: INodeProperties = {
	displayName: 'Changed Field Names or IDs',
	name: 'changedFields',
	type: 'multiOptions',
	typeOptions: { loadOptionsMethod: 'changedFields', loadOptionsDependsOn: ['event', 'entities'] },
	default: [],
	description:
		'An update must have changed one of them; other events pass. Left empty, every change counts. An expression may also give names as AlfaCRM writes them, such as custom_school. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
};

/**
 * The fields of some classes, of all that are known if there are none: their labels, which differ
 * now and then, by their names.
 */
function fieldsOf(classes: readonly string[]): Map<string, Set<string>> {
	const fields = new Map<string, Set<string>>();
	for (const entity of entities) {
		const { className } = entity;
		if (className === undefined || (classes.length > 0 && !classes.includes(className))) continue;
		for (const { name, label } of shownFields(entity))
			if (name !== 'id') fields.set(name, (fields.get(name) ?? new Set()).add(label));
	}
	return fields;
}

/** Fills lists of the form from what is declared: nothing is asked of AlfaCRM. */
export const declaredLists: Record<
	string,
	(this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>
> = {
	async changedFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
		const event = eventTypes.find(({ value }) => value === this.getCurrentNodeParameter('event'));
		const own = event?.kind === 'logged' ? event.className : undefined;
		const chosen = this.getCurrentNodeParameter(changeEntities.name);
		// An expression names its classes when the node runs.
		const fields = fieldsOf(
			own === undefined ? (Array.isArray(chosen) ? (chosen as string[]) : []) : [own],
		);
		const shown = [...fields].map(([value, labels]) => ({ value, label: [...labels].join(' / ') }));
		const isAmbiguous = (text: string) => shown.filter(({ label }) => label === text).length > 1;
		const options = shown.map(({ value, label }) => ({
			name: isAmbiguous(label) ? `${label} (${value})` : label,
			value,
			description: `AlfaCRM calls it ${value}`,
		}));
		return await Promise.resolve(sortByName(options));
	},
};

/**
 * Fields by their names or, as an expression may have them, by what the list shows. Another name
 * may be one that is not declared, if it is written as AlfaCRM writes names; what is none would let
 * no update pass.
 */
export function readFields(parameters: TriggerParameters, classes: readonly string[]): string[] {
	const fields = [...fieldsOf(classes)];
	return parameters.words(changedFields).flatMap((word) => {
		const named = fields.filter(([name, labels]) =>
			[name, ...labels].some((one) => isSame(one, word)),
		);
		if (named.length > 0) return named.map(([name]) => name);
		if (/^[a-z][a-z\d_]*$/.test(word)) return [word];
		const choices = fields.flatMap(([, labels]) => [...labels]).join(', ');
		throw parameters.unreadableError(
			`'Changed Field Names or IDs' has ${quoted(word)}, which is no field: it may have ${choices}, or names as AlfaCRM writes them`,
			changedFields.displayName,
		);
	});
}

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
	return names.every((name) => name !== undefined) ? names : parameters.choices(changeEvents);
}

export const readClasses = (parameters: TriggerParameters): string[] =>
	parameters
		.words(changeEntities)
		.map((word) => Object.keys(classLabels).find((name) => isSame(name, word)) ?? word);

/**
 * Whether a change is what was asked for. Whether an event of an unknown name changes fields is not
 * known, so only an update must have changed certain ones.
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
