import type { IDataObject } from 'n8n-workflow';

import { formatDay } from '../values/formats';
import { idFilter, note, timestamps, makeWritableEntity, ownBranch } from './common';
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
	startingToday,
} from './fields';
import { LESSON_CUSTOMERS } from './methodNames';
import type { Action } from './types';
import type { Field } from './fieldTypes';

/**
 * Declares lessons: the entries of the calendar, each planned, cancelled or completed. A lesson
 * with a fixed weekday comes from a *regular lesson*, a rule such as "Mondays at 17:00".
 */

/**
 * Reads the day of a lesson as `yyyy-mm-dd`: from the start time `2026-02-10 17:00:00`, else from
 * `date`, else from `lesson_date`. Returns undefined if a row shows no day.
 * docs/alfacrm-api.md 5.11.
 */
export const dayOf = (
	{ time_from, date, lesson_date }: IDataObject,
	zone: string,
): string | undefined =>
	formatDay(time_from, 'iso', zone) ??
	formatDay(date, 'iso', zone) ??
	formatDay(lesson_date, 'iso', zone);

/** The values of `status`. API notes 5.11. */
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
const startTime = time('time_from', 'Start Time');
const endTime = time('time_to', 'End Time');

/**
 * The fields of one customer's attendance. No documentation and no known integration shows an
 * example of a grade, so the node sends grades as the user writes them. API notes 5.11.
 */
const ATTENDANCE = [
	flag('is_attend', 'Attended', { required: true, description: 'Whether the customer was there' }),
	id('reason_id', 'Absence Reason ID'),
	integer('bonus', 'Bonus', { description: 'Bonus for this lesson' }),
	text('grade', 'Grade'),
	id('homework_grade_id', 'Homework Grade ID'),
	note,
];

/** The attendance of all customers of a lesson, as a list of rows. */
const details = rows(
	'details',
	'Attendance',
	[
		reference('customer_id', 'Customer', 'customer', {
			loadMethod: LESSON_CUSTOMERS,
			required: true,
		}),
		...ATTENDANCE,
		id('id', 'Attendance ID', { description: "Of the row in 'details'" }),
		ownBranch,
	],
	{ readOnly: ['commission', 'ctt_id', 'lesson_id'] },
);

/**
 * Completes a lesson. One integration uses this call. The fields of the body come from that
 * integration and from the table of fields in AlfaCRM's documentation. API notes 5.11 and 6.
 */
const completeLesson: Action = {
	name: 'complete',
	label: 'Complete Lesson',
	title: 'Complete lesson with attendance',
	description: 'One item for a lesson or several',
	action: 'teach',
	recordIdName: 'id',
	fields: [
		references('present_ids', 'Present Customer', 'customer', {
			loadMethod: LESSON_CUSTOMERS,
			prominent: true,
			description: 'Who attended',
		}),
		references('absent_ids', 'Absent Customer', 'customer', {
			loadMethod: LESSON_CUSTOMERS,
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
		ownBranch,
		homework,
		room,
		teachers,
		startTime,
		endTime,
		topic,
	],
	fixedValues: { status: LESSON_STATUS.completed },
	kind: 'completeLesson',
};

/**
 * Lists the people who come to lessons. AlfaCRM has no call for that, so the node combines the
 * lessons, the regular lessons, the groups and the customers. API notes 5.3, 5.7, 5.11 and 5.13.
 */
const getParticipants: Action = {
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
	// One source writes the day as `yyyy-mm-dd`. API notes 5.11.
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
const status = choice('status', 'Status', STATUSES, LESSON_STATUS.planned, {
	description: 'A new lesson is planned',
});

const endInPlaceOfDuration: Field = {
	...endTime,
	description: "In place of 'Duration'",
};

/** The values of 'When' in the form that books a lesson. Stored in workflows. */
export const BOOKING_TIME = { time: 'time', firstFree: 'firstFree' } as const;

/**
 * Books a lesson at a free time. AlfaCRM refuses a lesson in a room that is taken, but not a lesson
 * with a teacher who is busy. So the node works out the free times itself. API notes 5.11, 5.13 and
 * 5.15.
 */
const bookLesson: Action = {
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
				{ value: BOOKING_TIME.time, label: 'At a Time' },
				{ value: BOOKING_TIME.firstFree, label: 'First Free Slot' },
			],
			BOOKING_TIME.time,
			{ required: true },
		),
		{ ...day, label: 'Date', description: 'Of the lesson, or the first to look at' },
		{ ...startTime, required: true },
		isoDate('date_to', 'Date To', {
			required: true,
			description: 'The last to look at',
			daysAhead: 7,
		}),
		note,
		// An empty expression for the room is an error. Otherwise the lesson would get no room.
		{ ...room, neverEmpty: true },
		reference('lead_status_id', 'Stage', 'leadStatus', {
			description: 'To which the lead is moved then',
		}),
	],
	kind: 'bookLesson',
};

/** The fields that say when a lesson takes place, and which people and which room it needs. */
export const LESSON_FIELDS = {
	group: groups,
	customer: customers,
	teacher: teachers,
	room,
	day,
	duration,
	end: endInPlaceOfDuration,
};

/**
 * Lessons. A plain list may show only completed lessons, so the list is read once for each status.
 * API notes 5.11.
 */
export const lesson = makeWritableEntity({
	resource: 'lesson',
	className: 'Lesson',
	label: 'Lesson',
	certainty: 'confirmed',
	unconfirmed: ['delete'],
	actions: [bookLesson, completeLesson, getParticipants],
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
		search: { digitsFilter: 'id', dayFilters: ['date_from', 'date_to'] },
	},
	// The date is left out, because both times have it. API notes 5.11.
	simplifiedFields: [
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
	hasCustomFields: true,
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
		{ ...startTime, required: true },
		duration,
		{ ...lessonType, required: true },
		{ ...subject, required: true },
		{ ...teachers, prominent: true },
		{ ...room, prominent: true },
		ownBranch,
		endInPlaceOfDuration,
		homework,
		note,
		status,
		topic,
	],
	outputFields: [
		// Other fields with an entity of many records show IDs. Groups are shown by name, because
		// nobody recognizes a lesson by the IDs of its groups.
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
		// Most sources send `yyyy-mm-dd`, some send `dd.mm.yyyy`. API notes 5.11.
		...range(startingToday(isoDate), 'date', 'Lesson Date', { comparedField: 'date' }),
		lessonType,
		references('location_ids', 'Location', 'location'),
		references('room_ids', 'Room', 'room'),
		subject,
		reference('teacher_id', 'Teacher', 'teacher'),
		...range(dottedDate, 'updated_at', 'Updated'),
	],
});
