import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { EventKindName, EventType } from '../../entities/events';
import { eventTypes } from '../../entities/events';
import { assemble } from '../../form/assemble';
import type { NameSource } from '../../operations/output/names';
import type { TriggerParameters } from '../parameters';
import type { News } from '../poll/look';
import type { RecordReader } from '../recordReader';
import type { EventKind, Watching } from './kind';
import { EVENT_SLOTS } from './kind';
import { logged } from './logged';
import { newCustomers } from './newCustomers';
import { newRecords } from './newRecords';
import { told } from './told';

/** What each kind of event is. A kind without a module, or a module without a part, does not compile. */
const kinds: { [K in EventKindName]: EventKind<K> } = { logged, newCustomers, newRecords, told };

const kindOf = ({ kind }: EventType) => kinds[kind] as EventKind<EventKindName>;

/** The parameters of all events. */
export const eventForms = (): INodeProperties[] =>
	assemble(
		EVENT_SLOTS,
		['event'],
		eventTypes.map((event) => ({ show: { event: event.value }, part: kindOf(event).form(event) })),
	);

export const watchingFor = (parameters: TriggerParameters, event: EventType): Watching =>
	kindOf(event).watching(parameters, event);

export const itemsOf = async (
	parameters: TriggerParameters,
	event: EventType,
	news: readonly News[],
	records: RecordReader,
	names: NameSource,
	deadline = Infinity,
): Promise<IDataObject[]> => await kindOf(event).items(parameters, event, news, records, names, deadline);
