import type { Settings } from '../../../../sandbox';
import { Calendar } from '../../support/calendar';
import { dueOn } from '../../support/dueOn';

afterEach(() => jest.restoreAllMocks());

/** A poll has time for three clients or so of them. */
const SMALL: Partial<Settings> = {
	pageSize: 1,
	bodyPageSize: 'ignored',
	ignoredFilters: ['customer.*'],
};
const MANY = 8;

/** By day of March, who is told when the trigger polls once a day. */
async function daily(
	calendar: Calendar,
	[first, last]: readonly [number, number],
	before: (day: number) => void = () => {},
): Promise<Array<[day: number, id: unknown]>> {
	calendar.school.onCall = () => calendar.pass(1_000);
	const told: Array<[number, unknown]> = [];
	for (let day = first; day <= last; day++) {
		before(day);
		for (const id of await calendar.ids(`2026-03-${day} 09:00`)) told.push([day, id]);
	}
	return told;
}

describe.each(dueOn('2026-03-16'))(
	'%s, where one poll a day has no time for all clients',
	(event, due, calm) => {
		it('the next ones read on, and tell each client once', async () => {
			const calendar = new Calendar('2026-03-10 09:00', { event }, { budgetMs: 10_000 }, SMALL);
			const ids = Array.from({ length: MANY }, () => calendar.client({ ...due, ...calm }));
			const told = await daily(calendar, [10, 28], (day) => {
				if (day === 16) for (const id of ids) calendar.card(id, due);
			});
			expect(told.map(([, id]) => Number(id)).sort()).toEqual(ids);
			expect(told.every(([day]) => day >= 16 && day <= 21)).toBe(true);
		});

		it('the first look tells what falls due from its first day on, if it is to', async () => {
			const options = { firstPoll: 'due' };
			const calendar = new Calendar('2026-03-16 09:00', { event, options }, { budgetMs: 10_000 }, SMALL);
			const ids = Array.from({ length: MANY }, () => calendar.client(due));
			const told = await daily(calendar, [16, 28]);
			expect(told.map(([, id]) => Number(id)).sort()).toEqual(ids);
			expect(told.every(([day]) => day <= 18)).toBe(true);
		});

		it('the first look is silent for as long as it takes, if it is to', async () => {
			const calendar = new Calendar('2026-03-16 09:00', { event }, { budgetMs: 10_000 }, SMALL);
			for (let n = 0; n < MANY; n++) calendar.client(due);
			expect(await daily(calendar, [16, 28])).toEqual([]);
		});
	},
);

it.each(['present', 'missing'] as const)(
	'a debt is told once though its client moves to a page that had been read, totals %s',
	async (total) => {
		const one = { event: 'inDebt', branchIds: [1] };
		const calendar = new Calendar('2026-03-10 09:00', one, {}, { ...SMALL, total });
		const ids = [1, 2, 3].map(() => calendar.client({ balance: '-5.00' }));
		expect(await calendar.poll()).toEqual([]);
		let gone: unknown;
		calendar.school.onRows = (path, [row]) => {
			if (path === 'customer') gone ??= row.id;
		};
		calendar.school.onCall = () => {
			// Those below move up by one.
			if (calendar.asked.at(-1)?.body.page === 1) calendar.school.store.remove('customer', Number(gone));
		};
		for (const hour of [11, 12, 13, 14]) expect(await calendar.poll(`2026-03-10 ${hour}:00`)).toEqual([]);
		const others = ids.filter((id) => id !== gone);
		expect(others).toHaveLength(2);
		calendar.school.onCall = () => {};
		for (const id of others) calendar.card(id, { balance: '0.00' });
		expect(await calendar.poll('2026-03-10 16:00')).toEqual([]);
		for (const id of others) calendar.card(id, { balance: '-1.00' });
		expect((await calendar.ids('2026-03-10 18:00')).sort()).toEqual(others);
	},
);

describe('what the first poll is to report', () => {
	const birthday = { event: 'customerBirthday', options: { firstPoll: 'due', maxPerPoll: 2 } };

	it('comes with the next polls if it is more than one may report, though they are on other days', async () => {
		const calendar = new Calendar('2026-03-16 09:00', birthday);
		const ids = Array.from({ length: 5 }, () => calendar.client({ dob: '16.03.2015' }));
		calendar.client({ dob: '15.03.2015' });
		const days = [16, 17, 18, 19].map((day) => `2026-03-${day} 09:00`);
		const told: unknown[] = [];
		for (const day of days) told.push(await calendar.ids(day));
		expect(told).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4), []]);
	});

	it('is nothing, but what falls due afterwards is told of a branch that cannot be read at first', async () => {
		const calendar = new Calendar('2026-03-16 09:00', { event: 'customerBirthday' });
		const born = (day: number) => calendar.client({ dob: `${day}.03.2015`, branch_ids: [2] });
		const [, , next] = [15, 16, 17].map(born);
		calendar.school.settings.forbiddenBranches = [2];
		expect(await calendar.poll()).toEqual([]);
		calendar.school.settings.forbiddenBranches = [];
		expect(await calendar.ids('2026-03-19 09:00')).toEqual([next]);
		expect(await calendar.ids('2026-03-19 12:00')).toEqual([]);
	});

	it('is reported of a branch that cannot be read at first, once it can be', async () => {
		const calendar = new Calendar('2026-03-16 09:00', birthday);
		const [one, two] = [1, 2].map((branch) => calendar.client({ dob: '16.03.2015', branch_ids: [branch] }));
		calendar.client({ dob: '14.03.2015', branch_ids: [2] });
		calendar.school.settings.forbiddenBranches = [2];
		expect(await calendar.ids()).toEqual([one]);
		calendar.school.settings.forbiddenBranches = [];
		expect(await calendar.ids('2026-03-17 09:00')).toEqual([two]);
		expect(await calendar.ids('2026-03-17 12:00')).toEqual([]);
	});
});
