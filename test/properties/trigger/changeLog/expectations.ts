import type { IDataObject } from 'n8n-workflow';

import { HOUR_MS } from '../../../../nodes/AlfaCrm/values/time';
import type { Account, LogEntry } from './account';
import type { PollReport, Trigger } from './trigger';

/** If a log has more new pages than this, a poll reads only the oldest of them. */
const MOST_NEW_PAGES = 10;

/** The trigger remembers each entry of this time. Of earlier entries it knows only that they are old. */
const REMEMBERED_MS = 2 * HOUR_MS;

/** Facts that the trigger knows after a poll. */
interface Knowledge {
	/** The branches that the poll watched. */
	polledBranches: readonly number[];
	/** The user's choice of branches at the poll; undefined before the first poll. */
	choice: string | undefined;
	/** Branches that the user has chosen, and whose logs no poll could read yet. */
	unreadBranches: ReadonlySet<number>;
	/** Forbidden entries that a complete poll has seen: a poll that left nothing unread and nothing unreported. */
	settledIds: Set<number>;
}

/** Counts of entries with one key: how many were reported, and how many must and may be reported. */
export interface Miscount {
	atLeast: number;
	atMost: number;
	reported: number;
}

/**
 * Keeps account of the entries that the trigger must report, and of those that it has reported. An entry that
 * a watched log shows after the first poll is reported once, if the user wants its class. Entries with equal
 * content are reported as often as they are in the log.
 *
 * **Forbidden** entries are never reported:
 * - an entry of a class that the user does not want;
 * - an entry that the first poll finds, or the first reading of a log whose branch the user has chosen later;
 * - after a change of the settings, only those of them that a complete poll has seen.
 *
 * **Optional** entries may be reported or not:
 * - an entry that was there when the first poll ended, or when the user changed the settings;
 * - an entry of a branch that is not watched, or that the user has chosen and no poll has read yet;
 * - an entry of a branch that was closed later. Even the entries that it had when it was chosen may be reported
 *   once it opens again.
 *
 * If the branches share one log, a closed or an unread branch makes the entries of all branches optional.
 */
export class Expectations {
	private readonly forbiddenIds = new Set<number>();
	private readonly optionalIds = new Set<number>();
	/** Entries that were in the log when its branch was chosen, and that the trigger knows only as old, not singly. */
	private readonly oldUnknownIds = new Set<number>();
	private readonly reportedKeys: string[] = [];
	/** The knowledge of the trigger after its last poll, and the knowledge that n8n has saved. */
	private knowledge: Knowledge = {
		polledBranches: [],
		choice: undefined,
		unreadBranches: new Set(),
		settledIds: new Set(),
	};
	private savedKnowledge = copyKnowledge(this.knowledge);
	private entriesBeforePoll: readonly LogEntry[] = [];

	constructor(
		private readonly account: Account,
		private readonly trigger: Trigger,
	) {}

	/**
	 * Finds the entries that were reported more or less often than they should have been, such as
	 * `{ 'Task 5 2026-02-10 09:00:00': { atLeast: 1, atMost: 1, reported: 2 } }`.
	 */
	findMiscounts(): Record<string, Miscount> {
		const miscounts = [...this.countReports()].filter(
			([, { atLeast, atMost, reported }]) => reported < atLeast || reported > atMost,
		);
		return Object.fromEntries(miscounts);
	}

	/** Counts, for all entries with one key, how many must, may and did come. */
	private countReports(): Map<string, Miscount> {
		const counts = new Map<string, Miscount>();
		const findCount = (key: string): Miscount => {
			const count = counts.get(key) ?? { atLeast: 0, atMost: 0, reported: 0 };
			counts.set(key, count);
			return count;
		};

		for (const entry of this.account.entries) {
			const count = findCount(makeKeyOf(entry));
			const mayBeReported = !this.forbiddenIds.has(entry.id);
			const mustBeReported = mayBeReported && !this.optionalIds.has(entry.id);
			count.atMost += mayBeReported ? 1 : 0;
			count.atLeast += mustBeReported ? 1 : 0;
		}
		for (const key of this.reportedKeys) {
			findCount(key).reported += 1;
		}
		return counts;
	}

