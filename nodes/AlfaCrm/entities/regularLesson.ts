import { writable, ownBranch } from './common';
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

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'].map(
	(label, index) => ({ value: index + 1, label }),
);
/** As they are shown: AlfaCRM may say 0 for a Sunday. API notes 5.13. */
const SHOWN_DAYS = [...DAYS, { value: 0, label: 'Sunday' }];
const OWNERS = [
	{ value: 'Group', label: 'Group' },
	{ value: 'Customer', label: 'Customer' },
];

const OWNER_ENTITIES = { Group: 'group', Customer: 'customer' };

/** API notes 5.13. Changing and deleting them is known from generic clients only. */
export const regularLesson = writable({
	resource: 'regularLesson',
	className: 'RegularLesson',
	label: 'Regular Lesson',
	certainty: 'confirmed',
	unconfirmed: ['delete', 'update'],
	listed: {
		title: [],
		search: {},
		details: [
			{ name: 'related_id', owner: { by: 'related_class', entities: OWNER_ENTITIES } },
			{ name: 'day', choices: SHOWN_DAYS },
			{ name: 'time_from_v' },
			{ name: 'subject_id', entity: 'subject' },
			{ name: 'b_date', until: 'e_date' },
		],
	},
	simple: [
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
		choices('days', 'Days', DAYS, { required: true, writeOnly: true, description: 'Of the week' }),
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
		choice('day', 'Day', SHOWN_DAYS, 1),
		isoDate('e_date', 'End Date'),
		boolean('streaming', 'Streaming'),
	],
	filters: [
		...range(isoDate, 'date', 'Date'),
		record('group_id', 'Group', 'group', {
			verifyBy: ({ related_class = 'Group', related_id: of }, group) =>
				related_class === 'Group' && (of === undefined ? undefined : String(of) === String(group)),
		}),
		reference('teacher_id', 'Teacher', 'teacher'),
	],
});
