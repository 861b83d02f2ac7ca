import { makeArchivedView } from './archive';
import { nameFilter, note, makeReadableEntity, phoneFilter } from './common';
import {
	choice,
	dottedDate,
	emails,
	integer,
	isoDate,
	phones,
	record,
	reference,
	references,
	rows,
	text,
} from './fields';
import type { Action } from './types';

/**
 * The days of the week in working hours: 1 is Sunday. In regular lessons, 1 is Monday.
 * API notes 5.15.
 */
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'].map(
	(label, index) => ({ value: index + 1, label }),
);

/**
 * Lists the working hours of teachers. Several integrations read them, one for a
 * single teacher. No known integration changes working hours. API notes 5.15.
 */
const listActions: Action[] = [
	{
		name: 'getWorkingHours',
		label: 'Get Working Hours',
		title: 'Get working hours of teachers',
		description: 'Weekday 1 is Sunday, unlike the days of regular lessons',
		action: 'working-hour',
		fields: [record('teacher_id', 'Teacher', 'teacher')],
		outputFields: [
			reference('teacher_id', 'Teacher ID', 'teacher'),
			choice('weekday', 'Weekday', WEEKDAYS, 1),
			text('time_from', 'Time From'),
			text('time_to', 'Time To'),
		],
		kind: 'getMany',
	},
];

/**
 * Lists the free times of teachers. AlfaCRM has no call for that, so the node computes them from
 * the working hours and the calendar. API notes 5.11, 5.13 and 5.15.
 */
const freeSlots: Action = {
	name: 'getFreeSlots',
	label: 'Get Free Slots',
	title: 'Get free slots of teachers',
	description: 'Working hours less lessons, one item for each',
	action: 'working-hour',
	fields: [
		record('id', 'Teacher', 'teacher', { prominent: true, description: 'Any if left empty' }),
		isoDate('date_from', 'Date From', {
			required: true,
			description: "In the time zone of the workflow or, if it has none, n8n's",
			daysAhead: 0,
		}),
		isoDate('date_to', 'Date To', {
			required: true,
			description: 'At most a year later',
			daysAhead: 7,
		}),
		reference('room_id', 'Room', 'room', { description: 'Only when it is free too' }),
		reference('subject_id', 'Subject', 'subject', {
			description: 'Only teachers who have lessons of it',
		}),
	],
	kind: 'freeSlots',
};

/**
 * Teachers. The package only lists them, because the only source about changing teachers names
 * fields that do not exist. API notes 5.15.
 */
export const teacher = makeReadableEntity({
	resource: 'teacher',
	className: 'Teacher',
	label: 'Teacher',
	operations: ['get', 'getAll'],
	certainty: 'confirmed',
	actions: [...listActions, freeSlots],
	listed: { search: { textFilter: 'name' } },
	simplifiedFields: [
		'id',
		'name',
		'phone',
		'email',
		'branch_ids',
		'dob',
		'gender',
		'note',
		'e_date',
	],
	// Rows of teachers lack the flag `removed`. The day in `e_date` tells whether a teacher is
	// archived. API notes 5.15.
	archive: { day: 'e_date' },
	hidden: { bodyShowingAll: { removed: 1 }, views: [makeArchivedView('teachers')] },
	outputFields: [
		text('name', 'Name'),
		text('avatarUrl', 'Avatar URL'),
		references('branch_ids', 'Branch IDs', 'branch'),
		dottedDate('dob', 'Date of Birth'),
		emails('email', 'Email'),
		isoDate('e_date', 'Archived On', { description: 'A past day if archived, 2030-12-31 if not' }),
		integer('gender', 'Gender'),
		note,
		phones('phone', 'Phone'),
		rows('teacher-to-skill', 'Skills', [text('name', 'Name')]),
	],
	filters: [nameFilter, phoneFilter],
});
