import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { failing } from './nothingChanges';
import { byPhone, officeOf } from './office';
import type { School } from './school';

export const FORMATTED = '+7(900)555-00-01';

/** The form of Create or Update for the customer of that phone. */
export const form = (
	fieldsToSet: INodeParameters = {},
	options: INodeParameters = {},
	more: INodeParameters = {},
) => ({
	...byPhone('8 900 555 00 01', {}, options),
	fieldsToSet: { name: 'Орлова Мия', ...fieldsToSet },
	...more,
});

/** What tests of Create or Update do again and again with their school. */
export function upsertsOf(school: School) {
	const { rows, customer: stored, lead, whole } = officeOf(school);
	const customers = () => rows('customer');
	return {
		customers,
		stored,
		holders: () => customers().filter(({ phone }) => (phone as string[]).includes(FORMATTED)),
		add: (row: IDataObject = {}) => lead({ phone: [FORMATTED], ...row }),
		/** Runs the node, which must succeed. */
		run: async (parameters: INodeParameters, items?: IDataObject[]) => {
			const { json, error } = await whole(parameters, { items });
			expect(error).toBeUndefined();
			return json;
		},
		/** Runs the node, which must fail and leave every record as it was. */
		failing: async (parameters: INodeParameters) => (await failing(school, parameters)).error,
	};
}
