/**
 * The kinds of events. A kind has a module in this folder: its part of the form, the source that it
 * watches, and how it makes items. An event is a declaration in `entities/events.ts`, which names
 * its kind.
 *
 * **Where would one add an event?**
 *
 * - *Somebody changed a record, and the log entry alone tells it*: a declaration of kind `logged`
 *   in `entities/events.ts`, with the class of the record and what must have changed. That is all
 *   the code.
 * - *A record is new, and AlfaCRM has a list of such records*: a declaration of kind `newRecords`
 *   with the resource. That is all the code.
 * - *The log tells it only together with other records*, as it does of attendance: a declaration of
 *   kind `derived`, and a `DerivedEvent` in `derived.ts`.
 * - *Something falls due by a field of the client's card*: a declaration of kind `dueDate`, a
 *   `DueKind` in `sources/dueDates/dueKinds.ts`, and its parameter in `dueDate.ts`.
 * - *None of these kinds fits*: a new kind, as `newCustomers` and `comingLessons` are, which have
 *   one event each. It needs a type in `EventKinds` and a line in `SOURCES` of `entities/events.ts`,
 *   a module here, a line in `kinds` below and, if no folder of `sources/` reads the right list, an
 *   `EventSource`. TypeScript complains until all of this is there. It does not complain of
 *   `options.ts` and `pollForm.ts`, which show some options and notices for some kinds only: add
 *   the new kind there as well.
 *
 * CONTRIBUTING.md lists the tests and the pages that belong to a new event.
 */

import type { INodeProperties } from 'n8n-workflow';

import type { EventKindName, EventType } from '../../entities/events';
import { eventTypes } from '../../entities/events';
import { assembleForm } from '../../form/assemble';
import type { EventKind } from './kind';
import { EVENT_SECTIONS } from './kind';
import { logged } from './logged';
import { comingLessons } from './comingLessons';
import { newCustomers, newRecords } from './newRecords';
import { dueDate } from './dueDate';
import { derived } from './derived';

const kinds: { [Kind in EventKindName]: EventKind<Kind> } = {
	comingLessons,
	derived,
	dueDate,
	logged,
	newCustomers,
	newRecords,
};

/** Returns the module of an event's kind. Hand the methods of the module this event only. */
export function findEventKind({ kind }: EventType): EventKind<EventKindName> {
	// TypeScript does not see that the caller hands over the event to which the kind belongs.
	return kinds[kind] as EventKind<EventKindName>;
}

/** Lists the parameters of all events, each shown only while its event is chosen. */
export function makeEventParameters(): INodeProperties[] {
	const parts = eventTypes.map((event) => ({
		show: { event: event.value },
		part: findEventKind(event).listParameters(event),
	}));
	// The value of the parameter 'event' decides which part is shown.
	const selectors = ['event'];
	return assembleForm(EVENT_SECTIONS, selectors, parts);
}
