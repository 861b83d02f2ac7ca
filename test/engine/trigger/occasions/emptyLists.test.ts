import type { JsonObject, Settings } from '../../../../sandbox';
import { Calendar } from '../../support/calendar';
import { dueOn } from '../../support/dueOn';

afterEach(() => jest.restoreAllMocks());

/** More than any total is wrong by. */
const MANY = 25;
const ERROR = 'AlfaCRM sent an empty list when asked to look through the clients';

const clients = (calendar: Calendar, card: JsonObject): number[] =>
	Array.from({ length: MANY }, () => calendar.client(card));

/** From now on AlfaCRM counts the clients and shows none. */
function empty(calendar: Calendar): void {
	calendar.school.onRows = (path, rows) => {
		if (path === 'customer') rows.splice(0);
	};
}
const fill = (calendar: Calendar): void => {
	calendar.school.onRows = () => {};
};

const due = dueOn('2026-03-10');

it.each(due)('%s: a first look that is shown nobody does not begin', async (event, card) => {
	const calendar = new Calendar('2026-03-10 09:00', { event });
	clients(calendar, card);
	empty(calendar);
	await expect(calendar.poll()).rejects.toThrow(ERROR);
	fill(calendar);
	expect(await calendar.poll('2026-03-10 10:00')).toEqual([]);
	expect(await calendar.poll('2026-03-10 12:00')).toEqual([]);
});

it.each(due.slice(3))(
	'%s: nobody is told twice after looks that are shown nobody',
	async (event, card, over) => {
		const calendar = new Calendar('2026-03-10 09:00', { event });
		const ids = clients(calendar, over);
		expect(await calendar.poll()).toEqual([]);
		for (const id of ids) calendar.card(id, card);
		expect(await calendar.ids('2026-03-10 11:00')).toEqual(ids);
		empty(calendar);
		for (const hour of [13, 15, 17])
			await expect(calendar.poll(`2026-03-10 ${hour}:00`)).rejects.toThrow(ERROR);
		fill(calendar);
		expect(await calendar.poll('2026-03-10 19:00')).toEqual([]);
		for (const id of ids) calendar.card(id, over);
		expect(await calendar.poll('2026-03-10 21:00')).toEqual([]);
		calendar.card(ids[0], card);
		expect(await calendar.ids('2026-03-10 23:00')).toEqual([ids[0]]);
	},
);

it.each(due.slice(3))(
	'%s: nobody is told twice after a look that is shown fewer than are counted',
	async (event, card, over) => {
		const calendar = new Calendar('2026-03-10 09:00', { event });
		const ids = clients(calendar, over).slice(0, 3);
		expect(await calendar.poll()).toEqual([]);
		for (const id of ids) calendar.card(id, card);
		expect(await calendar.ids('2026-03-10 11:00')).toEqual(ids);
		calendar.school.onRows = (path, rows) => {
			if (path === 'customer') rows.splice(1);
		};
		expect(await calendar.poll('2026-03-10 13:00')).toEqual([]);
		fill(calendar);
		expect(await calendar.poll('2026-03-10 15:00')).toEqual([]);
		for (const id of ids) calendar.card(id, over);
		expect(await calendar.poll('2026-03-10 17:00')).toEqual([]);
		calendar.card(ids[2], card);
		expect(await calendar.ids('2026-03-10 19:00')).toEqual([ids[2]]);
	},
);

it.each(due.slice(0, 3))(
	'%s: what fell due since the last look is told after one that is shown fewer than are counted',
	async (event, card) => {
		const calendar = new Calendar('2026-03-07 09:00', { event });
		const [one, ...others] = clients(calendar, card);
		expect(await calendar.poll()).toEqual([]);
		calendar.school.onRows = (path, rows) => {
			if (path === 'customer') rows.splice(0, rows.length, ...rows.filter(({ id }) => id === one));
		};
		expect(await calendar.ids('2026-03-11 09:00')).toEqual([one]);
		fill(calendar);
		expect(await calendar.ids('2026-03-12 09:00')).toEqual(others);
		expect(await calendar.poll('2026-03-13 09:00')).toEqual([]);
	},
);

it('what fell due while n8n was off is told after a look that is shown nobody', async () => {
	const calendar = new Calendar('2026-03-10 09:00', { event: 'customerBirthday' });
	const ids = clients(calendar, { dob: '12.03.2015' });
	expect(await calendar.poll()).toEqual([]);
	empty(calendar);
	await expect(calendar.poll('2026-03-16 09:00')).rejects.toThrow(ERROR);
	fill(calendar);
	expect(await calendar.ids('2026-03-17 09:00')).toEqual(ids);
	expect(await calendar.poll('2026-03-17 12:00')).toEqual([]);
});

