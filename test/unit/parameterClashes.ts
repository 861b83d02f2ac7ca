import type { INodeProperties } from 'n8n-workflow';

/** The values of other parameters for which a parameter is shown, or is hidden. */
type Conditions = Record<string, unknown[] | undefined>;

/** Finds the names that are shared by parameters which the form may show at the same time. */
export function findParameterClashes(parameters: readonly INodeProperties[]): string[] {
	const clashes: string[] = [];
	parameters.forEach((parameter, index) => {
		const laterParameters = parameters.slice(index + 1);
		const namesakes = laterParameters.filter(({ name }) => name === parameter.name);
		if (namesakes.some((namesake) => mayBeShownTogether(parameter, namesake))) clashes.push(parameter.name);
	});
	return clashes;
}

function mayBeShownTogether(parameter: INodeProperties, namesake: INodeProperties): boolean {
	return (
		haveCommonValues(showConditionsOf(parameter), showConditionsOf(namesake)) &&
		!isHiddenWhereShown(parameter, namesake) &&
		!isHiddenWhereShown(namesake, parameter)
	);
}

/** Whether some choice of values fulfils the conditions of both parameters. */
function haveCommonValues(conditions: Conditions, otherConditions: Conditions): boolean {
	return Object.entries(conditions).every(([name, values]) => {
		const otherValues = otherConditions[name];
		return !values || !otherValues || values.some((value) => otherValues.includes(value));
	});
}

/**
 * Whether a parameter is hidden wherever another one is shown. Only the tool switch counts: n8n shows a parameter that
 * depends on an expression, and no expression decides whether the node is a tool.
 */
function isHiddenWhereShown(hidden: INodeProperties, shown: INodeProperties): boolean {
	const hideValues = (hidden.displayOptions?.hide as Conditions | undefined)?.['@tool'] ?? [];
	const showValues = showConditionsOf(shown)['@tool'];
	return showValues?.every((value) => hideValues.includes(value)) ?? false;
}

function showConditionsOf({ displayOptions }: INodeProperties): Conditions {
	return (displayOptions?.show ?? {}) as Conditions;
}