	/** Notes entries that AlfaCRM has just written. */
	addEntries(entries: readonly LogEntry[]): void {
		const { isLogShared } = this.account.settings;
		const unreadBranches = this.findUnreadBranches();
		const watchedBranches = this.trigger.listWatchedBranches();
		for (const { id, branch, entity } of entries) {
			if (!this.trigger.wantsClass(entity)) {
				this.forbiddenIds.add(id);
			}
			const isWatched = isLogShared || watchedBranches.includes(branch);
			const isUnread = isLogShared ? unreadBranches.size > 0 : unreadBranches.has(branch);
			if (!isWatched || isUnread) {
				this.optionalIds.add(id);
			}
		}
	}

	/** Notes that a branch was closed. Its entries need no report any more. */
	addClosedBranch(closedBranch: number): void {
		for (const { id, branch } of this.account.entries) {
			if (branch === closedBranch || this.account.settings.isLogShared) {
				this.optionalIds.add(id);
			}
		}
	}

	// ---------------------------------------------------------------- a poll

	/** Notes the entries that are there before a poll. */
	beginPoll(): void {
		this.entriesBeforePoll = [...this.account.entries];
	}

	/** Notes what a poll that succeeded has read and reported. */
	endPoll(report: PollReport): void {
		this.forbidEntriesOfChosenBranches(report);
		this.allowEntriesOfClosedBranches();
		this.reportedKeys.push(...report.reportedRows.map(makeKey));
		this.settleSeenEntries(report);
		if (report.isFirst) {
			this.forbidEntriesOfFirstPoll();
		}

		const unreadBranches = this.findUnreadBranches();
		this.knowledge = {
			polledBranches: [...report.readBranches, ...report.failedBranches],
			choice: this.readChoice(),
			unreadBranches: new Set(report.failedBranches.filter((branch) => unreadBranches.has(branch))),
			settledIds: this.knowledge.settledIds,
		};
		if (report.isStateSaved) {
			this.savedKnowledge = copyKnowledge(this.knowledge);
		}
	}

	/** Lists the branches whose logs the poll has read for the first time since the user has chosen them. */
	listBranchesReadFirst({ isFirst, readBranches }: PollReport): number[] {
		if (isFirst) return [];

		const unreadBranches = this.findUnreadBranches();
		return readBranches.filter((branch) => unreadBranches.has(branch));
	}

	/** Tells whether the poll has certainly read the logs of all branches up to their youngest entries. */
	isEveryLogRead({ failedBranches }: PollReport): boolean {
		return failedBranches.length === 0 && !this.isAnyLogLong();
	}

	/** Tells whether a log may be so long that a poll reads only its oldest new entries. */
	private isAnyLogLong(): boolean {
		const { hasTotals, pageSize } = this.account.settings;
		const lengths = this.trigger.listWatchedBranches().map((branch) => this.account.countEntriesOf(branch));
		return hasTotals && Math.max(...lengths) > MOST_NEW_PAGES * pageSize;
	}

	/**
	 * Forbids the entries that the log of a branch had when a poll read it for the first time, because they are older than
	 * the choice of the branch.
	 */
	private forbidEntriesOfChosenBranches(report: PollReport): void {
		const branches = this.listBranchesReadFirst(report);
		if (this.account.settings.isLogShared || branches.length === 0) return;

		const wasPollComplete = this.isEveryLogRead(report) && report.isEverythingReported;
		const rememberedSince = this.account.now - REMEMBERED_MS;
		const reportedKeys = new Set(this.reportedKeys);
		for (const entry of this.entriesBeforePoll) {
			const isInChosenBranch = branches.some((branch) => this.account.isShownIn(branch, entry));
			const wasReported = reportedKeys.has(makeKeyOf(entry));
			if (!isInChosenBranch || wasReported) continue;

			this.forbiddenIds.add(entry.id);
			const isRemembered = wasPollComplete && entry.createdAt >= rememberedSince;
			if (!isRemembered) {
				this.oldUnknownIds.add(entry.id);
			}
		}
	}

