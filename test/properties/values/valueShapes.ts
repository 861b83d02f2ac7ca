/** Tells whether a value is nothing, null or a text of spaces. */
function isBlank(value: unknown): boolean {
	return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** Tells whether a value is an object that is no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Tells whether a value is the value of a picker, which n8n calls a resource locator. */
export function isPicker(value: unknown): value is { mode: string; value: unknown } {
	return isObject(value) && '__rl' in value;
}

/** Tells whether a value is a Date of JavaScript or a DateTime of Luxon. */
export function isMoment(value: unknown): boolean {
	return value instanceof Date || (isObject(value) && 'toISO' in value);
}

/**
 * Tells whether a value is empty in a field of any type: blank, a picker without a choice, or an empty list.
 */
export function isEmptyForAnyField(value: unknown): boolean {
	if (isPicker(value)) return isBlank(value.value);
	return isBlank(value) || (Array.isArray(value) && value.length === 0);
}

/** Tells whether a value is a list in which every item is blank, however deep it is nested. */
export function isListOfBlanks(value: unknown): boolean {
	return Array.isArray(value) && flatten(value).every(isBlank);
}

/**
 * Tells whether JavaScript writes a number with an exponent, such as 1e21. Nobody means such a number as a
 * text.
 */
export function hasExponent(value: unknown): boolean {
	return typeof value === 'number' && String(value).includes('e');
}

/** Tells whether a value is NaN or infinite, which a computation that went wrong leaves behind. */
export function isBrokenNumber(value: unknown): boolean {
	return typeof value === 'number' && !Number.isFinite(value);
}

/** Tells whether a text begins like a JSON list and does not end like one. */
export function isUnclosedList(value: unknown): boolean {
	return typeof value === 'string' && /^\s*\[[^\]]*$/.test(value);
}

/**
 * Finds the only item of a list. Returns undefined for a list of another length, or for a value that is no
 * list.
 */
export function findOnlyItem(value: unknown): unknown {
	if (!Array.isArray(value)) return undefined;
	const items = flatten(value);
	return items.length === 1 ? items[0] : undefined;
}

/**
 * Lists the items of a list, of a JSON list, or of a text with separators, without blank ones. Any other
 * value is one item.
 */
export function listItems(value: unknown, separator?: RegExp): unknown[] {
	return splitIntoItems(value, separator).filter((item) => !isBlank(item));
}

/** Splits a value into its items, blank ones too. */
function splitIntoItems(value: unknown, separator?: RegExp): unknown[] {
	if (Array.isArray(value)) return flatten(value);
	if (typeof value !== 'string') return [value];
	if (/^\s*\[.*\]\s*$/s.test(value)) return flatten(JSON.parse(value) as unknown[]);
	return separator ? value.split(separator) : [value];
}

export function flatten(list: readonly unknown[]): unknown[] {
	return list.flat(9);
}
