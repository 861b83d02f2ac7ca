import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { JsonObject, Settings } from '../../../sandbox';
import { DirectSchool } from '../support/directSchool';
import { describeScheduled } from '../support/version';
import { Engine } from '../support/engine';
import type { PollerOptions } from '../support/poller';
import { Poller } from '../support/poller';
import { listNumbers } from '../support/polledSchool';

afterEach(() => jest.restoreAllMocks());

const engine = new Engine({ hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 });
type Send = NonNullable<PollerOptions['send']>;

/** A school of two branches and a trigger whose days pass as a test says. */
class Calendar {
	readonly school: DirectSchool;
	readonly poller: Poller;
	/** Lists of customers that were asked for since the last poll began. */
	asked: Array<{ branch: number; body: JsonObject }> = [];
	private now = 0;

	/** @param start a time of the zone, `yyyy-mm-dd hh:mm` */
	constructor(
		start: string,
		parameters: INodeParameters,
		{ timeZone = 'Europe/Moscow', ...options }: PollerOptions = {},
		settings: Partial<Settings> = {},
		private readonly zone = timeZone,
	) {
		this.school = new DirectSchool({ timeZone: zone, bodyPageSize: 'honoured', ...settings }, 2);
		jest.spyOn(Date, 'now').mockImplementation(() => this.now);
		this.at(start);
		const send = this.school.send as unknown as (...given: unknown[]) => Promise<unknown>;
		const noting = async (credential: string, request: { url: string; body?: JsonObject }) => {
			const [, branch] = /v2api\/(\d+)\/customer\/index$/.exec(request.url) ?? [];
			if (branch !== undefined) this.asked.push({ branch: Number(branch), body: request.body ?? {} });
			return await send(credential, request);
		};
		this.poller = new Poller(engine, parameters, { ...options, timeZone, send: noting as unknown as Send });
	}

	/** It is that time in the school. */
	at(time: string): void {
		const moment = DateTime.fromFormat(time, 'yyyy-MM-dd HH:mm', { zone: this.zone });
		this.now = moment.toMillis();
		this.school.settings.now = moment.toUTC().toISO({ suppressMilliseconds: true });
	}

	/** From now on each call takes a second. */
	slow(): void {
		this.school.beforeAnswer = () => (this.now += 1_000);
	}

	client(values: JsonObject): number {
		return this.school.store.insert('customer', { name: 'Мия', is_study: 1, branch_ids: [1], ...values }).id;
	}

	clients(count: number, values: JsonObject): number[] {
		return listNumbers(1, count).map(() => this.client(values));
	}

	card(ids: number | number[], values: JsonObject): void {
		for (const id of [ids].flat()) this.school.store.patch('customer', id, values);
	}

	async poll(time?: string): Promise<IDataObject[]> {
		if (time !== undefined) this.at(time);
		this.asked = [];
		return await this.poller.poll();
	}

	/** Who is told at each of these times. */
	async ids(...times: string[]): Promise<unknown[]> {
		const told: unknown[] = [];
		for (const time of times.length > 0 ? times : [undefined])
			told.push(...(await this.poll(time)).map(({ id }) => id));
		return told;
	}

	/** What lists of customers show from now on. */
	showing(change: (rows: JsonObject[]) => void): void {
		this.school.beforeListAnswer = (path, rows) => {
			if (path === 'customer') change(rows);
		};
	}
}

const onDays = (from: number, to: number, clock = '09:00') =>
	listNumbers(from, to).map((day) => `2026-03-${day} ${clock}`);

/** An event with cards of clients, as the form sets it up. */
interface Case {
	event: string;
	/** The parameter that says who counts. */
	limit: string;
	/** It falls due on the day, if the card says no more than a day; else as soon as it also says what is `later`. */
	calm: JsonObject;
	later?: JsonObject;
	due: JsonObject;
	/** Due four days before. */
	before: JsonObject;
	says: JsonObject;
	/** It is over; and there is another one within two weeks. */
	over: JsonObject;
	again: JsonObject;
}

