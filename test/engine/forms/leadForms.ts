import type { INodeParameters } from 'n8n-workflow';

/** Fills the form of Create with a lead of branch 1 and further fields. */
export function leadForm(additionalFields: object = {}): INodeParameters {
	return {
		resource: 'customer',
		operation: 'create',
		branchId: 1,
		name: 'Мия',
		is_study: 0,
		additionalFields: additionalFields as INodeParameters,
	};
}

/** Fills the form of Create with a lead as JSON: the text of an object, or an expression. */
export function leadFormWithJson(json: string): INodeParameters {
	return { ...leadForm(), inputMode: 'json', json };
}

/** Fills the form of Create with the columns of the field mapper. */
export function leadFormWithColumns(value: object): INodeParameters {
	return mapperForm({ mappingMode: 'defineBelow', value });
}

/** Fills the form of Create so that the fields of each input item are mapped by their names. */
export function leadFormFromInput(): INodeParameters {
	return mapperForm({ mappingMode: 'autoMapInputData', value: null });
}

function mapperForm(columns: object): INodeParameters {
	return { ...leadForm(), inputMode: 'map', columns: columns as INodeParameters };
}
