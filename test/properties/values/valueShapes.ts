/** Counts nothing, null and a text of spaces as blank. */
function isBlank(value: unknown): boolean {
	return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Tells n8n's resource locator from other objects. */
export function isPicker(value: unknown): value is { mode: string; value: unknown } {
	return isObject(value) && '__rl' in value;
}

/** Tells a Date of JavaScript and a DateTime of Luxon from other values. */
export function isMoment(value: unknown): boolean {
	return value instanceof Date || (isObject(value) && 'toISO' in value);
}

/** Tells values that are empty in a field of any type: blank ones, pickers without a choice, and empty lists. */
export function isEmptyForAnyField(value: unknown): boolean {
	if (isPicker(value)) return isBlank(value.value);
	return isBlank(value) || (Array.isArray(value) && value.length === 0);
}

/** Tells a list in which every item is blank, however deep it is nested. */
export function isListOfBlanks(value: unknown): boolean {
	return Array.isArray(value) && flatten(value).every(isBlank);
}

/** Tells numbers that JavaScript writes with an exponent, such as 1e21. Nobody means them as a text. */
export function hasExponent(value: unknown): boolean {
	return typeof value === 'number' && String(value).includes('e');
}

/** Tells NaN and Infinity, which a computation that went wrong leaves. */
export function isBrokenNumber(value: unknown): boolean {
	return typeof value === 'number' && !Number.isFinite(value);
}

/** Tells a text that begins like a JSON list and does not end like one. */
export function isUnclosedList(value: unknown): boolean {
	return typeof value === 'string' && /^\s*\[[^\]]*$/.test(value);
}

/** Returns the only item of a list, or undefined for lists of other lengths and for values that are no list. */
export function findOnlyItem(value: unknown): unknown {
	if (!Array.isArray(value)) return undefined;
	const items = flatten(value);
	return items.length === 1 ? items[0] : undefined;
}

/** Lists the items of a list, a JSON list, or a text with separators. Any other value is one item. Blank items are left out. */
export function listItems(value: unknown, separator?: RegExp): unknown[] {
	return splitIntoItems(value, separator).filter((item) => !isBlank(item));
}

function splitIntoItems(value: unknown, separator?: RegExp): unknown[] {
	if (Array.isArray(value)) return flatten(value);
	if (typeof value !== 'string') return [value];
	if (/^\s*\[.*\]\s*$/s.test(value)) return flatten(JSON.parse(value) as unknown[]);
	return separator ? value.split(separator) : [value];
}

export function flatten(list: readonly unknown[]): unknown[] {
	return list.flat(9);
}
