import type { IDataObject } from 'n8n-workflow';

import type { Change } from '../../change';
import { readLogEntry } from '../../change';
import type {
	EventSource,
	NewRecord,
	PollRequest,
	PollResult,
	SampleRequest,
	Samples,
} from '../../eventSource';
import { convertInOrder } from '../../eventSource';
import type { Check } from '../../storedShape';
import { ChangeLog } from './changeLog';
import type { StoredLogState } from './changeLogState';
import { addFirstReport } from './changeLogState';
import type { DerivedState, EventIdentity } from './derivedEventsState';
import {
	countDoneEntries,
	makeDerivedStateCheck,
	NOTHING_REPORTED,
	ReportedItems,
} from './derivedEventsState';
import { LogLookup } from './logLookup';
import type { StoredEvents } from './reportedEvents';

/**
 * A test in the editor looks through this many entries of the log for each item that it should
 * show, because many entries lead to no item.
 */
const ENTRIES_PER_SAMPLE = 8;

/** A kind of event, and how the change log and AlfaCRM's lists show it. */
export interface DerivedEvent extends EventIdentity {
	/**
	 * AlfaCRM's class of records, such as Customer, if all entries that may show the event are about
	 * records of one class.
	 */
	entity?: string;
	/** Whether an entry may show the event, as far as the entry itself says. */
	isRelevantChange: (change: Change) => boolean;
	/**
	 * Makes the items to which an entry leads, and reads what is missing for them. Returns none if
	 * the entry turns out to show something else.
	 *
	 * @param branches the watched branches that list the entry
	 */
	makeItemsOfChange: (
		change: Change,
		branches: readonly number[],
		lookup: LogLookup,
	) => Promise<IDataObject[]>;
	/** Fields that a simplified item leaves out, together with the names for their IDs. */
	fieldsLeftOut?: readonly string[];
}

/** The newest items of a log, and the entries that led to them. */
interface NewestItems {
	records: NewRecord[];
	/** The entries that led to these records and to no others, the oldest first. */
	doneEntries: NewRecord[];
}

/**
 * Finds new derived events: entries of the change log hint at them, and the rest is read from
 * AlfaCRM.
 *
 * This file reads. `derivedEventsState.ts` says what a derived event is, and decides which items
 * are new.
 */
export class DerivedEvents implements EventSource {
	readonly checkState: Check;
	private readonly log: ChangeLog;

	constructor(private readonly event: DerivedEvent) {
		const sampleFilter = event.entity === undefined ? {} : { entity: event.entity };
		this.log = new ChangeLog(event.isRelevantChange, sampleFilter);
		this.checkState = makeDerivedStateCheck(this.log.checkState);
	}

	/**
	 * Reads the new entries of the change log, and makes items of them to report: one entry may lead
	 * to several items or to none.
	 *
	 * @returns the items and `stateAfter`, which makes the state to store once the first items are
	 * reported
	 */
	async poll(request: PollRequest, storedState: unknown): Promise<PollResult> {
		if (storedState === undefined) return await this.pollFirst(request);

		const { log: logState, ...storedEvents } = storedState as DerivedState;
		const newEntries = await this.log.poll(limitToHalfTheTime(request), logState);
		const { records: entries, failures } = newEntries;

		const lookup = new LogLookup(request.client, request.reader, failures);
		const itemsByEntry = await this.deriveAll(entries, lookup, storedEvents, request);
		const items = itemsByEntry.flat();

		const stateAfter = (reportedCount: number): DerivedState => {
			// An entry is done once all of its items are reported. The next poll reads the others again.
			const doneEntryCount = countDoneEntries(itemsByEntry, reportedCount);
			const reportedItems = items.slice(0, reportedCount);
			return {
				log: newEntries.stateAfter(doneEntryCount),
				...this.addReported(storedEvents, reportedItems),
			};
		};
		return { records: items, failures, stateAfter };
	}

	/**
	 * Makes the newest items, for a test in the editor. Many entries of the change log lead to no
	 * item, so several entries are read for each item that the test should show.
	 */
	async readSamples(request: SampleRequest, count: number): Promise<Samples> {
		const entryLimit = count * ENTRIES_PER_SAMPLE;
		const newestEntries = await this.log.readSamples(request, entryLimit);
		const { records } = await this.deriveNewest(newestEntries.records, count, request);

		// `isComplete` matters only if no item was found. Then items were made of all entries that were
		// read, so the search is complete if these are all entries of the log.
		const hasReachedLimit = newestEntries.records.length >= entryLimit;
		return {
			records,
			hasSeenAllRecords: newestEntries.hasSeenAllRecords && !hasReachedLimit,
		};
	}

