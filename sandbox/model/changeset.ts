import type { Json, JsonObject, Row } from './json';
import type { Records } from './records';
import type { Settings } from './settings';

export type Errors = Record<string, string[]>;

/** One write that is being checked: the values of the call, the values to store, and the errors. */
export class Changeset {
	readonly errors: Errors = {};
	/** The values of the call that have known names, in the form in which they are stored. */
	readonly input: Record<string, Json> = {};
	/** The values to store. */
	readonly changes: Record<string, Json> = {};
	/** AlfaCRM drops the whole record because of a date in ISO, and reports success. API notes 5.3. */
	isDropped = false;

	constructor(
		/** The stored record that the call changes; undefined for a new one. */
		readonly row: Row | undefined,
		readonly body: JsonObject,
		readonly user: number,
		readonly branch: number | null,
		readonly today: string,
		readonly records: Records,
		readonly settings: Settings,
	) {}

	/** Reports an error of a field. Only the first error of each field is kept. */
	addError(field: string, message: string): void {
		this.errors[field] ??= [message];
	}

	/** Returns the value that the field will have after the write. */
	fieldValue(field: string): Json {
		if (field in this.changes) return this.changes[field] ?? null;
		return this.row?.[field] ?? null;
	}

	/** Checks whether the write sets any of the fields, or creates the record. */
	touches(...fields: readonly string[]): boolean {
		return this.row === undefined || fields.some((name) => name in this.changes);
	}

	get hasErrors(): boolean {
		return Object.keys(this.errors).length > 0;
	}
}
