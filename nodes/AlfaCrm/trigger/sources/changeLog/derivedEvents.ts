import type { IDataObject } from 'n8n-workflow';

import type { Change } from '../../change';
import { readLogEntry } from '../../change';
import { ChangeLog } from './changeLog';
import { shortKey } from './logEntries';
import type {
	EventSource,
	NewRecord,
	PollRequest,
	PollResult,
	SampleRequest,
	Samples,
} from '../../eventSource';
import { convertInOrder } from '../../eventSource';
import { LogLookup } from './logLookup';
import type { ReportedEvent, StoredEvents } from './reportedEvents';
import { ReportedEvents } from './reportedEvents';
import type { Check } from '../../storedShape';
import { checkText, makeObjectCheck, makeOptional } from '../../storedShape';

/** How many entries of the log are looked through for one that can be shown. */
const ENTRIES_PER_SAMPLE = 8;

/** What an event makes of entries of the log. */
export interface DerivedEvent {
	/** The class, where one alone tells it all. */
	className?: string;
	/** Whether an entry may tell of it, by itself. */
	wants: (change: Change) => boolean;
	/** Its items, with what had to be read for that; none if it turns out to be something else. */
	derive: (
		change: Change,
		branches: readonly number[],
		lookup: LogLookup,
	) => Promise<IDataObject[]>;
	/** Fields that are left out of what is simplified, with their names. */
	details?: readonly string[];
	/** Of what several entries may tell: what makes it one. Others are told by one entry each. */
	keyOf?: (item: IDataObject) => string;
	/**
	 * The lesson that an item belongs to. Once its key is forgotten, nothing of that lesson is
	 * reported any more.
	 */
	lessonOf?: (item: IDataObject) => number | undefined;
}

/** What is known between two polls, as plain JSON. */
interface DerivedState extends StoredEvents {
	log: unknown;
}

const NOTHING_REPORTED: StoredEvents = { reported: '' };

/** Tells what entries of the log mean: each may tell several things, and several may tell one. */
export class DerivedEvents implements EventSource {
	readonly checkState: Check;
	private readonly log: ChangeLog;

	constructor(private readonly event: DerivedEvent) {
		const { className } = event;
		this.log = new ChangeLog(event.wants, className === undefined ? {} : { entity: className });
		this.checkState = makeObjectCheck<DerivedState>({
			log: this.log.checkState,
			reported: checkText,
			lessons: makeOptional(checkText),
			olderLessons: makeOptional(checkText),
		});
	}

	async poll(request: PollRequest, before: unknown): Promise<PollResult> {
		if (before === undefined) return await this.first(request);
		const { client, deadline, most, now, reader } = request;
		const { log, ...stored } = before as DerivedState;
		// What is found has to be read as well.
		const half = now + (deadline - now) / 2;
		const {
			records: entries,
			stateAfter,
			failures,
		} = await this.log.poll({ ...request, deadline: half }, log);
		const lookup = new LogLookup(client, reader, failures);
		// Grows while entries are read, so that two of them do not tell the same.
		const known = new ReportedEvents(stored);
		const isEnough = (read: readonly NewRecord[][]) =>
			Date.now() >= deadline || read.flat().length >= most;
		const derive = async (entry: NewRecord) => await this.derive(entry, lookup, known);
		const read = await convertInOrder(entries, isEnough, derive);
		const records = read.flat();
		return {
			records,
			failures,
			stateAfter: (taken) => ({
				log: stateAfter(
					taken < records.length
						? read.findIndex((items) => items.includes(records[taken]))
						: read.length,
				),
				...this.remember(stored, records.slice(0, taken)),
			}),
		};
	}

	async samples(request: SampleRequest, count: number): Promise<Samples> {
		const { client, deadline, reader } = request;
		const most = count * ENTRIES_PER_SAMPLE;
		const { records: entries, isComplete } = await this.log.samples(request, most);
		const lookup = new LogLookup(client, reader);
		const known = new ReportedEvents(NOTHING_REPORTED);
		const records: NewRecord[] = [];
		for (const entry of [...entries].reverse()) {
			if (records.length >= count || (Date.now() >= deadline && records.length > 0)) break;
			records.unshift(...(await this.derive(entry, lookup, known)));
		}
		return { records: records.slice(-count), isComplete: isComplete && entries.length < most };
	}

	private async first(request: PollRequest): Promise<PollResult> {
		const { startWith } = request;
		const { stateAfter, failures } = await this.log.poll({ ...request, startWith: 0 }, undefined);
		const asked = { ...request, deadline: Infinity };
		const { records } = startWith === 0 ? { records: [] } : await this.samples(asked, startWith);
		return {
			records,
			failures,
			stateAfter: () => ({ log: stateAfter(0), ...this.remember(NOTHING_REPORTED, records) }),
		};
	}

	/** What an entry tells that is not known, and is from now on. */
	private async derive(
		{ row, branches }: NewRecord,
		lookup: LogLookup,
		known: ReportedEvents,
	): Promise<NewRecord[]> {
		const items = await this.event.derive(
			readLogEntry(row, branches[0]) as Change,
			branches,
			lookup,
		);
		const told: NewRecord[] = [];
		for (const item of items) {
			const event = this.eventOf(item);
			if (event !== undefined) {
				if (known.has(event)) continue;
				known.add(event);
			}
			told.push({ row: item, branches });
		}
		return told;
	}

	/** Adds events that are reported to those that were reported before. */
	private remember(stored: StoredEvents, records: readonly NewRecord[]): StoredEvents {
		// An event that one entry alone tells of need not be remembered.
		if (this.event.keyOf === undefined) return stored;
		const reported = new ReportedEvents(stored);
		for (const { row } of records) {
			const event = this.eventOf(row);
			if (event !== undefined) reported.add(event);
		}
		return reported.toStored();
	}

	/** Names the event of an item. Returns undefined if one entry alone tells of it. */
	private eventOf(item: IDataObject): ReportedEvent | undefined {
		const { keyOf, lessonOf } = this.event;
		if (keyOf === undefined) return undefined;
		return { key: shortKey(keyOf(item)), lesson: lessonOf?.(item) };
	}
}
