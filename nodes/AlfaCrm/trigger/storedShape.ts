/**
 * Makes checks for the state that a trigger stores between two polls, so that a broken state is
 * noticed before it is used. n8n keeps states in its database, where a Code node of the workflow,
 * another version of this package, or a person can write something else.
 *
 * A check of a whole state is put together from checks of its parts:
 * `makeObjectCheck<State>({ keys: makeListCheck(checkText) })`.
 */

import { isPlainObject } from '../fields/blank';

/**
 * Returns a description of what is wrong with a value, e.g. `state.keys[2] is not a text`, or
 * undefined if nothing is wrong.
 *
 * @param path where the value is, for the description, e.g. `state.keys[2]`
 */
export type Check = (value: unknown, path: string) => string | undefined;

export const checkNumber: Check = (value, path) =>
	Number.isFinite(value) ? undefined : `${path} is not a number`;

export const checkText: Check = (value, path) =>
	typeof value === 'string' ? undefined : `${path} is not a text`;

export const checkFlag: Check = (value, path) =>
	typeof value === 'boolean' ? undefined : `${path} is not true or false`;

/** Makes a check that also accepts a missing value. */
export function makeOptional(check: Check): Check {
	return (value, path) => (value === undefined ? undefined : check(value, path));
}

/** Makes a check for a list whose elements all have one type. */
export function makeListCheck(checkElement: Check): Check {
	return (value, path) => {
		if (!Array.isArray(value)) return `${path} is not a list`;

		const problems = value.map((element, index) => checkElement(element, `${path}[${index}]`));
		return findFirstProblem(problems);
	};
}

/** Makes a check for an object with any keys, whose values all have one type. */
export function makeRecordCheck(checkValue: Check): Check {
	return (value, path) => {
		if (!isPlainObject(value)) return `${path} is not an object`;

		const entries = Object.entries(value);
		const problems = entries.map(([key, innerValue]) => checkValue(innerValue, `${path}.${key}`));
		return findFirstProblem(problems);
	};
}

/**
 * Makes a check for an object with certain properties: `{ id: checkNumber, name: checkText }`
 * checks that `id` is a number and `name` a text. Other properties are ignored, because another
 * version of this package may have added them.
 *
 * `Required` makes TypeScript ask for a check of each property of `Stored`, including the optional
 * ones.
 */
export function makeObjectCheck<Stored>(checks: {
	[name in keyof Required<Stored>]: Check;
}): Check {
	return (value, path) => {
		if (!isPlainObject(value)) return `${path} is not an object`;

		const namedChecks = Object.entries<Check>(checks);
		const problems = namedChecks.map(([name, check]) => check(value[name], `${path}.${name}`));
		return findFirstProblem(problems);
	};
}

function findFirstProblem(problems: ReadonlyArray<string | undefined>): string | undefined {
	return problems.find((problem) => problem !== undefined);
}