	/**
	 * Allows the old entries of closed branches again. The trigger forgets a branch that closes, and so it may report
	 * these entries when the branch opens.
	 */
	private allowEntriesOfClosedBranches(): void {
		if (this.trigger.settings.chosenBranches.length > 0) return;

		const watchedBranches = this.trigger.listWatchedBranches();
		const oldEntries = this.account.entries.filter(({ id }) => this.oldUnknownIds.has(id));
		for (const { id, branch, entity } of oldEntries) {
			if (watchedBranches.includes(branch)) continue;

			this.oldUnknownIds.delete(id);
			this.knowledge.settledIds.delete(id);
			this.savedKnowledge.settledIds.delete(id);
			if (this.trigger.wantsClass(entity)) {
				this.forbiddenIds.delete(id);
			}
		}
	}

	/** Notes the forbidden entries that the poll has seen, if it left nothing unread and nothing unreported. */
	private settleSeenEntries(report: PollReport): void {
		const mayHaveUnreadEntries = report.isFull && this.isAnyLogLong();
		const isComplete = report.failedBranches.length === 0 && report.isEverythingReported;
		if (!isComplete || mayHaveUnreadEntries) return;

		for (const { id } of this.findSeenEntries()) {
			if (this.forbiddenIds.has(id)) {
				this.knowledge.settledIds.add(id);
			}
		}
	}

	/** Forbids the entries that the first poll finds in the log. The others that exist by now are optional. */
	private forbidEntriesOfFirstPoll(): void {
		for (const { id } of this.account.entries) {
			this.optionalIds.add(id);
		}
		for (const { id } of this.findSeenEntries()) {
			this.forbiddenIds.add(id);
			this.knowledge.settledIds.add(id);
		}
	}

	// ---------------------------------------------------------------- settings and restarts

	/** Notes that the user has changed the settings. */
	changeSettings(): void {
		this.savedKnowledge = copyKnowledge(this.knowledge);
		for (const { id } of this.account.entries) {
			this.optionalIds.add(id);
			if (!this.knowledge.settledIds.has(id)) {
				this.forbiddenIds.delete(id);
			}
		}
	}

	/** Notes that n8n has started again with the state that it has saved. */
	restart(): void {
		this.knowledge = copyKnowledge(this.savedKnowledge);
	}

	// ---------------------------------------------------------------- questions

	/** Finds the entries that were there before the poll, and that the log of a watched branch shows. */
	private findSeenEntries(): LogEntry[] {
		const watchedBranches = this.trigger.listWatchedBranches();
		return this.entriesBeforePoll.filter((entry) =>
			watchedBranches.some((branch) => this.account.isShownIn(branch, entry)),
		);
	}

	/** Finds the watched branches that the user has chosen, and whose logs no poll has read since. */
	private findUnreadBranches(): Set<number> {
		const { choice, polledBranches, unreadBranches } = this.knowledge;
		const hasChoiceChanged = choice !== this.readChoice();
		const watchedBranches = this.trigger.listWatchedBranches();
		const branchesToReadFirst = watchedBranches.filter((branch) => {
			const isJustChosen = hasChoiceChanged && !polledBranches.includes(branch);
			return isJustChosen || unreadBranches.has(branch);
		});
		return new Set(branchesToReadFirst);
	}

	private readChoice(): string {
		return String(this.trigger.settings.chosenBranches);
	}
}

function copyKnowledge(knowledge: Knowledge): Knowledge {
	return { ...knowledge, settledIds: new Set(knowledge.settledIds) };
}

/** Makes the key of an entry. Entries with equal content have the same key. */
function makeKeyOf({ entity, entityId, stamp }: LogEntry): string {
	return `${entity} ${entityId} ${stamp}`;
}

/** Makes the key of an entry from its row. */
function makeKey({ entity, entity_id, date_time }: IDataObject): string {
	return `${String(entity)} ${String(entity_id)} ${String(date_time)}`;
}
