import type { IDataObject } from 'n8n-workflow';

import { writeDay } from '../../nodes/AlfaCrm/trigger/dayNumbers';
import type { DueState } from '../../nodes/AlfaCrm/trigger/sources/dueDates/dueDatesState';
import { findDueRecords, restoreMemory } from '../../nodes/AlfaCrm/trigger/sources/dueDates/dueDatesState';
import type { OccasionName } from '../../nodes/AlfaCrm/trigger/sources/dueDates/dueKinds';
import { dueKinds } from '../../nodes/AlfaCrm/trigger/sources/dueDates/dueKinds';
import { CUSTOMER_TYPE } from '../support/codes';

const DAY_MS = 86_400_000;

/** 16 February 2026. */
const TODAY = 20_500;

/** Returns the number of a day, counted from 1 January 1970. */
function dayNumberOf(day: string): number {
	return Date.parse(day) / DAY_MS;
}

interface CardsPoll {
	occasion: OccasionName;
	highestDueLevel: number;
	/** The cards of all clients. */
	cards: readonly IDataObject[];
	today: number;
	/** The state that the last poll has stored; none for a first poll. */
	storedState?: DueState;
}

/** Polls branch 1, reports nothing, and returns the state that is stored. */
function pollCards({ occasion, highestDueLevel, cards, today, storedState }: CardsPoll): DueState {
	const memory = restoreMemory(storedState, { branches: [1], highestDueLevel, today });
	const { stateAfter } = findDueRecords(memory, {
		kind: dueKinds[occasion],
		highestDueLevel,
		reportsAtStart: false,
		today,
		now: today * DAY_MS,
		clientLists: new Map([[1, { rows: [...cards], isComplete: true }]]),
	});
	return stateAfter(0);
}

describe('The birthday of a client who was born on 29 February 2016', () => {
	const card = { dob: '29.02.2016' };

	it.each([
		{ today: '2026-02-28', birthday: '2026-02-28', turns: 10 },
		{ today: '2026-03-01', birthday: '2027-02-28', turns: 11 },
		{ today: '2028-02-28', birthday: '2028-02-29', turns: 12 },
	])(
		'the birthday of a client who was born on 29 February 2016 is next on $birthday from $today on, when the client turns $turns',
		({ today, birthday, turns }) => {
			const value = dueKinds.birthday.readValue(card, dayNumberOf(today)) as number;

			expect(value).toBe(dayNumberOf(birthday));
			expect(dueKinds.birthday.describe(value, dayNumberOf(today), card)).toMatchObject({ birthday, turns });
		},
	);
});

describe('A client’s card', () => {
	it.each<{ occasion: OccasionName; field: string; value: string | null }>([
		{ occasion: 'birthday', field: 'dob', value: null },
		{ occasion: 'birthday', field: 'dob', value: '' },
		{ occasion: 'birthday', field: 'dob', value: '31.02.2015' },
		{ occasion: 'birthday', field: 'dob', value: 'x' },
		{ occasion: 'inDebt', field: 'balance', value: null },
		{ occasion: 'inDebt', field: 'balance', value: '' },
		{ occasion: 'inDebt', field: 'balance', value: 'x' },
		{ occasion: 'lessonsRunningOut', field: 'paid_lesson_count', value: null },
		{ occasion: 'lessonsRunningOut', field: 'paid_lesson_count', value: '' },
		{ occasion: 'lessonsRunningOut', field: 'paid_lesson_count', value: '?' },
		{ occasion: 'notSeen', field: 'last_attend_date', value: null },
		{ occasion: 'notSeen', field: 'last_attend_date', value: '' },
		{ occasion: 'notSeen', field: 'last_attend_date', value: 'x' },
		{ occasion: 'subscriptionEnding', field: 'paid_till', value: null },
		{ occasion: 'subscriptionEnding', field: 'paid_till', value: '' },
		{ occasion: 'subscriptionEnding', field: 'paid_till', value: '-' },
	])('says nothing of $occasion when its $field is $value', ({ occasion, field, value }) => {
		expect(dueKinds[occasion].readValue({ [field]: value }, TODAY)).toBeUndefined();
	});
});

