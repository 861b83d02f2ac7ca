import type { IDataObject } from 'n8n-workflow';

import { writeDay } from '../../nodes/AlfaCrm/trigger/dayNumbers';
import type { DueState } from '../../nodes/AlfaCrm/trigger/sources/dueDates/dueDatesState';
import { findDueRecords, restoreMemory } from '../../nodes/AlfaCrm/trigger/sources/dueDates/dueDatesState';
import type { OccasionName } from '../../nodes/AlfaCrm/trigger/sources/dueDates/dueKinds';
import { dueKinds } from '../../nodes/AlfaCrm/trigger/sources/dueDates/dueKinds';
import { CUSTOMER_TYPE } from '../support/codes';

const DAY_MS = 86_400_000;

/** 16 February 2026, as the number of days since 1 January 1970. */
const TODAY = 20_500;

/** Returns the number of a day, counted from 1 January 1970. */
function dayNumberOf(day: string): number {
	return Date.parse(day) / DAY_MS;
}

/** A poll of branch 1 for one occasion, such as the birthdays. */
interface CardsPoll {
	occasion: OccasionName;
	/** An occasion is due at this level and below: at 3, clients with at most three paid lessons are reported. */
	highestDueLevel: number;
	/** The cards of all clients. */
	cards: readonly IDataObject[];
	today: number;
	/** The state that the last poll has stored. A first poll has none. */
	storedState?: DueState;
}

/** Polls the cards, reports nobody, and returns the state that the trigger stores. */
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
		{ today: '2026-02-28', nextBirthday: '2026-02-28', age: 10 },
		{ today: '2026-03-01', nextBirthday: '2027-02-28', age: 11 },
		{ today: '2028-02-28', nextBirthday: '2028-02-29', age: 12 },
	])(
		'on $today, a client who was born on 29 February 2016 has the next birthday on $nextBirthday and turns $age',
		({ today, nextBirthday, age }) => {
			const birthday = dueKinds.birthday.readValue(card, dayNumberOf(today)) as number;
			const description = dueKinds.birthday.describe(birthday, dayNumberOf(today), card);

			expect(birthday).toBe(dayNumberOf(nextBirthday));
			expect(description).toMatchObject({ birthday: nextBirthday, turns: age });
		},
	);
});

describe('A client’s card without a readable value', () => {
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
	])(
		'a client whose card has "$value" in the field $field is never due for the event $occasion',
		({ occasion, field, value }) => {
			const card = { [field]: value };

			expect(dueKinds[occasion].readValue(card, TODAY)).toBeUndefined();
		},
	);
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

	/** Each client came last 14 to 42 days ago. */
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
		makeCard: (index: number) => IDataObject;
		/** The number of clients, out of 10,000, for whom the occasion is due. */
		dueClients: number;
		leastCharacters: number;
		mostCharacters: number;
	}>([
		{
			occasion: 'inDebt',
			highestDueLevel: -1,
			makeCard: makeCardWithBalance,
			dueClients: 6_667,
			leastCharacters: 3.5,
			mostCharacters: 7,
		},
		{
			occasion: 'lessonsRunningOut',
			highestDueLevel: 3,
			makeCard: makeCardWithLessonsLeft,
			dueClients: 6_667,
			leastCharacters: 4,
			mostCharacters: 8,
		},
		{
			occasion: 'notSeen',
			highestDueLevel: -14,
			makeCard: makeCardOfAbsentClient,
			dueClients: 10_000,
			leastCharacters: 3.5,
			mostCharacters: 7,
		},
	])(
		'the stored state takes $leastCharacters to $mostCharacters characters for each client who is due for the event $occasion',
		({ occasion, highestDueLevel, makeCard, dueClients, leastCharacters, mostCharacters }) => {
			const poll = { occasion, highestDueLevel, today: TODAY };

			const smallState = pollCards({ ...poll, cards: makeCards(5_000, makeCard) });
			const largeState = pollCards({ ...poll, cards: makeCards(15_000, makeCard) });

			const addedCharacters = JSON.stringify(largeState).length - JSON.stringify(smallState).length;
			const charactersOfClient = addedCharacters / dueClients;
			expect(charactersOfClient).toBeGreaterThan(leastCharacters);
			expect(charactersOfClient).toBeLessThan(mostCharacters);
		},
	);
});

// The trigger does not report what was due when it began. It remembers such an occasion, so that it never does.
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

	it('60 days later, a trigger still remembers a subscription that had ended when it began', () => {
		const state = pollTwice('subscriptionEnding', { paid_till: '2026-02-16' }, 60);

		// The key is the day on which the subscription ended, 16 February 2026, and the value lists the clients.
		expect(state.known).toEqual({});
		expect(state.noted).toEqual({ 20_500: '5' });
	});

	it('61 days later, a trigger forgets a subscription that had ended when it began', () => {
		const state = pollTwice('subscriptionEnding', { paid_till: '2026-02-16' }, 61);

		expect(state.known).toEqual({});
		expect(state.noted).toEqual({});
	});

	it('900 days later, a trigger still remembers a client who had no lesson left when it began', () => {
		const state = pollTwice('lessonsRunningOut', { paid_lesson_count: 0 }, 900);

		// The key is the number of lessons left, and the value lists the clients.
		expect(state.known).toEqual({});
		expect(state.noted).toEqual({ 0: '5' });
	});
});
