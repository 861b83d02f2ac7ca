import type { INodeProperties, IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import type { EventType } from '../entities/events';
import { eventTypes } from '../entities/events';
import { sortByName } from '../fields/order';
import { collection, showWhen } from '../form/assemble';
import { timeZoneNotice } from '../form/timeZoneNotice';
import { wholeNumber } from '../form/wholeNumber';
import { eventForms, kindOf } from './events';
import { BY_CLOCK, BY_TIME, COMING, firstPoll, lookEvery } from './events/dueDate';
import type { Watching } from './events/kind';
import type { PollRequest } from './eventSource';
import { inOptions, pickedOf, TriggerParameters } from './parameters';
import { digestOf } from './state';

export const eventParameter: INodeProperties = {
	displayName: 'Trigger On',
	name: 'event',
	type: 'options',
	options: sortByName(
		eventTypes.map(({ value, label, action, description }) => ({
			name: label,
			value,
			action,
			description,
		})),
	),
	default: 'customerCreated',
	description: 'What starts the workflow',
};

const branchesParameter = pickedOf(
	'Branch',
	'branchIds',
	'branch',
	'Where it must happen. Left empty, all active branches of the account are watched',
);

const beginNotice = (
	displayName: string,
	displayOptions: INodeProperties['displayOptions'],
): INodeProperties => ({
	displayName,
	name: 'beginNotice',
	type: 'notice',
	default: '',
	displayOptions,
});

/**
 * Tell what the first poll reports. Events by time report what is due already if the user wants it.
 */
const beginNotices = [
	beginNotice(
		'Reports what happens after the workflow is first activated, pauses included. If you choose another event or account, it starts over from that moment.',
		{ hide: { event: [...BY_TIME, ...COMING] } },
	),
	beginNotice(
		"Reports each client once for each occasion. What is due already when the workflow is first activated is not reported, unless 'First Poll Reports' in 'Options' says otherwise. If you choose another event or account, it starts over from that moment.",
		{ show: { event: BY_TIME } },
	),
	beginNotice(
		'Reports each person once for each lesson, and once more if it is moved. Lessons that are as near already when the workflow is first activated are not reported.',
		{ show: { event: COMING } },
	),
];

const maxPerPoll = wholeNumber({
	displayName: 'Max Records per Poll',
	name: 'maxPerPoll',
	min: 1,
	default: 500,
	description: 'How many records to report at once. The rest is reported with the next polls.',
});

const startWith = wholeNumber({
	displayName: 'Start With Newest',
	name: 'startWith',
	min: 0,
	default: 0,
	displayOptions: { hide: { '/event': [...BY_TIME, ...COMING] } },
	description:
		'How many of the newest records that are there already to report when the trigger is made active for the first time; not when it is given another event or account, with which it reports what happens from then on',
});

export const triggerProperties: INodeProperties[] = [
	eventParameter,
	...beginNotices,
	branchesParameter,
	...eventForms(),
	collection('Options', 'options', [firstPoll, lookEvery, maxPerPoll, startWith], 'Add Option'),
	showWhen(timeZoneNotice, { event: BY_CLOCK }),
];

/** The time of a poll in n8n before 2.38, which gives polls no limit and tells none. */
export const DEFAULT_BUDGET_MS = 300_000;

/** What the form of the trigger says. */
export interface PollSettings
	extends Pick<PollRequest, 'filters' | 'scope' | 'most' | 'startWith'>,
		Omit<Watching, 'filters'> {
	/** The chosen branches; undefined to watch all branches of the account. */
	chosen?: number[];
	/** Identifies account and event. With another one, the trigger starts anew. */
	subject: string;
}

/** Reads the settings of the trigger from its form. */
export async function settingsOf(context: IPollFunctions): Promise<PollSettings> {
	const event = eventOf(context);
	const parameters = new TriggerParameters(context);
	const branches = (await parameters.references(branchesParameter, 'branch')) as number[];
	const { filters, ...watching } = await kindOf(event).watch(parameters, event, branches);
	const origin = await new ApiClient(context).origin();
	return {
		...watching,
		chosen: branches.length > 0 ? [...new Set(branches)] : undefined,
		subject: digestOf([origin, event.value]),
		filters: digestOf(filters),
		scope: digestOf(branches),
		most: parameters.integer(inOptions(maxPerPoll)),
		startWith: parameters.integer(inOptions(startWith)),
	};
}

function eventOf(context: IPollFunctions): EventType {
	const name = context.getNodeParameter(eventParameter.name) as string;
	const event = eventTypes.find(({ value }) => value === name);
	if (event) return event;

	throw new NodeOperationError(
		context.getNode(),
		`'${eventParameter.displayName}' has no event "${name}"`,
	);
}

/** Returns how many milliseconds n8n gives a poll. */
export function budgetOf(context: IPollFunctions): number {
	return typeof context.getPollBudgetMs === 'function'
		? context.getPollBudgetMs()
		: DEFAULT_BUDGET_MS;
}
