import { idFilter, name, nameFilter, weight, writable } from './common';
import { flag, reference } from './fields';
import { byNameOrId } from './match';

/** API notes 5.2. */
export const location = writable({
	resource: 'location',
	path: 'location',
	className: 'Location',
	label: 'Location',
	plural: 'Locations',
	certainty: 'documented',
	match: byNameOrId,
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
});
