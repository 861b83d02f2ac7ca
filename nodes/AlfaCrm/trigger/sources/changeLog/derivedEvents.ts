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
import { convertUntilStopped } from '../../eventSource';
import type { Check } from '../../storedShape';
import { ChangeLog } from './changeLog';
import type { StoredLogState } from './changeLogState';
import { addReportedToBaseline } from './changeLogState';
import type { DerivedState, EventIdentity } from './derivedEventsState';
import {
	countFinishedEntries,
	makeDerivedStateCheck,
	NOTHING_REPORTED,
	ReportedItems,
} from './derivedEventsState';
import { LogLookup } from './logLookup';
import type { StoredEvents } from './reportedEvents';

/**
 * Whoever wants the newest items looks through this many entries of the log for each of them,
 * because many entries lead to no item.
 */
const ENTRIES_PER_ITEM = 8;

/** A kind of event, and how the change log and AlfaCRM's lists show it. */
export interface DerivedEvent extends EventIdentity {
	/**
	 * AlfaCRM's class of records, such as Customer, if all entries that may show the event are about
	 * records of one class.
	 */
	entity?: string;
	/** Whether an entry may be about the event, as far as the entry itself says. */
	isRelevantChange: (change: Change) => boolean;
	/**
	 * Makes the items of an entry, one for each event that it is about, and reads what it leaves out.
	 * Returns none if the entry turns out to be about something else.
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
	/** The entries all of whose items are among these records, the oldest first. */
	finishedEntries: NewRecord[];
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
	 * Reads the new entries of the change log, and makes the items to report of them. An entry may
	 * lead to several items or to none: a completed lesson, for example, to one for each customer.
	 *
	 * @returns the items, and `stateAfter(n)`, which makes the state to store once the first n of
	 * them were reported
	 */
	async poll(request: PollRequest, storedState: unknown): Promise<PollResult> {
		if (storedState === undefined) return await this.pollFirst(request);

		const { log: logState, ...storedEvents } = storedState as DerivedState;
		const logResult = await this.log.poll(giveHalfTheTime(request), logState);
		const { records: newEntries, failures } = logResult;

		const lookup = new LogLookup(request.client, request.reader, failures);
		const itemsByEntry = await this.makeItemsOfEntries(newEntries, lookup, storedEvents, request);
		const items = itemsByEntry.flat();

		const makeStateAfter = (reportedCount: number): DerivedState => {
			// An entry is finished once all of its items are reported. The next poll finds the other
			// entries again.
			const finishedCount = countFinishedEntries(itemsByEntry, reportedCount);
			const nextLogState = logResult.stateAfter(finishedCount);
			const reportedEvents = this.addReported(storedEvents, items.slice(0, reportedCount));
			return { log: nextLogState, ...reportedEvents };
		};
		return { records: items, failures, stateAfter: makeStateAfter };
	}

	/**
	 * Makes the newest items, at most `count`, for a test in the editor. Many entries of the change
	 * log lead to no item, so eight entries are read for each item that the test should show.
	 */
	async readSamples(request: SampleRequest, count: number): Promise<Samples> {
		const maxEntries = count * ENTRIES_PER_ITEM;
		const logSamples = await this.log.readSamples(request, maxEntries);
		const { records } = await this.makeNewestItems(logSamples.records, count, request);

		// If no item was found, the user is told whether the whole log was searched. It may have
		// further entries if as many came as were asked for.
		const mayHaveFurtherEntries = logSamples.records.length >= maxEntries;
		const hasSeenAllRecords = logSamples.hasSeenAllRecords && !mayHaveFurtherEntries;
		return { records, hasSeenAllRecords };
	}

	/**
	 * Runs the first poll of a trigger. It takes all entries that the change log has so far as seen,
	 * so that later polls make no items of them. It reports only as many of the newest events as the
	 * user has chosen in 'Start With Newest' (`firstReportCount`).
	 */
	private async pollFirst(request: PollRequest): Promise<PollResult> {
		const requestWithoutReport: PollRequest = { ...request, firstReportCount: 0 };
		const firstLogPoll = await this.log.poll(requestWithoutReport, undefined);
		const { failures } = firstLogPoll;
		const { records, finishedEntries } = await this.readFirstReport(request, failures);

		// A first poll reports all of its records or fails, so their number makes no difference.
		const makeStateAfter = (): DerivedState => {
			const stateWithAllSeen = firstLogPoll.stateAfter(0) as StoredLogState;
			const nextLogState = addReportedToBaseline(stateWithAllSeen, finishedEntries);
			const reportedEvents = this.addReported(NOTHING_REPORTED, records);
			return { log: nextLogState, ...reportedEvents };
		};
		return { records, failures, stateAfter: makeStateAfter };
	}

