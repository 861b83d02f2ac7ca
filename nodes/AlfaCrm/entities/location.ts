import { flag, idFilter, name, nameFilter, reference, weight } from './fields';
import type { Entity } from './types';

/** API notes 5.2. */
export const location: Entity = {
	resource: 'location',
	path: 'location',
	scope: 'branch',
	label: 'Location',
	plural: 'Locations',
	operations: ['create', 'delete', 'get', 'getAll', 'update'],
	fields: [
		name('e.g. 5 Example Street'),
		flag('is_active', 'Active', { required: true, description: 'Whether the location is in use' }),
		reference('branch_id', 'Branch of Location', 'branch', {
			fromBranch: true,
			description: 'The branch it belongs to, if not the one above',
		}),
		weight,
	],
	filters: [
		flag('is_active', 'Active', {
			description: 'Whether to return only active locations or only inactive ones',
		}),
		idFilter,
		nameFilter,
	],
};
