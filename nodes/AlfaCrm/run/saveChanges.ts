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

type Mode = 'add' | 'replace';

/** What becomes of the values that a list has: AlfaCRM replaces it as a whole, which would lose them. */
function listMode(fields: readonly Field[], byDefault: Mode): INodeProperties {
	const lists = fields.filter(isList).map(({ label }) => label);
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
		description: `For ${lists.sort().join(', ')}`,
	};
}

/** Where there are lists at all. */
export const listModeForm = (fields: readonly Field[], byDefault: Mode): INodeProperties[] =>
	fields.some(isList) ? [listMode(fields, byDefault)] : [];

/** Whether values are added to lists. */
export const readAddToLists = (reader: ParameterReader, fields: readonly Field[], byDefault: Mode): boolean =>
	fields.some(isList) && reader.choice(listMode(fields, byDefault)) === 'add';

/** A record that is to be changed, for whom, and how it comes out. */
interface RecordTask {
	item: Item;
	entity: Entity;
	target: Target;
	show: RecordOutput;
}

/** What is to be saved, as it is sent. */
interface Changes {
	values: IDataObject;
	/** Lists keep what they have. */
	addToLists: boolean;
}

/** Sends what differs from the record, nothing if nothing does, and tells which fields those were. */
export async function saveChanges(
	task: RecordTask,
	match: LocatedRecord & { archived?: boolean },
	{ values, addToLists }: Changes,
): Promise<IDataObject> {
	const { item, entity, target, show } = task;
	const { row, branch } = match;
	const isFlagged = 'removed' in values;
	const flag = isFlagged ? { removed: Number(await isArchived(item, entity, target, match)) } : {};
	const record = { ...row, ...flag };
	const changed = differences(item, entity, record, values, { addToLists });
	const changedFields = Object.keys(changed);
	const [id, noun] = [Number(row.id), entity.label.toLowerCase()];
	if (changedFields.length === 0) {
		item.execution.hints.addRepeat(`Nothing of this ${noun} had to be changed`, `${noun} ${id}`);
		return report(show, row, 'unchanged', []);
	}
	const call = {
		...target,
		branch,
		action: 'update',
		query: { id, ...target.query },
		body: changed,
		task: `update ${noun} ${id}`,
	};
	const model = await item.save(call, [recordKey(entity, id)]);
	// An answer need not hold the record; whether the flag of the archive was taken shows elsewhere.
	const sent = Object.fromEntries(Object.entries(changed).filter(([name]) => name !== 'removed'));
	const saved = { row: { ...row, ...sent, ...model }, branch };
	if (entity.archive && 'removed' in changed) await warnIfNotArchived(task, saved, changed.removed === 1);
	if (!isFlagged) warnIfStillArchived(task, match);
	return report(show, saved.row, 'updated', changedFields);
}

/** AlfaCRM takes the flag of the archive without a word, also where it does nothing. */
async function warnIfNotArchived(
	{ item, entity, target }: RecordTask,
	match: LocatedRecord,
	wanted: boolean,
): Promise<void> {
	if ((await isArchived(item, entity, target, match)) === wanted) return;
	const noun = entity.label.toLowerCase();
	const [shown, act] = wanted ? ['active', 'Archive'] : ['archived', 'Restore'];
	item.execution.hints.add(
		`AlfaCRM took the change, but shows a ${noun} as ${shown} still. ${act} it there by hand`,
		`${noun} ${String(match.row.id)}`,
	);
}

/** Who changes a record that lists do not show may not know that it is in the archive. */
function warnIfStillArchived(
	{ item, entity }: RecordTask,
	{ row, archived = archivedByRow(entity, row, item.zone) }: LocatedRecord & { archived?: boolean },
): void {
	if (!archived) return;
	item.execution.hints.add(
		`Archived ${entity.plural.toLowerCase()} were changed and stay in the archive; 'Restore' brings them back`,
		`${entity.label.toLowerCase()} ${String(row.id)}`,
	);
}

/** The part of `values` that would change the record. What AlfaCRM does not show of it counts as empty. */
export function differences(
	item: Item,
	entity: Pick<Entity, 'fields'>,
	record: IDataObject,
	values: IDataObject,
	{ addToLists = false } = {},
): IDataObject {
	const body: IDataObject = {};
	for (const [name, value] of Object.entries(values)) {
		const field = entity.fields.find((one) => one.name === name) ?? customField(name);
		const wanted = addToLists && isList(field) ? added(item, field, record[name], value) : value;
		if (!isStored(field, record[name], wanted, item.zone)) body[name] = wanted;
	}
	return body;
}

/**
 * The values that a record has, and the given ones. Nothing is added to a list that is emptied.
 *
 * @throws NodeOperationError when AlfaCRM shows names where it takes IDs, which could not be sent back
 */
export function added(item: Item, field: Field, held: unknown, input: Wire): Wire {
	const more = listOf(input);
	if (more.length === 0) return input;
	const present = listOf(held);
	const refused = (message: string) => refusedToAdd(item, field, message);
	if (held === undefined)
		throw refused(`Nothing can be added to '${field.label}', because AlfaCRM does not show what is in it`);
	if (kindOf(field).holdsIds && present.some((one) => readId(one) === undefined))
		throw refused(`Nothing can be added to '${field.label}', because AlfaCRM shows no IDs in it`);
	return union(field, present, more) as Wire;
}

const refusedToAdd = (item: Item, { label }: Field, message: string): Error =>
	item.error(
		message,
		`Leave '${label}' out, or give all values that it is to hold and set 'Multi-Value Fields' to Replace All Values.`,
	);
