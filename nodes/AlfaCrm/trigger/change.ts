/**
 * Reads changes of records. AlfaCRM tells of a change in two ways: it sends a webhook, and it adds
 * an entry to its log. Both are read into a `Change`, so the other code does not depend on the way
 * by which a change came. API notes 5.21 and 8.
 */

import type { IDataObject } from 'n8n-workflow';

import { parseJson, readId, readInteger } from '../values/formats';
import { LOG_EVENT } from '../entities/log';
import { isPlainObject } from '../fields/blank';
import { canonicalJson } from '../fields/object';

/**
 * How many levels of objects and lists a body may have: 100 for its fields, and one for the body
 * itself. AlfaCRM sends a few. Anybody can send JSON with thousands of levels, and code that walks
 * through it would exceed the stack.
 */
const MAX_LEVELS = 101;

/**
 * A change of one record, with AlfaCRM's own names. API notes 8.
 *
 * It is also part of the items that start the workflow. It is no interface, because TypeScript does
 * not accept an interface where n8n expects an `IDataObject`.
 */
export type Change = {
	/** `create`, `update`, `delete`, or an event that is not known here. */
	event: string;
	/** The class of the record, such as `Customer`. */
	entity: string;
	entity_id: number;
	/** The branch of the event; null if AlfaCRM names none. */
	branch_id: number | null;
	/** The user who made the change. */
	user_id: number | null;
	/** By the clock of the school, usually `yyyy-mm-dd hh:mm:ss`; null if there is none. */
	datetime: string | null;
	/** The values before an update, of the changed fields only; empty for a new record. */
	fields_old: IDataObject;
	/** The values after the change: of all fields for a new record, otherwise of changed ones. */
	fields_new: IDataObject;
	/** Values of related records. AlfaCRM rarely sends any. */
	fields_rel: IDataObject;
};

/**
 * Reads a change from the body of a webhook, such as
 * `{ "event": "update", "entity": "Customer", "entity_id": 45, "fields_new": { "name": "Anna" } }`.
 *
 * @returns the change, or a text that says why the body does not describe a change
 */
export function readChange(body: unknown): Change | string {
	if (!isPlainObject(body)) return 'The body is not a JSON object';

	const { event, entity } = body;
	const recordId = readId(body.entity_id);
	if (!isFilledText(event)) return 'event is not the name of an event';
	if (!isFilledText(entity)) return 'entity is not the name of a class';
	if (recordId === undefined) return 'entity_id is not the number of a record';

	const fields = {
		fields_old: readFieldMap(body.fields_old),
		fields_new: readFieldMap(body.fields_new),
		fields_rel: readFieldMap(body.fields_rel),
	};
	// AlfaCRM may send the fields as a text that holds JSON, so the levels are counted after reading.
	const isNestedTooDeeply = hasMoreLevels({ ...body, ...fields }, MAX_LEVELS);
	if (isNestedTooDeeply) return 'The body is nested too deeply';

	return {
		event: event.trim(),
		entity: entity.trim(),
		entity_id: recordId,
		branch_id: readId(body.branch_id) ?? null,
		user_id: readInteger(body.user_id) ?? null,
		datetime: readTime(body.datetime),
		...fields,
	};
}

/**
 * Reads a change from an entry of AlfaCRM's log. The entry has a code instead of the name of an
 * event, such as 1 for `create`, and does not say in which branch the change was made.
 * API notes 5.21.
 *
 * @param branch the branch whose log has the entry; null if the caller does not need it
 * @returns undefined if the entry names no record
 */
export function readLogEntry(entry: IDataObject, branch: number | null): Change | undefined {
	// An entry with an unknown code has changed the record in some way, so it counts as an update.
	const event = EVENTS_BY_LOG_CODE[String(entry.event)] ?? 'update';
	const webhookBody = { ...entry, event, branch_id: branch, datetime: entry.date_time };

	const change = readChange(webhookBody);
	const isReadable = typeof change !== 'string';
	return isReadable ? change : undefined;
}

/** The names that webhooks have for the codes of the log. */
const EVENTS_BY_LOG_CODE: Record<string, string> = {
	[LOG_EVENT.created]: 'create',
	[LOG_EVENT.updated]: 'update',
	[LOG_EVENT.deleted]: 'delete',
};

/**
 * Makes a change that only names a record, for `RecordReader`: it reads the records of changes. The
 * event makes no difference to it unless it is `delete`.
 */
export function makeChangeForReading(entity: string, id: number): Change {
	return readChange({ event: 'update', entity, entity_id: id }) as Change;
}

/** Whether a change gives a field this value, and the field had another value before. */
export function hasBecome(change: Change, field: string, value: number): boolean {
	return isSameValue(change.fields_new[field], value) && hasChanged(change, field);
}

/** Whether a field has another value than before. Every field of a new record has changed. */
export function hasChanged({ event, fields_old, fields_new }: Change, field: string): boolean {
	return event === 'create' || !isSameValue(fields_old[field], fields_new[field]);
}

/** Compares two values of a field. A missing value is the same as an empty one. */
function isSameValue(firstValue: unknown, secondValue: unknown): boolean {
	return writeComparableText(firstValue) === writeComparableText(secondValue);
}

/** Writes a value as a text, because AlfaCRM sends some numbers as texts. */
function writeComparableText(value: unknown): string {
	// `String` would write every map in the same way.
	if (isPlainObject(value)) return canonicalJson(value);
	if (Array.isArray(value)) return value.map(writeComparableText).join(',');
	return String(value ?? '');
}

function isFilledText(value: unknown): value is string {
	return typeof value === 'string' && value.trim() !== '';
}

/**
 * Reads the fields of a change. AlfaCRM sends an empty map as `[]`, a missing one as `""`, and
 * sometimes a map as a text that holds JSON. API notes 5.21 and 8.
 *
 * @returns an empty object for anything else
 */
function readFieldMap(value: unknown): IDataObject {
	const fields = typeof value === 'string' ? parseJson(value) : value;
	// PHP writes a map with the keys 0, 1, 2 as a list. The copy is a map with these keys again.
	const isMap = isPlainObject(fields) || Array.isArray(fields);
	return isMap ? { ...(fields as IDataObject) } : {};
}

/**
 * Reads a time as a text of whatever format, because it is only compared and passed on. Returns
 * null if there is no time.
 */
function readTime(value: unknown): string | null {
	if (typeof value === 'number' && value > 0) return String(value);
	if (typeof value !== 'string' || value.trim() === '') return null;

	return value.trim();
}

/** Whether objects and lists are nested in each other more than `levels` levels deep. */
function hasMoreLevels(value: unknown, levels: number): boolean {
	if (typeof value !== 'object' || value === null) return false;
	if (levels === 0) return true;

	return Object.values(value).some((innerValue) => hasMoreLevels(innerValue, levels - 1));
}
