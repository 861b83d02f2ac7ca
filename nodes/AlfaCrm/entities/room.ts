import { enabledFilter, name, note, weight, makeWritableEntity, ownBranch } from './common';
import { flag, id, reference } from './fields';

/** The rooms of a branch. API notes 5.14. */
export const room = makeWritableEntity({
	resource: 'room',
	className: 'Room',
	label: 'Room',
	certainty: 'documented',
	fields: [
		name('e.g. Room 3'),
		id('color_id', 'Color ID', {
			required: true,
			description: 'In the palette of AlfaCRM',
			placeholder: 'e.g. 2',
		}),
		// AlfaCRM requires a weight, so a new room gets 0 if the user gives none.
		{ ...weight, required: true, fallback: 0 },
		ownBranch,
		flag('is_enabled', 'Enabled', { description: 'Whether it can be chosen' }),
		reference('location_id', 'Location', 'location'),
		note,
	],
	filters: [enabledFilter],
});
