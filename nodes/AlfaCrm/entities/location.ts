import { name, nameFilter, weight, writable, ownBranch, only } from './common';
import { flag } from './fields';

/** API notes 5.2. */
export const location = writable({
	resource: 'location',
	className: 'Location',
	label: 'Location',
	certainty: 'documented',
	fields: [
		name('e.g. 5 Example Street'),
		flag('is_active', 'Active', { required: true, description: 'Whether it is in use' }),
		ownBranch,
	],
	outputFields: [weight],
	filters: [only('is_active', 'Active', 'active locations', 'inactive ones'), nameFilter],
});
