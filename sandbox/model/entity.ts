import type { Changeset } from './changeset';
import type { DateStyle } from './dates';
import type { Json, JsonObject, Row } from './json';
import type { Records } from './records';
import type { Settings } from './settings';

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
	| 'moment' // stored as yyyy-mm-dd hh:mm:ss
	| 'clock' // hh:mm; seconds are accepted and dropped
	| 'raw'; // anything; never written by callers

export interface Field {
	kind: FieldKind;
	/** The name by which messages call it. */
	label: string;
	required?: boolean;
	/** Only the server sets it. */
	readOnly?: boolean;
	/** Longest text. */
	max?: number;
	values?: ReadonlyArray<number | string>;
	/** Date formats accepted on write; `dotted` if absent. */
	style?: DateStyle;
	/** Date format in answers; `dotted` if absent. */
	stored?: 'dotted' | 'iso';
	/** Of an input: the field under which answers show it; giving that back will do. */
	shownAs?: string;
	/** An ISO date in place of a dotted one is reported as a success and saves nothing. API notes 5.3. */
	losesIso?: true;
	/** Value of a new record that does not name the field; null (or an empty list) if absent. */
	initial?: Json;
}

/** What a filter compares. `field` is the filter's own name if absent. */
export type Filter =
	| { kind: 'equals'; field?: string; default?: (settings: Settings) => Json | undefined } // number or flag; a list means "any of"
	| { kind: 'contains'; field?: string } // part of a text, or of any text of a list
	| { kind: 'containsDigits'; field?: string } // the same, on digits alone
	| { kind: 'includes'; field?: string } // the list field holds any of the values
	| { kind: 'range'; field?: string } // a number, or [from, to]
	| { kind: 'gte'; field: string; as: BoundType }
	| { kind: 'lte'; field: string; as: BoundType }
	| { kind: 'overlaps'; edge: 'from' | 'to'; as: DateStyle; isCurrent?: true } // b_date to e_date touches it; today if absent
	| { kind: 'oneOf'; field: string; default: number; all?: number; isSingle?: true } // `all` for no limit
	| { kind: 'archived'; hides?: (row: Row) => boolean } // 0 active (default), 1 all, 2 archived only
	| { kind: 'ended'; field: string; default?: (settings: Settings) => Json | undefined } // true = only those whose day has passed, false = all; as the server's own value false = the others
	| { kind: 'isNull'; field: string }
	| { kind: 'related'; field: string; lookup: (records: Records, value: Json) => ReadonlySet<Json> } // field is one of them
	| { kind: 'active'; field: string }; // true = active ones only, false = all

/** A number, full years since a date of birth, or a date. */
export type BoundType = 'number' | 'age' | DateStyle;

/** What an answer knows when it shows a row. */
export interface SerializeContext {
	/** The row as stored, hidden fields included. */
	row: Row;
	/** What the call asked for; `{}` after a write. */
	body: JsonObject;
	records: Records;
	settings: Settings;
}

export interface Entity {
	/** Name in paths, in records and in the journal. */
	path: string;
	/** Class name in logs and webhooks; null when its changes leave no trace. */
	className: string | null;
	/** Which of index, create, update and delete it has; all if absent. */
	actions?: readonly string[];
	/** Further actions that list, with the entity whose rows they show. */
	lists?: Readonly<Record<string, string>>;
	/** Tells of the changes of all other records. It only grows, and is no part of the state that it tells of. */
	isLog?: true;
	/** Belongs to the account: its paths need no branch. */
	isGlobal?: true;
	/** `index` may be called by GET as well. */
	mayGet?: boolean;
	/** Whether every page of `index` holds all rows. API notes 5.10. */
	showsAllRows?: (settings: Settings) => boolean;
	/** Parameters that an action needs in the query; rows must agree with those other than `id`. */
	params?: Readonly<Record<string, readonly string[]>>;
	/** Field that ties a record to branches; absent when every branch lists every record. */
	branchField?: string;
	/** A branch of the setting `pooledBranches` lists those of all branches. API notes 3. */
	isPooled?: true;
	fields: Readonly<Record<string, Field>>;
	/** Written under these names, but stored otherwise by `beforeSave`. */
	inputs?: Readonly<Record<string, Field>>;
	/** Kept in rows so that filters have something to look at, never shown in answers. */
	hidden?: Readonly<Record<string, Json>>;
	/** Those of them that the log tells all the same. */
	logged?: (settings: Settings) => readonly string[];
	filters: Readonly<Record<string, Filter>>;
	/** What the invented school has of it, where that is always the same; ids are the places in this list, from 1, unless a row says its own. */
	fixtures?: readonly JsonObject[];
	/** How a record is archived: a day is put in place of `active`, or the flag is set to 1. */
	archive?: { field: string; active: string | 0 };
	/** Two dates that must follow each other, and the name under which the second is refused. */
	period?: { from: string; to: string; allowsSameDay: boolean; errorField: string };
	/** Place in lists: smaller first; of equals the newest. */
	sortKey: (row: Row) => number;
	/** Rules of its own for a write, and what follows from the values. */
	beforeSave?: (changeset: Changeset) => void;
	/** The records that one create makes; the values themselves if absent. */
	expand?: (changeset: Changeset) => readonly JsonObject[];
	/** What a change brings about in other records, whoever made it. */
	afterChange?: (records: Records, row: Row) => void;
	/** What an update makes of the fields that it does not name. */
	beforeUpdate?: (changeset: Changeset) => void;
	/** Last touch on a row for an answer. */
	serialize?: (shown: JsonObject, context: SerializeContext) => JsonObject;
}
