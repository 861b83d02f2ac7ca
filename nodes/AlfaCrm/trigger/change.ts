import type { IDataObject } from 'n8n-workflow';

import { readId, readInteger } from '../api/formats';

export const EVENTS = ['create', 'update', 'delete'];

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

/** @returns the delivery or, in words, why it is none */
export function readChange(body: unknown): Change | string {
	if (!isMap(body)) return 'The body is not a JSON object';
	const { event, entity, entity_id, branch_id, user_id, datetime, fields_old, fields_new, fields_rel } = body;
	if (typeof event !== 'string' || event.trim() === '') return 'event is not the name of an event';
	if (typeof entity !== 'string' || entity.trim() === '') return 'entity is not the name of a class';
	const id = readId(entity_id);
	if (id === undefined) return 'entity_id is not the number of a record';
	return {
		event: event.trim(),
		entity: entity.trim(),
		entity_id: id,
		branch_id: readId(branch_id) ?? null,
		user_id: readInteger(user_id) ?? null,
		datetime: typeof datetime === 'string' && datetime !== '' ? datetime : null,
		fields_old: readFields(fields_old),
		fields_new: readFields(fields_new),
		fields_rel: readFields(fields_rel),
	};
}

/** Empty maps come as `[]`, null ones as `""`, and some builds of AlfaCRM send JSON inside of JSON. API notes 10. */
function readFields(value: unknown): IDataObject {
	const fields = typeof value === 'string' ? parsed(value) : value;
	// PHP writes a map with the keys 0, 1, 2 as a list.
	return isMap(fields) || Array.isArray(fields) ? { ...(fields as IDataObject) } : {};
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function isMap(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