/** @param day `yyyy-mm-dd`, on which it falls due */
function casesOn(day: string): Case[] {
	const on = (days: number, format = 'yyyy-MM-dd') => DateTime.fromISO(day).plus({ days }).toFormat(format);
	const till = (days: number) => ({ paid_till: `${on(days)} 18:00:00` });
	const seen = (days: number) => ({ last_attend_date: on(days) });
	const born = (days: number) => ({ dob: on(days, "dd.MM.'2015'") });
	const left = (paid_lesson_count: number) => ({ paid_lesson_count });
	const owes = (balance: string) => ({ balance });
	return [
		{
			...{ event: 'customerBirthday', limit: 'Days Before the Birthday' },
			...{ calm: born(0), due: born(0), before: born(-4), over: {}, again: {} },
			says: { birthday: day, days_left: 0, turns: 11 },
		},
		{
			...{ event: 'subscriptionEnding', limit: 'Days Before the End' },
			...{ calm: till(3), due: till(3), before: till(-2), over: till(90), again: till(11) },
			says: { ends_on: on(3), days_left: 3 },
		},
		{
			...{ event: 'notSeen', limit: 'Days Not Seen' },
			...{ calm: seen(-14), due: seen(-14), before: seen(-19), over: seen(0), again: seen(0) },
			says: { last_seen: on(-14), days_not_seen: 14 },
		},
		{
			...{ event: 'lessonsRunningOut', limit: 'Lessons Left' },
			...{ calm: left(3), later: left(2), due: left(2), before: left(1), over: left(9), again: left(2) },
			says: { lessons_left: 2 },
		},
		{
			...{ event: 'inDebt', limit: 'Balance Below' },
			...{ calm: owes('0.00'), later: owes('-0.50'), due: owes('-0.50'), before: owes('-9.00') },
			...{ over: owes('0.00'), again: owes('-7.00') },
			says: { debt: 0.5 },
		},
	];
}

const START = '2026-03-10 09:00';
const CASES = casesOn('2026-03-14');

