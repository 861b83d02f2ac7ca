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
import { convertUntilStopped } from '../eventSource';
import type { TriggerParameters } from '../parameters';
import { makeRecordPicker } from '../parameters';
import { RecordReader } from '../recordReader';
import type { EventKind, ReportedRecords } from './kind';

type LoggedEvent = EventOf<'logged'>;
type FilterName = NonNullable<LoggedEvent['filters']>[number];

const stagesParameter = makeRecordPicker({
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
	/** Lists the parameters that the form shows for an event. Each event has filters of its own. */
	listParameters(event) {
		const filters: INodeProperties[] = [];
		if (hasFilter(event, 'stages')) filters.push(stagesParameter);
		if (hasFilter(event, 'entities')) filters.push(changeEntities);
		if (hasFilter(event, 'events')) filters.push(changeEvents);

		return {
			filters,
			changedFields: hasFilter(event, 'changedFields') ? [changedFields] : [],
			output: [fetchRecord, showWhen(simplify, { fetchRecord: [true] })],
		};
	},

	/** Makes what the trigger watches for an event: the changes in AlfaCRM's log that fit it. */
	async makeWatch(parameters, event, branches) {
		const filters = await readFilters(parameters, event, branches);
		const isWanted = (change: Change) =>
			matchesEvent(event, change) &&
			passesFilters(filters, change) &&
			isMoveToWantedStage(change, filters.stages);

		return {
			source: new ChangeLog(isWanted, makeSampleFilter(filters.classes)),
			filters,
			makeItems: async (reported) => await makeItems(reported, parameters),
		};
	},
};

/** Whether the form of an event offers a filter. */
function hasFilter(event: LoggedEvent, name: FilterName): boolean {
	return event.filters?.includes(name) ?? false;
}

/**
 * The changes that the user wants. An empty list lets every change pass.
 *
 * Stored states have a digest of these filters. If a property is renamed or added, the digest
 * differs, and the trigger takes the filters for changed.
 */
interface LoggedFilters {
	classes: string[];
	events: string[];
	fields: string[];
	/** The IDs of stages; null for AlfaCRM's "not sorted", a lead that has no stage yet. */
	stages: Array<number | null>;
}

/**
 * Reads the filters that the user has set. The form of each event offers some of them. A filter
 * that is not offered stays empty, so every change passes it.
 *
 * @param event the event that the user chose. It may be about one class only, such as `Customer`.
 * @param branches the IDs of the branches that the user chose
 */
async function readFilters(
	parameters: TriggerParameters,
	event: LoggedEvent,
	branches: readonly number[],
): Promise<LoggedFilters> {
	const filters: LoggedFilters = {
		classes: event.className === undefined ? [] : [event.className],
		events: [],
		fields: [],
		stages: [],
	};
	if (hasFilter(event, 'entities')) {
		filters.classes = readClasses(parameters);
	}
	if (hasFilter(event, 'events')) {
		filters.events = readEvents(parameters);
	}
	if (hasFilter(event, 'changedFields')) {
		filters.fields = readChangedFields(parameters, filters.classes);
	}
	if (hasFilter(event, 'stages')) {
		filters.stages = await parameters.readRecordIds(stagesParameter, 'leadStatus', branches);
	}
	return filters;
}

/**
 * Whether a change in AlfaCRM's log fits the declaration of an event. For example, *Lead Became
 * Client* is declared as an update (`on`) of a `Customer` (`className`) whose field `is_study`
 * becomes 1 (`becomes`).
 */
function matchesEvent(event: LoggedEvent, change: Change): boolean {
	const isOfClass = event.className === undefined || event.className === change.entity;
	if (!isOfClass) return false;

	// `create`, `update` or `delete`
	const actions: readonly string[] | undefined = event.on;
	const isDeclaredAction = actions === undefined || actions.includes(change.event);
	if (!isDeclaredAction) return false;

	// An event declares `changes` or `becomes`, or neither of them.
	if (event.changes !== undefined) return changesField(change, event.changes);
	if (event.becomes !== undefined) {
		const [field, value] = event.becomes;
		return hasBecome(change, field, value);
	}
	return true;
}

/** Whether a change gives a field another value, or empties it. */
function changesField(change: Change, field: string): boolean {
	// A field that was emptied may stand among the old values only.
	const isNamed = field in change.fields_new || field in change.fields_old;
	return isNamed && hasChanged(change, field);
}

/**
 * Whether a change moves a lead to one of the wanted stages. An empty list wants every stage.
 *
 * @param wantedStages the IDs of stages; null for a lead that is not sorted into a stage
 */
function isMoveToWantedStage(change: Change, wantedStages: ReadonlyArray<number | null>): boolean {
	if (wantedStages.length === 0) return true;

	const newStage = readId(change.fields_new.lead_status_id) ?? null;
	return wantedStages.includes(newStage);
}

/**
 * Makes the filter by which AlfaCRM lists its log for a test in the editor, such as
 * `{ entity: 'Customer' }`, so that a few pages hold enough changes to show. Returns an empty
 * filter if AlfaCRM must list the whole log.
 *
 * @param classes the classes of records that the user wants
 */
function makeSampleFilter(classes: readonly string[]): IDataObject {
	const noFilter: IDataObject = {};
	// AlfaCRM can filter by one class only.
	if (classes.length !== 1) return noFilter;

	const [className] = classes;
	// A class that is not declared here may be misspelt, such as `customer`. AlfaCRM might find none.
	const isDeclared = Object.hasOwn(classLabels, className);
	return isDeclared ? { entity: className } : noFilter;
}

/**
 * Makes one item for each change. If the user wants that, the item also has the record as it is
 * now. When there is no time to read more records, the other items are left to the next poll, but
 * at least one is made.
 */
async function makeItems(
	reported: ReportedRecords,
	parameters: TriggerParameters,
): Promise<IDataObject[]> {
	const { client, records, deadline, names } = reported;
	const fetchesRecord = parameters.flag(fetchRecord);
	// Without reading records, making items takes no time.
	const isTooLate = () => fetchesRecord && Date.now() >= deadline;
	const output: RecordOutput = {
		recordReader: new RecordReader(client, records),
		parameters,
		names,
	};

	return await convertUntilStopped(records, isTooLate, async ({ row: entry, branches }) => {
		// The source reports only log entries that can be read as changes.
		const change = readLogEntry(entry, branches[0]) as Change;
		const recordFields = fetchesRecord ? await readRecordFields(change, branches, output) : {};
		return { id: change.entity_id, ...recordFields, change };
	});
}

/** Everything that is needed to show the record of a change. */
interface RecordOutput {
	recordReader: RecordReader;
	parameters: TriggerParameters;
	names: NameSource;
}

/**
 * Reads the record of a change as it is now, and returns its fields. If the record cannot be read,
 * returns the field `recordError` with the reason. If it was deleted, returns no fields, because
 * the change itself says so.
 *
 * @param branches the branches whose logs list the change
 */
async function readRecordFields(
	change: Change,
	branches: readonly number[],
	output: RecordOutput,
): Promise<IDataObject> {
	const { record, reason } = await output.recordReader.find(change, branches);
	if (record !== null) {
		const branchOfLog = branches[0];
		return await showRecord(record, change.entity, branchOfLog, output);
	}

	const wasDeleted = reason === undefined;
	if (wasDeleted) return {};
	return { recordError: reason };
}

/**
 * Returns the fields of a record: simplified if the user wants that, or as AlfaCRM has sent them.
 *
 * @param className AlfaCRM's class of the record; a record of an unknown class is not simplified
 * @param branchOfLog the branch whose log lists the change of the record
 */
async function showRecord(
	record: IDataObject,
	className: string,
	branchOfLog: number,
	output: RecordOutput,
): Promise<IDataObject> {
	const { parameters, names } = output;
	const entity = entityOfClass(className);
	if (entity === undefined || !parameters.flag(simplify)) return record;

	const locatedRecord = { row: record, branch: findBranchOfRecord(record, branchOfLog) };
	const simplifyRecords = makeRowsToOutput(parameters, entity);
	const [simplifiedRecord] = await simplifyRecords([locatedRecord], names);
	return simplifiedRecord;
}
