import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readNumber } from '../../values/formats';
import { MINUTE_MS } from '../../values/time';
import { customer } from '../../entities/customer';
import type { EventOf } from '../../entities/events';
import type { Field } from '../../entities/fieldTypes';
import { wholeNumber } from '../../form/wholeNumber';
import { readingForm } from '../../operations/output/readings';
import { textOf } from '../occasions/days';
import type { OccasionKind } from '../occasions/kinds';
import { hundredths, occasionKinds } from '../occasions/kinds';
import type { OccasionNews } from '../occasions/step';
import { within } from '../parameters';
import type { TriggerParameters } from '../parameters';
import { firstPoll, lookEvery, options } from '../options';
import type { Asked } from '../watch/occasionsWatch';
import { dottedDay, OccasionsWatch } from '../watch/occasionsWatch';
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
	/** API notes 5.3. */
	filters: (asked: Asked) => IDataObject;
}

const setups: Record<EventOf<'occasion'>['what'], Setup> = {
	// Filters take days with a year.
	birthday: { parameter: birthdayIn, limit: days, filters: () => ({}) },
	// Whether the balance of the contract, which a filter takes, is that of the card is not known.
	inDebt: {
		parameter: balanceBelow,
		limit: (parameters, parameter) => hundredths(amount(parameters, parameter)) - 1,
		filters: () => ({}),
	},
	lessonsRunningOut: {
		parameter: lessonsLeft,
		limit: days,
		filters: ({ most }) => ({ lesson_count_to: most }),
	},
	notSeen: {
		parameter: daysNotSeen,
		limit: (parameters, parameter) => -days(parameters, parameter),
		filters: ({ most, from, today }) => ({
			last_attend_date_from: textOf(from),
			last_attend_date_to: textOf(today + most),
		}),
	},
	// The filter is by the end of subscriptions, which may be another day than the one that the card shows.
	subscriptionEnding: {
		parameter: endsIn,
		limit: days,
		filters: ({ most, from, today, isFirst }) =>
			isFirst ? {} : { tariff_till_from: dottedDay(from), tariff_till_to: dottedDay(today + most) },
	},
};

function days(parameters: TriggerParameters, parameter: INodeProperties): number {
	return parameters.integer(parameter);
}

function amount(parameters: TriggerParameters, parameter: INodeProperties): number {
	const field: Field = { type: 'number', name: parameter.name, label: parameter.displayName };
	return readNumber(parameters.read(field, parameters.input(parameter))) as number;
}

export const occasion: EventKind<'occasion'> = {
	form: ({ what }) => ({ filters: [setups[what].parameter], output: readingForm(customer) }),
	watching(parameters, { what }) {
		const { parameter, limit, filters } = setups[what];
		const watch = new OccasionsWatch({
			kind: occasionKinds[what],
			limit: limit(parameters, parameter),
			filters,
			zone: parameters.dayZone,
			everyMs: parameters.integer(within(options, lookEvery)) * MINUTE_MS,
			tellsFirst: parameters.choice(within(options, firstPoll)) === 'due',
		});
		return { watch, filters: {}, limitedBy: parameter.displayName };
	},
	async items(parameters, { what }, { news, names }) {
		const kind = occasionKinds[what];
		const rows = await shownRows(parameters, 'customer', news, names);
		return rows.map((row, index) => ({ ...described(kind, news[index] as OccasionNews), ...row }));
	},
};

const described = (kind: OccasionKind, { occasion: what, row }: OccasionNews): IDataObject =>
	kind.describe(what, row);