describe.each(CASES)('$event', ({ event, limit, calm, later, due, before, says, over, again }) => {
	const isDated = later === undefined;
	/** A trigger that has begun, and a client of whom nothing is due. */
	const begun = async (more: INodeParameters = {}, card: JsonObject = {}) => {
		const calendar = new Calendar(START, { event, ...more });
		const id = calendar.client({ ...calm, ...card });
		expect(await calendar.poll()).toEqual([]);
		return { calendar, id };
	};

	it('tells each client once, and again when it is another occasion', async () => {
		const calendar = new Calendar(START, { event });
		const [id, known] = [calendar.client(calm), calendar.client(before)];
		expect(await calendar.ids(START, '2026-03-12 09:00')).toEqual([]);
		calendar.card(id, due);
		const items = await calendar.poll('2026-03-14 09:00');
		expect(items).toMatchObject([{ ...says, id, name: 'Мия', branch_names: 'Филиал 1' }]);
		expect(Object.keys(items[0]).slice(0, Object.keys(says).length)).toEqual(Object.keys(says));
		expect(await calendar.ids('2026-03-14 12:00', '2026-03-15 09:00')).toEqual([]);
		calendar.poller.restart();
		expect(await calendar.poll('2026-03-15 18:00')).toEqual([]);
		calendar.card(id, over);
		expect(await calendar.poll('2026-03-16 09:00')).toEqual([]);
		calendar.card(id, again);
		if (event === 'customerBirthday') expect(await calendar.ids('2027-03-15 09:00')).toEqual([known, id]);
		else expect(await calendar.ids('2026-03-29 09:00')).toEqual([id]);
	});

	it.each([
		['filters are ignored', { ignoredFilters: ['customer.*'] as string[] }],
		['pages are small, without totals', { pageSize: 1, bodyPageSize: 'ignored', total: 'missing' }],
	] as const)('tells the same where %s', async (_name, settings) => {
		const calendar = new Calendar(START, { event }, {}, { ...settings });
		const [id, lead] = [calendar.client(calm), calendar.client({ ...calm, is_study: 0 })];
		calendar.client(before);
		expect(await calendar.poll()).toEqual([]);
		calendar.card([id, lead], due);
		expect(await calendar.ids('2026-03-14 09:00', '2026-03-14 11:00')).toEqual([id]);
	});

	it('asks nothing between two looks, and once for each branch then', async () => {
		const { calendar, id } = await begun();
		expect(calendar.asked.map(({ branch }) => branch)).toEqual([1, 2]);
		for (const time of ['09:01', '09:50']) {
			await calendar.poll(`2026-03-10 ${time}`);
			expect(calendar.asked).toEqual([]);
		}
		await calendar.poll('2026-03-10 10:00');
		expect(calendar.asked).toHaveLength(2);
		if (later) calendar.card(id, later);
		// Another day does not wait.
		await calendar.poll('2026-03-10 23:59');
		expect(await calendar.ids('2026-03-14 00:01')).toEqual(isDated ? [id] : []);
		expect(calendar.asked).toHaveLength(2);
	});

	it('says in the first poll what falls due that day, or nothing', async () => {
		const tells = new Calendar('2026-03-14 09:00', { event, options: { firstPoll: 'due' } });
		const id = tells.client(due);
		// Archived ones are nobody's to remind, even if a list should show one.
		tells.client({ ...due, e_date: '2026-03-01' });
		const shown = { ...due, id: 77, name: 'Мия', is_study: 1, e_date: '2026-03-01', removed: 1 };
		tells.showing((rows) => void rows.push(shown));
		if (isDated) tells.client(before);
		expect(await tells.ids('2026-03-14 09:00', '2026-03-14 12:00')).toEqual([id]);
	});

	it('names a branch that cannot be read, and the others go on', async () => {
		const { calendar, id } = await begun();
		const other = calendar.client({ ...calm, branch_ids: [2] });
		await calendar.poll('2026-03-10 11:00');
		calendar.card([id, other], due);
		calendar.school.settings.forbiddenBranches = [2];
		expect(await calendar.ids('2026-03-14 09:00')).toEqual([id]);
		expect(calendar.poller.logLines.join()).toContain('could not look into branch 2');
		expect(await calendar.poll('2026-03-14 09:05')).toEqual([]);
		expect(calendar.asked.map(({ branch }) => branch)).toEqual([2]);
		expect(await calendar.poll('2026-03-14 11:00')).toEqual([]);
		calendar.school.settings.forbiddenBranches = [];
		expect(await calendar.ids('2026-03-15 09:00')).toEqual([other]);
	});

	it('shows real clients as a test event, and says when there is none', async () => {
		const calendar = new Calendar('2026-03-14 09:00', { event });
		await expect(calendar.poller.fetchTestEvent()).rejects.toMatchObject({
			message: 'AlfaCRM has nothing yet that this trigger would report',
			description: expect.stringContaining(`'${limit}' says who counts: change it for the test`) as string,
		});
		const id = calendar.client(due);
		expect(await calendar.poller.fetchTestEvent()).toMatchObject([{ ...says, id }]);
	});

	it('makes no news of what a branch holds when it is chosen', async () => {
		const { calendar } = await begun({ branchIds: [1] }, { is_study: 0 });
		calendar.client({ ...before, branch_ids: [2] });
		calendar.poller.changeParameters({ event, branchIds: [1, 2] });
		expect(await calendar.poll('2026-03-10 09:05')).toEqual([]);
		const id = calendar.client({ ...calm, branch_ids: [2] });
		expect(await calendar.poll('2026-03-10 11:00')).toEqual([]);
		calendar.card(id, due);
		expect(await calendar.ids('2026-03-14 09:00')).toEqual([id]);
	});

	it('tells once of a client who is moved to another branch, before and after it is due', async () => {
		const { calendar, id } = await begun();
		calendar.card(id, { branch_ids: [2] });
		const told = await calendar.ids('2026-03-13 08:00');
		calendar.card(id, due);
		told.push(...(await calendar.ids('2026-03-14 09:00')));
		calendar.card(id, { branch_ids: [1] });
		expect([...told, ...(await calendar.ids('2026-03-14 11:00'))]).toEqual([id]);
	});

	it('tells what is due of who comes from a branch that is not watched or from the archive, or was a lead', async () => {
		const { calendar, id } = await begun({ branchIds: [1] }, { branch_ids: [2] });
		const lead = calendar.client({ ...calm, is_study: 0 });
		const archived = calendar.client({ ...calm, e_date: '2026-03-01' });
		calendar.card([id, lead, archived], due);
		expect(await calendar.ids('2026-03-14 09:00')).toEqual([]);
		calendar.card(id, { branch_ids: [1] });
		calendar.card(lead, { is_study: 1 });
		calendar.card(archived, { e_date: '2030-12-31' });
		expect(await calendar.ids('2026-03-14 11:00', '2026-03-14 13:00')).toEqual([id, lead, archived]);
	});
});

