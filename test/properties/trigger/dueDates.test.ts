import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { dayNumberAt } from '../../../nodes/AlfaCrm/trigger/dayNumbers';
import type { DueState } from '../../../nodes/AlfaCrm/trigger/sources/dueDates/dueDatesState';
import { findDueRecords, restoreMemory } from '../../../nodes/AlfaCrm/trigger/sources/dueDates/dueDatesState';
import type { OccasionName } from '../../../nodes/AlfaCrm/trigger/sources/dueDates/dueKinds';
import { dueKinds } from '../../../nodes/AlfaCrm/trigger/sources/dueDates/dueKinds';
import { depth, seed } from '../../support/depth';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/*
 * Schools whose clients come, pay and grow older, and polls that look at them now and then.
 */

/** What a card shows from a time on. */
interface Change {
	at: number;
	card: Record<string, unknown>;
}
interface Client {
	id: number;
	branches: number[];
	changes: Change[];
}
interface Poll {
	at: number;
	limit: number;
	/** The branches that are chosen. */
	watched: number[];
	/** Branches that cannot be read, or not to their end. */
	failing: number[];
	partial: number[];
	/** How many of the news are taken at most. */
	take: number;
	/** The client whose card cannot be read at this time. */
	unreadable: number;
}
interface World {
	zone: string;
	tellsFirst: boolean;
	clients: Client[];
	polls: Poll[];
}

/** A day in the winter of 2027 on which the worlds begin; the 29 February of 2028 is in reach of some. */
const BEGINNING = Date.UTC(2027, 11, 1, 12);
const ZONES = ['Asia/Vladivostok', 'America/New_York', 'Europe/Moscow', 'Pacific/Kiritimati', 'UTC'];
const iso = (time: number): string => new Date(time).toISOString().slice(0, 10);
/** A form in which cards show days. */
const shown = (day: string, form: number): string =>
	[day, day.split('-').reverse().join('.'), `${day} 18:30:00`][form % 3];

/** While there are polls. */
const moments = fc.integer({ min: 0, max: 50 * 24 * 60 }).map((minute) => BEGINNING + minute * MINUTE);

/** Up to so many times at which something happens, in their order; the first is before the beginning. */
const happenings = <T>(what: fc.Arbitrary<T>, maxLength: number) =>
	fc
		.array(fc.record({ at: moments, what }), { minLength: 1, maxLength })
		.map((some) =>
			some.map((one, index) => (index === 0 ? { ...one, at: 0 } : one)).sort((a, b) => a.at - b.at),
		);

const histories: Record<OccasionName, fc.Arbitrary<Change[]>> = {
	birthday: fc
		.tuple(fc.integer({ min: 1990, max: 2026 }), fc.integer({ min: -20, max: 100 }), fc.boolean(), fc.nat(2))
		.map(([year, days, isLeap, form]) => {
			const day = iso(BEGINNING + days * DAY).slice(4);
			const dob = isLeap ? `${year - (year % 4)}-02-29` : `${year}${day === '-02-29' ? '-02-28' : day}`;
			return [{ at: 0, card: { dob: shown(dob, form) } }];
		}),
	inDebt: happenings(fc.integer({ min: -300, max: 200 }), 12).map((sums) =>
		sums.map(({ at, what }) => ({ at, card: { balance: (what / 2).toFixed(2) } })),
	),
	/** Lessons are used one by one, taken back, or bought. */
	lessonsRunningOut: happenings(fc.constantFrom(-1, -1, -1, -1, 1, 2, 2, 6), 24).map((steps) => {
		let left = 4;
		return steps.map(({ at, what }) => ({ at, card: { paid_lesson_count: (left += what) } }));
	}),
	/** Visits that are entered up to 20 days late; one may be taken back for some days, or put earlier by mistake. */
	notSeen: fc
		.array(
			fc.tuple(
				fc.integer({ min: 0, max: 100 * 24 * 60 }),
				fc.integer({ min: 0, max: 20 }),
				fc.constantFrom(0, 0, 2, 8),
			),
			{ minLength: 1, maxLength: 8 },
		)
		.map((some) => {
			const visits = some.map(([minute, late, back], index) => {
				const at = BEGINNING - 40 * DAY + minute * MINUTE;
				return { at: index === 0 ? 0 : at + late * DAY, day: iso(at), back };
			});
			let last = '';
			return visits
				.sort((one, other) => one.at - other.at)
				.flatMap(({ at, day, back }, index, all) => {
					last = day > last ? day : last;
					const own = { at, card: { last_attend_date: last } };
					if (back === 0 || all.some((other, place) => place > index && other.at < at + 20 * DAY))
						return [own];
					const before = iso(Date.parse(last) - back * DAY);
					return [
						own,
						{ at: at + 10 * DAY, card: { last_attend_date: before } },
						{ at: at + 14 * DAY, card: { last_attend_date: last } },
					];
				});
		}),
	/** Subscriptions of three weeks and more, one after the other, whose ends are corrected by some days. */
	subscriptionEnding: happenings(
		fc.record({
			days: fc.integer({ min: -3, max: 40 }),
			by: fc.integer({ min: -5, max: 5 }),
			form: fc.nat(2),
		}),
		5,
	).map((ends) => {
		let end = -Infinity;
		return ends.map(({ at, what: { days, by, form } }) => {
			const isCorrected = end > -Infinity && days % 2 === 0;
			end = isCorrected ? end + by * DAY : Math.max(end + 21 * DAY, Math.max(at, BEGINNING) + days * DAY);
			return { at, card: { paid_till: shown(iso(end), form) } };
		});
	}),
};

