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
	readFields,
} from '../changeFilters';
import { classLabels, entityOfClass } from '../../entities/registry';
import { showWhen } from '../../form/assemble';
import { findBranchOfRecord } from '../../output/link';
import { ChangeLog } from '../sources/changeLog/changeLog';
import { makeRowsToOutput, simplify } from '../../output/readings';
import { oneByOne } from '../eventSource';
import type { TriggerParameters } from '../parameters';
import { pickedOf } from '../parameters';
import { RecordReader } from '../recordReader';
import type { EventKind, ReportedRecords } from './kind';

const stages = pickedOf(
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
		'Whether to read the record as it is now, because the change only holds old and new values. Takes one more request for each record.',
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
		output: [fetchRecord, showWhen(simplify, { fetchRecord: [true] })],
	}),
	async watch(parameters, event, branches) {
		const classes = isAsked(event, 'entities')
			? readClasses(parameters)
			: [event.className ?? ''].filter(Boolean);
		const filters = {
			classes,
			events: isAsked(event, 'events') ? readEvents(parameters) : [],
			fields: isAsked(event, 'changedFields') ? readFields(parameters, classes) : [],
			stages: isAsked(event, 'stages')
				? await parameters.references(stages, 'leadStatus', branches)
				: [],
		};
		const [only, ...others] = filters.classes;
		// AlfaCRM may tell upper from lower case in the name of a class that is not known here.
		const isKnown = others.length === 0 && Object.hasOwn(classLabels, only ?? '');
		const isStage = ({ fields_new }: Change) =>
			filters.stages.length === 0 ||
			filters.stages.includes(readId(fields_new.lead_status_id) ?? null);
		const wants = (change: Change) =>
			passes(filters, change) && isLogged(event, change) && isStage(change);
		return {
			source: new ChangeLog(wants, isKnown ? { entity: only } : {}),
			filters,
			itemsOf: async (found) => await itemsOf(found, parameters),
		};
	},
};

/**
 * As many as there is time to read records for and can be read, but at least one: the record as it
 * is now, and the change. Without a record its ID is there, and why it could not be read.
 */
async function itemsOf(
	{ records, client, names, deadline }: ReportedRecords,
	parameters: TriggerParameters,
): Promise<IDataObject[]> {
	const isRead = parameters.flag(fetchRecord);
	const isLate = () => isRead && Date.now() >= deadline;
	const recordReader = new RecordReader(client, records);
	return await oneByOne(records, isLate, async ({ row, branches }) => {
		const change = changeOf(row, branches[0]) as Change;
		const { record, reason, missing } = isRead
			? await recordReader.find(change, branches)
			: { record: null };
		const entity = entityOfClass(change.entity);
		const rows =
			record === null ? [] : [{ row: record, branch: findBranchOfRecord(record, branches[0]) }];
		const isShown = entity !== undefined && parameters.flag(simplify);
		const [shown] = isShown ? await makeRowsToOutput(parameters, entity)(rows, names) : [record];
		const error = missing === 'gone' || reason === undefined ? {} : { recordError: reason };
		return { id: change.entity_id, ...shown, ...error, change };
	});
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