describeScheduled('where n8n limits the time of a poll', () => {
	it('and it is not enough for all clients, the poll says so, and tells each once it is', async () => {
		/** Each client is a page. */
		const settings: Partial<Settings> = { pageSize: 1, bodyPageSize: 'ignored' };
		const calendar = new Calendar(START, { event: 'inDebt' }, { budgetMs: 10_000 }, settings);
		const ids = calendar.clients(12, { balance: '0.00' });
		expect(await calendar.ids()).toEqual([]);
		calendar.card(ids, { balance: '-1.00' });
		calendar.slow();
		const error = 'There was not enough time to look through the clients in branch 1';
		await expect(calendar.poll('2026-03-11 09:00')).rejects.toThrow(error);
		calendar.school.beforeAnswer = () => {};
		expect(await calendar.ids('2026-03-12 09:00', '2026-03-12 11:00')).toEqual(ids);
	});
});

it.each(casesOn('2026-03-10'))(
	'a list of clients that comes empty though they are counted does not let the trigger begin: $event',
	async ({ event, due }) => {
		const calendar = new Calendar(START, { event });
		calendar.clients(25, due);
		calendar.showing((rows) => void rows.splice(0));
		await expect(calendar.poll()).rejects.toThrow(
			'AlfaCRM sent an empty list when asked to look through the clients',
		);
		calendar.showing(() => {});
		expect(await calendar.ids('2026-03-10 10:00', '2026-03-10 12:00')).toEqual([]);
	},
);

it('what the first poll is to report comes with the next ones if it is more than one may report, on other days too', async () => {
	const options = { firstPoll: 'due', maxPerPoll: 2 };
	const calendar = new Calendar('2026-03-16 09:00', { event: 'customerBirthday', options });
	const ids = calendar.clients(5, { dob: '16.03.2015' });
	calendar.client({ dob: '15.03.2015' });
	const told: unknown[] = [];
	for (const day of onDays(16, 19)) told.push(await calendar.ids(day));
	expect(told).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4), []]);
});

describe('the day', () => {
	it('begins in the time zone of the workflow', async () => {
		const timeZone = 'Asia/Vladivostok';
		const calendar = new Calendar('2026-03-15 12:00', { event: 'customerBirthday' }, { timeZone });
		const id = calendar.client({ dob: '16.03.2015' });
		expect(await calendar.ids('2026-03-15 12:00', '2026-03-15 23:50')).toEqual([]);
		expect(await calendar.poll('2026-03-16 00:10')).toMatchObject([{ id, days_left: 0 }]);
		expect(await calendar.ids('2026-03-16 23:50', '2026-03-17 00:10')).toEqual([]);
	});

	it('cannot be told in a time zone that is none', async () => {
		const [birthday, none] = [{ event: 'customerBirthday' }, { timeZone: 'Moscow' }];
		const calendar = new Calendar(START, birthday, none, {}, 'Europe/Moscow');
		await expect(calendar.poll()).rejects.toThrow('The workflow\'s time zone is none: "Moscow"');
	});

	it('that is put back tells nothing again', async () => {
		const calendar = new Calendar(START, { event: 'customerBirthday' });
		const id = calendar.client({ dob: '11.03.2015' });
		expect(await calendar.ids(START, '2026-03-11 09:00')).toEqual([id]);
		expect(await calendar.ids('2026-03-09 09:00', '2026-03-11 19:00', '2026-03-12 09:00')).toEqual([]);
	});

	it('that was years ahead for a while silences nothing that falls due afterwards', async () => {
		const calendar = new Calendar(START, { event: 'customerBirthday' });
		expect(await calendar.ids(START, '2036-03-10 09:00', '2026-03-10 10:00')).toEqual([]);
		const id = calendar.client({ dob: '16.03.2015' });
		expect(await calendar.ids('2026-03-16 09:00', '2026-03-17 09:00')).toEqual([id]);
	});
});

