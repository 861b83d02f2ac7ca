import type { IDataObject } from 'n8n-workflow';

import type { Check } from '../../storedShape';
import { checkText, makeObjectCheck, makeOptional } from '../../storedShape';
import type { ReportedEvent, StoredEvents } from './reportedEvents';
import { ReportedEvents } from './reportedEvents';
import { makeShortKey } from './shortKeys';

/**
 * Decides which items of derived events are new. It reads nothing from AlfaCRM: `derivedEvents.ts`
 * does.
 *
 * - **Derived event.** Something that happened to a customer, such as an attendance. Entries of the
 *   change log hint at it, and the rest is read from AlfaCRM.
 * - **Item.** The report of one event: the customer, the lesson and so on. One entry
 *   may lead to several items. A completed lesson leads to an item for each of its customers.
 * - **Event key.** Identifies an event to which several entries may lead, so that it is reported
 *   once. Events to which only one entry leads have no key. Such an entry leads to one item only,
 *   so it is never reported in part.
 */

/** Identifies the events of one kind by their items. */
export interface EventIdentity {
	/** Returns the key of an event. Undefined if only one entry can lead to an event of this kind. */
	makeEventKey?: (item: IDataObject) => string;
	/**
	 * Returns the ID of the lesson to which an event belongs. Only the latest keys are kept; once an
	 * event's key is forgotten, no event of its lesson is reported any more (`reportedEvents.ts`).
	 */
	readLessonId?: (item: IDataObject) => number | undefined;
}

/**
 * The state between two polls, as plain JSON. Workflows store these names, so they must not change.
 */
export interface DerivedState extends StoredEvents {
	/** The state of the change log. */
	log: unknown;
}

export const NOTHING_REPORTED: StoredEvents = { reported: '' };

export const makeDerivedStateCheck = (checkLogState: Check): Check =>
	makeObjectCheck<DerivedState>({
		log: checkLogState,
		reported: checkText,
		lessons: makeOptional(checkText),
		olderLessons: makeOptional(checkText),
	});

/** Remembers the events of items, so that no event is reported twice. */
export class ReportedItems {
	private readonly events: ReportedEvents;

	constructor(
		private readonly identity: EventIdentity,
		private readonly stored: StoredEvents,
	) {
		this.events = new ReportedEvents(stored);
	}

	/** Whether the event of an item was reported. False for an event without a key. */
	wasReported(item: IDataObject): boolean {
		const event = this.identifyEvent(item);
		return event !== undefined && this.events.has(event);
	}

	add(item: IDataObject): void {
		const event = this.identifyEvent(item);
		if (event !== undefined) this.events.add(event);
	}

	toStored(): StoredEvents {
		const hasKeys = this.identity.makeEventKey !== undefined;
		return hasKeys ? this.events.toStored() : this.stored;
	}

	/**
	 * Identifies the event of an item by a short key, and by the ID of its lesson if it has one.
	 * Returns undefined if only one log entry can lead to an event of this kind. Then no second entry
	 * can report the event again, so it needs no key.
	 */
	private identifyEvent(item: IDataObject): ReportedEvent | undefined {
		const { makeEventKey, readLessonId } = this.identity;
		if (makeEventKey === undefined) return undefined;

		return {
			key: makeShortKey(makeEventKey(item)),
			lessonId: readLessonId?.(item),
		};
	}
}

/**
 * Counts the entries of the log whose items were all reported, from the first entry on.
 *
 * Example: three entries lead to 2, 0 and 3 items, and 4 items were reported. The first two entries
 * are finished. The third one is not, because only 2 of its 3 items were reported.
 *
 * @param itemsByEntry the items of each entry, in the order in which they are reported
 * @param reportedCount how many items were reported
 */
export function countFinishedEntries(
	itemsByEntry: ReadonlyArray<readonly unknown[]>,
	reportedCount: number,
): number {
	let itemCount = 0;
	let finishedCount = 0;
	for (const items of itemsByEntry) {
		itemCount += items.length;
		if (itemCount > reportedCount) break;

		finishedCount++;
	}
	return finishedCount;
}
