import type { IDataObject } from 'n8n-workflow';

import { formatDay } from '../values/formats';
import { idFilter, note, timestamps, writable, ownBranch } from './common';
import {
	boolean,
	choice,
	dottedDate,
	flag,
	id,
	integer,
	isoDate,
	longText,
	range,
	record,
	records,
	reference,
	references,
	rows,
	text,
	time,
	today,
} from './fields';
import { LESSON_CUSTOMERS } from './methodNames';
import type { Action } from './types';
import type { Field } from './fieldTypes';

/** The day of a lesson, which its times have as well. API notes 5.11. */
export const dayOf = (
	{ time_from, date, lesson_date }: IDataObject,
	zone: string,
): string | undefined =>
	[time_from, date, lesson_date].map((value) => formatDay(value, 'iso', zone)).find((day) => day);

/** API notes 5.11. */
export const LESSON_STATUS = { planned: 1, cancelled: 2, completed: 3 } as const;

const STATUSES = [
	{ value: LESSON_STATUS.planned, label: 'Planned' },
	{ value: LESSON_STATUS.cancelled, label: 'Cancelled' },
	{ value: LESSON_STATUS.completed, label: 'Completed' },
];

const subject = reference('subject_id', 'Subject', 'subject');
const lessonType = reference('lesson_type_id', 'Lesson Type', 'lessonType');
const teachers = references('teacher_ids', 'Teacher', 'teacher');
const room = reference('room_id', 'Room', 'room');
const topic = text('topic', 'Topic');
const homework = longText('homework', 'Homework');
const from = time('time_from', 'Start Time');
const to = time('time_to', 'End Time');

/**
 * How one customer took part. Grades were never seen filled, so they are sent as they are given.
 */
const ATTENDANCE = [
	flag('is_attend', 'Attended', { required: true, description: 'Whether the customer was there' }),
	id('reason_id', 'Absence Reason ID'),
	integer('bonus', 'Bonus', { description: 'Bonus for this lesson' }),
	text('grade', 'Grade'),
	id('homework_grade_id', 'Homework Grade ID'),
	note,
];

const details = rows(
	'details',
	'Attendance',
	[
		reference('customer_id', 'Customer', 'customer', {
			listedBy: LESSON_CUSTOMERS,
			required: true,
		}),
		...ATTENDANCE,
		id('id', 'Attendance ID', { description: "Of the row in 'details'" }),
		ownBranch,
	],
	{ readOnly: ['commission', 'ctt_id', 'lesson_id'] },
);

/**
 * API notes 5.11 and 6: one integration uses it; its body is taken from there and from the official
 * table.
 */
const complete: Action = {
	name: 'complete',
	label: 'Complete Lesson',
	title: 'Complete lesson with attendance',
	description: 'One item for a lesson or several',
	action: 'teach',
	idAs: 'id',
	fields: [
		references('present_ids', 'Present Customer', 'customer', {
			listedBy: LESSON_CUSTOMERS,
			prominent: true,
			description: 'Who attended',
		}),
		references('absent_ids', 'Absent Customer', 'customer', {
			listedBy: LESSON_CUSTOMERS,
			prominent: true,
			description: 'Who did not; this marks nobody else as present',
		}),
		{
			...details,
			prominent: true,
			description: 'Where there is more to record, such as a grade',
		},
		choice(
			'if_completed',
			'If Already Completed',
			[
				{
					value: 'teach',
					label: 'Send It Again',
					description: 'Check the balances in AlfaCRM',
				},
				{ value: 'refuse', label: 'Stop', description: 'Unless it holds the same already' },
			],
			'refuse',
			{ required: true, description: 'With another attendance or other details' },
		),
		...[ownBranch, homework, room, teachers, from, to, topic],
	],
	fixed: { status: LESSON_STATUS.completed },
	kind: 'completeLesson',
};

/**
 * API notes 5.3, 5.7, 5.11 and 5.13: AlfaCRM has no call for it, so it is worked out of several
 * lists.
 */
const participants: Action = {
	name: 'getParticipants',
	label: 'Get Participants',
	title: 'Get who comes to lessons with phone and email',
	action: 'index',
	fields: [
		isoDate('date_from', 'Date From', { required: true, daysAhead: 1 }),
		isoDate('date_to', 'Date To', { required: true, daysAhead: 1 }),
		record('lesson_id', 'Lesson', 'lesson', { description: 'This one alone' }),
	],
	kind: 'participants',
};

const day = dottedDate('lesson_date', 'Lesson Date', {
	required: true,
	writeOnly: true,
	// One source writes it so. API notes 5.11.
	fallbackDateFormat: 'iso',
});
const customers = records('customer_ids', 'Customer', 'customer', {
	prominent: true,
	description: 'Who takes part, if no group does. By ID several, with commas.',
});
const groups = records('group_ids', 'Group', 'group', {
	prominent: true,
	description: 'A trial lesson takes none. By ID several, with commas.',
});
const duration = integer('duration', 'Duration', {
	prominent: true,
	min: 1,
	default: 60,
	requiredUnless: 'time_to',
	description: "Minutes; not used if 'End Time' is given",
	writeOnly: true,
});
const status = choice('status', 'Status', STATUSES, 1, {
	description: 'A new lesson is planned',
});

