import type { IDataObject } from 'n8n-workflow';

import { parseJson, readId, readInteger } from '../values/formats';
import { LOG_EVENT } from '../entities/log';
import { isPlain } from '../fields/blank';

/**
 * AlfaCRM nests a few. Who walks through thousands, as JSON does that is written, comes to the end
 * of the stack.
 */
const MOST_LEVELS = 101;

/** What AlfaCRM tells of a change; also the item that starts the workflow. API notes 8. */
export type Change = {
	event: string;
	/** A class name such as Customer. */
	entity: string;
	entity_id: number;
	branch_id: number | null;
	user_id: number | null;
	datetime: string | null;
	fields_old: IDataObject;
	fields_new: IDataObject;
	fields_rel: IDataObject;
};

/** Of a record that is to be read, whatever happened to it. */
export const recordNamed = (entity: string, entity_id: number): Change =>
	readChange({ event: 'update', entity, entity_id }) as Change;

/** @returns the delivery or, in words, why it is none */
export function readChange(body: unknown): Change | string {
	if (!isPlain(body)) return 'The body is not a JSON object';
	const {
		event,
		entity,
		entity_id,
		branch_id,
		user_id,
		datetime,
		fields_old,
		fields_new,
		fields_rel,
	} = body;
	if (typeof event !== 'string' || event.trim() === '') return 'event is not the name of an event';
	if (typeof entity !== 'string' || entity.trim() === '')
		return 'entity is not the name of a class';
	const id = readId(entity_id);
	if (id === undefined) return 'entity_id is not the number of a record';
	const fields = {
		fields_old: readFields(fields_old),
		fields_new: readFields(fields_new),
		fields_rel: readFields(fields_rel),
	};
	if (isDeeper({ ...body, ...fields }, MOST_LEVELS)) return 'The body is nested too deeply';
	return {
		event: event.trim(),
		entity: entity.trim(),
		entity_id: id,
		branch_id: readId(branch_id) ?? null,
		user_id: readInteger(user_id) ?? null,
		datetime: readTime(datetime),
		...fields,
	};
}

/** In whatever form; it is only compared and passed on. */
function readTime(value: unknown): string | null {
	const text = typeof value === 'string' ? value.trim() : '';
	return typeof value === 'number' && value > 0 ? String(value) : text || null;
}

function isDeeper(value: unknown, levels: number): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/**
 * Empty maps come as `[]`, null ones as `""`, and some builds of AlfaCRM send JSON inside of JSON.
 * API notes 10.
 */
function readFields(value: unknown): IDataObject {
	const fields = typeof value === 'string' ? parseJson(value) : value;
	// PHP writes a map with the keys 0, 1, 2 as a list.
	return isPlain(fields) || Array.isArray(fields) ? { ...(fields as IDataObject) } : {};
}

const LOGGED: Record<string, string> = {
	[LOG_EVENT.created]: 'create',
	[LOG_EVENT.updated]: 'update',
	[LOG_EVENT.deleted]: 'delete',
};

/** An entry of the change log in the form that webhooks have. API notes 5.21. */
export function changeOf(row: IDataObject, branch: number | null): Change | undefined {
	const event = LOGGED[String(row.event)] ?? 'update';
	const change = readChange({ ...row, event, branch_id: branch, datetime: row.date_time });
	return typeof change === 'string' ? undefined : change;
}

/** Whether a field got this value and had another one before. */
export const isBecome = (change: Change, field: string, value: number): boolean =>
	isSame(change.fields_new[field], value) && hasOther(change, field);

/** Whether a field has another value than before. A new record had none. */
export function hasOther({ event, fields_old, fields_new }: Change, field: string): boolean {
	return event === 'create' || !isSame(fields_old[field], fields_new[field]);
}

/** Numbers come as texts now and then. */
function isSame(a: unknown, b: unknown): boolean {
	return String(a ?? '') === String(b ?? '');
}
