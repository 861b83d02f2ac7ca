import { name, nameFilter, weight, makeWritableEntity, ownBranch, yesNoFilter } from './common';
import { flag } from './fields';

/** The places where a branch teaches. API notes 5.2. */
export const location = makeWritableEntity({
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
	filters: [yesNoFilter('is_active', 'Active', 'active locations', 'inactive ones'), nameFilter],
});