/** Of the trigger: a debt below a sum, in hundredths. */
const limits: Record<OccasionName, fc.Arbitrary<number>> = {
	birthday: fc.constantFrom(0, 1, 3, 14),
	inDebt: fc.constantFrom(-1, -5_001, 2_000),
	lessonsRunningOut: fc.constantFrom(0, 1, 4, 6),
	notSeen: fc.constantFrom(-3, -7, -14, -30),
	subscriptionEnding: fc.constantFrom(0, 1, 3, 7, 14),
};

/** Minutes to hours between two polls, and some nights off. */
const gaps = fc.oneof(
	{ weight: 3, arbitrary: fc.integer({ min: 1, max: 600 }) },
	{ weight: 4, arbitrary: fc.integer({ min: 600, max: 2 * 24 * 60 }) },
	{ weight: 1, arbitrary: fc.integer({ min: 2 * 24 * 60, max: 12 * 24 * 60 }) },
);
const mostly = <T>(weight: number, usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
	fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

function worldsOf(what: OccasionName): fc.Arbitrary<World> {
	const branches = fc.constantFrom<number[]>([1], [2], [1, 2]);
	const poll = fc.record({
		gap: gaps,
		limit: fc.option(limits[what], { freq: 8 }),
		watched: mostly(8, [1, 2], fc.constantFrom<number[]>([1], [2])),
		failing: mostly(6, [], fc.constantFrom<number[]>([1], [2])),
		partial: mostly(12, [], fc.constantFrom<number[]>([1], [2])),
		take: mostly(4, 99, fc.integer({ min: 0, max: 2 })),
		// An absence of which nothing was known is told for a month only.
		unreadable: what === 'notSeen' ? fc.constant(0) : mostly(4, 0, fc.constantFrom(500, 503)),
	});
	return fc
		.record({
			zone: fc.constantFrom(...ZONES),
			tellsFirst: fc.boolean(),
			limit: limits[what],
			most: fc.constantFrom(99, 99, 1),
			areAlike: fc.boolean(),
			clients: fc.array(fc.record({ branches, changes: histories[what] }), { minLength: 1, maxLength: 6 }),
			polls: fc.array(poll, { minLength: 5, maxLength: 40 }),
		})
		.map(({ zone, tellsFirst, limit: first, most, areAlike, clients, polls }) => {
			let [at, limit] = [BEGINNING, first];
			return {
				...{ zone, tellsFirst },
				clients: clients.map(({ branches: own, changes }, index) => ({
					...{ id: 500 + index * 3, branches: own },
					changes: areAlike ? clients[0].changes : changes,
				})),
				polls: polls.map(({ gap, limit: other, take, ...rest }) => {
					at += gap * MINUTE;
					limit = other ?? limit;
					return { at, limit, take: Math.min(take, most), ...rest };
				}),
			};
		});
}

const cardOf = ({ id, branches, changes }: Client, now: number, unreadable: number): IDataObject => {
	const last = id === unreadable ? undefined : changes.filter(({ at }) => at <= now).at(-1);
	return { id, branch_ids: branches, is_study: 1, ...last?.card } as IDataObject;
};

/*
 * Who is to be told of at each poll, worked out client by client from what the cards show. Nothing is shared with the trigger
 * but the names of the occasions.
 */

const calendars = new Map(
	ZONES.map((timeZone) => {
		const format = { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' } as const;
		return [timeZone, new Intl.DateTimeFormat('en-CA', format)];
	}),
);

/** The day by the calendar of the zone, counted from 1970. */
const wallDay = (now: number, zone: string): number =>
	Date.parse(calendars.get(zone)?.format(now) ?? '') / DAY;

/** An occasion of a client as the card shows it at a poll. */
interface Due {
	/** It is due if this is no more than the limit. */
	level: number;
	/** News are in the order of these. */
	order: number;
	day?: number;
}

/** By the day, or by a number on the card. */
function dueOf(what: OccasionName, card: IDataObject, today: number, from: number): Due | undefined {
	const dayOn = (name: string): number => {
		const text = String(card[name]).slice(0, 10);
		return Date.parse(text.includes('.') ? text.split('.').reverse().join('-') : text) / DAY;
	};
	const debt = Math.round(Number(card.balance) * 100);
	if (what === 'inDebt') return { level: debt, order: debt };
	const left = Number(card.paid_lesson_count);
	if (what === 'lessonsRunningOut') return { level: left, order: left };
	const on = { notSeen: 'last_attend_date', birthday: 'dob', subscriptionEnding: 'paid_till' }[what];
	let day = dayOn(on);
	if (what === 'birthday') day = birthdaysOf(day).find((one) => one >= from) ?? NaN;
	return day < from ? undefined : { level: day - today, order: day, day };
}

const birthdays = new Map<number, number[]>();

/** Of the years in which the worlds play, found by walking from day to day. */
function birthdaysOf(born: number): number[] {
	let days = birthdays.get(born);
	if (days === undefined) {
		const first = Math.floor(BEGINNING / DAY) - 100;
		days = Array.from({ length: 1_100 }, (_, index) => first + index).filter((day) => isBirthday(born, day));
		birthdays.set(born, days);
	}
	return days;
}

function isBirthday(born: number, day: number): boolean {
	const [dob, now] = [new Date(born * DAY), new Date(day * DAY)];
	if (now.getUTCFullYear() <= dob.getUTCFullYear()) return false;
	const [month, date] = [now.getUTCMonth(), now.getUTCDate()];
	if (dob.getUTCMonth() === month && dob.getUTCDate() === date) return true;
	const isLeapling = dob.getUTCMonth() === 1 && dob.getUTCDate() === 29;
	return isLeapling && month === 1 && date === 28 && new Date((day + 1) * DAY).getUTCDate() === 1;
}

/** What is remembered of a client: without end, and not as the trigger does. */
interface Memory {
	/** The day whose occasion was told last, or was there before. */
	day?: number;
	/** A lasting occasion is told: how low it was since. */
	low?: number;
	/** It was only there before; another limit forgets that. */
	isNoted?: boolean;
}

/** Who is to be told of at each poll, in order. */
function expectedOf(what: OccasionName, { zone, tellsFirst, clients, polls }: World): number[][] {
	const memories = new Map<number, Memory>(clients.map(({ id }) => [id, {}]));
	/** The day on which each branch was read last; nothing under another limit. */
	const read = new Map<number, number>();
	/** Those that were chosen when it began. */
	let opened: number[] = [];
	let [opening, limitBefore] = [NaN, NaN];
	return polls.map(({ at, limit, watched, failing, partial, take, unreadable }) => {
		const today = wallDay(at, zone);
		if (limit !== limitBefore) {
			[opening, limitBefore, opened] = [today, limit, watched];
			read.clear();
			for (const [id, { isNoted }] of memories) if (isNoted) memories.set(id, {});
		}
		opened = opened.filter((branch) => watched.includes(branch));
		for (const branch of [1, 2]) if (!watched.includes(branch)) read.delete(branch);
		const readable = watched.filter((branch) => !failing.includes(branch));
		const due: Array<{ id: number; tell: () => void; order: number }> = [];
		for (const client of clients) {
			const { id, branches } = client;
			const listing = branches.filter((branch) => readable.includes(branch));
			const card = cardOf(client, at, unreadable);
			if (listing.length === 0 || id === unreadable) continue;
			// A visit is entered a month late at most.
			const opensFrom = (day: number) => (what === 'notSeen' ? day + limit - 30 : day);
			const lookOf = (branch: number) => read.get(branch) ?? (opened.includes(branch) ? opening : today);
			const from = Math.min(...listing.map((branch) => opensFrom(lookOf(branch))));
			const one = dueOf(what, card, today, from);
			if (one === undefined) continue;
			const isNew = !branches.some((branch) => read.has(branch));
			const isAdded = isNew && !listing.some((branch) => opened.includes(branch));
			const circumstances = { isNew, isAdded, limit, since: today - opening, tellsFirst };
			const tell = judged(what, one, memories.get(id) as Memory, circumstances);
			if (tell) due.push({ id, order: one.order, tell });
		}
		due.sort((one, other) => one.order - other.order || one.id - other.id);
		const told = due.slice(0, take);
		for (const { tell } of told) tell();
		// What is left over is looked for again, in the same lists.
		if (told.length === due.length)
			for (const branch of readable) if (!partial.includes(branch)) read.set(branch, today);
		return told.map(({ id }) => id);
	});
}

interface Circumstances {
	/** None of the client's branches was read before. */
	isNew: boolean;
	/** All that list it now were chosen after the beginning. */
	isAdded: boolean;
	limit: number;
	/** How many days ago it began, and whether what is due on that day is told. */
	since: number;
	tellsFirst: boolean;
}

/** Takes down what is there before, or gives what is to be done if it is told. */
function judged(
	what: OccasionName,
	{ level, day }: Due,
	memory: Memory,
	{ isNew, isAdded, limit, since, tellsFirst }: Circumstances,
): (() => void) | undefined {
	if (day === undefined) {
		if (level > limit) {
			memory.low = undefined;
			return undefined;
		}
		const isAnother = what === 'lessonsRunningOut' && level >= (memory.low ?? level) + 2;
		const remember = (isNoted: boolean) => void Object.assign(memory, { low: level, isNoted });
		if (memory.low !== undefined && !isAnother) memory.low = Math.min(memory.low, level);
		else if (!isNew || (tellsFirst && !isAdded)) return () => remember(false);
		else remember(true);
		return undefined;
	}
	const isTold = memory.day !== undefined && isSameDay(what, memory.day, day);
	if (level > limit || isTold) return undefined;
	const remember = (isNoted: boolean) => void Object.assign(memory, { day, isNoted });
	const daysDue = limit - level;
	if (!isNew || (!isAdded && (daysDue < since || (tellsFirst && daysDue === since))))
		return () => remember(false);
	remember(true);
	return undefined;
}

/** A birthday is one in its year; an end that moves by less than a week is the same one. */
function isSameDay(what: OccasionName, told: number, day: number): boolean {
	if (what === 'birthday') return iso(told * DAY).slice(0, 4) === iso(day * DAY).slice(0, 4);
	return day <= told + (what === 'subscriptionEnding' ? 6 : 0);
}

/** What the trigger tells, its state written down and read again between any two polls. */
function toldOf(what: OccasionName, { zone, tellsFirst, clients, polls }: World): number[][] {
	const kind = dueKinds[what];
	let text: string | undefined;
	return polls.map(({ at, limit, watched, failing, partial, take, unreadable }) => {
		const today = dayNumberAt(at, zone);
		const before = text === undefined ? undefined : (JSON.parse(text) as DueState);
		const memory = restoreMemory(before, { branches: watched, highestDueLevel: limit, today });
		const rowsOf = (branch: number) =>
			clients
				.filter(({ branches }) => branches.includes(branch))
				.map((client) => cardOf(client, at, unreadable));
		const read = watched.filter((branch) => !failing.includes(branch));
		const clientLists = new Map(
			read.map((branch) => [branch, { rows: rowsOf(branch), isComplete: !partial.includes(branch) }]),
		);
		const { records, stateAfter } = findDueRecords(memory, {
			kind,
			highestDueLevel: limit,
			today,
			now: at,
			reportsAtStart: tellsFirst,
			clientLists,
		});
		const told = records.slice(0, take);
		text = JSON.stringify(stateAfter(told.length));
		return told.map(({ row }) => Number(row.id));
	});
}

it.each(Object.keys(dueKinds) as OccasionName[])(
	'%s: each occasion is told once, in schools with polls, nights off, branches that fail and other limits',
	(what) => {
		let told = 0;
		fc.assert(
			fc.property(worldsOf(what), (world) => {
				const expected = expectedOf(what, world);
				told += expected.flat().length;
				expect(toldOf(what, world)).toEqual(expected);
			}),
			{ numRuns: depth.dueDates, seed },
		);
		// The worlds are such that something happens in them.
		expect(told).toBeGreaterThan(0);
	},
);
