/**
 * Saves changes of a record. Compares the new values with the record as it was read, and sends only
 * values that differ. If no value differs, nothing is sent. So a second run changes nothing.
 *
 * - **A list of values** is replaced by AlfaCRM as a whole. To add values to it, the old values are
 *   sent together with the new ones.
 * - **The archive flag** (`removed`) is accepted by AlfaCRM even if it has no effect. So whether
 *   the record is archived is read again after the flag was sent. See docs/alfacrm-api.md 4.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readId } from '../values/formats';
import type { Field, ApiValue } from '../entities/fieldTypes';
import type { Entity } from '../entities/types';
import { customField } from '../fields/custom';
import { isList, isStored, kindOf, listOf, addItems } from '../fields/field';
import type { Item } from './item';
import type { ParameterReader } from '../form/parameters';
import { recordKey } from './keys';
import { isArchivedByRow } from '../entities/archive';
import { isArchived } from './archived';
import type { RecordToOutput } from '../output/report';
import { makeReportItem } from '../output/report';
import type { Target, LocatedRecord } from '../store/located';

// ---------------------------------------------------------------- the form

type ListMode = 'add' | 'replace';

/** Makes the parameter *Multi-Value Fields*: whether a list keeps the values that it has. */
function makeListMode(fields: readonly Field[], byDefault: ListMode): INodeProperties {
	const labels = fields.filter(isList).map(({ label }) => label);
	return {
		displayName: 'Multi-Value Fields',
		name: 'listMode',
		type: 'options',
		options: [
			{
				name: 'Add to Existing Values',
				value: 'add',
				description: 'Read the record first and keep what it has',
			},
			{
				name: 'Replace All Values',
				value: 'replace',
				description: 'Put the given values in place of all others',
			},
		],
		default: byDefault,
		description: `For ${labels.sort().join(', ')}`,
	};
}

/** Makes the parameter *Multi-Value Fields* if any of the fields is a list. */
export function listModeForm(fields: readonly Field[], byDefault: ListMode): INodeProperties[] {
	return fields.some(isList) ? [makeListMode(fields, byDefault)] : [];
}

/**
 * Reads *Multi-Value Fields*. Returns true if the given values are added to the lists of a record,
 * and false if they replace the lists.
 */
export function readAddsToLists(
	reader: ParameterReader,
	fields: readonly Field[],
	byDefault: ListMode,
): boolean {
	if (!fields.some(isList)) return false;
	return reader.choice(makeListMode(fields, byDefault)) === 'add';
}

// ---------------------------------------------------------------- saving

/** The work on one record: the item, the target of its calls, and the form of its output. */
interface RecordTask {
	/** The item that changes the record. */
	item: Item;
	entity: Entity;
	target: Target;
	/** Turns the changed record into output. */
	toOutput: RecordToOutput;
}

/**
 * The record before the change. `archived` is set if it is known whether the record is archived.
 */
type RecordToChange = LocatedRecord & { archived?: boolean };

interface Changes {
	/** The values to save, in AlfaCRM's formats. */
	values: IDataObject;
	/** Whether lists keep the values that they have. */
	addToLists: boolean;
}

/**
 * Saves new values of a record. Sends only the values that differ, and nothing if none differs.
 *
 * @returns the record as output, with the names of the changed fields
 */
export async function saveChanges(
	task: RecordTask,
	record: RecordToChange,
	changes: Changes,
): Promise<IDataObject> {
	const { entity, toOutput } = task;
	const changedValues = await findChangedValues(task, record, changes);
	const changedFields = Object.keys(changedValues);
	if (changedFields.length === 0) {
		hintThatNothingChanged(task, record);
		return makeReportItem(toOutput, record.row, 'unchanged', changedFields);
	}

	const savedRecord = await sendUpdate(task, record, changedValues);
	const hasSentArchiveFlag = entity.archive !== undefined && 'removed' in changedValues;
	if (hasSentArchiveFlag) {
		const isToBeArchived = changedValues.removed === 1;
		await warnIfFlagHasNoEffect(task, savedRecord, { isToBeArchived });
	}
	// A user who archives or restores the record knows whether it is archived.
	const archivesOrRestores = 'removed' in changes.values;
	if (!archivesOrRestores) warnIfInArchive(task, record);
	return makeReportItem(toOutput, savedRecord.row, 'updated', changedFields);
}

/** Adds the hint that the record already has all values. */
function hintThatNothingChanged({ item, entity }: RecordTask, record: LocatedRecord): void {
	const noun = entity.label.toLowerCase();
	item.execution.hints.addRepeat(
		`Nothing of this ${noun} had to be changed`,
		`${noun} ${idTextOf(record)}`,
	);
}

/**
 * Finds the values that differ from the record. If the archive flag is among the values, first asks
 * AlfaCRM whether the record is archived, because the row may not show the flag.
 */
async function findChangedValues(
	task: RecordTask,
	record: RecordToChange,
	changes: Changes,
): Promise<IDataObject> {
	const { item, entity, target } = task;
	const { values, addToLists } = changes;
	let { row } = record;
	if ('removed' in values) {
		const isInArchive = await isArchived(item, entity, target, record);
		row = { ...row, removed: isInArchive ? 1 : 0 };
	}
	return pickChangedValues(item, entity, row, values, { addToLists });
}

