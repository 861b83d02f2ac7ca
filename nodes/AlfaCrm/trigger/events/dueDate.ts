/**
 * Events that something falls due for a client: a birthday, a debt, the end of a subscription. What
 * each of them reads from the client's card is in `sources/dueDates/dueKinds.ts`. This file has
 * their parameters and their items.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readNumber } from '../../values/formats';
import { MINUTE_MS } from '../../values/time';
import { customer } from '../../entities/customer';
import type { EventKindName, EventOf, EventType } from '../../entities/events';
import { eventTypes } from '../../entities/events';
import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { wholeNumber } from '../../form/wholeNumber';
import { dayNumberAt } from '../dayNumbers';
import type { DueRecord } from '../sources/dueDates/dueDatesState';
import { DueDates } from '../sources/dueDates/dueDates';
import type { DueName } from '../sources/dueDates/dueKinds';
import { dueKinds, hundredths } from '../sources/dueDates/dueKinds';
import { makeSimplifyParameters } from '../../output/outputItems';
import { inOptions } from '../parameters';
import type { TriggerParameters } from '../parameters';
import type { EventKind, ReportedRecords } from './kind';
import { makeRowsToItems } from './newRecords';

const lessonsLeft = wholeNumber({
	displayName: 'Lessons Left',
	name: 'lessonsLeft',
	min: 0,
	max: 1_000,
	default: 2,
	description: 'How many paid lessons are left, or fewer. 0 waits until there is none.',
});

const endsIn = wholeNumber({
	displayName: 'Days Before the End',
	name: 'endsIn',
	min: 0,
	max: 180,
	default: 3,
	description: 'How many days before the last paid day to report it; 0 is that day itself',
});

const birthdayIn = wholeNumber({
	displayName: 'Days Before the Birthday',
	name: 'birthdayIn',
	min: 0,
	max: 180,
	default: 0,
	description:
		'How many days before the birthday to report it; 0 is the day itself. Who was born on 29 February has the birthday on 28 February in other years.',
});

const daysNotSeen = wholeNumber({
	displayName: 'Days Not Seen',
	name: 'daysNotSeen',
	min: 1,
	max: 1_000,
	default: 14,
	description: 'How many days after the last attended lesson to report it',
});

const balanceBelow: INodeProperties = {
	displayName: 'Balance Below',
	name: 'balanceBelow',
	type: 'number',
	default: 0,
	description:
		'The balance below which a client is in debt: 0 for every debt, -1000 for debts of more than 1,000',
};

/** The parameter of an event, and how it says when something is due. */
interface Limit {
	parameter: INodeProperties;
	/**
	 * Reads the level at which it is due, in the unit of `DueKind.levelOf`: days until it, lessons
	 * left, or hundredths of a sum. It is due as soon as the level is no higher.
	 */
	readLimit: (parameters: TriggerParameters) => number;
}

const limits: Record<EventOf<'dueDate'>['what'], Limit> = {
	birthday: {
		parameter: birthdayIn,
		readLimit: (parameters) => parameters.integer(birthdayIn),
	},
	inDebt: {
		parameter: balanceBelow,
		// 'Balance Below' itself is no debt yet.
		readLimit: (parameters) => hundredths(readBalance(parameters)) - 1,
	},
	lessonsRunningOut: {
		parameter: lessonsLeft,
		readLimit: (parameters) => parameters.integer(lessonsLeft),
	},
	notSeen: {
		parameter: daysNotSeen,
		// The last visit is in the past, so the days until it are negative.
		readLimit: (parameters) => -parameters.integer(daysNotSeen),
	},
	subscriptionEnding: {
		parameter: endsIn,
		readLimit: (parameters) => parameters.integer(endsIn),
	},
};

/** Reads 'Balance Below' as a number. An expression may give it as a text, such as "-1 000". */
function readBalance(parameters: TriggerParameters): number {
	const field: Field = {
		type: 'number',
		name: balanceBelow.name,
		label: balanceBelow.displayName,
	};
	const input = parameters.input(balanceBelow);
	const balance = parameters.toRequestValue(field, input);
	return readNumber(balance) as number;
}

/** The fields of a card that tell something of leads only. */
const FIELDS_OF_LEADS = ['is_study', 'lead_status_id', 'created_at'];

/** A customer whose simplified card leaves out what tells something of leads only. */
const client: Entity = {
	...customer,
	simple: customer.simple?.filter((name) => !FIELDS_OF_LEADS.includes(name)),
};

export const dueDate: EventKind<'dueDate'> = {
	form: (event) => ({
		filters: [limits[event.what].parameter],
		output: makeSimplifyParameters(client),
	}),

	/** Makes the watch for one event, such as *Birthday*, with the limit that the user chose. */
	watch(parameters, event) {
		const limit = limits[event.what];
		const minutesBetweenLooks = parameters.integer(inOptions(lookEvery));

		const source = new DueDates({
			kind: dueKinds[event.what],
			limit: limit.readLimit(parameters),
			zone: parameters.dayZone,
			everyMs: minutesBetweenLooks * MINUTE_MS,
			reportsAtStart: parameters.choice(inOptions(firstPoll)) === 'due',
		});
		return {
			source,
			filters: {},
			zone: dependsOnDay(event.what) ? parameters.dayZone : undefined,
			limitingParameterLabel: limit.parameter.displayName,
			makeItems: async (reported) => await makeItems(reported, parameters, event.what),
		};
	},
};

/**
 * Makes the items of clients for whom something is due: the fields of the card, and before them
 * what the event is about, such as the age at the next birthday.
 */
async function makeItems(
	reported: ReportedRecords,
	parameters: TriggerParameters,
	dueName: DueName,
): Promise<IDataObject[]> {
	const dueKind = dueKinds[dueName];
	const today = dayNumberAt(reported.now, parameters.dayZone);
	const convertCards = makeRowsToItems(parameters, client);
	const cardItems = await convertCards(reported);

	return cardItems.map((cardItem, index) => {
		const { value, row: card } = reported.records[index] as DueRecord;
		const dueFields = dueKind.describe(value, today, card);
		return { ...dueFields, ...cardItem };
	});
}

/** Whether something falls due on a certain day, as a birthday does; a debt does not. */
function dependsOnDay(dueName: DueName): boolean {
	return !dueKinds[dueName].isLasting;
}

// ---------------------------------------------------------------- names of events for the form

export const EVENTS_THAT_FALL_DUE = listEventNames('dueDate');
export const EVENTS_OF_COMING_LESSONS = listEventNames('comingLessons');

/** The events that depend on the time zone of the workflow. */
export const EVENTS_BY_TIME_ZONE = eventTypes.filter(dependsOnTimeZone).map(({ value }) => value);

function dependsOnTimeZone(event: EventType): boolean {
	if (event.kind === 'comingLessons') return true;
	return event.kind === 'dueDate' && dependsOnDay(event.what);
}

function listEventNames(kind: EventKindName): string[] {
	return eventTypes.filter((event) => event.kind === kind).map(({ value }) => value);
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
