import type { IDataObject } from 'n8n-workflow';

import { digest } from './keys';
import { canonicalJson } from '../fields/object';
import { changeOf } from './change';
import { stampOf } from './stamps';

/** Characters of a key: of 10,000 known entries, one in ten million new ones is taken for one of them. */
export const KEY_CHARACTERS = 6;

/** An entry of the change log by what tells it from all others: it has no ID. */
export interface Entry {
	key: string;
	stamp: string;
}

export const timeOf = (row: IDataObject): string => stampOf(row, 'date_time');

/** Whether an entry has a time that can be read: without one nobody could tell for how long it is to be remembered. */
export const isTimed = (row: IDataObject): boolean => timeOf(row) !== '';

/**
 * Those that have a time. Equal ones are told apart by counting them from the oldest on, for the next one comes on top of
 * the list.
 */
export function entriesOf(rows: readonly IDataObject[]): Array<Entry & { row: IDataObject }> {
	const counts = new Map<string, number>();
	const fromOldest = rows
		.filter(isTimed)
		.reverse()
		.map((row) => {
			const content = contentOf(row);
			const count = (counts.get(content) ?? 0) + 1;
			counts.set(content, count);
			return { row, key: digest(`${content} ${count}`, KEY_CHARACTERS), stamp: timeOf(row) };
		});
	return fromOldest.reverse();
}

const contents = new WeakMap<IDataObject, string>();

/** What stays the same whenever an entry is listed: names that are rendered beside it may change. */
export function contentOf(row: IDataObject): string {
	const content = contents.get(row) ?? readContent(row);
	contents.set(row, content);
	return content;
}

function readContent(row: IDataObject): string {
	const change = changeOf(row, null);
	if (change === undefined) return canonicalJson(row);
	const { event, entity, entity_id, user_id, datetime, fields_old, fields_new } = change;
	return canonicalJson([event, entity, entity_id, user_id, datetime, fields_old, fields_new]);
}
