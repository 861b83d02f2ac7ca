import { name, nameFilter, weight, makeWritableEntity } from './common';
import { boolean } from './fields';

/** The subjects that a school teaches. A plain list may show only active ones. API notes 5.8. */
export const subject = makeWritableEntity({
	resource: 'subject',
	className: 'Subject',
	label: 'Subject',
	certainty: 'confirmed',
	hidden: { bodyShowingAll: { active: false } },
	fields: [name('e.g. Robotics')],
	outputFields: [weight],
	filters: [
		boolean('active', 'Active', {
			description: 'Whether only active ones are returned',
			// Rows may not show whether a subject is active, so they are not compared.
			checkRowBy: () => true,
		}),
		nameFilter,
	],
});