/** Sends the changed values, and returns the record after the change. */
async function sendUpdate(
	task: RecordTask,
	record: RecordToChange,
	changedValues: IDataObject,
): Promise<LocatedRecord> {
	const { item, entity, target } = task;
	const { row, branch } = record;
	const id = Number(row.id);
	const call = {
		...target,
		branch,
		action: 'update',
		query: { id, ...target.query },
		body: changedValues,
		task: `update ${entity.label.toLowerCase()} ${id}`,
	};
	const answeredRow = await item.save(call, [recordKey(entity, id)]);

	// A confirming answer can lack the record. So the sent values count as saved.
	const savedRow = { ...row, ...withoutArchiveFlag(changedValues), ...answeredRow };
	return { row: savedRow, branch };
}

/**
 * Leaves out the archive flag: a confirmed update does not prove that the record was moved.
 */
function withoutArchiveFlag(values: IDataObject): IDataObject {
	const entries = Object.entries(values);
	return Object.fromEntries(entries.filter(([name]) => name !== 'removed'));
}

/** Adds a hint if AlfaCRM has accepted the archive flag, but the record's status is unchanged. */
async function warnIfFlagHasNoEffect(
	task: RecordTask,
	record: LocatedRecord,
	options: { isToBeArchived: boolean },
): Promise<void> {
	const { item, entity, target } = task;
	const { isToBeArchived } = options;
	const isInArchive = await isArchived(item, entity, target, record);
	if (isInArchive === isToBeArchived) return;

	const noun = entity.label.toLowerCase();
	const shownStatus = isInArchive ? 'archived' : 'active';
	const action = isToBeArchived ? 'Archive' : 'Restore';
	item.execution.hints.add(
		`AlfaCRM took the change, but shows a ${noun} as ${shownStatus} still. ${action} it there by hand`,
		`${noun} ${idTextOf(record)}`,
	);
}

/**
 * Adds a hint if a changed record is archived. The user may not know, because AlfaCRM's lists leave
 * out archived records.
 */
function warnIfInArchive({ item, entity }: RecordTask, record: RecordToChange): void {
	const isInArchive = record.archived ?? isArchivedByRow(entity, record.row, item.zone);
	if (!isInArchive) return;

	item.execution.hints.add(
		`Archived ${entity.plural.toLowerCase()} were changed and stay in the archive; 'Restore' brings them back`,
		`${entity.label.toLowerCase()} ${idTextOf(record)}`,
	);
}

const idTextOf = ({ row }: LocatedRecord): string => String(row.id);

// ---------------------------------------------------------------- comparing

/**
 * Picks the values that differ from a record. A field that the row does not show counts as empty.
 *
 * @param options.addToLists whether the given values of a list are added to the values that the
 * record has; if not, they replace those
 */
export function pickChangedValues(
	item: Item,
	entity: Pick<Entity, 'fields'>,
	row: IDataObject,
	values: IDataObject,
	options = { addToLists: false },
): IDataObject {
	const changedValues: IDataObject = {};
	for (const [name, givenValue] of Object.entries(values)) {
		const field = entity.fields.find((candidate) => candidate.name === name) ?? customField(name);
		const shownValue = row[name];
		const extendsList = options.addToLists && isList(field);
		const value = extendsList ? addToList(item, field, shownValue, givenValue) : givenValue;

		if (!isStored(field, shownValue, value, item.zone)) changedValues[name] = value;
	}
	return changedValues;
}

/**
 * Adds the given values to the values of a list that the record has, each only once. Returns an
 * empty list if the user gives an empty list, because the user wants to empty the field.
 *
 * @throws NodeOperationError if AlfaCRM does not show the list, or shows names in it instead of
 * IDs: sending names back would fail
 */
export function addToList(
	item: Item,
	field: Field,
	shownValue: unknown,
	givenValue: ApiValue,
): ApiValue {
	const givenItems = listOf(givenValue);
	if (givenItems.length === 0) return givenValue;

	if (shownValue === undefined) {
		throw cannotAddError(
			item,
			field,
			`Nothing can be added to '${field.label}', because AlfaCRM does not show what is in it`,
		);
	}
	const shownItems = listOf(shownValue);
	const showsOnlyIds = shownItems.every((shownItem) => readId(shownItem) !== undefined);
	const lacksIds = kindOf(field).holdsIds && !showsOnlyIds;
	if (lacksIds) {
		throw cannotAddError(
			item,
			field,
			`Nothing can be added to '${field.label}', because AlfaCRM shows no IDs in it`,
		);
	}

	return addItems(field, shownItems, givenItems) as ApiValue;
}

/** Makes the error for a list to which nothing can be added. */
function cannotAddError(item: Item, { label }: Field, message: string): Error {
	return item.error(
		message,
		`Leave '${label}' out, or give all values that it is to hold and set 'Multi-Value Fields' to Replace All Values.`,
	);
}
