import { readable } from './common';
import { text } from './fields';

/** API notes 5.6 and 5.22: of groups, and a filter of customers. */
export const level = readable({
	resource: 'level',
	path: 'level',
	className: 'Level',
	label: 'Level',
	plural: 'Levels',
	certainty: 'confirmed',
	outputFields: [text('name', 'Name')],
});
