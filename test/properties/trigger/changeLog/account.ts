import type { IDataObject } from 'n8n-workflow';

import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../../nodes/AlfaCrm/values/time';
import { LOG_EVENT } from '../../../support/codes';
import { randomFrom } from '../../../support/random';
import { MemoryLists, writeStamp } from '../lists';
import type { AccountSettings, BranchChange, History, RecordClass, Write } from './histories';
import { BRANCHES } from './histories';

export interface LogEntry {
	/** The number of the entry, in the order of writing. */
	id: number;
	branch: number;
	entity: RecordClass;
	entityId: number;
	createdAt: number;
	/** The time of writing, by the clock of the account. */
	stamp: string;
	/** The moment from which logs show the entry. */
	shownFrom: number;
	/** The entry as the log shows it. */
	row: IDataObject;
}

interface NewEntry {
	branch: number;
	entity: RecordClass;
	entityId: number;
	createdAt: number;
	/** The number of minutes after which the log shows the entry. */
	lateMinutes: number;
}

/** Page sizes from this one on put all entries on one page. */
const LARGEST_PAGE = 500;

/** An account of AlfaCRM with three branches, whose log of changes is in memory. */
export class Account {
	now = Date.parse('2026-02-10T09:00:00Z');
	readonly entries: LogEntry[] = [];
	readonly lists: MemoryLists;
	private readonly openBranches = new Set(BRANCHES);
	private readonly random = randomFrom(1);

	constructor(readonly settings: AccountSettings) {
		this.lists = new MemoryLists((branch) => this.listLog(branch));
		this.lists.pageSize = settings.pageSize;
		this.lists.hasTotals = settings.hasTotals;
	}

	/** Adds the entries that are there at the beginning, one branch after the other. */
	addFirstEntries(agesInMinutes: History['agesInMinutes']): LogEntry[] {
		const oldestFirst = [...agesInMinutes].sort((a, b) => b - a);
		return oldestFirst.map((age, index) =>
			this.addEntry({
				branch: BRANCHES[index % BRANCHES.length],
				entity: 'Customer',
				entityId: index + 1,
				createdAt: this.now - age * MINUTE_MS,
				lateMinutes: 0,
			}),
		);
	}

	/** Writes entries into the log. A second passes then, unless the next step happens in the same second. */
	write({ branch, entity, count, isTwin, lateMinutes, isInstant }: Write): LogEntry[] {
		const entries: LogEntry[] = [];
		for (let index = 0; index < count; index++) {
			const repeatsFirstEntry = isTwin && index > 0 && this.mayHaveEqualEntries();
			const entityId = repeatsFirstEntry ? entries[0].entityId : this.entries.length + 1;
			entries.push(this.addEntry({ branch, entity, entityId, createdAt: this.now, lateMinutes }));
		}
		if (!isInstant) {
			this.now += SECOND_MS;
		}
		return entries;
	}

	/** Changes a branch: whether it is open, and whether it can be read. The last open branch stays open. */
	changeBranch({ kind, branch }: BranchChange): void {
		switch (kind) {
			case 'failBranch':
				this.lists.failing.add(branch);
				break;
			case 'repairBranch':
				this.lists.failing.delete(branch);
				break;
			case 'openBranch':
				this.openBranches.add(branch);
				break;
			case 'closeBranch':
				if (this.openBranches.size > 1) {
					this.openBranches.delete(branch);
				}
				break;
		}
	}

	/** Lists the branches that are open now. */
	listOpenBranches(): number[] {
		return BRANCHES.filter((branch) => this.openBranches.has(branch));
	}

	/** Tells whether the log of a branch shows an entry by now. */
	isShownIn(branch: number, entry: LogEntry): boolean {
		const isInLog = this.settings.isLogShared || entry.branch === branch;
		return isInLog && entry.shownFrom <= this.now;
	}

	/** Counts the entries that the log of a branch shows by now. */
	countEntriesOf(branch: number): number {
		return this.entries.filter((entry) => this.isShownIn(branch, entry)).length;
	}

	/** Adds an entry to the log of a branch. */
	private addEntry({ branch, entity, entityId, createdAt, lateMinutes }: NewEntry): LogEntry {
		const stamp = writeStamp(createdAt + this.settings.zoneHours * HOUR_MS);
		const entry: LogEntry = {
			id: this.entries.length + 1,
			branch,
			entity,
			entityId,
			createdAt,
			stamp,
			shownFrom: createdAt + lateMinutes * MINUTE_MS,
			row: makeRow({ entity, entityId, stamp }),
		};
		this.entries.push(entry);
		return entry;
	}

	/**
	 * Tells whether the log may have equal entries. The trigger counts them, which takes a total, and either a fixed
	 * order or a log of one page.
	 */
	private mayHaveEqualEntries(): boolean {
		const { hasTotals, isShuffled, pageSize } = this.settings;
		const isInFixedOrder = !isShuffled;
		const isOnOnePage = pageSize >= LARGEST_PAGE;
		return hasTotals && (isInFixedOrder || isOnOnePage);
	}

	/** Lists the log of a branch, the newest entry first. */
	private listLog(branch: number): IDataObject[] {
		const { hasTotals, isShuffled } = this.settings;
		const shownEntries = this.entries.filter((entry) => this.isShownIn(branch, entry));
		// Without totals, the trigger could not notice an entry that has moved to a page that was read already.
		const entries = isShuffled && hasTotals ? shuffleSeconds(shownEntries, this.random) : shownEntries;
		return entries.map(({ row }) => row).reverse();
	}
}

function makeRow({ entity, entityId, stamp }: Pick<LogEntry, 'entity' | 'entityId' | 'stamp'>): IDataObject {
	return {
		entity,
		entity_id: entityId,
		event: LOG_EVENT.updated,
		fields_new: { note: 'да' },
		date_time: stamp,
	};
}

/** Puts the entries of each second into a random order. */
function shuffleSeconds(entries: readonly LogEntry[], random: () => number): LogEntry[] {
	const numberedEntries = entries.map((entry) => ({ entry, number: random() }));
	numberedEntries.sort((a, b) => {
		if (a.entry.stamp === b.entry.stamp) return a.number - b.number;
		return a.entry.stamp < b.entry.stamp ? -1 : 1;
	});
	return numberedEntries.map(({ entry }) => entry);
}
