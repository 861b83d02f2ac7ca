import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../api/client';
import type { EventKindName, EventOf } from '../../entities/events';
import type { FormPart } from '../../form/assemble';
import type { NameSource } from '../../output/names';
import type { TriggerParameters } from '../parameters';
import type { EventSource, NewRecord } from '../eventSource';

/** The parameters of an event in the order of the form. */
export const EVENT_SECTIONS = ['filters', 'changedFields', 'output'] as const;

/** What is watched for an event. */
export interface Watching {
	source: EventSource;
	/** What decides which news are wanted, as it is set: plain JSON. */
	filters: unknown;
	/** The time zone of the workflow, if the event depends on the day or the time. */
	zone?: string;
	/** The label of the parameter that says who counts, where on most days it may be nobody. */
	limitedBy?: string;
	/**
	 * The items of what is new, the oldest first; fewer where there is no time to read more records.
	 */
	itemsOf(found: ReportedRecords): Promise<IDataObject[]>;
}

/** What is new, and what its items are made with. */
export interface ReportedRecords {
	/** The oldest first. */
	records: readonly NewRecord[];
	/** For the records that changes are about. */
	client: ApiClient;
	/** What IDs in records stand for. */
	names: NameSource;
	/** Milliseconds since 1970 after which there is no time for more of them. */
	deadline: number;
	/** When the poll began, milliseconds since 1970. */
	now: number;
}

/** All that depends on the kind of an event. */
export interface EventKind<K extends EventKindName> {
	/** Its part of the form. */
	form(event: EventOf<K>): FormPart<(typeof EVENT_SECTIONS)[number]>;
	/**
	 * What is watched, as the form says: in certain branches, or in all of the account if there are
	 * none.
	 */
	watch(
		parameters: TriggerParameters,
		event: EventOf<K>,
		branches: readonly number[],
	): Promise<Watching> | Watching;
}
