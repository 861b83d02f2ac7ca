/**
 * Writes JavaScript expressions for the subtitle of a node. n8n knows only the stored value of a
 * dropdown, such as `getAll`. The expression looks up the label that the user sees, such as "Get
 * Many". If there is no label, it gives the value itself.
 */

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/**
 * Writes an expression that gives the label of the value chosen in a dropdown.
 *
 * @param dropdowns the declarations of the dropdown; there are several if each resource declares
 * its own
 */
export function writeLabelExpression(
	parameterName: string,
	dropdowns: readonly INodeProperties[],
): string {
	const value = `$parameter["${parameterName}"]`;
	const labels = writeLabelsByValue(dropdowns);
	return `(${labels}[${value}] ?? ${value})`;
}

/**
 * Writes an expression that gives the labels of all values chosen in a multiple-choice dropdown,
 * separated by commas.
 */
export function writeLabelListExpression(parameterName: string, dropdown: INodeProperties): string {
	// The parameter may hold a list or, from an expression, one value. `flat` makes both a list.
	const values = `[$parameter["${parameterName}"]].flat()`;
	const labels = writeLabelsByValue([dropdown]);
	return `${values}.map((one) => ${labels}[one] ?? one).join(", ")`;
}

/**
 * Writes an object literal with the label of each value that the dropdowns offer. If two dropdowns
 * offer the same value, the label of the last one counts.
 */
function writeLabelsByValue(dropdowns: readonly INodeProperties[]): string {
	const labels: Record<string, string> = {};
	for (const dropdown of dropdowns) {
		const options = (dropdown.options ?? []) as INodePropertyOptions[];
		for (const option of options) {
			labels[String(option.value)] = option.name;
		}
	}
	return JSON.stringify(labels);
}
