/** What every kind of event must have. `index.ts` says how to add one. */

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
export interface EventKind<K extends EventKindName> {
	/** Returns the parameters of an event. */
	listParameters(event: EventOf<K>): FormPart<(typeof EVENT_SECTIONS)[number]>;
	/**
	 * Reads the parameters, and returns what the trigger watches for the event.
	 *
	 * @param branches the IDs of the branches that the user chose; empty for all branches
	 */
	makeWatch(
		parameters: TriggerParameters,
		event: EventOf<K>,
		branches: readonly number[],
	): Promise<EventWatch> | EventWatch;
}

/** What a trigger watches for its event, and how it makes items of what it finds. */
export interface EventWatch {
	source: EventSource;
	/**
	 * The filters as the user has set them, as plain JSON. States hold a digest of it, so changing
	 * its shape changes what existing triggers report.
	 */
	filters: unknown;
	/** The time zone of the workflow, if the event depends on the day or the time. */
	zone?: string;
	/**
	 * The label of the parameter that decides whom the event concerns. It is set for events that
	 * concern nobody on most days, and a test that finds nothing advises to change that parameter.
	 */
	limitingParameterLabel?: string;
	/**
	 * Makes the items of new records, oldest first. Makes fewer items if there is no time to read
	 * more records; then they are those of the first records.
	 */
	makeItems(reported: ReportedRecords): Promise<IDataObject[]>;
}

/** New records, and what their items are made with. */
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
