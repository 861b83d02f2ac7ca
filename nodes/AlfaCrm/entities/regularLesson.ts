import { makeWritableEntity, ownBranch } from './common';
import {
	boolean,
	choice,
	choices,
	dottedDate,
	flag,
	isoDate,
	owner,
	range,
	record,
	reference,
	references,
	time,
} from './fields';

/**
 * The numbers of the weekdays that AlfaCRM takes for a regular lesson: 1 is Monday. API notes 5.13.
 */
const DAYS_TO_SEND = [
	'Monday',
	'Tuesday',
	'Wednesday',
	'Thursday',
	'Friday',
	'Saturday',
	'Sunday',
].map((label, index) => ({ value: index + 1, label }));

/** The numbers of the weekdays that AlfaCRM returns: Sunday may be 0 or 7. API notes 5.13. */
const RETURNED_DAYS = [...DAYS_TO_SEND, { value: 0, label: 'Sunday' }];

const OWNERS = [
	{ value: 'Group', label: 'Group' },
	{ value: 'Customer', label: 'Customer' },
];

const OWNER_ENTITIES = { Group: 'group', Customer: 'customer' };

/**
 * Regular lessons: rules such as "Mondays at 17:00". Only general-purpose libraries for the API are
 * known to change and delete them. API notes 5.13.
 */
export const regularLesson = makeWritableEntity({
	resource: 'regularLesson',
	className: 'RegularLesson',
	label: 'Regular Lesson',
	certainty: 'confirmed',
	unconfirmed: ['delete', 'update'],
	// A regular lesson has no name, so its title has only the details. AlfaCRM has no filter for a
	// text, so the node searches in the titles of all regular lessons.
	listed: {
		title: [],
		search: {},
		details: [
			{ name: 'related_id', owner: { by: 'related_class', entities: OWNER_ENTITIES } },
			{ name: 'day', choices: RETURNED_DAYS },
			{ name: 'time_from_v' },
			{ name: 'subject_id', entity: 'subject' },
			{ name: 'b_date', lastDayField: 'e_date' },
		],
	},
	simplifiedFields: [
		'id',
		'related_class',
		'related_id',
		'day',
		'time_from_v',
		'time_to_v',
		'b_date',
		'e_date',
		'subject_id',
		'teacher_ids',
	],
	fields: [
		choice('related_class', 'Lesson For', OWNERS, 'Group', {
			required: true,
		}),
		owner('related_id', 'Group or Customer', 'related_class', OWNER_ENTITIES, { required: true }),
		choices('days', 'Days', DAYS_TO_SEND, {
			required: true,
			writeOnly: true,
			description: 'Of the week',
		}),
		time('time_from_v', 'Start Time', { required: true }),
		dottedDate('b_date_v', 'Start Date', { required: true, writeOnly: true }),
		dottedDate('e_date_v', 'End Date', { required: true, writeOnly: true }),
		reference('subject_id', 'Subject', 'subject', { prominent: true }),
		references('teacher_ids', 'Teacher', 'teacher', {
			prominent: true,
		}),
		reference('room_id', 'Room', 'room', { prominent: true }),
		ownBranch,
		reference('lesson_type_id', 'Lesson Type', 'lessonType'),
		flag('is_public', 'Public', { description: 'Whether it is public' }),
		time('time_to_v', 'End Time', {
			description: "Or 'Duration', in the form of a new one",
		}),
	],
	outputFields: [
		isoDate('b_date', 'Start Date'),
		choice('day', 'Day', RETURNED_DAYS, 1),
		isoDate('e_date', 'End Date'),
		boolean('streaming', 'Streaming'),
	],
	filters: [
		...range(isoDate, 'date', 'Date'),
		record('group_id', 'Group', 'group', {
			// AlfaCRM is reported to ignore this filter, so rows are checked. A row without a class
			// counts as a group's. `undefined` says that a row does not show its group, so that it
			// passes. API notes 5.13.
			checkRowBy: ({ related_class = 'Group', related_id: ownerId }, groupId) => {
				if (related_class !== 'Group') return false;
				return ownerId === undefined ? undefined : String(ownerId) === String(groupId);
			},
		}),
		reference('teacher_id', 'Teacher', 'teacher'),
	],
});
