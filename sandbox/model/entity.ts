import type { Changeset } from './changeset';
import type { DateStyle } from './dates';
import type { Json, JsonObject, Row } from './json';
import type { Records } from './records';
import type { Settings } from './settings';

/** The type of a field's value, which decides how a written value is checked and stored. */
export type FieldKind =
	| 'int'
	| 'ints'
	| 'flag'
	| 'choice' // one of `values`
	| 'string'
	| 'scalar' // a text or number, kept as it is sent
	| 'strings' // a list of texts; a single text is accepted
	| 'phones' // a list of texts, stored as +7(XXX)XXX-XX-XX
	| 'money' // stored as "575.00"
	| 'date' // accepted in `style`, stored in `stored`
	| 'moment' // stored as yyyy-mm-dd hh:mm:ss
	| 'clock' // hh:mm; seconds are accepted and dropped
	| 'raw'; // any value; calls cannot write it

export interface Field {
	kind: FieldKind;
	/** The name of the field in error messages. */
	label: string;
	required?: boolean;
	/** Only the server sets the field. */
	readOnly?: boolean;
	/** The largest number of characters. */
	max?: number;
	/** The values of a `choice`. */
	values?: ReadonlyArray<number | string>;
	/** The date formats that a write may use; `dotted` if absent. */
	style?: DateStyle;
	/** The date format of the stored value and of answers; `dotted` if absent. */
	stored?: 'dotted' | 'iso';
	/** The name under which answers show an input. A call that sends that value back changes nothing. */
	shownAs?: string;
	/** AlfaCRM drops the whole record, and reports success, if this date is sent in ISO. API notes 5.3. */
	losesIso?: true;
	/** The value of a new record that does not name the field. Without it, null or an empty list. */
	initial?: Json;
}

/** A filter of a list. A filter without a `field` compares the field that has its own name. */
export type Filter =
	// The field has the value or, if the value is a list, one of its values.
	| { kind: 'equals'; field?: string; default?: (settings: Settings) => Json | undefined }
	// The text, or a text of the list, contains the value.
	| { kind: 'contains'; field?: string }
	// The digits of the text, or of a text of the list, contain the digits of the value.
	| { kind: 'containsDigits'; field?: string }
	// The list contains one of the values.
	| { kind: 'includes'; field?: string }
	// The number is the value, or lies in a range [from, to].
	| { kind: 'range'; field?: string }
	| { kind: 'gte'; field: string; as: BoundType }
	| { kind: 'lte'; field: string; as: BoundType }
	// The time from `b_date` to `e_date` overlaps the day or, if `isCurrent`, today by default.
	| { kind: 'overlaps'; edge: 'from' | 'to'; as: DateStyle; isCurrent?: true }
	// The field has one of the values. `all` is the value that lists every row.
	| { kind: 'oneOf'; field: string; default: number; all?: number; isSingle?: true }
	// 0 lists active records (the default), 1 all records, 2 archived ones.
	| { kind: 'archived'; hides?: (row: Row) => boolean }
	// true lists the rows whose day has passed. false lists all rows or, as the default, the other rows.
	| { kind: 'ended'; field: string; default?: (settings: Settings) => Json | undefined }
	| { kind: 'isNull'; field: string }
	// The field has one of the values that `lookup` finds.
	| { kind: 'related'; field: string; lookup: (records: Records, value: Json) => ReadonlySet<Json> }
	// true lists the active rows (the default), false all rows.
	| { kind: 'active'; field: string };

/** The values that a bound compares: a number, the full years since a date of birth, or a date. */
export type BoundType = 'number' | 'age' | DateStyle;

/** A row that an answer shows, and what decides how the answer shows it. */
export interface SerializeContext {
	/** The row as it is stored, with its hidden fields. */
	row: Row;
	/** The body of the call; `{}` after a write. */
	body: JsonObject;
	records: Records;
	settings: Settings;
}

export interface Entity {
	/** The name in paths, in the store and in the journal. */
	path: string;
	/** The class name in logs and webhooks; null if changes are neither logged nor sent. */
	className: string | null;
	/** Those of the actions index, create, update and delete that the entity has; all if absent. */
	actions?: readonly string[];
	/** Further actions that list, each with the entity whose rows it lists. */
	lists?: Readonly<Record<string, string>>;
	/** The entity is the log of changes. Snapshots are compared without it. */
	isLog?: true;
	/** The entity belongs to the account, so its paths need no branch. */
	isGlobal?: true;
	/** `index` may be called by GET, too. */
	mayGet?: boolean;
	/** Checks whether every page of `index` holds all rows. API notes 5.10. */
	showsAllRows?: (settings: Settings) => boolean;
	/** The query parameters that each action needs. A row must have the values of all but `id`. */
	params?: Readonly<Record<string, readonly string[]>>;
	/** The field with the branches of a record. Without it, every branch lists every record. */
	branchField?: string;
	/** The branches of the setting `pooledBranches` list the records of all branches. API notes 3. */
	isPooled?: true;
	fields: Readonly<Record<string, Field>>;
	/** Values that calls write under these names, and that `beforeSave` stores in other fields. */
	inputs?: Readonly<Record<string, Field>>;
	/** Fields that rows have for filters only, with their initial values. Answers do not show them. */
	hidden?: Readonly<Record<string, Json>>;
	/** Names the hidden fields that the log shows. */
	logged?: (settings: Settings) => readonly string[];
	filters: Readonly<Record<string, Filter>>;
	/** The records that every invented school has. Their IDs count from 1, unless a record sets its own. */
	fixtures?: readonly JsonObject[];
	/** The field that archives a record: it gets the day or the flag 1 in place of the `active` value. */
	archive?: { field: string; active: string | 0 };
	/** Two dates of which the second must be later, and the field that gets the error. */
	period?: { from: string; to: string; allowsSameDay: boolean; errorField: string };
	/** Orders lists, smallest number first. Of rows with equal numbers the newest comes first. */
	sortKey: (row: Row) => number;
	/** Checks the rules of the entity, and fills in values that follow from others. */
	beforeSave?: (changeset: Changeset) => void;
	/** Makes several records from one create. */
	expand?: (changeset: Changeset) => readonly JsonObject[];
	/** Updates other records after a change, whether or not it came through the API. */
	afterChange?: (records: Records, row: Row) => void;
	/** Decides what happens to fields that an update does not name. */
	beforeUpdate?: (changeset: Changeset) => void;
	/** Changes a row for an answer. */
	serialize?: (shown: JsonObject, context: SerializeContext) => JsonObject;
}
