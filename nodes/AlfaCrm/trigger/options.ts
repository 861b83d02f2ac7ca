import type { INodeProperties } from 'n8n-workflow';

import { eventTypes } from '../entities/events';
import { collection } from '../form/assemble';
import { wholeNumber } from '../form/wholeNumber';

/** Events that fall due. */
export const BY_TIME = eventTypes.filter(({ kind }) => kind === 'dueDate').map(({ value }) => value);

export const maxPerPoll = wholeNumber({
	displayName: 'Max Records per Poll',
	name: 'maxPerPoll',
	min: 1,
	default: 500,
	description: 'How many records to report at once. The rest is reported with the next polls.',
});

export const startWith = wholeNumber({
	displayName: 'Start With Newest',
	name: 'startWith',
	min: 0,
	default: 0,
	displayOptions: { hide: { '/event': BY_TIME } },
	description:
		'How many of the newest records that are there already to report when the trigger is made active for the first time; not when it is given another event or account, with which it reports what happens from then on',
});

export const firstPoll: INodeProperties = {
	displayName: 'First Poll Reports',
	name: 'firstPoll',
	type: 'options',
	options: [
		{ name: 'Nothing', value: 'nothing', description: 'What is due already is taken for known' },
		{
			name: 'What Is Due Today',
			value: 'due',
			description:
				'What falls due on this very day. Where nothing tells the day, as with debts and lessons left, all that is due now.',
		},
	],
	default: 'nothing',
	displayOptions: { show: { '/event': BY_TIME } },
	description:
		'What to report when the trigger begins; from then on, it reports whatever falls due, also while n8n was off',
};

export const lookEvery = wholeNumber({
	displayName: 'Look Every',
	name: 'lookEvery',
	min: 1,
	max: 1_440,
	default: 60,
	displayOptions: { show: { '/event': BY_TIME } },
	description:
		'How many minutes to wait until the clients are looked through again; polls in between ask AlfaCRM nothing. A new day or a changed setting does not wait.',
});

export const options = collection(
	'Options',
	'options',
	[firstPoll, lookEvery, maxPerPoll, startWith],
	'Add Option',
);
