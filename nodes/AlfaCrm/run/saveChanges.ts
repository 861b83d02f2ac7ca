/**
 * Saves changes of a record that was read before. Sends only values that differ from the record,
 * and sends nothing if all are equal. So a second run changes nothing.
 *
 * - **Lists** are replaced by AlfaCRM as a whole. To add values to a list, the old values are sent
 *   together with the new ones.
 * - **The archive flag** (`removed`) is accepted by AlfaCRM even if it has no effect. So after it
 *   was sent, the record's status is read again. API notes 4.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readId } from '../values/formats';
import type { Field, Wire } from '../entities/fieldTypes';
import type { Entity } from '../entities/types';
import { customField } from '../fields/custom';
import { isList, isStored, kindOf, listOf, addItems } from '../fields/field';
import type { Item } from './item';
import type { ParameterReader } from '../form/parameters';
import { recordKey } from './keys';
import { archivedByRow } from '../entities/archive';
import { isArchived } from './archived';
import type { RecordToOutput } from '../output/report';
import { makeReportItem } from '../output/report';
import type { Target, LocatedRecord } from '../store/located';

// ---------------------------------------------------------------- the form

type ListMode = 'add' | 'replace';

/** Makes the parameter *Multi-Value Fields*: whether a list keeps the values that it has. */
function listMode(fields: readonly Field[], byDefault: ListMode): INodeProperties {
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
export const listModeForm = (fields: readonly Field[], byDefault: ListMode): INodeProperties[] =>
	fields.some(isList) ? [listMode(fields, byDefault)] : [];

/**
 * Reads *Multi-Value Fields*: whether values are added to lists. Otherwise they replace the lists.
 */
export const readAddToLists = (
	reader: ParameterReader,
	fields: readonly Field[],
	byDefault: ListMode,
): boolean => fields.some(isList) && reader.choice(listMode(fields, byDefault)) === 'add';

// ---------------------------------------------------------------- saving

/** The item that changes a record, the record's entity and target, and the form of the output. */
interface RecordTask {
	item: Item;
	entity: Entity;
	target: Target;
	show: RecordToOutput;
}

/** A record that was found. `archived` is set if the search has shown whether it is archived. */
type FoundRecord = LocatedRecord & { archived?: boolean };

interface Changes {
	/** The values to save, in AlfaCRM's formats. */
	values: IDataObject;
	/** Whether lists keep the values that they have. */
	addToLists: boolean;
}

/** Sends the values that differ from the record, and reports which fields those were. */
export async function saveChanges(
	task: RecordTask,
	record: FoundRecord,
	changes: Changes,
): Promise<IDataObject> {
	const { item, entity, show } = task;
	const changedValues = await findChangedValues(task, record, changes);
	const changedFields = Object.keys(changedValues);
	if (changedFields.length === 0) {
		const noun = entity.label.toLowerCase();
		item.execution.hints.addRepeat(
			`Nothing of this ${noun} had to be changed`,
			`${noun} ${idTextOf(record)}`,
		);
		return makeReportItem(show, record.row, 'unchanged', changedFields);
	}

	const savedRecord = await sendUpdate(task, record, changedValues);
	if (entity.archive && 'removed' in changedValues) {
		await warnIfFlagHasNoEffect(task, savedRecord, { isToBeArchived: changedValues.removed === 1 });
	}
	if (!('removed' in changes.values)) warnIfInArchive(task, record);
	return makeReportItem(show, savedRecord.row, 'updated', changedFields);
}

/**
 * Finds the values that differ from the record. If the archive flag is among the values, asks
 * AlfaCRM first whether the record is archived, because its row may not show it.
 */
async function findChangedValues(
	{ item, entity, target }: RecordTask,
	record: FoundRecord,
	{ values, addToLists }: Changes,
): Promise<IDataObject> {
	if (!('removed' in values)) return differences(item, entity, record.row, values, { addToLists });

	const removed = Number(await isArchived(item, entity, target, record));
	return differences(item, entity, { ...record.row, removed }, values, { addToLists });
}

/** Sends the changed values, and returns the record after the change. */
async function sendUpdate(
	{ item, entity, target }: RecordTask,
	{ row, branch }: FoundRecord,
	changedValues: IDataObject,
): Promise<LocatedRecord> {
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

	// The confirmed answer may not hold the record, so the sent values count as saved.
	return { row: { ...row, ...withoutArchiveFlag(changedValues), ...answeredRow }, branch };
}

/**
 * Leaves out the archive flag: a confirmed update does not prove that the record was moved.
 */
function withoutArchiveFlag(values: IDataObject): IDataObject {
	return Object.fromEntries(Object.entries(values).filter(([name]) => name !== 'removed'));
}

/** Adds a hint if AlfaCRM has accepted the archive flag, but the record's status is unchanged. */
async function warnIfFlagHasNoEffect(
	{ item, entity, target }: RecordTask,
	record: LocatedRecord,
	{ isToBeArchived }: { isToBeArchived: boolean },
): Promise<void> {
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
 * Adds a hint if a changed record is archived. AlfaCRM's lists leave it out, so the user may not
 * know.
 */
function warnIfInArchive({ item, entity }: RecordTask, record: FoundRecord): void {
	const isInArchive = record.archived ?? archivedByRow(entity, record.row, item.zone);
	if (!isInArchive) return;

	item.execution.hints.add(
		`Archived ${entity.plural.toLowerCase()} were changed and stay in the archive; 'Restore' brings them back`,
		`${entity.label.toLowerCase()} ${idTextOf(record)}`,
	);
}

const idTextOf = ({ row }: LocatedRecord): string => String(row.id);

// ---------------------------------------------------------------- comparing

/**
 * Picks the values that differ from a record. A field that its row does not show counts as empty.
 */
export function differences(
	item: Item,
	entity: Pick<Entity, 'fields'>,
	row: IDataObject,
	values: IDataObject,
	{ addToLists = false } = {},
): IDataObject {
	const changedValues: IDataObject = {};
	for (const [name, value] of Object.entries(values)) {
		const field = entity.fields.find((candidate) => candidate.name === name) ?? customField(name);
		const shownValue = row[name];
		const valueToSave =
			addToLists && isList(field) ? addToList(item, field, shownValue, value) : value;
		if (!isStored(field, shownValue, valueToSave, item.zone)) changedValues[name] = valueToSave;
	}
	return changedValues;
}

/**
 * Makes a list of the record's values, followed by the given values that are not among them. If the
 * user gives an empty list, returns it, because the user wants to empty the field.
 *
 * @throws NodeOperationError if AlfaCRM does not show the list, or shows names in it instead of
 * IDs: sending names back would fail
 */
export function addToList(item: Item, field: Field, shownValue: unknown, givenValue: Wire): Wire {
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
	const lacksIds =
		kindOf(field).holdsIds && shownItems.some((shownItem) => readId(shownItem) === undefined);
	if (lacksIds) {
		throw cannotAddError(
			item,
			field,
			`Nothing can be added to '${field.label}', because AlfaCRM shows no IDs in it`,
		);
	}

	return addItems(field, shownItems, givenItems) as Wire;
}

function cannotAddError(item: Item, { label }: Field, message: string): Error {
	return item.error(
		message,
		`Leave '${label}' out, or give all values that it is to hold and set 'Multi-Value Fields' to Replace All Values.`,
	);
}
