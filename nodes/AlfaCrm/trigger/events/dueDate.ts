import type { INodeProperties } from 'n8n-workflow';

import { readNumber } from '../../values/formats';
import { MINUTE_MS } from '../../values/time';
import { customer } from '../../entities/customer';
import type { EventOf } from '../../entities/events';
import type { Field } from '../../entities/fieldTypes';
import { wholeNumber } from '../../form/wholeNumber';
import { readingForm } from '../../operations/output/readings';
import { dayAt } from '../days';
import type { DueRecord } from '../dueDates';
import { DueDates } from '../dueDates';
import { dueKinds, hundredths } from '../dueKinds';
import { within } from '../parameters';
import type { TriggerParameters } from '../parameters';
import { firstPoll, lookEvery, options } from '../options';
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

interface Setup {
	parameter: INodeProperties;
	/** The level at which it is due. */
	limit: (parameters: TriggerParameters, parameter: INodeProperties) => number;
}

const setups: Record<EventOf<'dueDate'>['what'], Setup> = {
	birthday: { parameter: birthdayIn, limit: days },
	inDebt: {
		parameter: balanceBelow,
		limit: (parameters, parameter) => hundredths(amount(parameters, parameter)) - 1,
	},
	lessonsRunningOut: { parameter: lessonsLeft, limit: days },
	notSeen: {
		parameter: daysNotSeen,
		limit: (parameters, parameter) => -days(parameters, parameter),
	},
	subscriptionEnding: { parameter: endsIn, limit: days },
};

function days(parameters: TriggerParameters, parameter: INodeProperties): number {
	return parameters.integer(parameter);
}

function amount(parameters: TriggerParameters, parameter: INodeProperties): number {
	const field: Field = { type: 'number', name: parameter.name, label: parameter.displayName };
	return readNumber(parameters.read(field, parameters.input(parameter))) as number;
}

export const dueDate: EventKind<'dueDate'> = {
	form: ({ what }) => ({ filters: [setups[what].parameter], output: readingForm(customer) }),
	source(parameters, { what }) {
		const { parameter, limit } = setups[what];
		const source = new DueDates({
			kind: dueKinds[what],
			limit: limit(parameters, parameter),
			zone: parameters.dayZone,
			everyMs: parameters.integer(within(options, lookEvery)) * MINUTE_MS,
			tellsFirst: parameters.choice(within(options, firstPoll)) === 'due',
		});
		return { source, filters: {}, limitedBy: parameter.displayName };
	},
	async items(parameters, { what }, { news, names, now }) {
		const today = dayAt(now, parameters.dayZone);
		const rows = await shownRows(parameters, 'customer', news, names);
		return rows.map((row, index) => {
			const { mark, row: card } = news[index] as DueRecord;
			return { ...dueKinds[what].describe(mark, today, card), ...row };
		});
	},
};
