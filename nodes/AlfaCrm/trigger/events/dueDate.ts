/**
 * Events that an occasion falls due for a client: a birthday, a debt, the end of a subscription.
 * `sources/dueDates/dueKinds.ts` says what each of them reads from the client's card. This file has
 * their parameters and their items.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readNumber } from '../../values/formats';
import { MINUTE_MS } from '../../values/time';
import { customer } from '../../entities/customer';
import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { wholeNumber } from '../../form/wholeNumber';
import { dayNumberAt } from '../dayNumbers';
import type { DueRecord } from '../sources/dueDates/dueDatesState';
import { DueDates } from '../sources/dueDates/dueDates';
import type { OccasionName } from '../sources/dueDates/dueKinds';
import { dueKinds, toHundredths } from '../sources/dueDates/dueKinds';
import { makeSimplifyParameters } from '../../output/outputItems';
import { withOptionsPath } from '../parameters';
import type { TriggerParameters } from '../parameters';
import type { EventKind, ReportedRecords } from './kind';
import { makeRowConverter } from './newRecords';
import { fallsDueOnDay, firstPoll, lookEvery } from './options';

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

/** The parameter in which the user says when an occasion is due, and how it is read. */
interface DueLimit {
	parameter: INodeProperties;
	/**
	 * Reads the highest number at which the occasion is due, such as 3 lessons left. The numbers of
	 * the occasion are days until it, lessons left, or hundredths of a sum of money.
	 */
	readLimit: (parameters: TriggerParameters) => number;
}

const dueLimits: Record<OccasionName, DueLimit> = {
	birthday: {
		parameter: birthdayIn,
		readLimit: (parameters) => parameters.integer(birthdayIn),
	},
	inDebt: {
		parameter: balanceBelow,
		readLimit: readHighestDebtBalance,
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

/**
 * Reads the highest balance at which a client is in debt, in hundredths, such as kopecks. It is one
 * hundredth less than 'Balance Below', because a client with exactly that balance is not in debt.
 */
function readHighestDebtBalance(parameters: TriggerParameters): number {
	const balance = readBalanceBelow(parameters);
	return toHundredths(balance) - 1;
}

/**
 * Reads the parameter 'Balance Below' as a number. An expression may give it as a text: "-1 000" is
 * read as -1000.
 *
 * @throws NodeOperationError if it is no number
 */
function readBalanceBelow(parameters: TriggerParameters): number {
	const input = parameters.readRawValue(balanceBelow);
	// A field of the type `number` takes amounts in all spellings, so its reader is used here.
	const amountField: Field = {
		type: 'number',
		name: balanceBelow.name,
		label: balanceBelow.displayName,
	};
	const amount = parameters.toRequestValue(amountField, input);
	return readNumber(amount) as number;
}

/** The fields that a simplified card has for leads, but not for clients. */
const FIELDS_OF_LEADS = ['is_study', 'lead_status_id', 'created_at'];

/** The entity of customers, with a simplified card for clients. */
const clientEntity: Entity = {
	...customer,
	simplifiedFields: customer.simplifiedFields?.filter((name) => !FIELDS_OF_LEADS.includes(name)),
};

export const dueDate: EventKind<'dueDate'> = {
	listParameters: ({ occasion }) => ({
		filters: [dueLimits[occasion].parameter],
		output: makeSimplifyParameters(clientEntity),
	}),

	/**
	 * Makes what the trigger watches for an occasion, such as a birthday: the cards of all clients.
	 * The user has chosen when the occasion is due, such as 3 days before the birthday.
	 */
	makeWatch(parameters, { occasion }) {
		const { parameter, readLimit } = dueLimits[occasion];
		const minutesBetweenLooks = parameters.integer(withOptionsPath(lookEvery));
		const reportsWhatIsDueAtStart = parameters.choice(withOptionsPath(firstPoll)) === 'due';

		const source = new DueDates({
			kind: dueKinds[occasion],
			highestDueLevel: readLimit(parameters),
			zone: parameters.dayZone,
			readingIntervalMs: minutesBetweenLooks * MINUTE_MS,
			reportsAtStart: reportsWhatIsDueAtStart,
		});
		return {
			source,
			// The limit is no filter: the source itself compares it with the stored limit.
			filters: {},
			zone: fallsDueOnDay(occasion) ? parameters.dayZone : undefined,
			limitingParameterLabel: parameter.displayName,
			makeItems: async (reported) => await makeItems(reported, parameters, occasion),
		};
	},
};

/**
 * Makes one item for each client for whom an occasion falls due, such as a birthday. An item has
 * the fields of the occasion, such as `birthday` and `turns`, then the fields of the client's card.
 */
async function makeItems(
	reported: ReportedRecords,
	parameters: TriggerParameters,
	occasion: OccasionName,
): Promise<IDataObject[]> {
	// The source of this event, `DueDates`, finds records of this type only.
	const dueRecords = reported.records as readonly DueRecord[];
	const today = dayNumberAt(reported.now, parameters.dayZone);
	const makeCardItems = makeRowConverter(parameters, clientEntity);
	const cardItems = await makeCardItems(reported);

	return dueRecords.map(({ value, row: card }, index) => {
		const occasionFields = dueKinds[occasion].describe(value, today, card);
		// There is one card item for each record, in the same order.
		const cardFields = cardItems[index];
		return { ...occasionFields, ...cardFields };
	});
}
