import type { Json, JsonObject, Row } from './json';
import type { Records } from './records';
import type { Settings } from './settings';

export type Errors = Record<string, string[]>;

/** One write on its way: what the call gave, what is to be stored, and what is wrong with it. */
export class Writing {
	readonly errors: Errors = {};
	/** What the call gave under known names, checked and in stored form. */
	readonly given: Record<string, Json> = {};
	/** What will be stored. */
	readonly values: Record<string, Json> = {};
	/** An ISO date made the server drop the whole record while it reported success. */
	isLost = false;

	constructor(
		/** The record that changes; undefined for a new one. */
		readonly row: Row | undefined,
		readonly body: JsonObject,
		readonly user: number,
		readonly branch: number | null,
		readonly today: string,
		readonly store: Records,
		readonly settings: Settings,
	) {}

	refuse(field: string, message: string): void {
		this.errors[field] ??= [message];
	}

	/** The field as it will be. */
	next(field: string): Json {
		return this.values[field] ?? (field in this.values ? null : (this.row?.[field] ?? null));
	}

	/** Whether this write sets any of the fields, or makes the record. */
	touches(...fields: readonly string[]): boolean {
		return this.row === undefined || fields.some((name) => name in this.values);
	}

	get isRefused(): boolean {
		return Object.keys(this.errors).length > 0;
	}
}
