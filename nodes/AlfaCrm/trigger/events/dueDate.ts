import type { INodeProperties } from 'n8n-workflow';

import { readNumber } from '../../values/formats';
import { MINUTE_MS } from '../../values/time';
import { customer } from '../../entities/customer';
import type { EventKindName, EventOf } from '../../entities/events';
import { eventTypes } from '../../entities/events';
import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { wholeNumber } from '../../form/wholeNumber';
import { dayNumberAt } from '../dayNumbers';
import type { DueRecord } from '../sources/dueDates/dueDatesState';
import { DueDates } from '../sources/dueDates/dueDates';
import type { DueName } from '../sources/dueDates/dueKinds';
import { dueKinds, hundredths } from '../sources/dueDates/dueKinds';
import { simplifyForm } from '../../output/readings';
import { inOptions } from '../parameters';
import type { TriggerParameters } from '../parameters';
import type { EventKind } from './kind';
import { shownRows } from './newRecords';

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

const OF_LEADS = ['is_study', 'lead_status_id', 'created_at'];
/** A client's card: what is due comes in place of what says more of leads. */
const client: Entity = {
	...customer,
	simple: customer.simple?.filter((name) => !OF_LEADS.includes(name)),
};

const valuesOf = (kind: EventKindName) =>
	eventTypes.filter((event) => event.kind === kind).map(({ value }) => value);

/** The names of these events, and of those that look ahead for lessons. */
export const BY_TIME = valuesOf('dueDate');
export const COMING = valuesOf('comingLessons');

/** Whether it falls due on a certain day; a debt does not. */
const dependsOnDay = (what: DueName): boolean => !dueKinds[what].isLasting;

/** The names of the events that depend on the time zone of the workflow. */
export const BY_CLOCK = eventTypes
	.filter(
		(event) =>
			event.kind === 'comingLessons' || (event.kind === 'dueDate' && dependsOnDay(event.what)),
	)
	.map(({ value }) => value);

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
	displayOptions: { show: { '/event': [...BY_TIME, ...COMING] } },
	description:
		'How many minutes to wait until clients or lessons are looked through again; polls in between ask AlfaCRM nothing. A new day, a lesson that is near enough or a changed setting does not wait.',
});

interface Setup {
	parameter: INodeProperties;
	/** The level at which it is due. */
	limit: (given: TriggerParameters) => number;
}

const setups: Record<EventOf<'dueDate'>['what'], Setup> = {
	birthday: { parameter: birthdayIn, limit: (given) => given.integer(birthdayIn) },
	inDebt: { parameter: balanceBelow, limit: (given) => hundredths(balanceIn(given)) - 1 },
	lessonsRunningOut: { parameter: lessonsLeft, limit: (given) => given.integer(lessonsLeft) },
	notSeen: { parameter: daysNotSeen, limit: (given) => -given.integer(daysNotSeen) },
	subscriptionEnding: { parameter: endsIn, limit: (given) => given.integer(endsIn) },
};

function balanceIn(given: TriggerParameters): number {
	const { name, displayName: label } = balanceBelow;
	const field: Field = { type: 'number', name, label };
	return readNumber(given.toRequestValue(field, given.input(balanceBelow))) as number;
}

export const dueDate: EventKind<'dueDate'> = {
	form: ({ what }) => ({ filters: [setups[what].parameter], output: simplifyForm(client) }),
	watch(parameters, { what }) {
		const { parameter, limit } = setups[what];
		const source = new DueDates({
			kind: dueKinds[what],
			limit: limit(parameters),
			zone: parameters.dayZone,
			everyMs: parameters.integer(inOptions(lookEvery)) * MINUTE_MS,
			reportsAtStart: parameters.choice(inOptions(firstPoll)) === 'due',
		});
		return {
			source,
			filters: {},
			zone: dependsOnDay(what) ? parameters.dayZone : undefined,
			limitedBy: parameter.displayName,
			itemsOf: async (found) => {
				const today = dayNumberAt(found.now, parameters.dayZone);
				const rows = await shownRows(parameters, client)(found);
				return rows.map((row, index) => {
					const { value, row: card } = found.records[index] as DueRecord;
					return { ...dueKinds[what].describe(value, today, card), ...row };
				});
			},
		};
	},
};
