import { readable, emailFilter } from './common';
import { text } from './fields';

/** API notes 5.22. */
export const user = readable({
	resource: 'user',
	path: 'user',
	className: 'User',
	label: 'User',
	plural: 'Users',
	certainty: 'confirmed',
	outputFields: [text('name', 'Name'), text('email', 'Email')],
	filters: [emailFilter],
});
