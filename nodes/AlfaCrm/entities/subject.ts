import { idFilter, name, nameFilter, weight, writable } from './common';
import { boolean } from './fields';
import { byNameOrId } from './match';

/** API notes 5.8. */
export const subject = writable({
	resource: 'subject',
	path: 'subject',
	className: 'Subject',
	label: 'Subject',
	plural: 'Subjects',
	certainty: 'confirmed',
	match: byNameOrId,
	hidden: { show: { active: false } },
	fields: [name('e.g. Robotics'), weight],
	filters: [
		boolean('active', 'Active', {
			description: 'Whether to return only active subjects; off returns all',
			verifyBy: () => true,
		}),
		idFilter,
		nameFilter,
	],
});
