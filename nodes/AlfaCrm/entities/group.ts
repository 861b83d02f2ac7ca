import { makeArchivedView, makeArchiveActions } from './archive';
import {
	idsFilter,
	name,
	nameFilter,
	timestampFilters,
	timestamps,
	makeWritableEntity,
	ownBranches,
	company,
	makeReferenceList,
} from './common';
import {
	dottedDate,
	flag,
	id,
	integer,
	isoDate,
	longText,
	range,
	reference,
	references,
	text,
} from './fields';

const levelField = reference('level_id', 'Level', 'level');
const status = id('status_id', 'Status ID');

/**
 * Groups of customers who are taught together. Sources disagree on the format of their first and
 * last day, so each has a fallback format. API notes 5.6.
 */
export const group = makeWritableEntity({
	resource: 'group',
	className: 'Group',
	label: 'Group',
	pages: [{ name: 'group' }],
	certainty: 'confirmed',
	actions: makeArchiveActions('group'),
	listed: { search: { textFilter: 'name' } },
	simplifiedFields: [
		'id',
		'name',
		'branch_ids',
		'teacher_ids',
		'level_id',
		'status_id',
		'limit',
		'b_date',
		'e_date',
		'note',
	],
	hasCustomFields: true,
	hidden: { bodyShowingAll: { removed: 1 }, views: [makeArchivedView('groups')] },
	archive: {},
	fields: [
		name('e.g. Robotics Tue 17:00'),
		ownBranches(),
		dottedDate('e_date', 'End Date', {
			description: 'Later than the start',
			fallbackDateFormat: 'iso',
		}),
		levelField,
		longText('note', 'Note', { longest: 255 }),
		integer('limit', 'Seats'),
		dottedDate('b_date', 'Start Date', { fallbackDateFormat: 'iso' }),
		status,
		references('teacher_ids', 'Teacher', 'teacher'),
	],
	outputFields: [
		company,
		flag('is_public', 'Public'),
		id('streaming_id', 'Streaming ID'),
		...timestamps,
	],
	filters: [
		text('customer_name', 'Customer Name', { description: 'Of a member' }),
		...range(isoDate, 'e_date', 'End Date'),
		idsFilter('group', 'e.g. 40, 41'),
		levelField,
		nameFilter,
		text('note', 'Note', { description: 'Part of the note' }),
		...range(isoDate, 'b_date', 'Start Date'),
		status,
		reference('teacher_id', 'Teacher', 'teacher'),
		...timestampFilters,
	],
});

/** The levels of groups. Customers can be filtered by them. API notes 5.6 and 5.22. */
export const level = makeReferenceList({
	resource: 'level',
	className: 'Level',
	label: 'Level',
	certainty: 'confirmed',
	outputFields: [text('name', 'Name')],
});
