import type { OccasionName } from '../../nodes/AlfaCrm/trigger/occasions/kinds';
import type { Card, World } from './occasionWorlds';
import { cardOf, DAY, iso } from './occasionWorlds';

/**
 * Who is to be told of at each poll, worked out client by client from what the cards show. Nothing is shared with the trigger
 * but the names of the occasions.
 */

/** `yyyy-mm-dd` by the calendar of the zone. */
const wallDay = (now: number, timeZone: string): string =>
	new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
		now,
	);

const numberOf = (day: string): number => Date.parse(day) / DAY;

/** An occasion of a client as the card shows it at a poll. */
interface Due {
	/** When it falls due is told by this: an occasion is due if it is no more than the limit. */
	level: number;
	/** News are in the order of these. */
	order: number;
	day?: number;
}

/** By the day, or by a number on the card; the first birthday from a day on is found by walking from day to day. */
function dueOf(what: OccasionName, card: Card, today: number, from: number): Due | undefined {
	const dayOn = (name: string): number => {
		const text = String(card[name]).slice(0, 10);
		return numberOf(text.includes('.') ? text.split('.').reverse().join('-') : text);
	};
	if (what === 'inDebt') return { level: Math.round(Number(card.balance) * 100), order: 0 };
	const left = Number(card.paid_lesson_count);
	if (what === 'lessonsRunningOut') return { level: left, order: left };
	const day =
		what === 'notSeen' ? dayOn('last_attend_date') : dayOn(what === 'birthday' ? 'dob' : 'paid_till');
	if (what !== 'birthday') return day < from ? undefined : { level: day - today, order: day, day };
	for (let one = from; one < from + 367; one++) {
		if (isBirthday(day, one)) return { level: one - today, order: one, day: one };
	}
	throw new Error('No birthday in a year');
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
	/** Days whose occasion is told or was there before. */
	days: number[];
	/** One waits that other settings have made due: up to the limit before. */
	wait?: { day: number; limit: number };
	/** A lasting occasion is told: how low it was since, and up to where it lasts. */
	lasting?: { low: number; upTo: number; waitsFor?: number };
}

interface BranchMemory {
	day: number;
	limit: number;
}

/** Who is to be told of at each poll, in order. */
export function expectedOf(what: OccasionName, { zone, tellsFirst, clients, polls }: World): number[][] {
	const memories = new Map<number, Memory>();
	const read = new Map<number, BranchMemory>();
	const halves = new Map<number, BranchMemory>();
	let firstDay: number | undefined;
	return polls.map(({ at, limit, failing, take, isHalf }) => {
		const today = numberOf(wallDay(at, zone));
		firstDay ??= today;
		const opening = firstDay;
		for (const { lasting } of memories.values()) if (lasting) lasting.upTo = Math.max(lasting.upTo, limit);
		const looked = [1, 2].filter((branch) => !failing.includes(branch));
		const pages = new Map(
			looked.map((branch) => {
				const isSecond = halves.get(branch)?.limit === limit;
				return [branch, isSecond ? 'second' : isHalf ? 'first' : 'all'] as const;
			}),
		);
		const due: Array<{ id: number; tell: () => void; order: number }> = [];
		clients.forEach(({ id, branches, changes }, index) => {
			const isOn = (branch: number) => {
				const page = pages.get(branch);
				return page === 'all' || page === (index % 2 === 0 ? 'first' : 'second');
			};
			const at_ = branches.filter(isOn);
			const card = cardOf({ id, branches, changes }, at);
			if (at_.length === 0 || card === undefined) return;
			const memory = memories.get(id) ?? { days: [] };
			memories.set(id, memory);
			const from = Math.min(...at_.map((branch) => openFrom(what, read.get(branch)?.day ?? opening)));
			const one = dueOf(what, card, today, from);
			if (one === undefined) return;
			const begun = branches.flatMap((branch) => read.get(branch) ?? []);
			const tell = judged(what, one, memory, {
				begun,
				limit,
				since: today - opening,
				tellsFirst,
			});
			if (tell) due.push({ id, order: one.order, tell });
		});
		due.sort((one, other) => one.order - other.order || one.id - other.id);
		const told = due.slice(0, take);
		for (const { tell } of told) tell();
		if (told.length === due.length) {
			for (const [branch, page] of pages) {
				if (page === 'first') halves.set(branch, { day: today, limit });
				else {
					// Two parts that were read on two days tell no more than the first of them.
					read.set(branch, page === 'second' ? (halves.get(branch) as BranchMemory) : { day: today, limit });
					halves.delete(branch);
				}
			}
		}
		return told.map(({ id }) => id);
	});
}

/** All absences count, for each is known to somebody who forgets nothing. */
const openFrom = (what: OccasionName, day: number): number => (what === 'notSeen' ? -Infinity : day);

interface Circumstances {
	begun: BranchMemory[];
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
	{ begun, limit, since, tellsFirst }: Circumstances,
): (() => void) | undefined {
	const limitBefore = Math.max(...begun.map((one) => one.limit));
	if (day === undefined) {
		const { lasting } = memory;
		const isAnother = what === 'lessonsRunningOut' && lasting !== undefined && level >= lasting.low + 2;
		if (lasting !== undefined && !isAnother && level <= lasting.upTo) {
			const waits = lasting.waitsFor !== undefined;
			if (waits && level <= Math.min(limit, lasting.waitsFor ?? 0)) return tellLasting;
			lasting.low = Math.min(lasting.low, level);
			return undefined;
		}
		memory.lasting = level <= limit ? lasting : undefined;
		if (level > limit) return undefined;
		if (begun.length === 0 ? tellsFirst : level <= limitBefore) return tellLasting;
		memory.lasting = { low: level, upTo: limit, waitsFor: begun.length === 0 ? undefined : limitBefore };
		return undefined;
	}
	function tellLasting() {
		memory.lasting = { low: level, upTo: limit };
	}
	if (level > limit || memory.days.some((told) => isSameDay(what, told, day))) return undefined;
	const tell = () => {
		memory.days = [day];
		memory.wait = undefined;
	};
	if (begun.length === 0) {
		const daysDue = limit - level;
		if (daysDue < since || (tellsFirst && daysDue === since)) return tell;
		tell();
		return undefined;
	}
	const { wait } = memory;
	if (wait !== undefined && isSameDay(what, wait.day, day)) return level <= wait.limit ? tell : undefined;
	const levelThen = day - Math.max(...begun.map((one) => one.day));
	if (level <= limitBefore || levelThen > limit) return tell;
	memory.wait = { day, limit: limitBefore };
	return undefined;
}

/** A birthday is one in its year; an end that moves by less than a week is the same one. */
function isSameDay(what: OccasionName, told: number, day: number): boolean {
	if (what === 'birthday') return iso(told * DAY).slice(0, 4) === iso(day * DAY).slice(0, 4);
	return day <= told + (what === 'subscriptionEnding' ? 6 : 0);
}
