import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { ListReader } from '../../../nodes/AlfaCrm/api/list';
import type { Reminder } from '../../../nodes/AlfaCrm/trigger/sources/comingLessons/comingLessonsState';
import { ComingLessons } from '../../../nodes/AlfaCrm/trigger/sources/comingLessons/comingLessons';
import type { PollRequest } from '../../../nodes/AlfaCrm/trigger/eventSource';
import { depth, seed } from '../../support/depth';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/*
 * Schools whose lessons are added, moved and cancelled while a trigger looks at them now and then.
 */

/** A lesson of a person as it is from a time on; null while there is none, or once it is cancelled. */
interface Version {
	at: number;
	begins: number | null;
	/** It has not got into the calendar yet. */
	isRegular: boolean;
}
interface Lesson {
	branch: number;
	isRegular: boolean;
	/** The quarter of an hour of the first version, from the beginning. */
	people: number[];
	versions: Version[];
	/** Who joins the group of a regular one later. */
	joins?: { person: number; at: number };
}
interface Poll {
	at: number;
	hours: number;
	watched: number[];
	failing: number[];
	take: number;
	/** n8n dies before it has handed over what came of it. */
	crashes: boolean;
}
interface World {
	zone: string;
	lessons: Lesson[];
	polls: Poll[];
}

/** Around it clocks are set in New York; the worlds are ten days long. */
const BEGINNING = Date.UTC(2027, 2, 11, 7);
const ZONES = ['Asia/Vladivostok', 'America/New_York', 'Europe/Moscow'];

const lesson = fc
	.record({
		branch: fc.constantFrom(1, 2),
		isRegular: fc.boolean(),
		people: fc.uniqueArray(fc.integer({ min: 501, max: 505 }), { minLength: 1, maxLength: 3 }),
		day: fc.constantFrom<number>(1, 2, 3, 4, 5, 6, 7, 8),
		quarter: fc.integer({ min: 32, max: 80 }),
		/** Hours from the beginning when it is entered, gets into the calendar, and when something becomes of it. */
		entered: fc.constantFrom(-1, -1, -1, 20, 60),
		dated: fc.integer({ min: 0, max: 240 }),
		changes: fc.array(
			fc.record({
				at: fc.integer({ min: 0, max: 240 }),
				to: fc.oneof(
					{ weight: 1, arbitrary: fc.constant(null) },
					{ weight: 3, arbitrary: fc.tuple(fc.nat(5), fc.integer({ min: 32, max: 80 })) },
				),
				/** So many hours later it is where it was in the beginning. */
				back: fc.constantFrom(null, null, 3, 8),
			}),
			{ maxLength: 3 },
		),
	})
	.map(({ day, quarter, entered, dated, changes, isRegular, ...one }) => {
		const first = { day, quarter };
		const versions = [
			{ at: entered, to: first, isRegular },
			...(isRegular ? [{ at: Math.max(dated, entered + 1), to: first, isRegular: false }] : []),
		];
		const from = versions.at(-1)?.at ?? 0;
		for (const { at, to, back } of [...changes].sort((a, b) => a.at - b.at)) {
			const change = { at: Math.max(at, from + 1), isRegular: false };
			versions.push({ ...change, to: to === null ? (null as never) : { day: day + to[0], quarter: to[1] } });
			if (back !== null) versions.push({ ...change, at: change.at + back, to: first });
		}
		versions.sort((a, b) => a.at - b.at);
		return { ...one, isRegular, versions };
	});

