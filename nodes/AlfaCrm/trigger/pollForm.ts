/** The form of the polling trigger, and what its settings mean for a poll. */

import type { INodeProperties, IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import type { EventType } from '../entities/events';
import { eventTypes } from '../entities/events';
import { sortByName } from '../fields/order';
import { collection, showWhen } from '../form/assemble';
import { timeZoneNotice } from '../form/timeZoneNotice';
import { wholeNumber } from '../form/wholeNumber';
import { makeEventParameters, findEventKind } from './events';
import {
	EVENTS_BY_TIME_ZONE,
	EVENTS_THAT_FALL_DUE,
	EVENTS_OF_COMING_LESSONS,
	firstPoll,
	lookEvery,
} from './events/options';
import type { EventWatch } from './events/kind';
import { withOptionsPath, makeRecordPicker, TriggerParameters } from './parameters';
import { makeSettingsDigest } from './state';

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

const branchesParameter = makeRecordPicker({
	displayName: 'Branch',
	name: 'branchIds',
	entity: 'branch',
	description: 'Where it must happen. Left empty, all active branches of the account are watched',
});

/**
 * Notices that say what the first poll reports. The form shows one of them, by the kind of the
 * event, so all of them can have the same name.
 */
const beginNotices = [
	makeBeginNotice(
		'Reports what happens after the workflow is first activated, pauses included. If you choose another event or account, it starts over from that moment.',
		{ hide: { event: [...EVENTS_THAT_FALL_DUE, ...EVENTS_OF_COMING_LESSONS] } },
	),
	makeBeginNotice(
		"Reports each client once for each occasion. What is due already when the workflow is first activated is not reported, unless 'First Poll Reports' in 'Options' says otherwise. If you choose another event or account, it starts over from that moment.",
		{ show: { event: EVENTS_THAT_FALL_DUE } },
	),
	makeBeginNotice(
		'Reports each person once for each lesson, and once more if it is moved. Lessons that are as near already when the workflow is first activated are not reported.',
		{ show: { event: EVENTS_OF_COMING_LESSONS } },
	),
];

/** Makes a notice that says what the first poll reports, shown for some events only. */
function makeBeginNotice(
	text: string,
	displayOptions: INodeProperties['displayOptions'],
): INodeProperties {
	return { displayName: text, name: 'beginNotice', type: 'notice', default: '', displayOptions };
}

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
	displayOptions: { hide: { '/event': [...EVENTS_THAT_FALL_DUE, ...EVENTS_OF_COMING_LESSONS] } },
	description:
		'How many of the newest records that are there already to report when the trigger is made active for the first time; not when it is given another event or account, with which it reports what happens from then on',
});

export const triggerProperties: INodeProperties[] = [
	eventParameter,
	...beginNotices,
	branchesParameter,
	...makeEventParameters(),
	collection('Options', 'options', [firstPoll, lookEvery, maxPerPoll, startWith], 'Add Option'),
	showWhen(timeZoneNotice, { event: EVENTS_BY_TIME_ZONE }),
];

/**
 * How long a poll may take, in milliseconds: five minutes. n8n's default engine gives every poll
 * this time. n8n before 2.38 gives no time, and this package limits its polls to it there as well.
 */
export const DEFAULT_BUDGET_MS = 300_000;

/** The settings of the form: what to watch and how to make items, and what a poll needs besides. */
export interface PollSettings extends Omit<EventWatch, 'filters'> {
	/** The IDs of the chosen branches; undefined to watch all branches of the account. */
	chosenBranches?: number[];
	/** A digest of account and event. If it differs from the stored digest, the trigger starts anew. */
	eventDigest: string;
	/** A digest of the branches that the user has chosen. It differs for another choice. */
	branchesDigest: string;
	/** A digest of the filters that the user has set. It differs for other filters. */
	filtersDigest: string;
	/** How many records a poll reports at most. */
	maxRecords: number;
	/** How many existing records the first poll reports, the newest ones. */
	firstReportCount: number;
}

/**
 * Reads the settings of the trigger from its form. Every poll reads them anew, because the user may
 * have changed them. The state of the trigger stores a digest of some settings, a short text that
 * differs for different settings, so that the next poll notices a change.
 */
export async function readPollSettings(context: IPollFunctions): Promise<PollSettings> {
	const event = readEvent(context);
	const parameters = new TriggerParameters(context);
	const branches = await readBranches(parameters);
	const eventKind = findEventKind(event);
	const { filters, ...watch } = await eventKind.makeWatch(parameters, event, branches);
	// The address of the account, such as `https://demo.s20.online`.
	const accountOrigin = await new ApiClient(context).origin();

	const watchesAllBranches = branches.length === 0;
	return {
		...watch,
		chosenBranches: watchesAllBranches ? undefined : [...new Set(branches)],
		eventDigest: makeSettingsDigest([accountOrigin, event.value]),
		filtersDigest: makeSettingsDigest(filters),
		branchesDigest: makeSettingsDigest(branches),
		maxRecords: parameters.integer(withOptionsPath(maxPerPoll)),
		firstReportCount: parameters.integer(withOptionsPath(startWith)),
	};
}

/** Reads which event the user has chosen. An expression may give one that does not exist. */
function readEvent(context: IPollFunctions): EventType {
	const name = context.getNodeParameter(eventParameter.name) as string;
	const event = eventTypes.find(({ value }) => value === name);
	if (event !== undefined) return event;

	const message = `'${eventParameter.displayName}' has no event "${name}"`;
	throw new NodeOperationError(context.getNode(), message);
}

/** Reads the IDs of the branches that the user has chosen; none to watch all branches. */
async function readBranches(parameters: TriggerParameters): Promise<number[]> {
	const branches = await parameters.readRecordIds(branchesParameter, 'branch');
	// Null would stand for the choice "none", which the list of branches does not offer.
	return branches as number[];
}

/** Reads how many milliseconds n8n gives a poll. */
export function readBudgetMs(context: IPollFunctions): number {
	// n8n before 2.38 lacks this function.
	if (typeof context.getPollBudgetMs !== 'function') return DEFAULT_BUDGET_MS;
	return context.getPollBudgetMs();
}
