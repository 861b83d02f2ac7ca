import { author, idFilter, makeWritableEntity } from './common';
import { choice, id, longText, owner, reference, text } from './fields';

/** The classes of records that may have comments. API notes 5.19. */
const CLASSES = [
	{ value: 'Customer', label: 'Customer' },
	{ value: 'Group', label: 'Group' },
	{ value: 'Lead', label: 'Lead', description: 'In most accounts a Customer' },
	{ value: 'Task', label: 'Task' },
];

/** The entity of each class. Leads are customers with `is_study` 0. API notes 5.3. */
const OWNERS = { Customer: 'customer', Group: 'group', Lead: 'customer', Task: 'task' };

/** The text of a comment. AlfaCRM takes at most 2048 characters. API notes 5.19. */
export const comment = longText('comment', 'Comment', { required: true, longest: 2048 });

/** Comments on a record, such as a customer. API notes 5.19. */
export const communication = makeWritableEntity({
	resource: 'communication',
	className: 'Communication',
	label: 'Communication',
	certainty: 'confirmed',
	operations: ['create', 'getAll'],
	parentFields: [
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
