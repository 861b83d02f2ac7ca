import { nodeError } from '../api/failures';
import type { ListReader } from '../api/list';
import type { Occurrence, Participant } from '../operations/school/participants';
import { lessonKey, participantsOf, placeInTime, readOccurrences } from '../operations/school/participants';
import { readMoment } from '../values/formats';
import { HOUR_MS } from '../values/time';
import { allBranches } from './branches';
import { dayAt, textOf } from './dueKinds';
import type { EventSource, NewRecord, PollRequest, PollResult, SampleRequest, Samples } from './eventSource';
import { byBranch, inEach, mapBranches } from './eventSource';
import { idsIn, rangesOf } from './idRanges';

/** Polls do not come on the second. */
const PUNCTUALITY = 0.9;
/** So many times a lesson that is added or moved late is looked for within the time in which it is near. */
const LOOKS_AHEAD = 4;
/** For how many days after a lesson those who were told of it are known: the clock may be set back. */
const DAYS_KNOWN = 1;

interface BranchState {
	/** n8n's time in milliseconds when the trigger began; missing where the branch was chosen later. */
	since?: number;
	/** When the last look at all of its lessons that were near began; missing until one is done. */
	at?: number;
	/** When the next lesson that was seen then is near. */
	next?: number;
	/** When the look began for which the last poll had no time to the end. */
	begun?: number;
	/** The last lesson that was looked at, as its place in time. */
	upTo?: string;
}

/** What is known of lessons to come, as plain JSON. */
interface ComingState {
	/** Who was told, as ranges of IDs, by the lesson and its time. */
	told: Record<string, string>;
	/** The same of those whose lesson was as near before, which another number of hours forgets. */
	noted?: Record<string, string>;
	/** How many hours before, in the last poll. */
	hours: number;
	branches: Record<string, BranchState>;
}

interface ComingSettings {
	/** How many hours before it begins a lesson is reported. */
	hours: number;
	/** That of the school. */
	zone: string;
	/** How often lessons are looked through. */
	everyMs: number;
}

/** What is near in a branch, and has not begun. */
interface Timetable {
	/** All such lessons, and those that are to be looked at now. */
	near: readonly Occurrence[];
	open: readonly Occurrence[];
	next?: number;
	/** When this look at all of them began, and the lesson behind which it goes on. */
	begun: number;
	upTo?: string;
}

/** What was read of a branch, up to a lesson. */
interface Look extends Omit<Timetable, 'open'> {
	people: readonly Participant[];
	isDone: boolean;
}

interface Seen extends Pick<ComingSettings, 'hours' | 'zone'> {
	/** Undefined where it was not the time of the branch yet. */
	looks: ReadonlyMap<number, Look | undefined>;
	now: number;
}

export interface ComingRecord extends NewRecord {
	participant: Participant;
}

/** The state under the settings of this poll. With another number of hours it starts anew, and forgets who was only noted. */
function withSettings(
	state: ComingState | undefined,
	{ branches, hours, now }: { branches: readonly number[]; hours: number; now: number },
): ComingState {
	const isBeginning = state?.hours !== hours;
	const stateOf = (branch: number) => (isBeginning ? { since: now } : (state.branches[branch] ?? {}));
	const { told = {}, noted } = state ?? {};
	return { told, noted: isBeginning ? {} : noted, hours, branches: byBranch(branches, stateOf) };
}

/** When a lesson begins; one that shows no time with its day. */
const beginOf = ({ time_from, date }: Occurrence, zone: string): number =>
	readMoment(time_from ?? date, zone) ?? -Infinity;

/** Whether two keys are of one lesson, or of one regular lesson, at whatever times. */
const isOfSame = (one: string, other: string): boolean => one.split(' ')[0] === other.split(' ')[0];

