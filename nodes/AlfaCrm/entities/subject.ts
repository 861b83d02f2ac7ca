import { name, nameFilter, weight, writable } from './common';
import { boolean } from './fields';

/** API notes 5.8. */
export const subject = writable({
	resource: 'subject',
	className: 'Subject',
	label: 'Subject',
	certainty: 'confirmed',
	hidden: { show: { active: false } },
	fields: [name('e.g. Robotics')],
	outputFields: [weight],
	filters: [
		boolean('active', 'Active', {
			description: 'Whether only active ones are returned',
			// A row need not show why it was found.
			verifyBy: () => true,
		}),
		nameFilter,
	],
});
