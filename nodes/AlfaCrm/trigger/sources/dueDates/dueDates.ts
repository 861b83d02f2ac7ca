import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../../api/client';
import { nodeError } from '../../../api/failures';
import type { Collected } from '../../../api/list';
import { readArchivedFlag } from '../../../entities/archive';
import { customer, CUSTOMER_TYPE } from '../../../entities/customer';
import { listCall } from '../../../entities/listCall';
import { readFlag } from '../../../values/formats';
import type { DueKind } from './dueKinds';
import { dayAt } from './dueKinds';
import type {
	EventSource,
	NewRecord,
	PollRequest,
	PollResult,
	SampleRequest,
	Samples,
} from '../../eventSource';
import {
	byBranch,
	DeadlineGoal,
	inEach,
	isOfOtherBranch,
	mapBranches,
	placesOf,
	recordsIn,
	rowId,
} from '../../eventSource';
import { idsIn, rangesOf } from '../../idRanges';
import {
	checkNumber,
	checkText,
	makeObjectCheck,
	makeOptional,
	makeRecordCheck,
} from '../../storedShape';

/** How many days a branch that cannot be read is made up for. */
const PATIENCE_DAYS = 60;
/** Polls do not come on the second. */
const PUNCTUALITY = 0.9;

interface BranchState {
	/**
	 * The day of its last whole look, at first that of the first poll; missing where it was chosen
	 * later and not read whole yet.
	 */
	day?: number;
	/** n8n's time of that look in milliseconds; missing until the first one. */
	at?: number;
}

/** What is known of what falls due, as plain JSON. */
export interface DueState {
	/** Clients who were reported, as ranges of IDs, by the mark of what is due. */
	known: Record<string, string>;
	/** The same of those whose occasion was there before, which another limit forgets. */
	noted?: Record<string, string>;
	/** The limit of the last poll. */
	limit: number;
	branches: Record<string, BranchState>;
}

const checkState = makeObjectCheck<DueState>({
	known: makeRecordCheck(checkText),
	noted: makeOptional(makeRecordCheck(checkText)),
	limit: checkNumber,
	branches: makeRecordCheck(
		makeObjectCheck<BranchState>({ day: makeOptional(checkNumber), at: makeOptional(checkNumber) }),
	),
});

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
	/** The clients of a branch; undefined where it was not their time yet. */
	snapshots: ReadonlyMap<number, Pick<Collected, 'isComplete' | 'rows'> | undefined>;
	today: number;
	now: number;
}

/** What is known of a client. */
interface Memory {
	mark: number;
	isTold: boolean;
}

export interface DueRecord extends NewRecord {
	mark: number;
}

/**
 * The state under the settings of this poll. With another limit it starts anew, and forgets who was
 * only noted.
 */
export function withSettings(
	state: DueState | undefined,
	{ branches, limit, today }: { branches: readonly number[]; limit: number; today: number },
): DueState {
	const isBeginning = state?.limit !== limit;
	const stateOf = (branch: number) =>
		isBeginning ? { day: today } : (state.branches[branch] ?? {});
	const { known = {}, noted } = state ?? {};
	return { known, noted: isBeginning ? {} : noted, limit, branches: byBranch(branches, stateOf) };
}

/**
 * The state of a trigger that has lost its own. Its branches are as if they were chosen later, so
 * that all that is due is known.
 */
const stateAfterLoss = (branches: readonly number[], limit: number): DueState => ({
	known: {},
	noted: {},
	limit,
	branches: byBranch(branches, () => ({})),
});

/**
 * One poll: what fell due, the earliest first, and what is known once so many of it were reported.
 */
export function step(
	state: DueState,
	seen: Seen,
): { records: DueRecord[]; stateAfter: (taken: number) => DueState } {
	const { kind, limit, now, snapshots, today } = seen;
	const isLasting = kind.opensFrom === undefined;
	const known = new Map([...readKnown(state.noted, false), ...readKnown(state.known, true)]);
	const records: DueRecord[] = [];
	for (const [id, one] of recordsIn(snapshots, isClient)) {
		if (isOfOtherBranch(one)) continue;
		const from = kind.opensFrom?.(lastLook(state, one.branches, today), limit) ?? -Infinity;
		const mark = kind.read(one.row, from);
		if (mark === undefined || mark < from) continue;
		const before = known.get(id);
		if (kind.levelOf(mark, today) > limit) {
			// A day is known by itself, whatever comes between.
			if (isLasting) known.delete(id);
		} else if (before !== undefined && kind.isSame(before.mark, mark)) {
			if (isLasting) known.set(id, { ...before, mark: Math.min(before.mark, mark) });
		} else if (isNews(state, seen, one, mark)) records.push({ ...one, mark });
		else known.set(id, { mark, isTold: false });
	}
	records.sort((one, other) => one.mark - other.mark || rowId(one.row) - rowId(other.row));
	return {
		records,
		stateAfter: (taken) => {
			const next = new Map(known);
			for (const { row, mark } of records.slice(0, taken))
				next.set(rowId(row), { mark, isTold: true });
			// What lasts is known until a card says otherwise, never because one is missing.
			const first = kind.opensFrom?.(today - PATIENCE_DAYS, limit) ?? -Infinity;
			const isRead = (branch: number) =>
				taken >= records.length && snapshots.get(branch)?.isComplete === true;
			const branches = mapBranches(state.branches, (before, branch) =>
				isRead(branch) ? { day: today, at: now } : before,
			);
			const [told, noted] = [true, false].map((isTold) => writeKnown(next, isTold, first));
			return { known: told, noted, limit, branches };
		},
	};
}

