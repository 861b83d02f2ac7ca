import type { INodeProperties } from 'n8n-workflow';

interface WholeNumberSettings
	extends Pick<INodeProperties, 'description' | 'displayName' | 'displayOptions' | 'name'> {
	default: number;
	min: number;
	max?: number;
}

/**
 * Declares a parameter for a number without decimals. `ParameterReader.integer` checks a value,
 * such as one from an expression, against the same bounds.
 */
export function wholeNumber({ min, max, ...settings }: WholeNumberSettings): INodeProperties {
	const upperBound = max === undefined ? {} : { maxValue: max };
	return {
		...settings,
		type: 'number',
		typeOptions: { minValue: min, ...upperBound, numberPrecision: 0 },
	};
}
