import { nodeError } from '../api/failures';
import type { ListReader } from '../api/list';
import type { Occurrence, Participant } from '../operations/school/participants';
import { lessonKey, readParticipants } from '../operations/school/participants';
import { readMoment } from '../values/formats';
import { HOUR_MS } from '../values/time';
import { allBranches } from './branches';
import { dayAt, textOf } from './dueKinds';
import type { EventSource, NewRecord, PollRequest, PollResult, SampleRequest, Samples } from './eventSource';
import { inEach } from './eventSource';
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
	/** When its lessons were looked through last; missing until then. */
	at?: number;
	/** When the next lesson that was seen then is near. */
	next?: number;
}

/** What is known of lessons to come, as plain JSON. */
interface ComingState {
	/** Who is not to be told again, as ranges of IDs, by the lesson and its time. */
	told: Record<string, string>;
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

/** What was read of a branch. */
interface Look {
	/** Who comes to lessons that are near and have not begun. */
	near: readonly Participant[];
	next?: number;
}

interface Seen extends Pick<ComingSettings, 'hours' | 'zone'> {
	/** Undefined where it was not the time of the branch yet. */
	looks: ReadonlyMap<number, Look | undefined>;
	now: number;
}

export interface ComingRecord extends NewRecord {
	participant: Participant;
}

/** The state under the settings of this poll. With another number of hours it starts anew, but tells nobody twice. */
function withSettings(
	state: ComingState | undefined,
	{ branches, hours, now }: { branches: readonly number[]; hours: number; now: number },
): ComingState {
	const isBeginning = state?.hours !== hours;
	const stateOf = (branch: number) => (isBeginning ? { since: now } : (state.branches[branch] ?? {}));
	const watched = branches.map((branch) => [branch, stateOf(branch)]);
	return { told: state?.told ?? {}, hours, branches: Object.fromEntries(watched) };
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
	const told = new Map(Object.entries(state.told).map(([key, ids]) => [key, idsIn(ids)]));
	const noteIn = (known: Map<string, Set<number>>, one: Participant) => {
		const key = lessonKey(one);
		known.set(key, (known.get(key) ?? new Set()).add(one.customer_id));
	};
	const nearKeys = new Set([...looks.values()].flatMap((look) => look?.near ?? []).map(lessonKey));
	const news = new Map<string, ComingRecord>();
	for (const [branch, { near } = { near: [] }] of looks) {
		const { at, since = Infinity } = state.branches[branch];
		for (const one of near) {
			if (told.get(lessonKey(one))?.has(one.customer_id)) continue;
			const isThereBefore = at === undefined && beginOf(one, zone) - hours * HOUR_MS <= since;
			if (isThereBefore) noteIn(told, one);
			else
				news.set(`${lessonKey(one)} ${one.customer_id}`, {
					participant: one,
					row: one.customer,
					branches: [branch],
				});
		}
	}
	const sorted = [...news.values()].sort(
		({ participant: one }, { participant: other }) =>
			beginOf(one, zone) - beginOf(other, zone) || one.customer_id - other.customer_id,
	);
	return {
		news: sorted,
		after: (taken) => {
			const known = new Map([...told].map(([key, ids]) => [key, new Set(ids)]));
			for (const { participant } of sorted.slice(0, taken)) {
				noteIn(known, participant);
				// Who was told of another time has to be told anew when the lesson is moved back.
				for (const [key, ids] of known)
					if (isOfSame(key, lessonKey(participant)) && !nearKeys.has(key))
						ids.delete(participant.customer_id);
			}
			const first = textOf(dayAt(now, zone) - DAYS_KNOWN);
			const kept = [...known].filter(([key, ids]) => ids.size > 0 && key.split(' ')[1] >= first);
			const branches = Object.entries(state.branches).map(([branch, before]): [string, BranchState] => {
				const look = looks.get(Number(branch));
				const isDone = look !== undefined && taken >= sorted.length;
				return [
					branch,
					isDone ? { at: now, ...(look.next === undefined ? {} : { next: look.next }) } : before,
				];
			});
			return {
				told: Object.fromEntries(kept.map(([key, ids]) => [key, rangesOf(ids)])),
				hours,
				branches: Object.fromEntries(branches),
			};
		},
	};
}

/** Tells who comes to a lesson some hours before it begins, by the timetable: once in a while, and when the next one is near. */
export class ComingLessons implements EventSource {
	constructor(private readonly settings: ComingSettings) {}

	async poll(request: PollRequest, before: unknown): Promise<PollResult> {
		const { hours, zone } = this.settings;
		const { branches, now } = request;
		const state = withSettings(before as ComingState | undefined, { branches, hours, now });
		const isTime = ({ at, next = Infinity }: BranchState) =>
			at === undefined || now >= next || Math.abs(now - at) >= this.everyMs * PUNCTUALITY;
		const { found: looks, failures } = await inEach(branches, async (branch) =>
			isTime(state.branches[branch]) ? await this.look(request, branch) : undefined,
		);
		return { failures, ...step(state, { hours, looks, now, zone }) };
	}

	/** Who comes to the lessons that are near now. */
	async samples(request: SampleRequest, count: number): Promise<Samples> {
		const { hours, zone } = this.settings;
		const { branches, now } = request;
		const { found: looks } = await inEach(branches, async (branch) => await this.look(request, branch));
		const looked = branches.map((branch) => [branch, { at: now }]);
		const { news } = step(
			{ told: {}, hours, branches: Object.fromEntries(looked) },
			{ hours, looks, now, zone },
		);
		return { news: news.slice(0, count), isAll: true };
	}

	private get everyMs(): number {
		return Math.min(this.settings.everyMs, (this.settings.hours * HOUR_MS) / LOOKS_AHEAD);
	}

	/** What of a branch is near, and what is so before it is looked through again. */
	private async look(request: SampleRequest, branch: number): Promise<Look> {
		const { hours, zone } = this.settings;
		const { client, now } = request;
		const ahead = hours * HOUR_MS;
		let next: number | undefined;
		const wants = (one: Occurrence): boolean => {
			const begin = beginOf(one, zone);
			const isNear = begin - ahead <= now;
			if (!isNear) next = Math.min(next ?? Infinity, begin - ahead);
			return isNear && begin > now;
		};
		const near = await readParticipants(wholeLists(request), {
			...{ branches: [branch], zone, wants },
			from: textOf(dayAt(now, zone)),
			to: textOf(dayAt(now + ahead + this.everyMs, zone)),
			// A card may be in another branch; one that cannot be read now stops nothing in this one.
			inBranch: async (one, read) => (one === branch ? await read() : await read().catch(() => undefined)),
			otherBranches: async () => await allBranches(client).catch(() => []),
		});
		return { near, next };
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
