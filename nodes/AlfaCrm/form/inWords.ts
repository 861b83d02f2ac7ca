import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** The code of an expression: what a parameter holds, as these dropdowns call it. */
export const inWords = (name: string, lists: readonly INodeProperties[]): string =>
	`(${labelsOf(lists)}[$parameter["${name}"]] ?? $parameter["${name}"])`;

/** The same for one that holds several. */
export const allInWords = (name: string, list: INodeProperties): string =>
	`[$parameter["${name}"]].flat().map((one) => ${labelsOf([list])}[one] ?? one).join(", ")`;

function labelsOf(lists: readonly INodeProperties[]): string {
	const options = lists.flatMap(({ options: some = [] }) => some as INodePropertyOptions[]);
	return JSON.stringify(Object.fromEntries(options.map(({ name, value }) => [String(value), name])));
}
