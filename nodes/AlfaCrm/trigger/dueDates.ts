import type { IDataObject } from 'n8n-workflow';

import type { Collected } from '../api/list';
import { archivedFlag } from '../entities/archive';
import { customer, CUSTOMER_TYPE } from '../entities/customer';
import { listCall } from '../entities/listCall';
import { readFlag, readId, readIds } from '../values/formats';
import type { DueKind } from './dueKinds';
import { dayAt } from './dueKinds';
import type { EventSource, NewRecord, PollRequest, PollResult, SampleRequest, Samples } from './eventSource';
import { inEach } from './eventSource';
import { IdRanges } from './idRanges';

/** How long what is over is remembered, should its day be corrected. */
const DAYS_AFTER = 7;
/** How many days a branch that cannot be read is made up for. */
const PATIENCE_DAYS = 60;
/** Polls do not come on the second. */
const PUNCTUALITY = 0.9;

interface BranchState {
	/** The day of its last whole look, and n8n's time of it in milliseconds; missing until the first one. */
	day?: number;
	at?: number;
	/** The day of the first poll, where this branch was watched then and was not read whole yet. */
	openedOn?: number;
}

/** What is known of what falls due, as plain JSON. */
export interface DueState {
	/** Clients who are not to be reported again, as ranges of IDs, by the mark of what is due. */
	known: Record<string, string>;
	/** The limit of the last poll. */
	limit: number;
	branches: Partial<Record<string, BranchState>> & Record<string, BranchState>;
}

interface DueSettings {
	kind: DueKind;
	/** It is due as soon as its level is no more than this. */
	limit: number;
	/** The time zone whose day it is. */
	zone: string;
	/** How often clients are looked through. */
	everyMs: number;
	/** Whether the first poll reports what falls due on that day; of what lasts, all that is due. */
	tellsFirst: boolean;
}

interface Seen extends Omit<DueSettings, 'everyMs' | 'zone'> {
	/** The clients of a branch. */
	snapshots: ReadonlyMap<number, Pick<Collected, 'isComplete' | 'rows'>>;
	today: number;
	now: number;
}

export interface DueRecord extends NewRecord {
	mark: number;
}

/** The state under the settings of this poll. With another limit it starts anew, but tells nobody twice. */
export function withSettings(
	state: DueState | undefined,
	{ branches, limit, today }: { branches: readonly number[]; limit: number; today: number },
): DueState {
	const isBeginning = state?.limit !== limit;
	const added: BranchState = isBeginning ? { openedOn: today } : {};
	const before = isBeginning ? {} : state.branches;
	const watched = branches.map((branch) => [branch, before[branch] ?? added]);
	return { known: state?.known ?? {}, limit, branches: Object.fromEntries(watched) as DueState['branches'] };
}

/** One poll: what fell due, the earliest first, and what is known once so many of it were reported. */
export function step(state: DueState, seen: Seen): { news: DueRecord[]; after: (taken: number) => DueState } {
	const { kind, limit, now, snapshots, today } = seen;
	const known = readKnown(state.known);
	const news: DueRecord[] = [];
	for (const [id, one] of clientsIn(snapshots)) {
		const mark = openMark(state, seen, one, known.get(id));
		if (mark === undefined) continue;
		const told = known.get(id);
		if (kind.levelOf(mark, today) > limit) {
			// A day is known by itself, whatever comes between.
			if (kind.opensFrom === undefined) known.delete(id);
		} else if (told !== undefined && kind.isSame(told, mark)) {
			if (kind.opensFrom === undefined) known.set(id, Math.min(told, mark));
		} else if (isNews(state, seen, one, mark)) news.push({ ...one, mark });
		else known.set(id, mark);
	}
	news.sort((one, other) => one.mark - other.mark || rowId(one.row) - rowId(other.row));
	return {
		news,
		after: (taken) => {
			const next = new Map(known);
			for (const { row, mark } of news.slice(0, taken)) next.set(rowId(row), mark);
			const isDone = taken >= news.length;
			const branches = Object.entries(state.branches).map(([branch, before]): [string, BranchState] => {
				const isRead = isDone && snapshots.get(Number(branch))?.isComplete;
				return [branch, isRead ? { day: today, at: now } : before];
			});
			const after = { ...state, branches: Object.fromEntries(branches) };
			return { ...after, known: writeKnown(stillOpen(next, after, seen)) };
		},
	};
}

const rowId = ({ id }: IDataObject): number => readId(id) ?? 0;

/** Each client once, whichever branches list them. */
function clientsIn(snapshots: Seen['snapshots']): Map<number, NewRecord> {
	const found = new Map<number, NewRecord>();
	for (const [branch, { rows }] of snapshots)
		for (const row of rows) {
			const id = rowId(row);
			if (isClient(row)) found.set(id, { row, branches: [...(found.get(id)?.branches ?? []), branch] });
		}
	return found;
}

/** A filter may be ignored, and archived ones are nobody's to remind. API notes 3. */
const isClient = (row: IDataObject): boolean =>
	(readFlag(row.is_study) ?? CUSTOMER_TYPE.client) === CUSTOMER_TYPE.client && !archivedFlag(row);

