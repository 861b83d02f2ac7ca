import type { INodeProperties } from 'n8n-workflow';

interface WholeNumber
	extends Pick<INodeProperties, 'description' | 'displayName' | 'displayOptions' | 'name'> {
	default: number;
	min: number;
	max?: number;
}

/** The parameter of a number without decimals; what is read heeds its bounds too. */
export const wholeNumber = ({ min, max, ...rest }: WholeNumber): INodeProperties => ({
	...rest,
	type: 'number',
	typeOptions: {
		minValue: min,
		...(max === undefined ? {} : { maxValue: max }),
		numberPrecision: 0,
	},
});
