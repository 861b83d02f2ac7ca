import type { IPollFunctions, IWebhookFunctions } from 'n8n-workflow';

import { asNodeError } from '../api/errors';
import type { Field, FieldType } from '../fields/types';
import { isBlank, serialize } from '../fields/field';
import { unreadable } from '../fields/unreadable';
import type { Change } from './change';
import { EVENTS } from './change';

type Context = IPollFunctions | IWebhookFunctions;

const CHOICES = EVENTS.map((value) => ({ value, label: value }));

/**
 * Whether the workflow asks for this; an empty filter lets everything pass. Whether an event of an unknown name changes
 * fields is not known, so only an update must have changed certain ones.
 */
export function isWanted(context: IWebhookFunctions, change: Change): boolean {
	const events = listOf<string>(context, 'events', 'Events', { type: 'choices', choices: CHOICES });
	const branches = idsOf(context, 'branchIds', 'Branch Names or IDs');
	const entities = wordsOf(context, 'entities', 'Entities').map((name) => name.toLowerCase());
	return (
		has(events, change.event) &&
		has(entities, change.entity.toLowerCase()) &&
		has(branches, change.branch_id) &&
		(change.event !== 'update' || hasChanged(wordsOf(context, 'changedFields', 'Changed Fields'), change))
	);
}

function has<T>(wanted: T[], value: T | null): boolean {
	return wanted.length === 0 || wanted.includes(value as T);
}

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
export function flagOf(context: Context, value: unknown, label: string, preset: boolean): boolean {
	return (read(context, { name: '', label, type: 'boolean' }, value) as boolean | undefined) ?? preset;
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
export function wordsOf(context: Context, name: string, label: string): string[] {
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
