import type { INodeProperties } from 'n8n-workflow';

interface WholeNumberSettings
	extends Pick<INodeProperties, 'description' | 'displayName' | 'displayOptions' | 'name'> {
	default: number;
	min: number;
	max?: number;
}

/**
 * Declares a parameter for a whole number within bounds. `ParameterReader.integer` refuses a number
 * outside the same bounds, such as the result of an expression.
 */
export function wholeNumber({ min, max, ...settings }: WholeNumberSettings): INodeProperties {
	const upperBound = max === undefined ? {} : { maxValue: max };
	return {
		...settings,
		type: 'number',
		typeOptions: { minValue: min, ...upperBound, numberPrecision: 0 },
	};
}
