import { author, writable, ownBranches, company } from './common';
import { boolean, dottedDate, flag, integer, longText, range, records, references, text } from './fields';

/** API notes 5.18. One integration writes a title and a text, another a text alone; the rest is known from what is read. */
const taskTitle = text('title', 'Title', {
	prominent: true,
	requiredUnless: 'text',
	description: "A task needs this, or a 'Text' in 'Additional Fields'",
	placeholder: 'e.g. Call back',
});

export const task = writable({
	resource: 'task',
	className: 'Task',
	label: 'Task',
	certainty: 'documented',
	unconfirmed: ['create', 'delete', 'update'],
	listed: { title: ['title'], search: {}, details: [{ name: 'due_date', shownAs: 'day' }] },
	simple: [
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
		flag('is_archive', 'Archived', { description: 'Whether the task is archived' }),
		references('assigned_ids', 'Assignee', 'user', { description: 'Assigned users' }),
		author,
		ownBranches('task'),
		company,
		records('customer_ids', 'Customer', 'customer', {
			description: 'Who it is about. By ID you can give several, separated by commas.',
		}),
		flag('is_done', 'Done', { description: 'Whether the task is done' }),
		dottedDate('due_date', 'Due Date'),
		records('group_ids', 'Group', 'group', {
			description: 'Which group it is about. By ID you can give several, separated by commas.',
		}),
		flag('is_notify', 'Notify', { description: 'Whether the assigned users are notified' }),
		integer('priority', 'Priority'),
		flag('is_private', 'Private', { description: 'Whether the task is private' }),
		longText('text', 'Text', { description: 'What is to be done' }),
	],
	outputFields: [
		text('created_at', 'Created At'),
		text('done_date', 'Done At'),
		flag('is_public_entry', 'Public Entry'),
	],
	filters: [
		...range(dottedDate, 'due_date', 'Due Date', 'due_date'),
		boolean('due_date_is_null', 'Without Due Date', {
			description:
				'Whether to return only tasks without a due date. AlfaCRM may ignore it, so the node checks the rows that come again.',
			verifyBy: ({ due_date: day }, isNull) =>
				day === undefined ? undefined : (day === null || day === '') === isNull,
		}),
	],
});
