/** What can travel in a JSON body. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
	readonly [key: string]: Json;
}

/** A stored record. Rows are frozen: a change is always a new row, made by the store. */
export interface Row extends JsonObject {
	readonly id: number;
}

export const isObject = (value: unknown): value is JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** A whole number given as such or as text, as PHP would take it; undefined for anything else. */
export function toInt(value: Json | undefined): number | undefined {
	if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
	if (typeof value === 'string' && /^\s*-?\d{1,15}\s*$/.test(value)) return Number(value);
	return undefined;
}

/** 0 or 1 from a flag in any of its spellings; undefined for anything else. */
export function toFlag(value: Json | undefined): 0 | 1 | undefined {
	if (value === true || value === 1 || value === '1') return 1;
	if (value === false || value === 0 || value === '0') return 0;
	return undefined;
}

/** A number given as such or as text ("575.00"); undefined for anything else. */
export function toNumber(value: Json | undefined): number | undefined {
	if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
	if (typeof value === 'string' && /^\s*-?\d+([.,]\d+)?\s*$/.test(value)) {
		return Number(value.replace(',', '.'));
	}
	return undefined;
}
