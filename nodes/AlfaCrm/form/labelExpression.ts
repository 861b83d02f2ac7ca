/**
 * Writes JavaScript for a node's subtitle. n8n knows only the stored value of a dropdown, such as
 * `getAll`; the code looks up the label that the user sees, such as "Get Many". A value without a
 * label is shown as it is.
 */

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/**
 * Writes an expression that gives the label of the value chosen in a dropdown.
 *
 * @param dropdowns the declarations of the dropdown; there are several if each resource declares
 * its own
 */
export function labelExpression(
	parameterName: string,
	dropdowns: readonly INodeProperties[],
): string {
	const value = `$parameter["${parameterName}"]`;
	return `(${labelsByValue(dropdowns)}[${value}] ?? ${value})`;
}

/**
 * Writes an expression that gives the labels of all values chosen in a multiple-choice dropdown,
 * separated by commas.
 */
export function labelsExpression(parameterName: string, dropdown: INodeProperties): string {
	const values = `[$parameter["${parameterName}"]].flat()`;
	return `${values}.map((one) => ${labelsByValue([dropdown])}[one] ?? one).join(", ")`;
}

/** Writes an object literal with the label of each value that the dropdowns offer. */
function labelsByValue(dropdowns: readonly INodeProperties[]): string {
	const options = dropdowns.flatMap(
		(dropdown) => (dropdown.options ?? []) as INodePropertyOptions[],
	);
	const labels = options.map(({ name, value }) => [String(value), name]);
	return JSON.stringify(Object.fromEntries(labels));
}