	/**
	 * Runs the first poll of a trigger. All entries that the change log has so far count as seen, so
	 * later polls make no items of them. Reports only as many of the newest events as 'Start With
	 * Newest' asks for.
	 */
	private async pollFirst(request: PollRequest): Promise<PollResult> {
		const requestWithoutReport = { ...request, startWith: 0 };
		const seenLog = await this.log.poll(requestWithoutReport, undefined);
		const { failures } = seenLog;
		const { records, doneEntries } = await this.readFirstReport(request, failures);

		// A first poll reports all of its records or fails, so their number makes no difference.
		const stateAfter = (): DerivedState => {
			const seenLogState = seenLog.stateAfter(0) as StoredLogState;
			return {
				log: addFirstReport(seenLogState, doneEntries),
				...this.addReported(NOTHING_REPORTED, records),
			};
		};
		return { records, failures, stateAfter };
	}

	/**
	 * Reads the newest events, as many as the first poll reports (`startWith`); none for 0.
	 *
	 * @param failures the failures of the branches whose logs could not be read. They are left out.
	 */
	private async readFirstReport(
		request: PollRequest,
		failures: PollResult['failures'],
	): Promise<NewestItems> {
		if (request.firstReportCount === 0) return { records: [], doneEntries: [] };

		// An event that is not read now is never reported, because the baseline of the log counts its
		// entries as seen. So there is no deadline.
		const endlessRequest = { ...request, deadline: Infinity };
		const entryLimit = request.firstReportCount * ENTRIES_PER_SAMPLE;
		const newestEntries = await this.log.readForFirstReport(request, failures, entryLimit);
		return await this.deriveNewest(newestEntries, request.firstReportCount, endlessRequest);
	}

	/**
	 * Makes the items to report of new entries of the log, entry by entry, until a poll has as many
	 * items as it reports at most or its time is over.
	 *
	 * @param lookup reads from AlfaCRM what an entry leaves out
	 * @param storedEvents the events that were reported earlier, and lead to no item again
	 * @returns the items of each entry that was looked at
	 */
	private async deriveAll(
		entries: readonly NewRecord[],
		lookup: LogLookup,
		storedEvents: StoredEvents,
		{ deadline, maxRecords }: PollRequest,
	): Promise<NewRecord[][]> {
		const knownItems = new ReportedItems(this.event, storedEvents);
		const isEnough = (itemsByEntry: readonly NewRecord[][]) => {
			const isLate = Date.now() >= deadline;
			const hasMostItems = itemsByEntry.flat().length >= maxRecords;
			return isLate || hasMostItems;
		};
		return await convertInOrder(
			entries,
			isEnough,
			async (entry) => await this.deriveNewItems(entry, lookup, knownItems),
		);
	}

	/**
	 * Makes items of entries, beginning with the newest entry, until there are `count` items or the
	 * deadline is over.
	 *
	 * @param entries the oldest first
	 * @returns at most `count` items, the oldest first, and the entries of which no item was left out
	 */
	private async deriveNewest(
		entries: readonly NewRecord[],
		count: number,
		{ client, deadline, reader }: SampleRequest,
	): Promise<NewestItems> {
		const lookup = new LogLookup(client, reader);
		const knownItems = new ReportedItems(this.event, NOTHING_REPORTED);
		const newestFirst = [...entries].reverse();

		let items: NewRecord[] = [];
		const doneEntries: NewRecord[] = [];
		for (const entry of newestFirst) {
			if (items.length >= count) break;
			// The test fails without an item, so one is looked for even if the time is over.
			const isLate = Date.now() >= deadline;
			if (isLate && items.length > 0) break;

			const olderItems = await this.deriveNewItems(entry, lookup, knownItems);
			items = [...olderItems, ...items];
			// One entry may lead to more items than are wanted. Then some of its items are left out.
			if (items.length <= count) doneEntries.unshift(entry);
		}
		return { records: items.slice(-count), doneEntries };
	}

	/**
	 * Makes the items to which an entry of the log leads. Leaves out the items whose event is known
	 * to be reported, and adds the others to the known ones.
	 */
	private async deriveNewItems(
		{ row, branches }: NewRecord,
		lookup: LogLookup,
		knownItems: ReportedItems,
	): Promise<NewRecord[]> {
		// Each of the branches lists the entry, so any of them will do. The log was searched for
		// entries that can be read, so this one can.
		const change = readLogEntry(row, branches[0]) as Change;
		const items = await this.event.makeItemsOfChange(change, branches, lookup);

		const newItems: NewRecord[] = [];
		for (const item of items) {
			if (knownItems.has(item)) continue;

			knownItems.add(item);
			newItems.push({ row: item, branches });
		}
		return newItems;
	}

	/** Adds the events of items that were just reported to the ones that were reported earlier. */
	private addReported(storedEvents: StoredEvents, items: readonly NewRecord[]): StoredEvents {
		const reportedItems = new ReportedItems(this.event, storedEvents);
		for (const { row } of items) reportedItems.add(row);
		return reportedItems.toStored();
	}
}

/**
 * Gives the log half of the poll's time, so that the other half is left for reading what the log
 * leaves out.
 */
function limitToHalfTheTime(request: PollRequest): PollRequest {
	const { deadline, now } = request;
	const halfTheTime = (deadline - now) / 2;
	return { ...request, deadline: now + halfTheTime };
}
