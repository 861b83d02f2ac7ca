import type { IDataObject } from 'n8n-workflow';

import { writeDay } from '../../nodes/AlfaCrm/trigger/dayNumbers';
import type { DueState } from '../../nodes/AlfaCrm/trigger/sources/dueDates/dueDatesState';
import { findDueRecords, restoreMemory } from '../../nodes/AlfaCrm/trigger/sources/dueDates/dueDatesState';
import type { OccasionName } from '../../nodes/AlfaCrm/trigger/sources/dueDates/dueKinds';
import { dueKinds } from '../../nodes/AlfaCrm/trigger/sources/dueDates/dueKinds';

const TODAY = 20_500;

const dayOf = (text: string) => Date.parse(text) / 86_400_000;

it.each([
	['2026-02-28', '2026-02-28', 10],
	['2026-03-01', '2027-02-28', 11],
	['2028-02-28', '2028-02-29', 12],
])('whoever was born on 29 February has the next birthday after %s on %s', (today, birthday, turns) => {
	const { readValue, describe } = dueKinds.birthday;
	const row = { dob: '29.02.2016' };
	const value = readValue(row, dayOf(today));
	expect(value && describe(value, dayOf(today), row)).toMatchObject({ birthday, turns });
});

it.each<[what: OccasionName, name: string, values: unknown[]]>([
	['birthday', 'dob', [null, '', '31.02.2015', 'x']],
	['inDebt', 'balance', [null, '', 'x']],
	['lessonsRunningOut', 'paid_lesson_count', [null, '', '?']],
	['notSeen', 'last_attend_date', [null, '', 'x']],
	['subscriptionEnding', 'paid_till', [null, '', '-']],
])('%s is not told by a card whose %s is one of %j', (what, name, values) => {
	for (const value of values)
		expect(dueKinds[what].readValue({ [name]: value as string }, TODAY)).toBeUndefined();
});

it.each<[what: OccasionName, limit: number, most: number, card: (index: number) => object]>([
	['inDebt', -1, 7, (index) => ({ balance: index % 3 ? '-5.00' : '10.00' })],
	['lessonsRunningOut', 3, 8, (index) => ({ paid_lesson_count: index % 3 ? 0 : 8 - (index % 12) })],
	['notSeen', -14, 7, (index) => ({ last_attend_date: writeDay(TODAY - 14 - (index % 29)) })],
])('what is kept of %s grows by few characters for each client concerned', (what, limit, most, card) => {
	/** Two in three are concerned, with IDs that have gaps, as they are where many are leads. */
	const size = (count: number): number => {
		const rows = Array.from({ length: count }, (_one, index) => ({
			...{ id: 1 + index * 3 + (index % 2), is_study: 1 },
			...card(index),
		}));
		const { stateAfter } = findDueRecords(
			restoreMemory(undefined, { branches: [1], highestDueLevel: limit, today: TODAY }),
			{
				...{
					kind: dueKinds[what],
					highestDueLevel: limit,
					reportsAtStart: false,
					today: TODAY,
					now: TODAY * 86_400_000,
				},
				clientLists: new Map([[1, { rows, isComplete: true }]]),
			},
		);
		return JSON.stringify(stateAfter(0)).length;
	};
	const concerned = what === 'notSeen' ? 10_000 : (10_000 * 2) / 3;
	const perClient = (size(15_000) - size(5_000)) / concerned;
	expect(perClient).toBeLessThan(most);
	expect(perClient).toBeGreaterThan(most / 2);
});

it.each<[what: OccasionName, card: object, days: number, isKnown: boolean]>([
	['subscriptionEnding', { paid_till: writeDay(TODAY) }, 60, true],
	['subscriptionEnding', { paid_till: writeDay(TODAY) }, 61, false],
	['lessonsRunningOut', { paid_lesson_count: 0 }, 900, true],
])('%s by the card %j is known %i days later: %j', (what, card, days, isKnown) => {
	const settings = { kind: dueKinds[what], highestDueLevel: 0, reportsAtStart: false, now: 0 };
	const at = (today: number, rows: object[], before?: DueState) =>
		findDueRecords(restoreMemory(before, { branches: [1], highestDueLevel: 0, today }), {
			...{ ...settings, today },
			clientLists: new Map([[1, { rows: rows as IDataObject[], isComplete: true }]]),
		}).stateAfter(0);
	const first = at(TODAY, [{ id: 5, is_study: 1, ...card }]);
	const { known, noted = {} } = at(TODAY + days, [], first);
	expect([known, ...Object.values(noted)]).toEqual(isKnown ? [{}, '5'] : [{}]);
});
