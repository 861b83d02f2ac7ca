import type { DateStyle } from './dates';
import type { Json, JsonObject, Row } from './json';
import type { Settings } from './settings';
import type { Store } from './store';

/** What a field holds: decides how a written value is checked and stored. */
export type FieldKind =
	| 'int'
	| 'ints'
	| 'flag'
	| 'choice' // one of `values`
	| 'string'
	| 'scalar' // text or number, kept as it came
	| 'strings' // list of texts; a single text is accepted
	| 'phones' // the same, stored as +7(XXX)XXX-XX-XX
	| 'money' // stored as "575.00"
	| 'date' // stored in `stored`, accepted in `style`
	| 'moment'; // stored as yyyy-mm-dd hh:mm:ss

export interface Field {
	kind: FieldKind;
	/** The name by which messages call it. */
	label: string;
	required?: boolean;
	/** Required as well when a setting says so. */
	requiredWhen?: (settings: Settings) => boolean;
	/** Only the server sets it. */
	readOnly?: boolean;
	/** Longest text. */
	max?: number;
	values?: readonly number[];
	/** Date formats accepted on write; `dotted` if absent. */
	style?: DateStyle;
	/** Date format in answers; `dotted` if absent. */
	stored?: 'dotted' | 'iso';
	/** Value of a new record that does not name the field; null (or an empty list) if absent. */
	initial?: Json;
}

/** What a filter compares. `field` is the filter's own name if absent. */
export type Filter =
	| { by: 'equals'; field?: string } // number or flag; a list means "any of"
	| { by: 'contains'; field?: string } // part of a text, or of any text of a list
	| { by: 'digits'; field?: string } // the same, on digits alone
	| { by: 'includes'; field?: string } // the list field holds any of the values
	| { by: 'from' | 'to'; field: string; of: 'number' }
	| { by: 'from' | 'to'; field: string; of: 'age' } // field is a date of birth
	| { by: 'from' | 'to'; field: string; of: DateStyle }
	| { by: 'either'; field: string; both: number; absent: number } // 0/1, or `both` for no limit
	| { by: 'archived' } // 0 active (default), 1 all, 2 archived only
	| { by: 'active'; field: string }; // true = active ones only, false = all

export interface Entity {
	/** Name in paths, in records and in the journal. */
	path: string;
	/** Class name in logs and webhooks. */
	className: string;
	/** Field that ties a record to branches; absent when every branch lists every record. */
	branchField?: string;
	fields: Readonly<Record<string, Field>>;
	/** Kept in rows so that filters have something to look at, never shown in answers. */
	hidden?: Readonly<Record<string, Json>>;
	filters: Readonly<Record<string, Filter>>;
	/** How a record is archived: the field holds `active` until the day of archiving is put there. */
	archive?: { field: string; active: string };
	/** Place in lists: smaller first; of equals the newest. */
	rank: (row: Row) => number;
	/** Last touch on a row for an index answer. */
	present?: (row: Row, body: JsonObject, store: Store) => JsonObject;
}

/** A row with every field of the entity, filled with initial values. */
export function emptyRow(entity: Entity): Record<string, Json> {
	const row: Record<string, Json> = {};
	for (const [name, field] of Object.entries(entity.fields)) {
		const isListField = ['ints', 'strings', 'phones'].includes(field.kind);
		row[name] = field.initial ?? (isListField ? [] : null);
	}
	return { ...row, ...entity.hidden };
}