/** One poll: who is to be told of a lesson, the earliest first, and what is known once so many of them were told. */
function step(
	state: ComingState,
	{ hours, looks, now, zone }: Seen,
): { news: ComingRecord[]; after: (taken: number) => ComingState } {
	const [told, noted] = [state.told, state.noted].map(
		(known = {}) => new Map(Object.entries(known).map(([key, ids]) => [key, idsIn(ids)])),
	);
	const isKnown = (one: Participant) =>
		[told, noted].some((known) => known.get(lessonKey(one))?.has(one.customer_id));
	const noteIn = (known: Map<string, Set<number>>, one: Participant) => {
		const key = lessonKey(one);
		known.set(key, (known.get(key) ?? new Set()).add(one.customer_id));
	};
	const nearKeys = new Set([...looks.values()].flatMap((look) => look?.near ?? []).map(lessonKey));
	const news = new Map<string, ComingRecord>();
	for (const [branch, { people } = { people: [] }] of looks) {
		const { at, since = Infinity } = state.branches[branch];
		for (const one of people) {
			if (isKnown(one)) continue;
			const isThereBefore = at === undefined && beginOf(one, zone) - hours * HOUR_MS <= since;
			if (isThereBefore) noteIn(noted, one);
			else {
				const key = `${lessonKey(one)} ${one.customer_id}`;
				const { branches = [] } = news.get(key) ?? {};
				news.set(key, { participant: one, row: one.customer, branches: [...branches, branch] });
			}
		}
	}
	const sorted = [...news.values()].sort(
		({ participant: one }, { participant: other }) =>
			beginOf(one, zone) - beginOf(other, zone) || one.customer_id - other.customer_id,
	);
	return {
		news: sorted,
		after: (taken) => {
			const [nextTold, nextNoted] = [told, noted].map(
				(known) => new Map([...known].map(([key, ids]) => [key, new Set(ids)])),
			);
			for (const { participant } of sorted.slice(0, taken)) {
				noteIn(nextTold, participant);
				// Who was told of another time has to be told anew when the lesson is moved back.
				for (const [key, ids] of [...nextTold, ...nextNoted])
					if (isOfSame(key, lessonKey(participant)) && !nearKeys.has(key))
						ids.delete(participant.customer_id);
			}
			const first = textOf(dayAt(now, zone) - DAYS_KNOWN);
			const keptOf = (known: ReadonlyMap<string, Set<number>>) =>
				Object.fromEntries(
					[...known]
						.filter(([key, ids]) => ids.size > 0 && key.split(' ')[1] >= first)
						.map(([key, ids]) => [key, rangesOf(ids)]),
				);
			const open = new Set(sorted.slice(taken).flatMap((one) => one.branches));
			const branches = mapBranches(state.branches, (before, branch) => {
				const look = looks.get(branch);
				return look && !open.has(branch) ? stateAfter(before, look) : before;
			});
			return { told: keptOf(nextTold), noted: keptOf(nextNoted), hours, branches };
		},
	};
}

/** What of a timetable was read. */
function lookOf(
	{ open, ...rest }: Timetable,
	all: readonly Participant[],
	left: readonly Occurrence[],
): Look {
	const keys = new Set(open.map(lessonKey));
	const reached = open.filter((one) => !left.includes(one)).map(placeInTime);
	return {
		...rest,
		people: all.filter((one) => keys.has(lessonKey(one))),
		upTo: reached.sort().at(-1) ?? rest.upTo,
		isDone: reached.length === open.length,
	};
}

/** The state of a branch once all that came of a look is told. A look that was cut short goes on with the next poll. */
function stateAfter({ at, since }: BranchState, { begun, isDone, next, upTo }: Look): BranchState {
	const known = { ...(next === undefined ? {} : { next }), ...(upTo === undefined ? {} : { upTo }) };
	if (isDone) return { at: begun, ...known };
	return { ...(at === undefined ? { since: since ?? begun } : { at }), begun, ...known };
}

/** Tells who comes to a lesson some hours before it begins, by the timetable: once in a while, and when the next one is near. */
export class ComingLessons implements EventSource {
	constructor(private readonly settings: ComingSettings) {}

	async poll(request: PollRequest, before: unknown): Promise<PollResult> {
		const { hours, zone } = this.settings;
		const { branches, now } = request;
		const state = withSettings(before as ComingState | undefined, { branches, hours, now });
		const { found, failures } = await inEach(
			branches,
			async (branch) => await this.timetable(request, branch, state.branches[branch]),
		);
		const looks = await this.look(request, found, failures, state);
		return { failures, ...step(state, { hours, looks, now, zone }) };
	}

