import type { JournalEntry } from '../../../sandbox';
import type { Row } from './goodRecords';
import type { Outcome } from './runner';
import type { ValuePlace } from './valuePlace';

/** A value that was given at a place, and what the node did with it. */
export interface Attempt {
	place: ValuePlace;
	givenValue: unknown;
	outcome: Outcome;
	/** The outcome of the form with a good value, or without any, at the place. */
	baseline: Outcome;
	/** Finds a record as it is stored after the attempt. */
	findRecord: (path: string, id: number) => Row | undefined;
}

/** Names the call of a request, such as "customer/update". */
export function nameCall({ entity, action }: JournalEntry): string {
	return `${entity}/${action}`;
}

/** Lists the requests that may change something in AlfaCRM. */
export function listWriteRequests({ requests }: Outcome): JournalEntry[] {
	return requests.filter(({ action }) =>
		/^(create|update|delete|teach|bonus-(add|spend))$/.test(String(action)),
	);
}

/** Tells whether AlfaCRM stores a value for an empty field. */
export function isEmptyInAlfaCrm(value: unknown): boolean {
	if (Array.isArray(value)) return value.length === 0;
	return value === undefined || value === null || value === '';
}

/** Tells whether a place holds the ID of the record itself, and not an ID in a row inside the record. */
export function isRecordId({ field, where }: ValuePlace): boolean {
	return field.name === 'id' && !where.includes(' > ');
}
