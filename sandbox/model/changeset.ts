import type { Json, JsonObject, Row } from './json';
import type { Records } from './records';
import type { Settings } from './settings';

export type Errors = Record<string, string[]>;

/** One write on its way: what the call gave, what is to be stored, and what is wrong with it. */
export class Changeset {
	readonly errors: Errors = {};
	/** What the call gave under known names, checked and in stored form. */
	readonly input: Record<string, Json> = {};
	/** What will be stored. */
	readonly changes: Record<string, Json> = {};
	/** A date in the wrong format made the server drop the whole record while it reported success. */
	isDropped = false;

	constructor(
		/** The record that changes; undefined for a new one. */
		readonly row: Row | undefined,
		readonly body: JsonObject,
		readonly user: number,
		readonly branch: number | null,
		readonly today: string,
		readonly records: Records,
		readonly settings: Settings,
	) {}

	addError(field: string, message: string): void {
		this.errors[field] ??= [message];
	}

	/** The field as it will be. */
	fieldValue(field: string): Json {
		return this.changes[field] ?? (field in this.changes ? null : (this.row?.[field] ?? null));
	}

	/** Whether this write sets any of the fields, or makes the record. */
	touches(...fields: readonly string[]): boolean {
		return this.row === undefined || fields.some((name) => name in this.changes);
	}

	get hasErrors(): boolean {
		return Object.keys(this.errors).length > 0;
	}
}