const end: Field = {
	...to,
	description: "In place of 'Duration'",
};

/** When a lesson is to be. Stored in workflows. */
export const WHEN = { time: 'time', firstFree: 'firstFree' } as const;

/**
 * API notes 5.11, 5.13 and 5.15: what is free is worked out, for AlfaCRM refuses a room that is
 * taken, but no teacher.
 */
const book: Action = {
	name: 'book',
	label: 'Book',
	title: 'Book lesson at given time or first free slot',
	description: 'Once, and at a time that is free',
	action: 'create',
	fields: [
		{ ...customers, description: 'If not a group. By ID several, with commas.' },
		{ ...groups, description: 'If not a customer. A trial lesson takes none.' },
		{ ...lessonType, required: true },
		{ ...subject, required: true },
		{ ...teachers, prominent: true, description: 'If empty, any who has lessons of the subject' },
		choice(
			'when',
			'When',
			[
				{ value: WHEN.time, label: 'At a Time' },
				{ value: WHEN.firstFree, label: 'First Free Slot' },
			],
			WHEN.time,
			{ required: true },
		),
		{ ...day, label: 'Date', description: 'Of the lesson, or the first to look at' },
		{ ...from, required: true },
		isoDate('date_to', 'Date To', {
			required: true,
			description: 'The last to look at',
			daysAhead: 7,
		}),
		note,
		// One that nobody was asked for would be as good as none.
		{ ...room, neverEmpty: true },
		reference('lead_status_id', 'Stage', 'leadStatus', {
			description: 'To which the lead is moved then',
		}),
	],
	kind: 'bookLesson',
};

/** Whom and what a lesson takes up, and when. */
export const LESSON_FIELDS = {
	group: groups,
	customer: customers,
	teacher: teachers,
	room,
	day,
	duration,
	end,
};

/** API notes 5.11. */
export const lesson = writable({
	resource: 'lesson',
	className: 'Lesson',
	label: 'Lesson',
	certainty: 'confirmed',
	unconfirmed: ['delete'],
	actions: [book, complete, participants],
	listed: {
		title: [],
		details: [
			{ name: 'time_from', shownAs: 'moment' },
			{ name: 'group_ids', entity: 'group' },
			{ name: 'customer_ids', entity: 'customer' },
			{ name: 'subject_id', entity: 'subject' },
			{ name: 'topic' },
			{ name: 'status', choices: STATUSES },
		],
		search: { digits: 'id', day: ['date_from', 'date_to'] },
	},
	// Both times have the date. API notes 5.11.
	simple: [
		'id',
		'time_from',
		'time_to',
		'status',
		'group_ids',
		'customer_ids',
		'teacher_ids',
		'subject_id',
		'room_id',
		'lesson_type_id',
	],
	custom: true,
	hidden: {
		partition: {
			name: 'status',
			label: 'Status',
			choices: STATUSES,
			description: 'All if left empty',
		},
	},
	fields: [
		groups,
		customers,
		day,
		{ ...from, required: true },
		duration,
		{ ...lessonType, required: true },
		{ ...subject, required: true },
		{ ...teachers, prominent: true },
		{ ...room, prominent: true },
		ownBranch,
		end,
		homework,
		note,
		status,
		topic,
	],
	outputFields: [
		// Longer than other lists that have names, but nobody tells a lesson by numbers.
		references('group_ids', 'Group', 'group'),
		isoDate('date', 'Date'),
		rows('details', 'Attendance', [
			id('customer_id', 'Customer ID', { entity: 'customer' }),
			...ATTENDANCE,
			id('branch_id', 'Branch ID'),
			text('commission', 'Commission'),
			id('ctt_id', 'Customer Subscription ID'),
			id('id', 'ID'),
		]),
		text('lesson_type_name', 'Lesson Type Name'),
		id('regular_id', 'Regular Lesson ID'),
		boolean('streaming', 'Streaming'),
		...timestamps,
	],
	filters: [
		record('customer_id', 'Customer', 'customer', { description: 'Who takes part' }),
		record('group_id', 'Group', 'group', { description: 'Which group takes part' }),
		idFilter,
		// Some integrations send dotted days. API notes 5.11.
		...range(today(isoDate), 'date', 'Lesson Date', 'date'),
		lessonType,
		references('location_ids', 'Location', 'location'),
		references('room_ids', 'Room', 'room'),
		subject,
		reference('teacher_id', 'Teacher', 'teacher'),
		...range(dottedDate, 'updated_at', 'Updated'),
	],
});
