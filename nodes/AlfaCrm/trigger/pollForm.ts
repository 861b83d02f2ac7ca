import type { INodeProperties } from 'n8n-workflow';

import { eventTypes } from '../entities/events';
import { sortByName } from '../fields/order';
import { collection } from '../form/assemble';
import { eventForms } from './events';
import { severalOf } from './events/severalOf';

export const eventParameter: INodeProperties = {
	displayName: 'Trigger On',
	name: 'event',
	type: 'options',
	options: sortByName(
		eventTypes.map(({ value, label, description }) => ({ name: label, value, description })),
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

export const maxPerPoll: INodeProperties = {
	displayName: 'Max Records per Poll',
	name: 'maxPerPoll',
	type: 'number',
	typeOptions: { minValue: 1, numberPrecision: 0 },
	default: 500,
	description: 'How many records to report at once. The rest is reported with the next polls.',
};

export const startWith: INodeProperties = {
	displayName: 'Start With Newest',
	name: 'startWith',
	type: 'number',
	typeOptions: { minValue: 0, numberPrecision: 0 },
	default: 0,
	description:
		'How many of the newest records that are there already to report when the trigger is made active for the first time; not when it is given another event or account, with which it reports what happens from then on',
};

export const options = collection('Options', 'options', [maxPerPoll, startWith], 'Add Option');

export const triggerProperties: INodeProperties[] = [
	eventParameter,
	{
		displayName:
			'Reports what happens after the workflow is activated. When you change what it watches, it starts over from that moment.',
		name: 'beginNotice',
		type: 'notice',
		default: '',
	},
	branchesParameter,
	...eventForms(),
	options,
];
