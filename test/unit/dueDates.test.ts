import type { IDataObject } from 'n8n-workflow';

import { textOf } from '../../nodes/AlfaCrm/trigger/occasions/days';
import type { OccasionName } from '../../nodes/AlfaCrm/trigger/occasions/kinds';
import { occasionKinds } from '../../nodes/AlfaCrm/trigger/occasions/kinds';
import type { Looked, OccasionsState } from '../../nodes/AlfaCrm/trigger/occasions/state';
import { emptyOccasions } from '../../nodes/AlfaCrm/trigger/occasions/state';
import { step } from '../../nodes/AlfaCrm/trigger/occasions/step';

const TODAY = 20_500;
const settingsOf = (what: OccasionName, limit: number) => ({
	...{ kind: occasionKinds[what], limit, today: TODAY, now: TODAY * 86_400_000 },
	...{ watched: [1], tellsFirst: false },
});

const dayOf = (text: string) => Date.parse(text) / 86_400_000;

it.each([
	['2026-02-28', '2026-02-28', 10],
	['2026-03-01', '2027-02-28', 11],
	['2028-02-28', '2028-02-29', 12],
])('whoever was born on 29 February has the next birthday after %s on %s', (today, birthday, turns) => {
	const { read, describe } = occasionKinds.birthday;
	const row = { dob: '29.02.2016' };
	const occasion = read(row, dayOf(today), dayOf(today));
	expect(occasion && describe(occasion, row)).toMatchObject({ birthday, turns });
});

it.each<[what: OccasionName, name: string, values: unknown[]]>([
	['birthday', 'dob', [null, '', '31.02.2015', 'x']],
	['inDebt', 'balance', [null, '', 'x']],
	['lessonsRunningOut', 'paid_lesson_count', [null, '', '?']],
	['notSeen', 'last_attend_date', [null, '', 'x']],
	['subscriptionEnding', 'paid_till', [null, '', '-']],
])('%s is not told by a card whose %s is one of %j', (what, name, values) => {
	for (const value of values)
		expect(occasionKinds[what].read({ [name]: value as string }, TODAY, TODAY)).toBeUndefined();
});

describe('a list of debtors', () => {
	const debtors = (ids: number[]): IDataObject[] => ids.map((id) => ({ id, balance: '-5.00' }));
	const whole = (...ids: number[]): Looked<IDataObject> => ({ rows: debtors(ids), isSure: true });
	const part = (ids: number[], next?: number) => ({ rows: debtors(ids), next, isSure: false });

	it.each<[what: string, looks: Array<Looked<IDataObject>>, told: number[][]]>([
		[
			'over several polls makes no news of who moved to another page meanwhile',
			[whole(1, 2, 3), part([1], 1), part([3]), whole(1, 2, 3)],
			[[], [], [], []],
		],
		[
			'over several polls lets go of who is missing twice',
			[whole(1, 2), part([1], 1), part([]), part([1], 1), part([]), whole(1, 2)],
			[[], [], [], [], [], [2]],
		],
		[
			'begins in silence until it was read to its end',
			[part([1], 1), part([2], 2), part([3]), whole(1, 2, 3, 4)],
			[[], [], [], [4]],
		],
		['that came whole lets go at once', [whole(1, 2), whole(1), whole(1, 2)], [[], [], [2]]],
	])('%s', (_what, looks, told) => {
		let state: OccasionsState = emptyOccasions(-1);
		const news = looks.map((look) => {
			const one = step(state, new Map([[1, look]]), settingsOf('inDebt', -1));
			state = JSON.parse(JSON.stringify(one.after(one.news.length))) as OccasionsState;
			return one.news.map(({ id }) => id);
		});
		expect(news).toEqual(told);
	});
});

it.each<[what: OccasionName, limit: number, most: number, card: (index: number) => object]>([
	['inDebt', -1, 13, (index) => ({ balance: index % 3 ? '-5.00' : '10.00' })],
	['lessonsRunningOut', 3, 16, (index) => ({ paid_lesson_count: index % 3 ? 0 : 8 - (index % 12) })],
	['notSeen', -14, 7, (index) => ({ last_attend_date: textOf(TODAY - 14 - (index % 29)) })],
])('what is kept of %s grows by few characters for each client concerned', (what, limit, most, card) => {
	/** Two in three are concerned, with IDs that have gaps, as they are where many are leads. */
	const size = (count: number): number => {
		const rows = Array.from({ length: count }, (_one, index) => ({
			...{ id: 1 + index * 3 + (index % 2), is_study: 1 },
			...card(index),
		}));
		const { after } = step(
			emptyOccasions(limit),
			new Map([[1, { rows, isSure: true }]]),
			settingsOf(what, limit),
		);
		return JSON.stringify(after(0)).length;
	};
	const concerned = what === 'notSeen' ? 10_000 : (10_000 * 2) / 3;
	const perClient = (size(15_000) - size(5_000)) / concerned;
	expect(perClient).toBeLessThan(most);
	expect(perClient).toBeGreaterThan(most / 2);
});