const mostly = <T>(weight: number, usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
	fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
const one = fc.constantFrom<number[]>([1], [2]);

const worlds: fc.Arbitrary<World> = fc
	.record({
		zone: fc.constantFrom(...ZONES),
		lessons: fc.array(lesson, { minLength: 4, maxLength: 8 }),
		hours: fc.constantFrom<number>(2, 24, 24, 24, 72),
		polls: fc.array(
			fc.record({
				gap: fc.constantFrom(5, 35, 90, 180, 300, 420, 600, 900, 2_000),
				hours: mostly<number | null>(15, null, fc.constantFrom(1, 24, 48)),
				watched: mostly(8, [1, 2], one),
				failing: mostly(6, [], one),
				take: mostly(4, 99, fc.nat(2)),
				crashes: mostly(6, false, fc.constant(true)),
			}),
			{ minLength: 20, maxLength: 40 },
		),
	})
	.map(({ zone, lessons, hours: first, polls }) => {
		const midnight = DateTime.fromMillis(BEGINNING, { zone }).startOf('day');
		const momentOf = ({ day, quarter }: { day: number; quarter: number }) =>
			midnight
				.plus({ days: day })
				.plus({ minutes: quarter * 15 })
				.toMillis();
		let [at, hours] = [BEGINNING, first];
		return {
			zone,
			lessons: lessons.map(({ versions, ...rest }) => ({
				...rest,
				versions: versions.map(({ at: hour, to, isRegular }) => ({
					...{ at: BEGINNING + hour * HOUR, isRegular },
					begins: to === null ? null : momentOf(to),
				})),
			})),
			polls: polls.map(({ gap, hours: other, ...rest }) => {
				at += gap * MINUTE;
				hours = other ?? hours;
				return { at, hours, ...rest };
			}),
		};
	});

const versionAt = ({ versions }: Lesson, now: number): Version | undefined =>
	versions.filter(({ at }) => at <= now).at(-1);

const clocks = new Map(
	ZONES.map((timeZone) => [
		timeZone,
		new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }),
	]),
);
const walls = new Map<string, string>();

/** The clock of the school, by the browser's own tables. */
function wall(moment: number, zone: string): string {
	const key = `${moment} ${zone}`;
	const known = walls.get(key) ?? clocks.get(zone)?.format(moment) ?? '';
	walls.set(key, known);
	return known;
}

// ---------------------------------------------------------------- who is to be told

/** "person lesson begin" of each poll, in order. */
function expectedOf({ lessons, polls, zone }: World): string[][] {
	const remembered = new Set<string>();
	/** What was only near before; another number of hours forgets that. */
	const noted = new Set<string>();
	const looked = new Set<number>();
	let [opening, hoursBefore] = [NaN, NaN];
	let opened: number[] = [];
	return polls.map(({ at, hours, watched, failing, take, crashes }) => {
		const saved = { remembered: [...remembered], noted: [...noted], looked: [...looked] };
		const begun = { opening, hoursBefore, opened };
		if (hours !== hoursBefore) {
			[opening, hoursBefore, opened] = [at, hours, watched];
			looked.clear();
			noted.clear();
		}
		opened = opened.filter((branch) => watched.includes(branch));
		for (const branch of [1, 2]) if (!watched.includes(branch)) looked.delete(branch);
		const readable = watched.filter((branch) => !failing.includes(branch));
		const news: Array<
			Record<'begins' | 'branch' | 'person' | 'place', number> & Record<'key' | 'ofLesson', string>
		> = [];
		lessons.forEach((lesson, index) => {
			const { begins = null, isRegular = false } = versionAt(lesson, at) ?? {};
			// Of lessons at the same time: by branch, those that are not in the calendar first.
			const place = lesson.branch * 1_000 + (isRegular ? 0 : 100) + index;
			if (begins === null || !readable.includes(lesson.branch)) return;
			if (begins <= at || begins - hours * HOUR > at) return;
			for (const person of lesson.people) {
				const ofLesson = `${person} ${index} `;
				const key = ofLesson + wall(begins, zone);
				if (remembered.has(key) || noted.has(key)) continue;
				const cameNear = opened.includes(lesson.branch) && begins - hours * HOUR > opening;
				if (looked.has(lesson.branch) || cameNear)
					news.push({ begins, branch: lesson.branch, person, place, key, ofLesson });
				else noted.add(key);
			}
		});
		news.sort((a, b) => a.begins - b.begins || a.person - b.person || a.place - b.place);
		const taken = news.slice(0, take);
		const told = taken.map(({ key }) => key);
		// Another time that was told before no longer holds, so that it is news when the lesson is moved back.
		for (const { key, ofLesson } of taken)
			for (const all of [remembered, noted])
				for (const one of [...all].filter((known) => known.startsWith(ofLesson) && known !== key))
					all.delete(one);
		for (const key of told) remembered.add(key);
		const open = news.slice(take).map(({ branch }) => branch);
		for (const branch of readable) if (!open.includes(branch)) looked.add(branch);
		if (!crashes) return told;
		for (const all of [remembered, noted, looked]) all.clear();
		for (const key of saved.remembered) remembered.add(key);
		for (const key of saved.noted) noted.add(key);
		for (const branch of saved.looked) looked.add(branch);
		({ opening, hoursBefore, opened } = begun);
		return [];
	});
}