/** What is open of a client, by what was reported before. */
function openMark(
	{ branches: all }: DueState,
	{ kind, limit, today }: Pick<Seen, 'kind' | 'limit' | 'today'>,
	{ row, branches }: NewRecord,
	told: number | undefined,
): number | undefined {
	if (kind.opensFrom === undefined) return kind.read(row, today);
	const from = kind.opensFrom(
		lastLook(
			branches.map((branch) => all[branch]),
			today,
		),
		limit,
	);
	const first = kind.read(row, from);
	// After a birthday comes the next one.
	const isPast = first !== undefined && first < today && told !== undefined && kind.isSame(told, first);
	const mark = isPast ? kind.read(row, first + 1) : first;
	return mark !== undefined && mark >= from ? mark : undefined;
}

/** The day on which all of some branches had been looked through; one that cannot be read is made up for, but not without end. */
function lastLook(branches: readonly BranchState[], today: number): number {
	const days = branches.map(({ day, openedOn }) => day ?? openedOn ?? today);
	return Math.max(Math.min(today, ...days), today - PATIENCE_DAYS);
}

/** Whether what is due was not there when its branches were looked through first. */
function isNews(
	{ branches: all }: DueState,
	{ kind, limit, tellsFirst }: Seen,
	{ row, branches }: NewRecord,
	mark: number,
): boolean {
	// The card may name branches that could not be read just now.
	const own = [...branches, ...(Array.isArray(row.branch_ids) ? readIds(row.branch_ids) : [])];
	if (own.some((branch) => all[branch]?.day !== undefined)) return true;
	const opened = branches.flatMap((branch) => all[branch].openedOn ?? []);
	if (opened.length === 0) return false;
	if (kind.opensFrom === undefined) return tellsFirst;
	// The level on the day of the first poll: at the limit it fell due on that day, above it later.
	const level = kind.levelOf(mark, Math.min(...opened));
	return tellsFirst ? level >= limit : level > limit;
}

/** Leaves out days that are over. What lasts is known until a card says otherwise, never because one is missing. */
function stillOpen(
	known: ReadonlyMap<number, number>,
	{ branches }: DueState,
	{ kind, limit, today }: Seen,
): Map<number, number> {
	const { opensFrom } = kind;
	if (opensFrom === undefined) return new Map(known);
	const first = opensFrom(lastLook(Object.values(branches), today), limit) - DAYS_AFTER;
	return new Map([...known].filter(([, mark]) => mark >= first));
}

function readKnown(known: DueState['known']): Map<number, number> {
	const marks = new Map<number, number>();
	for (const [mark, ids] of Object.entries(known))
		for (const id of IdRanges.parse(ids).ids()) marks.set(id, Number(mark));
	return marks;
}

function writeKnown(marks: ReadonlyMap<number, number>): DueState['known'] {
	const groups = new Map<number, number[]>();
	for (const [id, mark] of marks) groups.set(mark, [...(groups.get(mark) ?? []), id]);
	const sorted = [...groups].sort(([one], [other]) => one - other);
	return Object.fromEntries(sorted.map(([mark, ids]) => [mark, IdRanges.of(ids).toString()]));
}

/** Tells what falls due, by the cards of the clients: once in a while, and when a day begins. API notes 5.3. */
export class DueDates implements EventSource {
	constructor(private readonly settings: DueSettings) {}

	async poll({ branches, now, reader }: PollRequest, before: unknown): Promise<PollResult> {
		const { everyMs, limit, zone } = this.settings;
		const today = dayAt(now, zone);
		const state = withSettings(before as DueState | undefined, { branches, limit, today });
		const open = branches.filter((branch) => {
			const { day, at = 0 } = state.branches[branch];
			return day !== today || Math.abs(now - at) >= everyMs * PUNCTUALITY;
		});
		const read = async (branch: number) => await reader.collect(clientsOf(branch), {});
		const { found, failures } = await inEach(open, read).catch((failure: unknown) => {
			// The others were read a while ago.
			if (open.length === branches.length) throw failure;
			return {
				found: new Map<number, Collected>(),
				failures: new Map(open.map((branch) => [branch, failure])),
			};
		});
		return { failures, ...step(state, { ...this.settings, snapshots: found, today, now }) };
	}

	/** What is due now, whenever it fell due. */
	async samples({ branches, deadline, now, reader }: SampleRequest, count: number): Promise<Samples> {
		const { limit, zone } = this.settings;
		const today = dayAt(now, zone);
		const { found } = await inEach(
			branches,
			async (branch) => await reader.collect(clientsOf(branch), { isEnough: () => Date.now() >= deadline }),
		);
		const state = withSettings(undefined, { branches, limit, today });
		for (const one of Object.values(state.branches)) one.day = today;
		const { news } = step(state, { ...this.settings, snapshots: found, today, now });
		return { news: news.slice(-count), isAll: Date.now() < deadline };
	}
}

const clientsOf = (branch: number) => ({
	...listCall(customer, branch),
	body: { is_study: CUSTOMER_TYPE.client },
	task: 'look through the clients',
});
