import type { Json, JsonObject, Row } from './json';

/** The school's records as the rules of an entity see them. */
export interface Records {
	/** The account's local time, `yyyy-mm-dd hh:mm:ss`. */
	readonly now: () => string;
	/** Rows in the order of their coming. */
	rows(entity: string): readonly Row[];
	/** Rows whose field has that value. */
	where(entity: string, field: string, value: Json): readonly Row[];
	find(entity: string, id: number): Row | undefined;
	/** Puts back a value that follows from other records: no change of its own. */
	setDerived(entity: string, id: number, values: JsonObject): void;
}
