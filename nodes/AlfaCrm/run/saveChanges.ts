import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readId } from '../values/formats';
import type { Field, Wire } from '../entities/fieldTypes';
import type { Entity } from '../entities/types';
import { customField } from '../fields/custom';
import { isList, isStored, kindOf, listOf, union } from '../fields/field';
import type { Item } from './item';
import type { ParameterReader } from '../form/parameters';
import { recordKey } from './execution';
import { archivedByRow } from '../entities/archive';
import { isArchived } from './archived';
import type { RecordOutput } from '../output/report';
import { report } from '../output/report';
import type { Target, LocatedRecord } from '../store/located';

/**
 * Saves changes of a record that was read before: sends only the values that differ from it, and
 * nothing if none differs. So a second run changes nothing.
 *
 * - **Lists** are replaced by AlfaCRM as a whole. So where values are to be added, the list is sent
 *   with all that it has already.
 * - **The archive** is a flag that AlfaCRM takes also where it does nothing. So the record is read
 *   again after the flag was sent.
 */

// ---------------------------------------------------------------- the form

type ListMode = 'add' | 'replace';

/** Lets the user choose what becomes of the values that a list has already. */
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

/** Offers that choice if any of the fields is a list. */
export const listModeForm = (fields: readonly Field[], byDefault: ListMode): INodeProperties[] =>
	fields.some(isList) ? [listMode(fields, byDefault)] : [];

/** Reads whether given values are added to lists, instead of replacing them. */
export const readAddToLists = (
	reader: ParameterReader,
	fields: readonly Field[],
	byDefault: ListMode,
): boolean => fields.some(isList) && reader.choice(listMode(fields, byDefault)) === 'add';

// ---------------------------------------------------------------- saving

/** The kind of record that is changed, the item that changes it, and how the record comes out. */
interface RecordTask {
	item: Item;
	entity: Entity;
	target: Target;
	show: RecordOutput;
}

/** A record that was found, and whether it is archived as far as the search has told. */
type FoundRecord = LocatedRecord & { archived?: boolean };

interface Changes {
	/** The values to save, as AlfaCRM takes them. */
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
		return report(show, record.row, 'unchanged', changedFields);
	}

	const savedRecord = await sendUpdate(task, record, changedValues);
	if (entity.archive && 'removed' in changedValues) {
		await warnIfFlagHasNoEffect(task, savedRecord, { isToBeArchived: changedValues.removed === 1 });
	}
	if (!('removed' in changes.values)) warnIfInArchive(task, record);
	return report(show, savedRecord.row, 'updated', changedFields);
}

/**
 * Finds the values that differ from the record. The row may not show whether it is archived, so
 * that is found out before.
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

/** Sends the changed values, and returns the record as it is then. */
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

	// The answer may not hold the record, so the values that were sent are taken for saved.
	return { row: { ...row, ...withoutArchiveFlag(changedValues), ...answeredRow }, branch };
}

/**
 * Leaves out the flag of the archive: that AlfaCRM has taken it does not prove that the record is
 * in the archive now.
 */
function withoutArchiveFlag(values: IDataObject): IDataObject {
	return Object.fromEntries(Object.entries(values).filter(([name]) => name !== 'removed'));
}

/** Tells the user if AlfaCRM took the flag of the archive, and the record is still where it was. */
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
 * Tells the user that a changed record is in the archive: lists do not show it, so the user may not
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
 * Picks the values that would change a record. A field that AlfaCRM does not show counts as empty.
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
 * Makes the list that holds what a record has, and then the given values that it does not have. An
 * empty list is returned as it is, because it is meant to empty the field.
 *
 * @throws NodeOperationError when AlfaCRM does not show the list, or shows names in it in place of
 * IDs, which it would not take
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

	return union(field, shownItems, givenItems) as Wire;
}

function cannotAddError(item: Item, { label }: Field, message: string): Error {
	return item.error(
		message,
		`Leave '${label}' out, or give all values that it is to hold and set 'Multi-Value Fields' to Replace All Values.`,
	);
}
