/** Events that one entry of AlfaCRM's log tells by itself, such as *Lead Became Client*. */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readId } from '../../values/formats';
import type { EventOf } from '../../entities/events';
import type { Change } from '../change';
import { hasBecome, hasChanged, readLogEntry } from '../change';
import {
	changedFields,
	changeEntities,
	changeEvents,
	passesFilters,
	readChangedFields,
	readClasses,
	readEvents,
} from '../changeFilters';
import { classLabels, entityOfClass } from '../../entities/registry';
import { showWhen } from '../../form/assemble';
import { findBranchOfRecord } from '../../output/link';
import type { NameSource } from '../../output/names';
import { ChangeLog } from '../sources/changeLog/changeLog';
import { makeRowsToOutput, simplify } from '../../output/outputItems';
import { convertInOrder } from '../eventSource';
import type { TriggerParameters } from '../parameters';
import { makeRecordPicker } from '../parameters';
import { RecordReader } from '../recordReader';
import type { EventKind, ReportedRecords } from './kind';

type LoggedEvent = EventOf<'logged'>;
type FilterName = NonNullable<LoggedEvent['filters']>[number];

const toStage = makeRecordPicker({
	displayName: 'To Stage',
	name: 'stages',
	entity: 'leadStatus',
	description: 'Stages to wait for. Left empty, each move counts',
});

const fetchRecord: INodeProperties = {
	displayName: 'Fetch Full Record',
	name: 'fetchRecord',
	type: 'boolean',
	default: true,
	description:
		'Whether to read the record as it is now, because the change only holds old and new values. Takes one more request for each record.',
};

export const logged: EventKind<'logged'> = {
	form(event) {
		const filters: INodeProperties[] = [];
		if (hasFilter(event, 'stages')) filters.push(toStage);
		if (hasFilter(event, 'entities')) filters.push(changeEntities);
		if (hasFilter(event, 'events')) filters.push(changeEvents);

		return {
			filters,
			changedFields: hasFilter(event, 'changedFields') ? [changedFields] : [],
			output: [fetchRecord, showWhen(simplify, { fetchRecord: [true] })],
		};
	},

	async watch(parameters, event, branches) {
		const filters = await readFilters(parameters, event, branches);
		const isWanted = (change: Change) =>
			isEvent(event, change) &&
			passesFilters(filters, change) &&
			hasWantedStage(change, filters.stages);

		return {
			source: new ChangeLog(isWanted, makeSampleFilter(filters.classes)),
			filters,
			makeItems: async (reported) => await makeItems(reported, parameters),
		};
	},
};

/** Whether the form of an event offers a filter. */
function hasFilter({ filters = [] }: LoggedEvent, name: FilterName): boolean {
	return filters.includes(name);
}

/**
 * What the user asked for; an empty list lets every change pass. Stored states have a digest of
 * this shape.
 */
interface LoggedFilters {
	classes: string[];
	events: string[];
	fields: string[];
	/** The IDs of stages; null for "not sorted". */
	stages: Array<number | null>;
}

/** Reads the filters that the form of an event offers. The class of an event may be fixed. */
async function readFilters(
	parameters: TriggerParameters,
	event: LoggedEvent,
	branches: readonly number[],
): Promise<LoggedFilters> {
	const classOfEvent = event.className === undefined ? [] : [event.className];
	const filters: LoggedFilters = {
		classes: hasFilter(event, 'entities') ? readClasses(parameters) : classOfEvent,
		events: [],
		fields: [],
		stages: [],
	};
	if (hasFilter(event, 'events')) filters.events = readEvents(parameters);
	if (hasFilter(event, 'changedFields')) {
		filters.fields = readChangedFields(parameters, filters.classes);
	}
	if (hasFilter(event, 'stages')) {
		filters.stages = await parameters.references(toStage, 'leadStatus', branches);
	}
	return filters;
}

/**
 * Whether a change is what an event stands for, by the declaration of the event in
 * `entities/events.ts`: its class, what happened, and which field has changed or got which value.
 */
function isEvent(event: LoggedEvent, change: Change): boolean {
	const { className, on: eventNames, changes: changedField, becomes } = event;
	if (className !== undefined && className !== change.entity) return false;
	if (eventNames && !eventNames.some((name) => name === change.event)) return false;

	if (changedField !== undefined) {
		// A field that was emptied may stand among the old values only.
		const isNamed = changedField in change.fields_new || changedField in change.fields_old;
		return isNamed && hasChanged(change, changedField);
	}
	if (becomes !== undefined) {
		const [field, value] = becomes;
		return hasBecome(change, field, value);
	}
	return true;
}

/**
 * Whether a change moves a lead to one of the wanted stages; null among them stands for "not
 * sorted". An empty list wants every stage.
 */
function hasWantedStage(change: Change, wantedStages: ReadonlyArray<number | null>): boolean {
	if (wantedStages.length === 0) return true;

	const stage = readId(change.fields_new.lead_status_id) ?? null;
	return wantedStages.includes(stage);
}

/**
 * Makes the filter with which AlfaCRM lists the log for a test in the editor. AlfaCRM can filter by
 * one class only. A class that is not declared is not asked for, because the user may have written
 * its name in upper or lower case, and AlfaCRM may tell them apart.
 */
function makeSampleFilter(classes: readonly string[]): IDataObject {
	const [className] = classes;
	const isOneKnownClass = classes.length === 1 && Object.hasOwn(classLabels, className);
	return isOneKnownClass ? { entity: className } : {};
}

/**
 * Makes the items of changes, each with the record as it is now if the user wants that. Stops when
 * there is no time to read more records, but makes at least one item.
 */
async function makeItems(
	reported: ReportedRecords,
	parameters: TriggerParameters,
): Promise<IDataObject[]> {
	const fetchesRecord = parameters.flag(fetchRecord);
	const isTooLate = () => fetchesRecord && Date.now() >= reported.deadline;
	const recordReader = new RecordReader(reported.client, reported.records);

	return await convertInOrder(reported.records, isTooLate, async ({ row, branches }) => {
		const change = readLogEntry(row, branches[0]) as Change;
		const item: IDataObject = { id: change.entity_id };

		if (fetchesRecord) {
			const result = await recordReader.find(change, branches);
			if (result.record !== null) {
				const located = { row: result.record, branch: branches[0] };
				Object.assign(item, await showRecord(located, change.entity, parameters, reported.names));
			}
			// A record that is gone needs no explanation: the change tells of it.
			const needsReason = result.reason !== undefined && result.missing !== 'gone';
			if (needsReason) item.recordError = result.reason;
		}
		return { ...item, change };
	});
}

/**
 * Returns the fields of a record as the user wants to see them: simplified, or as they came.
 *
 * @param listed the record, and the branch whose log lists its change
 * @param className AlfaCRM's class of the record. A record of an unknown class is not simplified.
 */
async function showRecord(
	listed: { row: IDataObject; branch: number },
	className: string,
	parameters: TriggerParameters,
	names: NameSource,
): Promise<IDataObject> {
	const { row: record, branch: branchOfLog } = listed;
	const entity = entityOfClass(className);
	if (entity === undefined || !parameters.flag(simplify)) return record;

	const located = { row: record, branch: findBranchOfRecord(record, branchOfLog) };
	const convertRows = makeRowsToOutput(parameters, entity);
	const [simplified] = await convertRows([located], names);
	return simplified;
}
