import { idFilter, name, nameFilter, weight, writable, byNameOrId } from './common';
import { boolean } from './fields';

/** API notes 5.8. */
export const subject = writable({
	resource: 'subject',
	className: 'Subject',
	label: 'Subject',
	certainty: 'confirmed',
	match: byNameOrId,
	hidden: { show: { active: false } },
	fields: [name('e.g. Robotics'), weight],
	filters: [
		boolean('active', 'Active', {
			description: 'Whether to return only active subjects; off returns all',
			// A row need not show why it was found.
			verifyBy: () => true,
		}),
		idFilter,
		nameFilter,
	],
});
