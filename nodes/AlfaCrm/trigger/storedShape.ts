import { isPlain } from '../fields/blank';

/**
 * Checks the types of what was stored between two polls, so that a broken state is noticed before it is used. n8n keeps states in
 * its database, where a Code node of the workflow, another version of this package, or a person can write something else.
 *
 * A check returns what is wrong with a value, or undefined if nothing is.
 */
export type Check = (value: unknown, path: string) => string | undefined;

export const checkNumber: Check = (value, path) =>
	Number.isFinite(value) ? undefined : `${path} is not a number`;

export const checkText: Check = (value, path) =>
	typeof value === 'string' ? undefined : `${path} is not a text`;

export const checkFlag: Check = (value, path) =>
	typeof value === 'boolean' ? undefined : `${path} is not true or false`;

/** Makes a check that also accepts a value that is missing. */
export const makeOptional =
	(check: Check): Check =>
	(value, path) =>
		value === undefined ? undefined : check(value, path);

/** Makes a check of a list whose elements are all of one type. */
export const makeListCheck =
	(checkElement: Check): Check =>
	(value, path) => {
		if (!Array.isArray(value)) return `${path} is not a list`;
		return findProblem(value.map((element, index) => checkElement(element, `${path}[${index}]`)));
	};

/** Makes a check of an object that has any keys, and values of one type. */
export const makeRecordCheck =
	(checkValue: Check): Check =>
	(value, path) => {
		if (!isPlain(value)) return `${path} is not an object`;
		return findProblem(Object.entries(value).map(([key, inner]) => checkValue(inner, `${path}.${key}`)));
	};

/** Makes a check of an object with these properties. Others are ignored: another version may have added them. */
export const makeObjectCheck =
	<T>(checks: { [name in keyof Required<T>]: Check }): Check =>
	(value, path) => {
		if (!isPlain(value)) return `${path} is not an object`;
		const problems = Object.entries<Check>(checks).map(([name, check]) =>
			check(value[name], `${path}.${name}`),
		);
		return findProblem(problems);
	};

const findProblem = (problems: ReadonlyArray<string | undefined>): string | undefined =>
	problems.find((problem) => problem !== undefined);
