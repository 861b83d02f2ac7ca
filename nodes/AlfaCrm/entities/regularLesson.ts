import { writable } from './common';
import {
	boolean,
	choice,
	choices,
	dottedDate,
	flag,
	id,
	isoDate,
	range,
	record,
	reference,
	references,
	time,
} from './fields';

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'].map(
	(label, index) => ({ value: index + 1, label }),
);
const OWNERS = [
	{ value: 'Group', label: 'Group' },
	{ value: 'Customer', label: 'Customer' },
];

/** API notes 5.13. Changing and deleting them is known from generic clients only. */
export const regularLesson = writable({
	resource: 'regularLesson',
	path: 'regular-lesson',
	className: 'RegularLesson',
	label: 'Regular Lesson',
	plural: 'Regular Lessons',
	certainty: 'confirmed',
	unconfirmed: ['delete', 'update'],
	title: ['related_class', 'related_id', 'day', 'time_from_v'],
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
		choices('days', 'Days', DAYS, { required: true, writeOnly: true, description: 'Days of the week' }),
		dottedDate('b_date_v', 'Start Date', {
			required: true,
			writeOnly: true,
			description: 'From which day on',
		}),
		dottedDate('e_date_v', 'End Date', { required: true, writeOnly: true, description: 'Until which day' }),
		reference('branch_id', 'Branch of Lesson', 'branch', {
			fromBranch: true,
			description: 'The branch it belongs to, if not the one above',
		}),
		reference('lesson_type_id', 'Lesson Type', 'lessonType'),
		choice('related_class', 'Owner Type', OWNERS, 'Group', { description: 'Whose lesson it is' }),
		id('related_id', 'Owner ID', { description: 'ID of the group or customer whose lesson it is' }),
		flag('is_public', 'Public', { description: 'Whether the lesson is public' }),
		reference('room_id', 'Room', 'room'),
		reference('subject_id', 'Subject', 'subject'),
		references('teacher_ids', 'Teacher', 'teacher', { description: 'Teachers who work in the branch' }),
		time('time_from_v', 'Time From'),
		time('time_to_v', 'Time To'),
	],
	outputFields: [
		isoDate('b_date', 'Start Date'),
		choice('day', 'Day', DAYS, 1),
		isoDate('e_date', 'End Date'),
		boolean('streaming', 'Streaming'),
	],
	filters: [
		...range(isoDate, 'date', 'Date').map((filter) => ({
			...filter,
			description: `${filter.description}. Seen in one integration only; unconfirmed.`,
		})),
		record('group_id', 'Group', 'group', {
			description: 'Whose lessons. AlfaCRM may ignore it, so the node checks the rows that come again.',
			verifyBy: { field: 'related_id', test: 'is', also: { related_class: 'Group' } },
		}),
		reference('teacher_id', 'Teacher', 'teacher'),
	],
});
