import fc from 'fast-check';

import type { OccasionName } from '../../nodes/AlfaCrm/trigger/occasions/kinds';

/** Schools whose clients come, pay and grow older, and polls that look at them now and then. */

const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
/** A day in the winter of 2027 on which the worlds begin; the 29 February of 2028 is in reach of some. */
const BEGINNING = Date.UTC(2027, 11, 1, 12);

const ZONES = ['Asia/Vladivostok', 'America/New_York', 'Europe/Moscow', 'Pacific/Kiritimati', 'UTC'];

export type Card = Record<string, unknown>;

/** What a card shows from a time on. */
interface Change {
	at: number;
	card: Card;
}

export interface Client {
	id: number;
	branches: number[];
	changes: Change[];
}

export interface PollPlan {
	at: number;
	limit: number;
	/** Branches that cannot be read. */
	failing: number[];
	/** How many of the news are taken at most. */
	take: number;
	/** The first of two parts of each list, the other one, or all. */
	isHalf: boolean;
}

export interface World {
	zone: string;
	tellsFirst: boolean;
	clients: Client[];
	polls: PollPlan[];
}

export const cardOf = ({ id, branches, changes }: Client, now: number): Card | undefined => {
	const last = changes.filter(({ at }) => at <= now).at(-1);
	return last && { id, branch_ids: branches, is_study: 1, ...last.card };
};

export const iso = (time: number): string => new Date(time).toISOString().slice(0, 10);
const dotted = (day: string): string => day.split('-').reverse().join('.');

/** A form in which cards show days. */
const shown = (day: string, form: number): string => [day, dotted(day), `${day} 18:30:00`][form % 3];

const minutes = (most: number) => fc.integer({ min: 0, max: most * 24 * 60 });

const birthday = fc
	.tuple(fc.integer({ min: 1990, max: 2026 }), fc.integer({ min: -20, max: 100 }), fc.boolean(), fc.nat(2))
	.map(([year, days, isLeap, form]): Change[] => {
		const day = iso(BEGINNING + days * DAY).slice(4);
		const dob = isLeap ? `${year - (year % 4)}-02-29` : `${year}${day === '-02-29' ? '-02-28' : day}`;
		return [{ at: 0, card: { dob: shown(dob, form) } }];
	});

const sorted = (changes: Change[]): Change[] => [...changes].sort((one, other) => one.at - other.at);

/** Subscriptions of some weeks, one after the other, whose ends are corrected by some days. */
const ends = fc
	.array(fc.tuple(minutes(90), fc.integer({ min: -3, max: 40 }), fc.nat(2)), { minLength: 1, maxLength: 5 })
	.map((some) =>
		sorted(
			some.map(([at, days, form], index) => {
				const time = index === 0 ? 0 : BEGINNING + at * MINUTE;
				return { at: time, card: { paid_till: shown(iso(Math.max(time, BEGINNING) + days * DAY), form) } };
			}),
		),
	);

/** Visits that are entered up to 20 days late, and never go back. */
const visits = fc
	.array(fc.tuple(minutes(90), fc.integer({ min: 0, max: 20 })), { minLength: 1, maxLength: 8 })
	.map((some) => {
		const days = some.map(([at, late], index) => {
			const visit = BEGINNING - 40 * DAY + at * MINUTE * 1.4;
			return { at: index === 0 ? 0 : visit + late * DAY, day: iso(visit) };
		});
		let last = '';
		const changes: Change[] = [];
		for (const { at, day } of days.sort((one, other) => one.at - other.at)) {
			last = day > last ? day : last;
			changes.push({ at, card: { last_attend_date: last } });
		}
		return changes;
	});

const steps = (values: fc.Arbitrary<number>, card: (value: number) => Card) =>
	fc.array(fc.tuple(minutes(90), values), { minLength: 1, maxLength: 12 }).map((some) =>
		sorted(
			some.map(([at, value], index) => ({
				at: index === 0 ? 0 : BEGINNING + at * MINUTE,
				card: card(value),
			})),
		),
	);

