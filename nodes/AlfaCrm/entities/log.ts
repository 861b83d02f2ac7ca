import { makeReadableEntity } from './common';
import { choice, dottedDate, id, range, reference, text } from './fields';

/** The values of `event`. API notes 5.21. */
export const LOG_EVENT = { created: 1, updated: 2, deleted: 3 } as const;

const LOG_EVENTS = [
	{ value: LOG_EVENT.created, label: 'Created' },
	{ value: LOG_EVENT.updated, label: 'Updated', description: 'One source reads it as restored' },
	{ value: LOG_EVENT.deleted, label: 'Deleted' },
];

/** AlfaCRM's log of changes. Its entries have no ID, and the newest come first. API notes 5.21. */
export const log = makeReadableEntity({
	resource: 'log',
	label: 'Change Log',
	plural: 'Change Log Entries',
	certainty: 'confirmed',
	withoutId: true,
	outputFields: [
		text('entity', 'Entity'),
		id('entity_id', 'Record ID'),
		reference('user_id', 'User ID', 'user'),
		choice('event', 'Event', LOG_EVENTS, 1),
		{ type: 'object', name: 'fields_old', label: 'Old Values' },
		{ type: 'object', name: 'fields_new', label: 'New Values' },
		{ type: 'object', name: 'fields_rel', label: 'Related Values' },
		text('date_time', 'Date and Time'),
	],
	filters: [
		...range(dottedDate, 'date', 'Date'),
		text('entity', 'Entity', {
			description: 'Class of the record; that of leads is Customer',
			placeholder: 'e.g. Customer, Lesson or Pay',
		}),
		choice('event', 'Event', LOG_EVENTS, 1),
		id('entity_id', 'Record ID'),
		reference('user_id', 'User', 'user', { description: 'Who changed it' }),
	],
});
