import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readId } from '../../values/formats';
import type { EventOf } from '../../entities/events';
import type { Change } from '../change';
import { changeOf, hasOther, isBecome } from '../change';
import {
	changedFields,
	changeEntities,
	changeEvents,
	passes,
	readClasses,
	readEvents,
} from '../changeFilters';
import { classLabels, entityOfClass } from '../../entities/registry';
import { isPlain } from '../../fields/blank';
import { branchOf } from '../../operations/output/link';
import type { NameSource } from '../../operations/output/names';
import { fullWithNames } from '../../operations/output/readings';
import { ChangeLog } from '../changeLog';
import { oneByOne } from '../eventSource';
import type { TriggerParameters } from '../parameters';
import { severalOf } from '../parameters';
import { RecordReader } from '../recordReader';
import type { EventKind, Found } from './kind';

const stages = severalOf(
	'To Stage',
	'stages',
	'leadStatus',
	'Stages to wait for. Left empty, each move counts',
);

const fetchRecord: INodeProperties = {
	displayName: 'Fetch Full Record',
	name: 'fetchRecord',
	type: 'boolean',
	default: true,
	description:
		'Whether to read the record as it is now and put it out as record, because the change only holds old and new values. Takes one more request for each record.',
};

const addNames: INodeProperties = {
	displayName: 'Add Names',
	name: 'addNames',
	type: 'boolean',
	default: true,
	displayOptions: { show: { fetchRecord: [true] } },
	description:
		'Whether to put names beside the IDs of the record, such as subject_name beside subject_id. Takes one more request for each list of names that is needed.',
};

type Logged = EventOf<'logged'>;

const isAsked = ({ filters = [] }: Logged, name: NonNullable<Logged['filters']>[number]) =>
	filters.includes(name);

export const logged: EventKind<'logged'> = {
	form: (event) => ({
		filters: [
			...(isAsked(event, 'stages') ? [stages] : []),
			...(isAsked(event, 'entities') ? [changeEntities] : []),
			...(isAsked(event, 'events') ? [changeEvents] : []),
		],
		changedFields: isAsked(event, 'changedFields') ? [changedFields] : [],
		output: [fetchRecord, addNames],
	}),
	watch(parameters, event) {
		const filters = {
			classes: isAsked(event, 'entities') ? readClasses(parameters) : [event.className ?? ''].filter(Boolean),
			events: isAsked(event, 'events') ? readEvents(parameters) : [],
			fields: isAsked(event, 'changedFields') ? parameters.words(changedFields) : [],
			stages: isAsked(event, 'stages') ? parameters.references(stages, 'leadStatus') : [],
		};
		const [only, ...others] = filters.classes;
		// AlfaCRM may tell upper from lower case in the name of a class that is not known here.
		const isKnown = others.length === 0 && Object.hasOwn(classLabels, only ?? '');
		const isStage = ({ fields_new }: Change) =>
			filters.stages.length === 0 || filters.stages.includes(readId(fields_new.lead_status_id) ?? null);
		const wants = (change: Change) => passes(filters, change) && isLogged(event, change) && isStage(change);
		return {
			source: new ChangeLog(wants, isKnown ? { entity: only } : {}),
			filters,
			itemsOf: async (found) => await itemsOf(found, parameters),
		};
	},
};

/** As many as there is time to read records for and can be read, but at least one. */
async function itemsOf(
	{ news, client, names, deadline }: Found,
	parameters: TriggerParameters,
): Promise<IDataObject[]> {
	const isRead = parameters.flag(fetchRecord);
	const isNamed = isRead && parameters.flag(addNames);
	const isLate = () => isRead && Date.now() >= deadline;
	const records = new RecordReader(client, news);
	return await oneByOne(news, isLate, async ({ row, branches }) => {
		const change = changeOf(row, branches[0]) as Change;
		const read = isRead ? await recordOf(change, branches, records) : {};
		return { ...change, ...(isNamed ? await withNames(read, change, names) : read) };
	});
}

/** `record`, null when it is gone or cannot be read, and in the second case `recordError` beside it. */
async function recordOf(
	change: Change,
	branches: readonly number[],
	records: RecordReader,
): Promise<IDataObject> {
	const { record, reason, missing } = await records.find(change, branches);
	return missing === 'gone' || reason === undefined ? { record } : { record, recordError: reason };
}

/** Whether a change is what an event type stands for. */
function isLogged({ className, on, changes: field, becomes }: Logged, change: Change): boolean {
	if (className !== undefined && className !== change.entity) return false;
	if (on && !on.some((name) => name === change.event)) return false;
	// What is emptied may be among the old values alone.
	if (field !== undefined)
		return (field in change.fields_new || field in change.fields_old) && hasOther(change, field);
	return becomes === undefined || isBecome(change, ...becomes);
}

/** The same with the names of what the record names. */
async function withNames(
	read: IDataObject,
	{ entity: className, branch_id }: Change,
	names: NameSource,
): Promise<IDataObject> {
	const entity = entityOfClass(className);
	if (entity === undefined || !isPlain(read.record)) return read;
	const row = read.record as IDataObject;
	const branch = branchOf(row, branch_id ?? undefined);
	const [record] = await fullWithNames(entity)([{ row, branch }], names);
	return { ...read, record };
}
