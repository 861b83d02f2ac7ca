import { author, idFilter, writable } from './common';
import { choice, id, longText, owner, reference, text } from './fields';

const CLASSES = [
	{ value: 'Customer', label: 'Customer' },
	{ value: 'Group', label: 'Group' },
	{ value: 'Lead', label: 'Lead', description: 'In most accounts a Customer' },
	{ value: 'Task', label: 'Task' },
];
const OWNERS = { Customer: 'customer', Group: 'group', Lead: 'customer', Task: 'task' };

/** API notes 5.19. */
export const comment = longText('comment', 'Comment', { required: true, longest: 2048 });

/** Comments on a record. API notes 5.19. */
export const communication = writable({
	resource: 'communication',
	className: 'Communication',
	label: 'Communication',
	certainty: 'confirmed',
	operations: ['create', 'getAll'],
	keys: [
		choice('class', 'Related Type', CLASSES, 'Customer', {
			required: true,
			description: 'What it is about',
		}),
		owner('related_id', 'Related Record', 'class', OWNERS, { required: true }),
	],
	fields: [
		comment,
		{
			type: 'integer',
			name: 'type_id',
			label: 'Type ID',
			default: 1,
			required: true,
			description: '1 is a comment',
		},
		author,
	],
	outputFields: [
		text('added', 'Added'),
		reference('branch_id', 'Branch ID', 'branch'),
		text('updated_at', 'Updated At'),
	],
	filters: [
		reference('user_id', 'Author', 'user'),
		text('comment', 'Comment'),
		idFilter,
		id('type_id', 'Type ID', {
			description: '1 is a comment',
		}),
	],
});