it('a branch that is shown empty does not hold up the others', async () => {
	const calendar = new Calendar('2026-03-10 09:00', { event: 'inDebt' });
	const [one, two] = [1, 2].map((branch) => {
		const values = { balance: '0.00', branch_ids: [branch] };
		return Array.from({ length: MANY }, () => calendar.client(values))[0];
	});
	expect(await calendar.poll()).toEqual([]);
	for (const id of [one, two]) calendar.card(id, { balance: '-1.00' });
	calendar.school.onRows = (path, rows) => {
		if (path === 'customer' && JSON.stringify(rows[0]?.branch_ids) === '[2]') rows.splice(0);
	};
	expect(await calendar.ids('2026-03-10 11:00')).toEqual([one]);
	fill(calendar);
	expect(await calendar.ids('2026-03-10 11:05')).toEqual([two]);
});

// A year for each, since what fails is known to all triggers of n8n.
it.each(due.map(([event], index) => [event, 2027 + index] as const))(
	'%s: a branch without any customer, of which AlfaCRM counts some, holds up for a day',
	async (event, year) => {
		const calendar = new Calendar(`${year}-03-10 09:00`, { event });
		expect(await calendar.poll()).toEqual([]);
		calendar.school.totalOff = MANY;
		for (let hour = 10; hour < 24; hour++) {
			await expect(calendar.poll(`${year}-03-10 ${hour}:00`)).rejects.toThrow(ERROR);
		}
		await expect(calendar.poll(`${year}-03-11 09:00`)).rejects.toThrow(ERROR);
		for (const hour of [10, 12]) expect(await calendar.poll(`${year}-03-11 ${hour}:00`)).toEqual([]);
		const [, card] = dueOn(`${year}-03-12`).find(([name]) => name === event) ?? [];
		const id = calendar.client(card ?? {});
		expect(await calendar.ids(`${year}-03-12 13:00`)).toEqual([id]);
		expect(await calendar.poll(`${year}-03-12 15:00`)).toEqual([]);
		// From now on it is no branch without customers.
		calendar.school.store.remove('customer', id);
		await expect(calendar.poll(`${year}-03-12 17:00`)).rejects.toThrow(ERROR);
	},
);

describe('where AlfaCRM counts clients that it does not list', () => {
	const filtered = due.filter(([event]) =>
		['subscriptionEnding', 'notSeen', 'lessonsRunningOut'].includes(event),
	);
	/** What each event takes for not due, by whatever its filter asks for. */
	const over: Record<string, JsonObject> = {
		subscriptionEnding: { paid_till: '2026-06-12 18:00:00' },
		notSeen: { last_attend_date: '2026-03-10' },
		lessonsRunningOut: { paid_lesson_count: 9 },
	};

	it.each(filtered)(
		'%s: it goes on where nobody is concerned and the total is wrong',
		async (event, card) => {
			const calendar = new Calendar('2026-03-10 09:00', { event, branchIds: [1] });
			const [id, other] = [1, 2].map(() => calendar.client(over[event]));
			calendar.school.totalOff = MANY;
			expect(await calendar.poll()).toEqual([]);
			expect(await calendar.poll('2026-03-10 11:00')).toEqual([]);
			calendar.card(id, card);
			expect(await calendar.ids('2026-03-10 13:00')).toEqual([id]);
			calendar.card(id, over[event]);
			expect(await calendar.poll('2026-03-10 15:00')).toEqual([]);
			calendar.card(other, card);
			expect(await calendar.ids('2026-03-10 17:00')).toEqual([other]);
			expect(await calendar.poll('2026-03-10 19:00')).toEqual([]);
		},
	);

	it.each(due)('%s: it goes on in a branch that has only leads', async (event, card) => {
		const calendar = new Calendar('2026-03-10 09:00', { event, branchIds: [1] });
		const id = calendar.client({ ...card, is_study: 0 });
		calendar.school.totalOff = MANY;
		expect(await calendar.poll()).toEqual([]);
		expect(await calendar.poll('2026-03-10 11:00')).toEqual([]);
		calendar.card(id, { is_study: 1 });
		expect(await calendar.ids('2026-03-10 13:00')).toEqual([id]);
	});

	it.each(filtered)('%s: clients whom the filter hides are told, over several polls', async (event, card) => {
		const small: Partial<Settings> = { pageSize: 1, bodyPageSize: 'ignored' };
		const calendar = new Calendar('2026-03-10 09:00', { event }, { budgetMs: 40_000 }, small);
		const ids = Array.from({ length: MANY }, () => calendar.client(over[event]));
		calendar.school.onRows = (path, rows) => {
			const { body } = calendar.asked.at(-1) ?? {};
			const isFiltered = Object.keys(body ?? {}).some((name) => /_(from|to)$/.test(name));
			if (path === 'customer' && isFiltered) rows.splice(0);
		};
		for (let polls = 0; polls < 3; polls++) expect(await calendar.poll()).toEqual([]);
		calendar.school.onCall = () => calendar.pass(1_000);
		for (const id of ids) calendar.card(id, card);
		const told: unknown[] = [];
		for (let hour = 11; hour < 23; hour++) told.push(...(await calendar.ids(`2026-03-10 ${hour}:00`)));
		expect(told.map(Number).sort((a, b) => a - b)).toEqual(ids);
	});
});
