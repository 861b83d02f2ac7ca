import { enabledFilter, name, note, weight, writable, ownBranch } from './common';
import { flag, id, reference } from './fields';

/** API notes 5.14. */
export const room = writable({
	resource: 'room',
	className: 'Room',
	label: 'Room',
	certainty: 'documented',
	fields: [
		name('e.g. Room 3'),
		id('color_id', 'Color ID', {
			required: true,
			description: 'Number in the palette of AlfaCRM',
			placeholder: 'e.g. 2',
		}),
		{ ...weight, required: true },
		ownBranch('Branch of Room'),
		flag('is_enabled', 'Enabled', { description: 'Whether the room can be chosen in AlfaCRM' }),
		reference('location_id', 'Location', 'location'),
		note,
		id('streaming_id', 'Streaming ID'),
	],
	filters: [enabledFilter],
});
