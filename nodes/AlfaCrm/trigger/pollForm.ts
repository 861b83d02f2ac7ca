import type { INodeProperties } from 'n8n-workflow';

import { eventTypes } from '../entities/events';
import { sortByName } from '../fields/order';
import { eventForms } from './events';
import { severalOf } from './events/severalOf';
import { BY_TIME, options } from './options';

export const eventParameter: INodeProperties = {
	displayName: 'Trigger On',
	name: 'event',
	type: 'options',
	options: sortByName(
		eventTypes.map(({ value, label, action, description }) => ({ name: label, value, action, description })),
	),
	default: 'customerCreated',
	description: 'What starts the workflow',
};

export const branchesParameter = severalOf(
	'Branch',
	'branchIds',
	'branch',
	'Where it must happen. Left empty, all active branches of the account are watched',
);

/** What the trigger begins with, which events by time know already. */
const beginNotices: INodeProperties[] = [
	{
		displayName:
			'Reports what happens after the workflow is first activated, pauses included. If you choose another event or account, it starts over from that moment.',
		name: 'beginNotice',
		type: 'notice',
		default: '',
		displayOptions: { hide: { event: BY_TIME } },
	},
	{
		displayName:
			"Reports each client once for each occasion. What is due already when the workflow is first activated is not reported, unless 'First Poll Reports' in 'Options' says otherwise. If you choose another event or account, it starts over from that moment.",
		name: 'beginNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { event: BY_TIME } },
	},
];

export const triggerProperties: INodeProperties[] = [
	eventParameter,
	...beginNotices,
	branchesParameter,
	...eventForms(),
	options,
];