	/** Who comes to the lessons that are near now. */
	async samples(request: SampleRequest, count: number): Promise<Samples> {
		const { hours, zone } = this.settings;
		const { branches, now } = request;
		const { found, failures } = await inEach(
			branches,
			async (branch) => await this.timetable(request, branch, {}),
		);
		const state = { told: {}, hours, branches: byBranch(branches, () => ({ at: now })) };
		const looks = await this.look(request, found, failures, state);
		const { news } = step(state, { hours, looks, now, zone });
		return { news: news.slice(0, count), isAll: [...looks.values()].every((look) => look?.isDone) };
	}

	private get everyMs(): number {
		return Math.min(this.settings.everyMs, (this.settings.hours * HOUR_MS) / LOOKS_AHEAD);
	}

	/** The lessons of a branch that are near, if it is time for a look at them. One that goes on begins behind the last lesson. */
	private async timetable(
		request: SampleRequest,
		branch: number,
		{ at, begun, next: due = Infinity, upTo }: BranchState,
	): Promise<Timetable | undefined> {
		const { hours, zone } = this.settings;
		const { now } = request;
		const isNew = at === undefined || Math.abs(now - at) >= this.everyMs * PUNCTUALITY;
		const goesOn = begun !== undefined || !isNew;
		if (begun === undefined && goesOn && now < due) return undefined;
		const ahead = hours * HOUR_MS;
		const days = {
			from: textOf(dayAt(now, zone)),
			to: textOf(dayAt(now + ahead + this.everyMs, zone)),
			zone,
		};
		const near: Occurrence[] = [];
		let next: number | undefined;
		for (const one of await readOccurrences(wholeLists(request), branch, days)) {
			const begin = beginOf(one, zone);
			if (begin - ahead > now) next = Math.min(next ?? Infinity, begin - ahead);
			else if (begin > now) near.push(one);
		}
		if (!goesOn) return { near, open: near, next, begun: now };
		const open = near.filter((one) => upTo === undefined || placeInTime(one) > upTo);
		return { near, open, next, begun: begun ?? at ?? now, upTo };
	}

	/** Who comes to the soonest of the lessons, for as long as there is time. */
	private async look(
		request: SampleRequest,
		timetables: ReadonlyMap<number, Timetable | undefined>,
		failures: Map<number, unknown>,
		{ told, noted = {} }: Pick<ComingState, 'noted' | 'told'>,
	): Promise<Map<number, Look | undefined>> {
		const { zone } = this.settings;
		const { client, deadline, now } = request;
		const today = textOf(dayAt(now, zone));
		const lessons = [...timetables].map(([branch, { open } = { open: [] }]) => ({
			branch,
			occurrences: open,
		}));
		const { participants, left } = await participantsOf(wholeLists(request), lessons, {
			zone,
			inBranch: async (branch, read) =>
				await read().catch((failure: unknown) => {
					// A card may be in another branch; one that cannot be read now stops nothing in this one.
					const own = lessons.find((one) => one.branch === branch && one.occurrences.length > 0);
					if (own !== undefined) failures.set(own.branch, failure);
					return undefined;
				}),
			otherBranches: async () => await allBranches(client).catch(() => []),
			hasTime: () => Date.now() < deadline,
			isRead: (lesson) => lesson.date === today && (lessonKey(lesson) in told || lessonKey(lesson) in noted),
		});
		const looks = new Map<number, Look | undefined>();
		for (const [branch, timetable] of timetables)
			if (!failures.has(branch)) looks.set(branch, timetable && lookOf(timetable, participants, left));
		const [failure] = failures.values();
		if (looks.size === 0 && failures.size > 0) throw failure;
		return looks;
	}
}

/** Of a list that does not come whole nobody knows which lessons are cancelled, so the branch is looked through again. */
const wholeLists = ({ client, reader }: SampleRequest): ListReader => ({
	async collect(list, options) {
		const collected = await reader.collect(list, options);
		if (collected.isComplete) return collected;
		const text = {
			message: `AlfaCRM's list did not come whole when asked to ${list.task}`,
			description: 'Nothing is lost: the next poll reads it again.',
		};
		throw nodeError(client.node, text, undefined, { cause: 'temporarily-unavailable' });
	},
});
