/**
 * The three filters for changes that both triggers have in their forms: events, entities and
 * changed fields. `changeEvents`, `changeEntities` and `changedFields` are the parameters; the
 * functions `read…` read them; `passesFilters` applies them. An empty filter lets every change
 * pass.
 *
 * AlfaCRM names the kind of a changed record by a class, such as `Customer`. The form shows classes
 * as entities.
 */

import type { ILoadOptionsFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { classLabels, entities } from '../entities/registry';
import { changeNames, eventTypes } from '../entities/events';
import { sortByName } from '../fields/order';
import { quoted } from '../fields/unreadable';
import { shownFields } from '../output/recordSchema';
import type { Change } from './change';
import type { TriggerParameters } from './parameters';

/**
 * The labels of classes whose usual label, that of their entity, names only a part of the records.
 */
const LABEL_EXCEPTIONS: Record<string, string> = { Customer: 'Customer (Leads and Clients)' };

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
		Object.entries(classLabels).map(([className, label]) => ({
			name: LABEL_EXCEPTIONS[className] ?? label,
			value: className,
			description: `AlfaCRM calls it ${className}`,
		})),
	),
	default: [],
	description:
		'What it must have happened to. Left empty, all entities count; an expression can give names of classes that are not listed.',
};

/** The parameter 'Changed Fields'. Its list is loaded by the function in `declaredLists`. */
export const changedFields: INodeProperties = {
	// n8n's lint demands a label that ends with "Names or IDs" for a list that is loaded.
	displayName: 'Changed Field Names or IDs',
	name: 'changedFields',
	type: 'multiOptions',
	// `event` is a parameter of the polling trigger only. There it may name a class as well.
	typeOptions: { loadOptionsMethod: 'changedFields', loadOptionsDependsOn: ['event', 'entities'] },
	default: [],
	description:
		'An update must have changed one of them; other events pass. Left empty, every change counts. An expression may also give names as AlfaCRM writes them, such as custom_school. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
};

/** The changes that the user asked for. An empty list lets every change pass. */
interface ChangeFilters {
	/** Names of events, such as `create`. */
	events: string[];
	/** Names of classes, such as `Customer`. */
	classes: string[];
	/** Names of fields. An update must have changed at least one of them. */
	fields: string[];
}

/**
 * Whether the filters of the form let a change pass: by what happened, by the class of the record,
 * such as `Customer`, and by the fields that were changed. An empty filter lets every change pass.
 */
export function passesFilters(filters: ChangeFilters, change: Change): boolean {
	const { events, classes, fields } = filters;
	const isWantedEvent = events.length === 0 || events.includes(change.event);
	const isOfWantedClass = classes.length === 0 || includesIgnoringCase(classes, change.entity);
	if (!isWantedEvent || !isOfWantedClass) return false;

	// Only an update changes single fields, so the filter of fields lets every other event pass.
	const isFieldFilterUsed = fields.length > 0 && change.event === 'update';
	if (!isFieldFilterUsed) return true;

	const changedFieldNames = [...Object.keys(change.fields_new), ...Object.keys(change.fields_old)];
	return fields.some((field) => changedFieldNames.includes(field));
}

/**
 * Reads the parameter 'Events' as names of events, such as `create`. An expression may also give
 * the label that the form shows for an event, in upper or lower case.
 */
export function readEvents(parameters: TriggerParameters): string[] {
	const eventNames: string[] = [];
	for (const word of parameters.readWords(changeEvents)) {
		const eventName = findEventName(word);
		// For an unknown word, `choices` throws an error that lists the known events.
		if (eventName === undefined) return parameters.choices(changeEvents);

		eventNames.push(eventName);
	}
	return eventNames;
}

/** Finds the event that has a word as its name or as its label; undefined if none has. */
function findEventName(word: string): string | undefined {
	const event = changeNames.find(({ value, label }) => includesIgnoringCase([value, label], word));
	return event?.value;
}

/** Reads 'Entities'. A class that is not declared is kept as the user wrote it. */
export function readClasses(parameters: TriggerParameters): string[] {
	const knownClasses = Object.keys(classLabels);
	const words = parameters.readWords(changeEntities);
	return words.map((word) => {
		const knownClass = knownClasses.find((name) => isEqualIgnoringCase(name, word));
		return knownClass ?? word;
	});
}

/**
 * Reads the parameter 'Changed Fields' as names of fields. An expression may give a field by its
 * name, such as `dob`, or by the label that the list shows, such as "Date of Birth".
 *
 * @param classes the classes whose fields count, such as `Customer`; all classes if empty
 * @throws for a word that cannot be the name of a field, because no update would pass the filter
 */
