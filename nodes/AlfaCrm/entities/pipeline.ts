import { readable } from './common';
import { text } from './fields';

/** API notes 5.4: one integration lists it, and a live account answered. */
export const pipeline = readable({
	resource: 'pipeline',
	path: 'pipeline',
	label: 'Pipeline',
	plural: 'Pipelines',
	certainty: 'confirmed',
	outputFields: [text('name', 'Name')],
});