// ---------------------------------------------------------------- what the trigger tells

/** The lists of AlfaCRM at a time; told before each call. */
function listsAt(
	{ lessons, zone }: Pick<World, 'lessons' | 'zone'>,
	now: number,
	failing: readonly number[],
	onCall: () => void = () => {},
): ListReader {
	const dayOf = (moment: number) => wall(moment, zone).slice(0, 10);
	const rows: Record<string, (branch: number) => IDataObject[]> = {
		customer: () => [501, 502, 503, 504, 505].map((id) => ({ id, name: `${id}`, is_study: 1 })),
		lesson: (branch) =>
			lessons.flatMap((lesson, index): IDataObject[] => {
				const version = versionAt(lesson, now);
				if (lesson.branch !== branch || version === undefined || version.isRegular) return [];
				const last = lesson.versions.filter(({ begins, at }) => begins !== null && at <= now).at(-1);
				const begins = wall(last?.begins ?? 0, zone);
				return [
					{
						...{ id: 9_001 + index, regular_id: lesson.isRegular ? 71 + index : null },
						...{ time_from: begins, date: begins.slice(0, 10), status: version.begins === null ? 2 : 1 },
						customer_ids: lesson.people,
					},
				];
			}),
		'regular-lesson': (branch) =>
			lessons.flatMap((lesson, index): IDataObject[] => {
				const [first] = lesson.versions;
				if (lesson.branch !== branch || !lesson.isRegular || first.at > now) return [];
				const begins = first.begins ?? 0;
				const day = dayOf(begins);
				return [
					{
						...{ id: 71 + index, related_class: 'Group', related_id: 41 + index },
						...{ day: new Date(`${day}T12:00Z`).getUTCDay(), b_date: day, e_date: day },
						time_from_v: wall(begins, zone).slice(11, 16),
					},
				];
			}),
	};
	return {
		async collect({ path, branch = 0, query }, { passes = [{}], keep = () => true }) {
			passes.forEach(() => onCall());
			if (failing.includes(branch)) throw new Error(`Branch ${branch} cannot be read`);
			const members = () => {
				const { people = [], joins } = lessons[Number(query?.group_id) - 41] ?? {};
				const joined = joins !== undefined && joins.at <= now ? [joins.person] : [];
				return [...people, ...joined].map((customer_id) => ({ customer_id }));
			};
			const all = path === 'cgi' ? members() : rows[path](branch);
			const isAsked = ({ status }: IDataObject) =>
				passes.some((pass) => pass.status === undefined || pass.status === status);
			const found = all.filter(isAsked).filter(keep);
			return await Promise.resolve({ rows: found, isComplete: true, readCount: found.length });
		},
	};
}

