import { author, company, makeWritableEntity, ownBranches } from './common';
import {
	boolean,
	dottedDate,
	flag,
	integer,
	longText,
	range,
	records,
	references,
	text,
} from './fields';

/** One integration writes a title and a text, another only a text. API notes 5.18. */
const taskTitle = text('title', 'Title', {
	prominent: true,
	requiredUnless: 'text',
	description: "This or 'Text' is needed",
	placeholder: 'e.g. Call back',
});

/**
 * Tasks of the staff. The two integrations write only a few of the fields. The others are known
 * from lists. API notes 5.18.
 */
export const task = makeWritableEntity({
	resource: 'task',
	className: 'Task',
	label: 'Task',
	certainty: 'documented',
	unconfirmed: ['create', 'delete', 'update'],
	listed: { title: ['title'], search: {}, details: [{ name: 'due_date', shownAs: 'day' }] },
	simplifiedFields: [
		'id',
		'title',
		'text',
		'due_date',
		'is_done',
		'priority',
		'user_id',
		'assigned_ids',
		'customer_ids',
		'created_at',
	],
	fields: [
		taskTitle,
		flag('is_archive', 'Archived', { description: 'Whether it is archived' }),
		references('assigned_ids', 'Assignee', 'user'),
		author,
		ownBranches(),
		records('customer_ids', 'Customer', 'customer', {
			description: 'By ID several, with commas',
		}),
		flag('is_done', 'Done', { description: 'Whether it is done' }),
		dottedDate('due_date', 'Due Date'),
		records('group_ids', 'Group', 'group', {
			description: 'By ID several, with commas',
		}),
		integer('priority', 'Priority'),
		longText('text', 'Text'),
	],
	outputFields: [
		text('created_at', 'Created At'),
		text('done_date', 'Done At'),
		company,
		flag('is_notify', 'Notify'),
		flag('is_private', 'Private'),
		flag('is_public_entry', 'Public Entry'),
	],
	filters: [
		...range(dottedDate, 'due_date', 'Due Date', { comparedField: 'due_date' }),
		boolean('due_date_is_null', 'Without Due Date', {
			description: 'Whether to return only those',
			checkRowBy: ({ due_date: day }, isWithoutDay) => {
				if (day === undefined) return undefined;
				return (day === null || day === '') === isWithoutDay;
			},
		}),
	],
});
