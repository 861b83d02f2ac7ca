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

/**
 * What each kind of event is. A kind without a module, or a module without a part, does not
 * compile.
 */
const kinds: { [K in EventKindName]: EventKind<K> } = {
	comingLessons,
	derived,
	dueDate,
	logged,
	newCustomers,
	newRecords,
};

export const kindOf = ({ kind }: EventType) => kinds[kind] as EventKind<EventKindName>;

/** The parameters of all events. */
export const eventForms = (): INodeProperties[] =>
	assembleForm(
		EVENT_SECTIONS,
		['event'],
		eventTypes.map((event) => ({ show: { event: event.value }, part: kindOf(event).form(event) })),
	);