/** The state is written down and read again between any two polls. */
async function toldOf(world: World): Promise<{ told: string[][]; size: number }> {
	const told: string[][] = [];
	let text: string | undefined;
	let size = 0;
	for (const { at, hours, watched, failing, take, crashes } of world.polls) {
		const source = new ComingLessons({ hours, zone: world.zone, scanIntervalMs: 0 });
		const request = {
			branches: watched,
			now: at,
			reader: listsAt(world, at, failing),
		} as unknown as PollRequest;
		const before: unknown = text === undefined ? undefined : JSON.parse(text);
		const result = await source.poll(request, before).catch(() => undefined);
		// Where no branch can be read the poll fails, and nothing is kept of it.
		if (result === undefined || crashes) {
			told.push([]);
			continue;
		}
		const taken = (result.records as Reminder[]).slice(0, take);
		text = JSON.stringify(result.stateAfter(taken.length));
		size = Math.max(size, text.length);
		told.push(
			taken.map(({ participant: { customer_id, lesson_id, regular_id, time_from } }) => {
				const index = regular_id === null ? (lesson_id ?? 0) - 9_001 : regular_id - 71;
				return `${customer_id} ${index} ${String(time_from)}`;
			}),
		);
	}
	return { told, size };
}

it('each person is told once of each lesson and each of its times, through crashes, outages and restarts', async () => {
	let count = 0;
	const check = async (world: World) => {
		// A poll in which nothing can be read is none.
		const polls = world.polls.filter(({ watched, failing }) => watched.some((one) => !failing.includes(one)));
		const readable = { ...world, polls };
		const expected = expectedOf(readable);
		const { told, size } = await toldOf(readable);
		expect(told).toEqual(expected);
		expect(size).toBeLessThan(2_000);
		count += told.flat().length;
	};
	await fc.assert(fc.asyncProperty(worlds, check), { numRuns: depth.comingLessons, seed });
	expect(count).toBeGreaterThan(depth.comingLessons);
}, 300_000);

/*
 * A school with more groups than a poll has time for. n8n ends a poll that takes longer than it may, and drops what came of it.
 */

const CALL_MS = 200;
const POLLS = 160;

interface BusySchool {
	zone: string;
	lessons: Lesson[];
	/** Milliseconds that n8n gives a poll. */
	budget: number;
	/** Minutes between two polls. */
	gap: number;
	take: number;
	/** By the number of the poll: n8n dies before it has handed over what came of it, or a branch cannot be read. */
	crashes: number[];
	failing: number[];
	/** When the second branch is chosen, by the number of the poll. */
	chosenAt: number;
}

const busySchools: fc.Arbitrary<BusySchool> = fc
	.record({
		zone: fc.constantFrom(...ZONES),
		groups: fc.array(
			fc.record({
				branch: fc.constantFrom(1, 1, 1, 2),
				people: fc.uniqueArray(fc.constantFrom(501, 502, 503), { minLength: 1, maxLength: 2 }),
				// Many begin at once.
				hour: fc.constantFrom(40, 41, 44, 44, 44, 52, 58),
				joins: mostly<number | null>(4, null, fc.integer({ min: 0, max: 38 })),
			}),
			{ minLength: 20, maxLength: 50 },
		),
		budget: fc.integer({ min: 9_000, max: 20_000 }),
		gap: fc.integer({ min: 5, max: 15 }),
		take: mostly(3, 999, fc.integer({ min: 5, max: 20 })),
		crashes: fc.uniqueArray(fc.integer({ min: 1, max: POLLS }), { maxLength: 6 }),
		failing: fc.uniqueArray(fc.integer({ min: 1, max: POLLS }), { maxLength: 6 }),
		chosenAt: mostly(3, 0, fc.constantFrom(20, 60)),
	})
	.map(({ groups, zone, ...rest }) => {
		const midnight = DateTime.fromMillis(BEGINNING, { zone }).startOf('day');
		return {
			...{ zone, ...rest },
			lessons: groups.map(({ branch, people, hour, joins }) => ({
				...{ branch, people, isRegular: true },
				...(joins === null ? {} : { joins: { person: 505, at: BEGINNING + joins * HOUR } }),
				versions: [{ at: 0, begins: midnight.plus({ hours: hour }).toMillis(), isRegular: true }],
			})),
		};
	});

const HOURS = 24;

