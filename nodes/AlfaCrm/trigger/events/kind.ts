/** Types for the kinds of events. `index.ts` says how to add a kind. */

import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../api/client';
import type { EventKindName, EventOf } from '../../entities/events';
import type { FormPart } from '../../form/assemble';
import type { NameSource } from '../../output/names';
import type { TriggerParameters } from '../parameters';
import type { EventSource, NewRecord } from '../eventSource';

/** The parts of the form in which the parameters of an event stand, in the order of the form. */
export const EVENT_SECTIONS = ['filters', 'changedFields', 'output'] as const;

/** Everything that depends on the kind of an event. */
export interface EventKind<Kind extends EventKindName> {
	/** Lists the parameters of an event, by the part of the form in which they stand. */
	listParameters(event: EventOf<Kind>): FormPart<(typeof EVENT_SECTIONS)[number]>;
	/**
	 * Reads the parameters, and returns what the trigger watches for the event. Watches nothing yet.
	 *
	 * @param branches the IDs of the branches that the user chose; empty for all branches
	 */
	makeWatch(
		parameters: TriggerParameters,
		event: EventOf<Kind>,
		branches: readonly number[],
	): Promise<EventWatch> | EventWatch;
}

/** Tells a trigger what to watch for its event, and how to make items of new records. */
export interface EventWatch {
	source: EventSource;
	/**
	 * The filters as the user has set them, as plain JSON. Stored states have a digest of them. If a
	 * new version of this package writes the same filters in another way, existing triggers take
	 * them for changed.
	 */
	filters: unknown;
	/** The time zone of the workflow, if the event depends on the day or the time. */
	zone?: string;
	/**
	 * The label of a parameter that lets few records count, such as 'Days Before the Birthday': on
	 * most days, no client has a birthday. A test in the editor that finds nothing advises to change
	 * this parameter.
	 */
	limitingParameterLabel?: string;
	/**
	 * Makes the items of new records, oldest first. Makes fewer items if there is no time to read
	 * more records; then they are those of the first records.
	 */
	makeItems(reported: ReportedRecords): Promise<IDataObject[]>;
}

/**
 * The new records that a poll is about to report, and everything that their items are made with.
 */
export interface ReportedRecords {
	/** Oldest first. */
	records: readonly NewRecord[];
	/** Reads the records that changes are about. */
	client: ApiClient;
	/** Gives the names that items show beside IDs. */
	names: NameSource;
	/** Milliseconds since 1970 after which no further record is read; Infinity for no limit. */
	deadline: number;
	/** When the poll began, milliseconds since 1970. */
	now: number;
}