	/**
	 * Makes the items of the newest events, which the first poll reports. The user chooses how many
	 * (`firstReportCount`).
	 *
	 * @param failures the branches whose logs could not be read, with the reasons. These branches are
	 * left out.
	 */
	private async readFirstReport(
		request: PollRequest,
		failures: PollResult['failures'],
	): Promise<NewestItems> {
		if (request.firstReportCount === 0) return { records: [], finishedEntries: [] };

		// All entries that the log has so far count as seen. An event left out for lack of time would
		// never be reported, so there is no deadline.
		const requestWithoutDeadline = { ...request, deadline: Infinity };
		const { firstReportCount } = request;
		const maxEntries = firstReportCount * ENTRIES_PER_ITEM;
		const newestEntries = await this.log.readFirstReport(request, failures, maxEntries);
		return await this.makeNewestItems(newestEntries, firstReportCount, requestWithoutDeadline);
	}

	/**
	 * Makes the items to report of new entries of the log, one entry after the other. Stops when
	 * there are as many items as a poll reports at most (`maxRecords`), or when its time is over.
	 *
	 * @param lookup reads from AlfaCRM what an entry leaves out
	 * @param storedEvents the events that were reported earlier; no items are made of them again
	 * @returns for each entry that was looked at, the list of its items
	 */
	private async makeItemsOfEntries(
		entries: readonly NewRecord[],
		lookup: LogLookup,
		storedEvents: StoredEvents,
		{ deadline, maxRecords }: PollRequest,
	): Promise<NewRecord[][]> {
		const knownItems = new ReportedItems(this.event, storedEvents);
		const shouldStop = (itemsByEntry: readonly NewRecord[][]) => {
			const itemCount = itemsByEntry.flat().length;
			const isLate = Date.now() >= deadline;
			return itemCount >= maxRecords || isLate;
		};
		const makeItems = async (entry: NewRecord) =>
			await this.makeUnreportedItems(entry, lookup, knownItems);

		return await convertUntilStopped(entries, shouldStop, makeItems);
	}

	/**
	 * Makes the items of the newest log entry, then of the entry before it, and so on, until there
	 * are `count` items or the deadline is over.
	 *
	 * @param entries the oldest first
	 * @returns at most `count` items, the oldest first; and the entries whose items are all among them
	 * (`finishedEntries`)
	 */
	private async makeNewestItems(
		entries: readonly NewRecord[],
		count: number,
		{ client, deadline, reader }: SampleRequest,
	): Promise<NewestItems> {
		const lookup = new LogLookup(client, reader);
		const knownItems = new ReportedItems(this.event, NOTHING_REPORTED);
		const newestFirst = [...entries].reverse();

		let items: NewRecord[] = [];
		const finishedEntries: NewRecord[] = [];
		for (const entry of newestFirst) {
			if (items.length >= count) break;

			// A test without any item fails, so the first item is looked for even if the time is over.
			const isLate = Date.now() >= deadline;
			if (isLate && items.length > 0) break;

			const olderItems = await this.makeUnreportedItems(entry, lookup, knownItems);
			items = [...olderItems, ...items];
			// The last entry may bring more items than are needed. Then some of its items are left out.
			if (items.length <= count) finishedEntries.unshift(entry);
		}
		return { records: items.slice(-count), finishedEntries };
	}

	/**
	 * Makes the items of an entry of the log, without those whose event was reported before.
	 *
	 * @param knownItems the events that were reported before. The items of this entry are added, so
	 * that the next entry does not lead to them again.
	 */
	private async makeUnreportedItems(
		{ row, branches }: NewRecord,
		lookup: LogLookup,
		knownItems: ReportedItems,
	): Promise<NewRecord[]> {
		// Every branch lists the entry in the same way, so the first one will do. An entry that cannot
		// be read is never reported.
		const change = readLogEntry(row, branches[0]) as Change;
		const items = await this.event.makeItemsOfChange(change, branches, lookup);

		const newItems: NewRecord[] = [];
		for (const item of items) {
			if (knownItems.wasReported(item)) continue;

			knownItems.add(item);
			newItems.push({ row: item, branches });
		}
		return newItems;
	}

	/** Returns the stored events together with those of the items that are reported now. */
	private addReported(storedEvents: StoredEvents, items: readonly NewRecord[]): StoredEvents {
		const reportedItems = new ReportedItems(this.event, storedEvents);
		for (const { row } of items) reportedItems.add(row);
		return reportedItems.toStored();
	}
}

/**
 * Makes the request for reading the log, with half of the poll's time: the other half is left for
 * reading the lessons and customers that log entries refer to.
 */
function giveHalfTheTime(request: PollRequest): PollRequest {
	const { deadline, now } = request;
	const halfTheTime = (deadline - now) / 2;
	return { ...request, deadline: now + halfTheTime };
}
