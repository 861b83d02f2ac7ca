import type { Json, JsonObject, Row } from './json';

/** The school's records, as far as the rules of an entity may read and change them. */
export interface Records {
	/** Returns the account's local time, `yyyy-mm-dd hh:mm:ss`. */
	readonly now: () => string;
	/** Lists the rows in the order in which they were added. */
	rows(entity: string): readonly Row[];
	/** Finds the rows whose field has the value. */
	where(entity: string, field: string, value: Json): readonly Row[];
	find(entity: string, id: number): Row | undefined;
	/** Sets values that the server computes from other records. This is no change, so nothing logs it. */
	setDerived(entity: string, id: number, values: JsonObject): void;
}
