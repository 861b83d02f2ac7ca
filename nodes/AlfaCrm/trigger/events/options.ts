/**
 * The parameters in 'Options' for events that look through the cards of clients or through lessons,
 * and lists of events that the form treats alike.
 */

import type { INodeProperties } from 'n8n-workflow';

import type { EventKindName, EventType } from '../../entities/events';
import { eventTypes } from '../../entities/events';
import { wholeNumber } from '../../form/wholeNumber';
import type { OccasionName } from '../sources/dueDates/dueKinds';
import { dueKinds } from '../sources/dueDates/dueKinds';

// ---------------------------------------------------------------- lists of events

export const EVENTS_THAT_FALL_DUE = listEventNames('dueDate');
export const EVENTS_OF_COMING_LESSONS = listEventNames('comingLessons');

/** The events that depend on the time zone of the workflow. */
export const EVENTS_BY_TIME_ZONE = eventTypes.filter(dependsOnTimeZone).map(({ value }) => value);

function listEventNames(kind: EventKindName): string[] {
	const eventsOfKind = eventTypes.filter((event) => event.kind === kind);
	return eventsOfKind.map(({ value }) => value);
}

function dependsOnTimeZone(event: EventType): boolean {
	if (event.kind === 'comingLessons') return true;
	return event.kind === 'dueDate' && fallsDueOnDay(event.occasion);
}

/** Whether something falls due on a certain day, as a birthday does; a debt does not. */
export function fallsDueOnDay(occasion: OccasionName): boolean {
	return dueKinds[occasion].hasDay;
}

// ---------------------------------------------------------------- parameters in 'Options'

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
	displayOptions: { show: { '/event': EVENTS_THAT_FALL_DUE } },
	description:
		'What to report when the trigger begins; from then on, it reports whatever falls due, also while n8n was off',
};

export const lookEvery = wholeNumber({
	displayName: 'Look Every',
	name: 'lookEvery',
	min: 1,
	max: 1_440,
	default: 60,
	displayOptions: { show: { '/event': [...EVENTS_THAT_FALL_DUE, ...EVENTS_OF_COMING_LESSONS] } },
	description:
		'How many minutes to wait until clients or lessons are looked through again; polls in between ask AlfaCRM nothing. A new day, a lesson that is near enough or a changed setting does not wait.',
});