export function readChangedFields(
	parameters: TriggerParameters,
	classes: readonly string[],
): string[] {
	const labelsByField = collectFieldLabels(classes);
	const fieldNames: string[] = [];
	for (const word of parameters.readWords(changedFields)) {
		const declaredFields = findFields(labelsByField, word);
		// AlfaCRM has fields that are not declared here, so the word itself may be a name.
		const mayBeFieldName = FIELD_NAME.test(word);
		if (declaredFields.length > 0) {
			fieldNames.push(...declaredFields);
		} else if (mayBeFieldName) {
			fieldNames.push(word);
		} else {
			throw makeUnknownFieldError(parameters, labelsByField, word);
		}
	}
	return fieldNames;
}

/** Accepts `custom_school` and `b_date`; rejects `School` and `2nd_phone`. */
const FIELD_NAME = /^[a-z][a-z\d_]*$/;

/** Finds the fields that have a word as their name or as one of their labels. */
function findFields(labelsByField: LabelsByField, word: string): string[] {
	const fieldNames: string[] = [];
	for (const [name, labels] of labelsByField) {
		if (includesIgnoringCase([name, ...labels], word)) fieldNames.push(name);
	}
	return fieldNames;
}

/** Makes the error for a word that is no field. The error lists the labels of all fields. */
function makeUnknownFieldError(
	parameters: TriggerParameters,
	labelsByField: LabelsByField,
	word: string,
): Error {
	const labels = [...labelsByField.values()].flatMap((labelsOfField) => [...labelsOfField]);
	const message = `'Changed Field Names or IDs' has ${quoted(word)}, which is no field: it may have ${labels.join(', ')}, or names as AlfaCRM writes them`;
	return parameters.unreadableError(message, changedFields.displayName);
}

/**
 * Lists of the form that are filled from the declarations of the entities, without a call to
 * AlfaCRM.
 */
export const declaredLists: Record<
	string,
	(this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>
> = {
	async changedFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
		const labelsByField = collectFieldLabels(findChosenClasses(this));
		const options = sortByName(makeFieldOptions(labelsByField));
		// n8n expects a promise, although nothing has to be awaited.
		return await Promise.resolve(options);
	},
};

/**
 * Finds the classes whose fields the open form should list: the class of the chosen event, or the
 * classes that 'Entities' names. Returns an empty list for all classes.
 */
function findChosenClasses(form: ILoadOptionsFunctions): string[] {
	const eventName = form.getCurrentNodeParameter('event');
	const event = eventTypes.find(({ value }) => value === eventName);
	// An event of the kind `logged` may be about one class of records, such as `Customer`.
	const classOfEvent = event?.kind === 'logged' ? event.className : undefined;
	if (classOfEvent !== undefined) return [classOfEvent];

	const chosenClasses = form.getCurrentNodeParameter(changeEntities.name);
	// In the open form, an expression is still a text. It gives its classes when the node runs.
	const isExpression = !Array.isArray(chosenClasses);
	return isExpression ? [] : (chosenClasses as string[]);
}

/**
 * The labels of fields, by the names of the fields. Two entities may have different labels for
 * fields of the same name.
 */
type LabelsByField = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Collects the labels that the form shows for the fields of classes, by the names of the fields:
 * `dob` has the label "Date of Birth".
 *
 * @param classes AlfaCRM's classes of records, such as `Customer`; all classes if empty
 */
function collectFieldLabels(classes: readonly string[]): LabelsByField {
	const labelsByField = new Map<string, Set<string>>();
	for (const entity of entities) {
		const { className } = entity;
		// AlfaCRM tells of no changes of an entity without a class.
		if (className === undefined) continue;

		const isWantedClass = classes.length === 0 || classes.includes(className);
		if (!isWantedClass) continue;

		for (const { name, label } of shownFields(entity)) {
			// An ID never changes.
			if (name === 'id') continue;

			const labels = labelsByField.get(name) ?? new Set();
			labels.add(label);
			labelsByField.set(name, labels);
		}
	}
	return labelsByField;
}

/**
 * Makes the options of the list 'Changed Fields', one for each field. If several fields have the
 * same label, each option also shows the name of the field, as in "Note (note)".
 */
function makeFieldOptions(labelsByField: LabelsByField): INodePropertyOptions[] {
	const labelByField = new Map<string, string>();
	for (const [name, labels] of labelsByField) {
		labelByField.set(name, [...labels].join(' / '));
	}
	const allLabels = [...labelByField.values()];

	const options: INodePropertyOptions[] = [];
	for (const [name, label] of labelByField) {
		const isLabelUnique = allLabels.indexOf(label) === allLabels.lastIndexOf(label);
		options.push({
			name: isLabelUnique ? label : `${label} (${name})`,
			value: name,
			description: `AlfaCRM calls it ${name}`,
		});
	}
	return options;
}

function includesIgnoringCase(texts: readonly string[], text: string): boolean {
	return texts.some((candidate) => isEqualIgnoringCase(candidate, text));
}

function isEqualIgnoringCase(text: string, otherText: string): boolean {
	return text.toLowerCase() === otherText.toLowerCase();
}
