import { readable } from './common';
import { text } from './fields';

/** API notes 5.4: one integration lists it. */
export const pipeline = readable({
	resource: 'pipeline',
	path: 'pipeline',
	label: 'Pipeline',
	plural: 'Pipelines',
	certainty: 'unconfirmed',
	outputFields: [text('name', 'Name')],
});
