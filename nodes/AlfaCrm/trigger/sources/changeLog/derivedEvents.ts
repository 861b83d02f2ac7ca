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
import type { DerivedState, EventIdentity } from './derivedEventsState';
import {
	countDoneEntries,
	makeDerivedStateCheck,
	NOTHING_REPORTED,
	ReportedItems,
} from './derivedEventsState';
import { LogLookup } from './logLookup';
import type { StoredEvents } from './reportedEvents';

/** A test in the editor looks through this many entries of the log for each item that it shows. */
const ENTRIES_PER_SAMPLE = 8;

/** A kind of event, and how the change log and AlfaCRM's lists show it. */
export interface DerivedEvent extends EventIdentity {
	/** The class of all entries that may show the event, such as Customer, if they have only one. */
	className?: string;
	/** Whether an entry may show the event, as far as the entry itself says. */
	mayShowEvent: (change: Change) => boolean;
	/**
	 * Makes the items to which an entry leads, and reads what is missing for them. Returns none if
	 * the entry turns out to show something else.
	 *
	 * @param branches the watched branches that list the entry
	 */
	deriveItems: (
		change: Change,
		branches: readonly number[],
		lookup: LogLookup,
	) => Promise<IDataObject[]>;
	/** Fields that a simplified item leaves out, together with the names for their IDs. */
	fieldsLeftOut?: readonly string[];
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
		const sampleFilter = event.className === undefined ? {} : { entity: event.className };
		this.log = new ChangeLog(event.mayShowEvent, sampleFilter);
		this.checkState = makeDerivedStateCheck(this.log.checkState);
	}

	async poll(request: PollRequest, storedState: unknown): Promise<PollResult> {
		if (storedState === undefined) return await this.pollFirst(request);

		const { log: logState, ...storedEvents } = storedState as DerivedState;
		const {
			records: entries,
			stateAfter: logStateAfter,
			failures,
		} = await this.log.poll(withHalfTheTime(request), logState);

		const lookup = new LogLookup(request.client, request.reader, failures);
		const itemsByEntry = await this.deriveAll(entries, lookup, storedEvents, request);
		const items = itemsByEntry.flat();

		const stateAfter = (reportedCount: number): DerivedState => ({
			log: logStateAfter(countDoneEntries(itemsByEntry, reportedCount)),
			...this.remember(storedEvents, items.slice(0, reportedCount)),
		});
		return { records: items, failures, stateAfter };
	}

	/** Makes items of the newest entries, for a test in the editor. */
	async samples(request: SampleRequest, count: number): Promise<Samples> {
		const { client, deadline, reader } = request;
		const mostEntries = count * ENTRIES_PER_SAMPLE;
		const { records: entries, isComplete } = await this.log.samples(request, mostEntries);

		const lookup = new LogLookup(client, reader);
		const knownItems = new ReportedItems(this.event, NOTHING_REPORTED);
		const newestFirst = [...entries].reverse();
		let items: NewRecord[] = [];
		for (const entry of newestFirst) {
			const isLate = Date.now() >= deadline;
			if (items.length >= count || (isLate && items.length > 0)) break;

			const olderItems = await this.deriveNewItems(entry, lookup, knownItems);
			items = [...olderItems, ...items];
		}
		return {
			records: items.slice(-count),
			isComplete: isComplete && entries.length < mostEntries,
		};
	}

	/**
	 * Takes the baseline of the log, and reports as many of the newest events as 'Start With Newest'
	 * asks for.
	 */
	private async pollFirst(request: PollRequest): Promise<PollResult> {
		const logRequest = { ...request, startWith: 0 };
		const { stateAfter: logStateAfter, failures } = await this.log.poll(logRequest, undefined);

		const records = await this.readFirstReport(request);
		const stateAfter = (): DerivedState => ({
			log: logStateAfter(0),
			...this.remember(NOTHING_REPORTED, records),
		});
		return { records, failures, stateAfter };
	}

	/** Reads what the first poll reports, besides taking the baseline. */
	private async readFirstReport(request: PollRequest): Promise<NewRecord[]> {
		if (request.startWith === 0) return [];

		// Without a deadline: the baseline of the log counts all entries as seen, so no later poll
		// reports what is not read now.
		const endlessRequest = { ...request, deadline: Infinity };
		const { records } = await this.samples(endlessRequest, request.startWith);
		return records;
	}

	/**
	 * Makes the new items of entries, entry by entry, until a poll has as many as it reports at most
	 * or its time is over.
	 */
	private async deriveAll(
		entries: readonly NewRecord[],
		lookup: LogLookup,
		storedEvents: StoredEvents,
		{ deadline, maxRecords }: PollRequest,
	): Promise<NewRecord[][]> {
		const knownItems = new ReportedItems(this.event, storedEvents);
		const isEnough = (itemsByEntry: readonly NewRecord[][]) =>
			Date.now() >= deadline || itemsByEntry.flat().length >= maxRecords;
		return await convertInOrder(
			entries,
			isEnough,
			async (entry) => await this.deriveNewItems(entry, lookup, knownItems),
		);
	}

	/** Makes the items of an entry that are not known yet, and adds them to the known ones. */
	private async deriveNewItems(
		{ row, branches }: NewRecord,
		lookup: LogLookup,
		knownItems: ReportedItems,
	): Promise<NewRecord[]> {
		const change = readLogEntry(row, branches[0]) as Change;
		const items = await this.event.deriveItems(change, branches, lookup);

		const newItems: NewRecord[] = [];
		for (const item of items) {
			if (knownItems.has(item)) continue;

			knownItems.add(item);
			newItems.push({ row: item, branches });
		}
		return newItems;
	}

	/** Adds the events of reported items to those that were reported before. */
	private remember(storedEvents: StoredEvents, records: readonly NewRecord[]): StoredEvents {
		const reportedItems = new ReportedItems(this.event, storedEvents);
		for (const { row } of records) reportedItems.add(row);
		return reportedItems.toStored();
	}
}

/** Leaves half of the time that a poll has for reading what the entries of the log do not say. */
function withHalfTheTime(request: PollRequest): PollRequest {
	const { deadline, now } = request;
	return { ...request, deadline: now + (deadline - now) / 2 };
}