/** A filter may be ignored, and archived ones are nobody's to remind. API notes 3. */
const isClient = (row: IDataObject): boolean =>
	(readFlag(row.is_study) ?? CUSTOMER_TYPE.client) === CUSTOMER_TYPE.client &&
	!readArchivedFlag(row);

/**
 * The day on which all of some branches had been looked through; one that cannot be read is made up
 * for, but not without end.
 */
function lastLook({ branches: all }: DueState, branches: readonly number[], today: number): number {
	const days = branches.map((branch) => all[branch].day ?? today);
	return Math.max(Math.min(today, ...days), today - PATIENCE_DAYS);
}

/** Whether what is due was not there when its branches were looked through first. */
function isNews(
	{ branches: all }: DueState,
	{ kind, limit, tellsFirst }: Seen,
	one: NewRecord,
	mark: number,
): boolean {
	if (placesOf(one).some((branch) => all[branch]?.at !== undefined)) return true;
	const [firstPoll] = one.branches.flatMap((branch) => all[branch].day ?? []);
	if (firstPoll === undefined) return false;
	if (kind.opensFrom === undefined) return tellsFirst;
	// At the limit it fell due on the day of the first poll, above it later.
	const level = kind.levelOf(mark, firstPoll);
	return tellsFirst ? level >= limit : level > limit;
}

const readKnown = (known: DueState['known'] = {}, isTold: boolean): Array<[number, Memory]> =>
	Object.entries(known).flatMap(([mark, ids]) =>
		Array.from(idsIn(ids), (id): [number, Memory] => [id, { mark: Number(mark), isTold }]),
	);

/** @param first the lowest mark that is kept */
function writeKnown(
	known: ReadonlyMap<number, Memory>,
	wasTold: boolean,
	first: number,
): Record<string, string> {
	const groups: Record<string, number[]> = {};
	for (const [id, { mark, isTold }] of known)
		if (isTold === wasTold && mark >= first) (groups[mark] ??= []).push(id);
	return Object.fromEntries(Object.entries(groups).map(([mark, ids]) => [mark, rangesOf(ids)]));
}

/**
 * Tells what falls due, by the cards of the clients: once in a while, and when a day begins.
 * API notes 5.3.
 */
export class DueDates implements EventSource {
	readonly checkState = checkState;

	constructor(private readonly settings: DueSettings) {}

	async poll(request: PollRequest, before: unknown): Promise<PollResult> {
		const { branches, client, hasLostState, now, reader } = request;
		const { everyMs, limit, zone } = this.settings;
		const today = dayAt(now, zone);
		const state = hasLostState
			? stateAfterLoss(branches, limit)
			: withSettings(before as DueState | undefined, { branches, limit, today });
		const isTime = ({ day, at = 0 }: BranchState) =>
			day !== today || Math.abs(now - at) >= everyMs * PUNCTUALITY;
		const { found: snapshots, failures } = await inEach(branches, async (branch) =>
			isTime(state.branches[branch]) ? await reader.collect(clientsOf(branch), {}) : undefined,
		);
		this.assertFieldShown(client, snapshots);
		return { failures, ...step(state, { ...this.settings, snapshots, today, now }) };
	}

	/** What is due now, whenever it fell due. */
	async samples(
		{ branches, client, deadline, now, reader }: SampleRequest,
		count: number,
	): Promise<Samples> {
		const { limit, zone } = this.settings;
		const today = dayAt(now, zone);
		const { found: snapshots } = await inEach(
			branches,
			async (branch) =>
				await reader.collect(clientsOf(branch), { goal: new DeadlineGoal(deadline) }),
		);
		this.assertFieldShown(client, snapshots);
		const looked = byBranch(branches, () => ({ day: today, at: now }));
		const state: DueState = { known: {}, limit, branches: looked };
		const { records } = step(state, { ...this.settings, snapshots, today, now });
		return { records: records.slice(-count), isComplete: Date.now() < deadline };
	}

	/** @throws NodeApiError if clients were read and no card has the field that the event goes by */
	private assertFieldShown(client: ApiClient, snapshots: Seen['snapshots']): void {
		const { kind } = this.settings;
		const cards = [...snapshots.values()].flatMap((list) => list?.rows ?? []).filter(isClient);
		if (cards.length === 0 || cards.some((card) => card[kind.field] !== undefined)) return;
		throw fieldMissingError(client, kind, cards.length);
	}
}

/**
 * Without the field on any card the trigger would stay silent for ever. A card may lack `balance`.
 * API notes 5.3.
 */
function fieldMissingError(
	{ node }: ApiClient,
	{ field, fieldMeaning }: DueKind,
	count: number,
): Error {
	const text = {
		message: `AlfaCRM shows no ${fieldMeaning} of the clients, so nobody would ever be reported`,
		description: `The field "${field}" is missing on all ${count} cards of clients that were read. Check in AlfaCRM whether the role of this user may see it: 'Customer' → 'Get Many' with 'Simplify' off shows which fields come.`,
	};
	return nodeError(node, text, undefined);
}

const clientsOf = (branch: number) => ({
	...listCall(customer, branch),
	body: { is_study: CUSTOMER_TYPE.client },
	task: 'look through the clients',
});
