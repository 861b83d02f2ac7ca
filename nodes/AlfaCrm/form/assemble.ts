/**
 * Builds one form out of the parameters of many operations.
 *
 * Each operation of each resource declares its own parameters, which are shown only while the
 * operation and the resource are selected. Many operations declare equal parameters, such as
 * *Limit* in every list. Equal parameters are merged into one that is shown for several operations.
 * This keeps the form small, because n8n sends the whole form to every open editor.
 */

import type { INodeProperties } from 'n8n-workflow';

import { sortByDisplayName } from '../fields/order';

/**
 * The parameters of one operation, by the section of the form in which they stand. A section is a
 * place in the form, such as `match` or `json`.
 */
export type FormPart<Section extends string> = Partial<Record<Section, readonly INodeProperties[]>>;

/** The conditions under which a parameter is shown: the values that other parameters must have. */
type Show = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;
type ShowValue = NonNullable<Show[string]>[number];

/**
 * A condition for `show` or `hide` of a parameter, which is true while an AI agent uses the node as
 * a tool. The key `@tool` is n8n's.
 */
export const USED_AS_TOOL = { '@tool': [true] };

/**
 * The parameters of one operation, and what must be selected for them to be shown, such as `{
 * resource: 'pay', operation: 'get' }`.
 */
interface SelectedPart<Section extends string> {
	show: Readonly<Record<string, string>>;
	part: FormPart<Section>;
}

/**
 * Lists the parameters of a form, section by section. Equal parameters of several operations become
 * one parameter.
 *
 * @param sections in the order in which they stand in the form
 * @param selectors the names of the dropdowns that select an operation: `resource` and `operation`.
 * `show` of each part has a value for each of them
 */
export function assembleForm<Section extends string>(
	sections: readonly Section[],
	selectors: readonly string[],
	parts: ReadonlyArray<SelectedPart<Section>>,
): INodeProperties[] {
	return sections.flatMap((section) => assembleSection(section, selectors, parts));
}

/**
 * Lists the parameters of one section. The parameters of each part keep their order.
 *
 * Parameters are merged once for each selector. First the operations of one resource are merged,
 * then the resources. Parameters of two resources are merged only if they are shown for the same
 * operations.
 */
function assembleSection<Section extends string>(
	section: Section,
	selectors: readonly string[],
	parts: ReadonlyArray<SelectedPart<Section>>,
): INodeProperties[] {
	const [selector, ...otherSelectors] = selectors;
	if (selector === undefined) return parts.flatMap((part) => listParameters(section, part));

	const groups = groupBySelectedValue(selector, parts);
	const sequences = groups.map((group) => assembleSection(section, otherSelectors, group));
	return mergeEqualParameters(selector, sequences);
}

/**
 * Lists the parameters that a part has in a section, each shown only while the part is selected.
 */
function listParameters<Section extends string>(
	section: Section,
	{ show, part }: SelectedPart<Section>,
): INodeProperties[] {
	const selection: Show = {};
	for (const [selector, value] of Object.entries(show)) {
		selection[selector] = [value];
	}

	// If the parameter itself declares a condition for a selector, that condition is kept.
	const parameters = part[section] ?? [];
	return parameters.map((parameter) =>
		showWhen(parameter, { ...selection, ...parameter.displayOptions?.show }),
	);
}

/**
 * Groups parts by the value of a selector for which they are shown: for the selector `resource`,
 * the parts of each resource.
 */
function groupBySelectedValue<Section extends string>(
	selector: string,
	parts: ReadonlyArray<SelectedPart<Section>>,
): Array<Array<SelectedPart<Section>>> {
	const groups = new Map<string, Array<SelectedPart<Section>>>();
	for (const part of parts) {
		const value = part.show[selector];
		const group = groups.get(value) ?? [];
		group.push(part);
		groups.set(value, group);
	}
	return [...groups.values()];
}

/**
 * Joins sequences of parameters into one. Two parameters are merged into one if they differ only in
 * the values of a selector, and if that keeps the order of the parameters in each sequence.
 */
function mergeEqualParameters(
	selector: string,
	sequences: readonly INodeProperties[][],
): INodeProperties[] {
	const merged = new MergedParameters(selector);
	for (const sequence of sequences) {
		merged.addSequence(sequence);
	}
	return merged.toParameters();
}

interface MergedParameter {
	parameter: INodeProperties;
	/**
	 * The parameter as a text, without the values of the selector. Two parameters with the same text
	 * are merged.
	 */
	identity: string;
	/** The values of the selector for which the parameter is shown. */
	values: Set<ShowValue>;
}

/** The parameters of several sequences, joined into one sequence. */
class MergedParameters {
	private readonly entries: MergedParameter[] = [];

	constructor(private readonly selector: string) {}

	/**
	 * Adds the parameters of a sequence. Each parameter is placed after the previous parameter of the
	 * sequence, so the sequence keeps its order.
	 */
	addSequence(sequence: readonly INodeProperties[]): void {
		let firstPosition = 0;
		for (const parameter of sequence) {
			const position = this.add(parameter, firstPosition);
			firstPosition = position + 1;
		}
	}

	toParameters(): INodeProperties[] {
		return this.entries.map(({ parameter, values }) =>
			showWhen(parameter, { ...parameter.displayOptions?.show, [this.selector]: [...values] }),
		);
	}

	/**
	 * Merges a parameter with an equal one that stands at a position or further down. If there is
	 * none, inserts the parameter at that position.
	 *
	 * @returns the position at which the parameter now stands
	 */
	private add(parameter: INodeProperties, firstPosition: number): number {
		const entry = this.toEntry(parameter);
		const indexOfEqual = this.entries.findIndex(
			({ identity }, index) => index >= firstPosition && identity === entry.identity,
		);
		if (indexOfEqual === -1) {
			this.entries.splice(firstPosition, 0, entry);
			return firstPosition;
		}

		const equalEntry = this.entries[indexOfEqual];
		for (const value of entry.values) {
			equalEntry.values.add(value);
		}
		return indexOfEqual;
	}

	/** Separates the values of the selector from everything else by which parameters differ. */
	private toEntry(parameter: INodeProperties): MergedParameter {
		const { show = {}, ...otherOptions } = parameter.displayOptions ?? {};
		const { [this.selector]: values = [], ...otherConditions } = show;
		const displayOptions = { ...otherOptions, show: otherConditions };
		return {
			parameter,
			// Equal parameters whose keys are in different orders are not merged, which does no harm.
			identity: JSON.stringify({ ...parameter, displayOptions }),
			values: new Set(values),
		};
	}
}

/**
 * Copies a parameter so that it is shown only while other parameters have the values in `show`.
 * `show` replaces the conditions that the parameter had in `displayOptions.show`.
 */
export function showWhen(parameter: INodeProperties, show: Show): INodeProperties {
	return { ...parameter, displayOptions: { ...parameter.displayOptions, show } };
}

/**
 * Declares a collection: the user adds only the parameters that the workflow needs. n8n requires
 * the parameters to be sorted by name.
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