it('who is told of more lessons than a poll has time for comes with the next ones, the soonest first', async () => {
	let [now, count, parts] = [0, 0, 0];
	jest.spyOn(Date, 'now').mockImplementation(() => now);
	const check = async ({ zone, lessons, budget, gap, take, crashes, failing, chosenAt }: BusySchool) => {
		const told = new Map<string, number>();
		const isSet = (list: readonly number[], poll: number) => list.includes(poll);
		const openings = new Map<number, number>();
		let text: string | undefined;
		for (let poll = 0; poll < POLLS; poll++) {
			const at = BEGINNING + poll * gap * MINUTE;
			now = at;
			const branches = poll < chosenAt ? [1] : [1, 2];
			const broken = isSet(failing, poll) ? [2] : [];
			const reader = listsAt({ lessons, zone }, at, broken, () => (now += CALL_MS));
			const request = { branches, now: at, deadline: at + budget / 2, reader, client: {} };
			const source = new ComingLessons({ hours: HOURS, zone, scanIntervalMs: HOUR });
			const before: unknown = text === undefined ? undefined : JSON.parse(text);
			const { records, stateAfter } = await source.poll(request as unknown as PollRequest, before);
			if (now - at > budget || isSet(crashes, poll)) continue;
			const taken = (records as Reminder[]).slice(0, take);
			text = JSON.stringify(stateAfter(taken.length));
			for (const branch of branches)
				if (!broken.includes(branch) && !openings.has(branch)) openings.set(branch, at);
			const begins = taken.map(
				({ participant: { regular_id } }) => lessons[(regular_id ?? 0) - 71].versions[0].begins ?? 0,
			);
			expect(begins).toEqual([...begins].sort((one, other) => one - other));
			for (const { participant } of taken) {
				const key = `${participant.customer_id} ${(participant.regular_id ?? 0) - 71}`;
				expect([key, told.get(key)]).toEqual([key, undefined]);
				told.set(key, poll);
			}
			// Whoever was there from the beginning, and whose lesson is sooner, has been told.
			if (taken.length > 0)
				lessons.forEach(({ branch, people, versions: [{ begins: begin }] }, index) => {
					if (!branches.includes(branch) || broken.includes(branch) || isFirst(branch, begin ?? 0)) return;
					if ((begin ?? 0) <= at || (begin ?? 0) >= (begins.at(-1) ?? 0)) return;
					for (const person of people) expect([poll, told.has(`${person} ${index}`)]).toEqual([poll, true]);
				});
			parts += taken.length > 0 ? 1 : 0;
		}
		/** It was near when its branch was looked through first. */
		function isFirst(branch: number, begin: number): boolean {
			return begin - HOURS * HOUR <= (openings.get(branch) ?? Infinity);
		}
		const end = BEGINNING + POLLS * gap * MINUTE;
		lessons.forEach(({ branch, people, joins, versions: [{ begins: begin }] }, index) => {
			const near = (begin ?? 0) - HOURS * HOUR;
			// As many polls as a look at all of them may take at worst, twice, and those that came to nothing.
			const latest = (since: number) => since + HOUR + 45 * gap * MINUTE;
			const isDue = (since: number) => latest(since) < Math.min(end, begin ?? 0);
			if (isFirst(branch, begin ?? 0)) return;
			for (const person of people)
				if (isDue(near)) {
					expect([index, person, told.get(`${person} ${index}`)]).toEqual([
						index,
						person,
						expect.any(Number),
					]);
					count += 1;
				}
			if (joins !== undefined && isDue(Math.max(near, joins.at)))
				expect([index, joins.person, told.has(`${joins.person} ${index}`)]).toEqual([
					index,
					joins.person,
					true,
				]);
		});
	};
	await fc.assert(fc.asyncProperty(busySchools, check), {
		numRuns: depth.busySchools,
		seed,
		endOnFailure: true,
	});
	expect(count).toBeGreaterThan(depth.busySchools * 10);
	expect(parts).toBeGreaterThan(depth.busySchools * 3);
	jest.restoreAllMocks();
}, 600_000);
