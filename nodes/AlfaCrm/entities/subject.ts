import { boolean, idFilter, name, nameFilter, weight } from './fields';
import type { Entity } from './types';

/** API notes 5.8. */
export const subject: Entity = {
	resource: 'subject',
	path: 'subject',
	scope: 'branch',
	label: 'Subject',
	plural: 'Subjects',
	operations: ['create', 'delete', 'get', 'getAll', 'update'],
	fields: [name('e.g. Robotics'), weight],
	filters: [
		boolean('active', 'Active', { description: 'Whether to return only active subjects; off returns all' }),
		idFilter,
		nameFilter,
	],
};
