/** A value of a JSON text. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
	readonly [key: string]: Json;
}

/** A stored record. Rows are frozen, so the store makes a new row for every change. */
export interface Row extends JsonObject {
	readonly id: number;
}

export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
	return Array.isArray(value);
}

/** Reads a whole number, or a text with one, as PHP does. Returns undefined for any other value. */
export function toInt(value: Json | undefined): number | undefined {
	if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
	if (typeof value === 'string' && /^\s*-?\d{1,15}\s*$/.test(value)) return Number(value);
	return undefined;
}

/** Reads a flag in any of its spellings: true, 1, "1", false, 0, "0". Returns undefined for any other value. */
export function toFlag(value: Json | undefined): 0 | 1 | undefined {
	if (value === true || value === 1 || value === '1') return 1;
	if (value === false || value === 0 || value === '0') return 0;
	return undefined;
}

/** Reads a number, or a text with one, such as "575.00". Returns undefined for any other value. */
export function toNumber(value: Json | undefined): number | undefined {
	if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
	if (typeof value === 'string' && /^\s*-?\d+([.,]\d+)?\s*$/.test(value)) {
		return Number(value.replace(',', '.'));
	}
	return undefined;
}
