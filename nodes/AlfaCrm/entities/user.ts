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
	shows: [text('name', 'Name'), text('email', 'Email')],
	filters: [
		emailPart('email', 'Email', {
			description: 'Seen in one integration only; unconfirmed',
			placeholder: 'e.g. name@example.org',
		}),
	],
});
