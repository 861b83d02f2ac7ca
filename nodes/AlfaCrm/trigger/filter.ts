import type { IPollFunctions, IWebhookFunctions } from 'n8n-workflow';

import { asNodeError } from '../api/errors';
import type { Field, FieldType } from '../entities/fieldTypes';
import { classLabels } from '../entities/classes';
import { changeNames } from '../entities/events';
import { isBlank, itemsIn, serialize } from '../fields/field';
import { unreadable } from '../fields/unreadable';
import type { Change } from './change';

type Context = IPollFunctions | IWebhookFunctions;

const EVENTS: Field = { name: 'events', label: 'Events', type: 'choices', choices: [...changeNames] };

/**
 * Whether the workflow asks for this; an empty filter lets everything pass. Whether an event of an unknown name changes
 * fields is not known, so only an update must have changed certain ones.
 */
export function isWanted(context: IWebhookFunctions, change: Change): boolean {
	const events = eventsOf(context);
	const branches = idsOf(context, 'branchIds', 'Branch Names or IDs');
	const entities = entitiesOf(context);
	return (
		has(events, change.event) &&
		isAmong(entities, change.entity) &&
		has(branches, change.branch_id) &&
		(change.event !== 'update' || hasChanged(namesOf(context, 'changedFields', 'Changed Fields'), change))
	);
}

function has<T>(wanted: T[], value: T | null): boolean {
	return wanted.length === 0 || wanted.includes(value as T);
}

/** The names of events, or what the form shows for them, in whatever case. */
export function eventsOf(context: Context): string[] {
	const given: unknown = context.getNodeParameter('events', []);
	const names = isBlank(EVENTS, given) ? [] : itemsIn(EVENTS, given).map(eventOf);
	return names.every((name) => name !== undefined) ? names : (read(context, EVENTS, given) as string[]);
}

function eventOf(item: unknown): string | undefined {
	const isIt = (name: string) => typeof item === 'string' && isSame(name, item.trim());
	return changeNames.find(({ value, label }) => isIt(value) || isIt(label))?.value;
}

/** Names of classes, as AlfaCRM writes those that are known. */
export function entitiesOf(context: Context): string[] {
	return namesOf(context, 'entities', 'Entities').map(
		(word) => Object.keys(classLabels).find((name) => isSame(name, word)) ?? word,
	);
}

/** Whether a class is one of those that are asked for; any is if none is named. */
export function isAmong(classes: readonly string[], name: string): boolean {
	return classes.length === 0 || classes.some((one) => isSame(one, name));
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Whether an update touches one of the fields; any does if none is named. */
export function hasChanged(fields: string[], { fields_old, fields_new }: Change): boolean {
	return (
		fields.length === 0 ||
		fields.some((field) => Object.hasOwn(fields_new, field) || Object.hasOwn(fields_old, field))
	);
}

export function idsOf(context: Context, name: string, label: string): number[] {
	return listOf<number>(context, name, label, { type: 'ids' });
}

/** A switch; as the form has it where nothing is given. */
export function flagOf(context: Context, value: unknown, label: string, fallback: boolean): boolean {
	return (read(context, { name: '', label, type: 'boolean' }, value) as boolean | undefined) ?? fallback;
}

/** One of several values; as the form has it where nothing is given. */
export function choiceOf(context: Context, field: Field, fallback: number): number {
	return (
		(read(context, field, context.getNodeParameter(field.name, fallback)) as number | undefined) ?? fallback
	);
}

/** How many; as the form has it where nothing is given. */
export function countOf(context: Context, value: unknown, label: string, fallback: number): number {
	return (
		(read(context, { name: '', label, type: 'integer', min: 0 }, value) as number | undefined) ?? fallback
	);
}

function listOf<T>(context: Context, name: string, label: string, type: FieldType): T[] {
	return (read(context, { name, label, ...type }, context.getNodeParameter(name, [])) ?? []) as T[];
}

/**
 * @returns undefined where nothing is given
 * @throws NodeOperationError when an expression gives something else, so that no event is lost in silence
 */
function read(context: Context, field: Field, value: unknown): unknown {
	if (isBlank(field, value)) return undefined;
	try {
		return serialize(field, value, context.getTimezone());
	} catch (caught) {
		throw asNodeError(context.getNode(), caught);
	}
}

/** A list, or one text with commas. */
export function namesOf(context: Context, name: string, label: string): string[] {
	const value: unknown = context.getNodeParameter(name, []);
	const texts = [value].flat().filter((item) => item !== null && item !== undefined);
	if (!texts.every((item) => typeof item === 'string')) {
		throw asNodeError(context.getNode(), unreadable({ label }, 'names', value));
	}
	return texts
		.flatMap((text) => text.split(','))
		.map((word) => word.trim())
		.filter((word) => word !== '');
}