const balances = steps(fc.integer({ min: -300, max: 200 }), (sum) => ({ balance: (sum / 2).toFixed(2) }));
/** Lessons are used one by one, taken back, or bought. */
const lessons = fc
	.array(fc.tuple(minutes(90), fc.constantFrom(-1, -1, -1, -1, 1, 2, 4, 8)), { minLength: 1, maxLength: 16 })
	.map((some) => {
		let left = 4;
		const all = some.map(([at, by], index) => ({ at: index === 0 ? 0 : BEGINNING + at * MINUTE, by }));
		return all
			.sort((one, other) => one.at - other.at)
			.map(({ at, by }): Change => ({ at, card: { paid_lesson_count: (left += by) } }));
	});

const histories: Record<OccasionName, fc.Arbitrary<Change[]>> = {
	birthday,
	inDebt: balances,
	lessonsRunningOut: lessons,
	notSeen: visits,
	subscriptionEnding: ends,
};

/** Of the trigger: a debt below a sum, in hundredths. */
const limits: Record<OccasionName, fc.Arbitrary<number>> = {
	birthday: fc.constantFrom(0, 1, 3, 14),
	inDebt: fc.constantFrom(-1, -5_001, 2_000),
	lessonsRunningOut: fc.constantFrom(0, 1, 2, 4),
	notSeen: fc.constantFrom(-3, -7, -14, -30),
	subscriptionEnding: fc.constantFrom(0, 1, 3, 7, 14),
};

/** Minutes to hours between two polls, and some nights off. */
const gaps = fc.oneof(
	{ weight: 3, arbitrary: fc.integer({ min: 1, max: 600 }) },
	{ weight: 4, arbitrary: fc.integer({ min: 600, max: 2 * 24 * 60 }) },
	{ weight: 1, arbitrary: fc.integer({ min: 2 * 24 * 60, max: 12 * 24 * 60 }) },
);

export const isLasting = (what: OccasionName): boolean => what === 'inDebt' || what === 'lessonsRunningOut';

/** Which clients a branch has that cannot be read is not known, so those of lasting occasions have one branch alone. */
export function worldsOf(what: OccasionName): fc.Arbitrary<World> {
	const branches = isLasting(what)
		? fc.constantFrom<number[]>([1], [2])
		: fc.constantFrom<number[]>([1], [2], [1, 2]);
	const poll = fc.record({
		gap: gaps,
		limit: fc.option(limits[what], { freq: 8 }),
		failing: fc.oneof(
			{ weight: 6, arbitrary: fc.constant<number[]>([]) },
			{ weight: 1, arbitrary: fc.constantFrom<number[]>([1], [2]) },
		),
		take: fc.oneof(
			{ weight: 4, arbitrary: fc.constant(99) },
			{ weight: 1, arbitrary: fc.integer({ min: 0, max: 2 }) },
		),
		isHalf: isLasting(what)
			? fc.constant(false)
			: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
	});
	return fc
		.record({
			zone: fc.constantFrom(...ZONES),
			tellsFirst: fc.boolean(),
			limit: limits[what],
			clients: fc.array(fc.record({ branches, changes: histories[what] }), { minLength: 1, maxLength: 6 }),
			polls: fc.array(poll, { minLength: 5, maxLength: 40 }),
		})
		.map(({ zone, tellsFirst, limit: first, clients, polls }) => {
			let [at, limit] = [BEGINNING, first];
			return {
				zone,
				tellsFirst,
				clients: clients.map((client, index) => ({ id: 500 + index * 3, ...client })),
				polls: polls.map(({ gap, limit: other, ...rest }) => {
					at += gap * MINUTE;
					limit = other ?? limit;
					return { at, limit, ...rest };
				}),
			};
		});
}