it('the limit of days before the birthday makes a test event show whose is next, for on most days it is nobody’s', async () => {
	const calendar = new Calendar('2026-03-14 09:00', { event: 'customerBirthday', birthdayIn: 30 });
	const [soon, later] = ['20.03.2015', '12.04.2015'].map((dob) => calendar.client({ dob }));
	calendar.client({ dob: '01.06.2015' });
	expect(await calendar.poller.fetchTestEvent()).toMatchObject([
		{ id: soon, days_left: 6 },
		{ id: later, days_left: 29 },
	]);
});

it('AlfaCRM is asked for the cards of all clients, as often as the form says', async () => {
	const calendar = new Calendar(START, { event: 'lessonsRunningOut', options: { lookEvery: 10 } });
	await calendar.poll();
	await calendar.poll('2026-03-10 09:10');
	const asked = { body: { is_study: 1, page: 0, pageSize: 500 } };
	expect(calendar.asked).toEqual([1, 2].map((branch) => ({ branch, ...asked })));
});

describe.each([
	{ event: 'customerBirthday', field: 'dob', meaning: 'date of birth' },
	{ event: 'inDebt', field: 'balance', meaning: 'balance' },
	{ event: 'lessonsRunningOut', field: 'paid_lesson_count', meaning: 'number of lessons left' },
	{ event: 'notSeen', field: 'last_attend_date', meaning: 'day of the last visit' },
	{ event: 'subscriptionEnding', field: 'paid_till', meaning: 'end of what is paid' },
])('$event, where cards may lack $field,', ({ event, field, meaning }) => {
	const startWithClients = (count: number) => {
		const calendar = new Calendar(START, { event });
		calendar.clients(count, { [field]: null });
		return calendar;
	};
	const hideField = (calendar: Calendar, isHidden: (row: JsonObject) => boolean = () => true) =>
		calendar.showing((rows) => {
			for (const row of rows as Array<Record<string, unknown>>)
				if (isHidden(row as JsonObject)) delete row[field];
		});
	const reason = `AlfaCRM shows no ${meaning} of the clients, so nobody would ever be reported`;

	it('the activation fails if no card shows the field, and names the missing field', async () => {
		const calendar = startWithClients(3);
		hideField(calendar);

		await expect(calendar.poll()).rejects.toMatchObject({
			message: reason,
			description: expect.stringContaining(
				`The field "${field}" is missing on all 3 cards of clients that were read.`,
			) as string,
		});
	});

	it('fails a later poll in which no card shows the field any more', async () => {
		const calendar = startWithClients(3);
		expect(await calendar.poll()).toEqual([]);
		hideField(calendar);

		await expect(calendar.poll('2026-03-10 12:00')).rejects.toThrow(reason);
	});

	it('gives the reason when a test event is fetched', async () => {
		const calendar = startWithClients(3);
		hideField(calendar);

		await expect(calendar.poller.fetchTestEvent()).rejects.toThrow(reason);
	});

	it('goes on if one card shows the field, be it empty', async () => {
		const calendar = startWithClients(3);
		hideField(calendar, ({ id }) => id !== 2);

		expect(await calendar.poll()).toEqual([]);
	});

	it('goes on if it reads no client', async () => {
		const calendar = startWithClients(0);
		calendar.client({ is_study: 0 });
		hideField(calendar);

		expect(await calendar.poll()).toEqual([]);
	});
});
