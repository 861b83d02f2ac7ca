/**
 * Builds one form out of the parameters of many operations.
 *
 * Each operation of each resource brings its own parameters, and each parameter is shown only while
 * that operation of that resource is selected. Many parameters are equal apart from that: *Limit*
 * looks the same for every list. Equal parameters are merged into one that is shown for several
 * selections, because n8n sends the whole description to every open editor.
 */

import type { INodeProperties } from 'n8n-workflow';

import { sortByDisplayName } from '../fields/order';

/**
 * The parameters of one operation, by the sections in which they stand. The order of the sections
 * is the order of the form.
 */
export type FormPart<Section extends string> = Partial<Record<Section, readonly INodeProperties[]>>;

/** The conditions under which a parameter is shown: the values that other parameters must have. */
type Show = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;
type ShowValue = NonNullable<Show[string]>[number];

/** A condition under which a parameter is shown or hidden: an AI agent uses the node as a tool. */
export const USED_AS_TOOL = { '@tool': [true] };

/**
 * The parameters of one operation, and what must be selected for them to be shown, such as `{
 * resource: 'pay', operation: 'get' }`.
 */
interface ShownPart<Section extends string> {
	show: Readonly<Record<string, string>>;
	part: FormPart<Section>;
}

/**
 * Lists the parameters of a form, section by section.
 *
 * @param selectors the parameters that select what is shown, such as `resource`; each part has a
 * value for all of them
 */
export function assembleForm<Section extends string>(
	sections: readonly Section[],
	selectors: readonly string[],
	parts: ReadonlyArray<ShownPart<Section>>,
): INodeProperties[] {
	return sections.flatMap((section) => assembleSection(section, selectors, parts));
}

/** Lists the parameters of one section. The parameters of each part keep their order. */
function assembleSection<Section extends string>(
	section: Section,
	selectors: readonly string[],
	parts: ReadonlyArray<ShownPart<Section>>,
): INodeProperties[] {
	const [selector, ...otherSelectors] = selectors;
	if (selector === undefined) return parts.flatMap((part) => parametersIn(section, part));

	const groups = groupBySelection(selector, parts);
	return mergeEqualParameters(
		selector,
		groups.map((group) => assembleSection(section, otherSelectors, group)),
	);
}

/**
 * Lists the parameters that a part has in a section, each shown only while the part is selected.
 */
function parametersIn<Section extends string>(
	section: Section,
	{ show, part }: ShownPart<Section>,
): INodeProperties[] {
	const selection: Show = Object.fromEntries(
		Object.entries(show).map(([name, value]) => [name, [value]]),
	);
	const parameters = part[section] ?? [];
	return parameters.map((parameter) =>
		showWhen(parameter, { ...selection, ...parameter.displayOptions?.show }),
	);
}

/** Groups the parts that are shown for the same value of a selector. */
function groupBySelection<Section extends string>(
	selector: string,
	parts: ReadonlyArray<ShownPart<Section>>,
): Array<Array<ShownPart<Section>>> {
	const groups = new Map<string, Array<ShownPart<Section>>>();
	for (const part of parts) {
		const value = part.show[selector];
		const group = groups.get(value) ?? [];
		groups.set(value, [...group, part]);
	}
	return [...groups.values()];
}

/**
 * Joins sequences of parameters into one. Two parameters are merged into one if they differ only in
 * the values of a selector. They stay two if merging would change the order of the parameters
 * within a sequence: each parameter is merged only with one behind the previous parameter of its
 * sequence.
 */
function mergeEqualParameters(
	selector: string,
	sequences: readonly INodeProperties[][],
): INodeProperties[] {
	const merged = new MergedParameters(selector);
	for (const sequence of sequences) merged.addSequence(sequence);
	return merged.toParameters();
}

interface MergedParameter {
	parameter: INodeProperties;
	/**
	 * The key of the parameter. Parameters that differ only in the values of the selector share it.
	 */
	identity: string;
	/** The values of the selector for which the parameter is shown. */
	values: Set<ShowValue>;
}

class MergedParameters {
	private readonly entries: MergedParameter[] = [];

	constructor(private readonly selector: string) {}

	addSequence(sequence: readonly INodeProperties[]): void {
		let position = 0;
		for (const parameter of sequence) position = this.add(parameter, position) + 1;
	}

	toParameters(): INodeProperties[] {
		return this.entries.map(({ parameter, values }) =>
			showWhen(parameter, { ...parameter.displayOptions?.show, [this.selector]: [...values] }),
		);
	}

	/**
	 * Adds a parameter at a position, or merges it with an equal one that stands there or further
	 * down.
	 *
	 * @returns the position at which the parameter now stands
	 */
	private add(parameter: INodeProperties, position: number): number {
		const entry = this.toEntry(parameter);
		const indexOfEqual = this.entries.findIndex(
			({ identity }, index) => index >= position && identity === entry.identity,
		);
		if (indexOfEqual < 0) {
			this.entries.splice(position, 0, entry);
			return position;
		}
		for (const value of entry.values) this.entries[indexOfEqual].values.add(value);
		return indexOfEqual;
	}

	private toEntry(parameter: INodeProperties): MergedParameter {
		const { show = {}, ...otherOptions } = parameter.displayOptions ?? {};
		const { [this.selector]: values = [], ...otherConditions } = show;
		const displayOptions = { ...otherOptions, show: otherConditions };
		return {
			parameter,
			identity: JSON.stringify({ ...parameter, displayOptions }),
			values: new Set(values),
		};
	}
}

/**
 * Copies a parameter so that it is shown only while other parameters have the given values. They
 * replace the values that the parameter had in `displayOptions.show`.
 */
export function showWhen(parameter: INodeProperties, show: Show): INodeProperties {
	return { ...parameter, displayOptions: { ...parameter.displayOptions, show } };
}

/**
 * Declares a collection: the user adds those of its parameters that are needed. n8n requires them
 * to be sorted by name.
 */
export function collection(
	displayName: string,
	name: string,
	parameters: INodeProperties[],
	placeholder = 'Add Field',
): INodeProperties {
	return {
		displayName,
		name,
		type: 'collection',
		placeholder,
		default: {},
		options: sortByDisplayName(parameters),
	};
}
