import { readable } from './common';
import { emailPart, text } from './fields';

/** API notes 5.22. */
export const user = readable({
	resource: 'user',
	path: 'user',
	className: 'User',
	label: 'User',
	plural: 'Users',
	certainty: 'confirmed',
	outputFields: [text('name', 'Name'), text('email', 'Email')],
	filters: [
		emailPart('email', 'Email', {
			description:
				'One address, or a part of it. Seen in one integration only, so the node checks the rows that come again.',
			placeholder: 'e.g. name@example.org',
			verifyBy: { field: 'email', test: 'email' },
		}),
	],
});