describe('The state that the trigger stores', () => {
	/** Two of three clients are in debt. */
	function makeCardWithBalance(index: number): IDataObject {
		const isInDebt = index % 3 !== 0;
		return { balance: isInDebt ? '-5.00' : '10.00' };
	}

	/** Two of three clients have no lesson left; the others have up to eight. */
	function makeCardWithLessonsLeft(index: number): IDataObject {
		const hasNoLesson = index % 3 !== 0;
		return { paid_lesson_count: hasNoLesson ? 0 : 8 - (index % 12) };
	}

	/** No client has come for 14 to 42 days. */
	function makeCardOfAbsentClient(index: number): IDataObject {
		return { last_attend_date: writeDay(TODAY - 14 - (index % 29)) };
	}

	/** Makes cards whose IDs have gaps, as they do in accounts with many leads. */
	function makeCards(count: number, makeCard: (index: number) => IDataObject): IDataObject[] {
		return Array.from({ length: count }, (_, index) => ({
			id: 1 + index * 3 + (index % 2),
			is_study: CUSTOMER_TYPE.client,
			...makeCard(index),
		}));
	}

	it.each<{
		occasion: OccasionName;
		highestDueLevel: number;
		/** How many of the 10,000 clients who are added have the occasion. */
		clientsAdded: number;
		least: number;
		most: number;
		makeCard: (index: number) => IDataObject;
	}>([
		{
			occasion: 'inDebt',
			highestDueLevel: -1,
			clientsAdded: 6_667,
			least: 3.5,
			most: 7,
			makeCard: makeCardWithBalance,
		},
		{
			occasion: 'lessonsRunningOut',
			highestDueLevel: 3,
			clientsAdded: 6_667,
			least: 4,
			most: 8,
			makeCard: makeCardWithLessonsLeft,
		},
		{
			occasion: 'notSeen',
			highestDueLevel: -14,
			clientsAdded: 10_000,
			least: 3.5,
			most: 7,
			makeCard: makeCardOfAbsentClient,
		},
	])(
		'takes $least to $most characters for each client with the occasion $occasion',
		({ occasion, highestDueLevel, clientsAdded, least, most, makeCard }) => {
			const poll = { occasion, highestDueLevel, today: TODAY };
			const smallState = pollCards({ ...poll, cards: makeCards(5_000, makeCard) });
			const largeState = pollCards({ ...poll, cards: makeCards(15_000, makeCard) });

			const charactersAdded = JSON.stringify(largeState).length - JSON.stringify(smallState).length;
			expect(charactersAdded / clientsAdded).toBeGreaterThan(least);
			expect(charactersAdded / clientsAdded).toBeLessThan(most);
		},
	);
});

describe('An occasion that was due when the trigger began', () => {
	const CLIENT = 5;

	/** Polls the card of the client, and polls again some days later, when AlfaCRM no longer lists the client. */
	function pollTwice(occasion: OccasionName, card: IDataObject, daysLater: number): DueState {
		const cards = [{ id: CLIENT, is_study: CUSTOMER_TYPE.client, ...card }];
		const storedState = pollCards({ occasion, highestDueLevel: 0, cards, today: TODAY });
		return pollCards({
			occasion,
			highestDueLevel: 0,
			cards: [],
			today: TODAY + daysLater,
			storedState,
		});
	}

	it('an occasion that was due when the trigger began is remembered for 60 days after the end of a subscription', () => {
		const state = pollTwice('subscriptionEnding', { paid_till: '2026-02-16' }, 60);

		expect(state.known).toEqual({});
		expect(state.noted).toEqual({ 20_500: '5' });
	});

	it('an occasion that was due when the trigger began is forgotten 61 days after the end of a subscription', () => {
		const state = pollTwice('subscriptionEnding', { paid_till: '2026-02-16' }, 61);

		expect(state.known).toEqual({});
		expect(state.noted).toEqual({});
	});

	it('an occasion that was due when the trigger began is remembered for years if the client has no lesson left', () => {
		const state = pollTwice('lessonsRunningOut', { paid_lesson_count: 0 }, 900);

		expect(state.known).toEqual({});
		expect(state.noted).toEqual({ 0: '5' });
	});
});
