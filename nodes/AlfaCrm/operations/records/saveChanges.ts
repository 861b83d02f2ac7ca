import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import type { Item } from '../execution/item';
import { recordKey } from '../execution/execution';
import { archivedByRow, archivedState, archivedUnknownError } from './archived';
import { report } from '../output/report';
import type { LocatedRecord, Target } from './target';
import { differences } from './diff';

/** A record that is to be changed, for whom, and how it comes out. */
interface RecordTask {
	item: Item;
	entity: Entity;
	target: Target;
	show: (row: IDataObject) => IDataObject;
	/** It has been said already that archived ones stay in the archive. */
	isArchiveTold?: boolean;
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
	match: LocatedRecord,
	{ values, addToLists }: Changes,
): Promise<IDataObject> {
	const { item, entity, target, show } = task;
	const { row, branch } = match;
	const record = 'removed' in values ? await withFlag(task, match) : row;
	const changed = differences(item, entity, record, values, addToLists);
	const changedFields = Object.keys(changed);
	if (changedFields.length === 0) return report(show, row, 'unchanged', []);

	const id = Number(row.id);
	const call = {
		...target,
		branch,
		action: 'update',
		query: { id, ...target.query },
		body: changed,
		task: `update ${entity.label.toLowerCase()} ${id}`,
	};
	const model = await item.save(call, [recordKey(entity, id)]);
	// An answer need not hold the record; whether the flag of the archive was taken shows elsewhere.
	const sent = Object.fromEntries(Object.entries(changed).filter(([name]) => name !== 'removed'));
	const saved = { row: { ...row, ...sent, ...model }, branch };
	if (entity.archive && 'removed' in changed) await warnIfNotArchived(task, saved, changed.removed === 1);
	if (!('removed' in values)) warnIfStillArchived(task, row);
	return report(show, saved.row, 'updated', changedFields);
}

/** @throws NodeApiError when the list of archived ones did not come whole */
async function withFlag({ item, entity, target }: RecordTask, match: LocatedRecord): Promise<IDataObject> {
	const archived = await archivedState(item, entity, target, match);
	if (archived === undefined) throw archivedUnknownError(item, entity, match);
	return { ...match.row, removed: Number(archived) };
}

/** AlfaCRM takes the flag of the archive without a word, also where it does nothing. */
async function warnIfNotArchived(
	{ item, entity, target }: RecordTask,
	match: LocatedRecord,
	wanted: boolean,
): Promise<void> {
	const noun = entity.label.toLowerCase();
	const archived = await archivedState(item, entity, target, match).catch((caught: unknown) => {
		if (item.execution.isCancelled) throw item.asError(caught);
		return undefined;
	});
	if (archived === wanted) return;
	const still = wanted
		? `AlfaCRM took the change, but shows a ${noun} as active still. Archive it there by hand`
		: `AlfaCRM took the change, but shows a ${noun} as archived still. Restore it there by hand`;
	// It is saved, whatever becomes of the look afterwards.
	const unknown = 'AlfaCRM took the change, but did not show what became of it. Look there';
	item.execution.hints.add(archived === undefined ? unknown : still, `${noun} ${String(match.row.id)}`);
}

/** Who changes a record that lists do not show may not know that it is in the archive. */
function warnIfStillArchived({ item, entity, isArchiveTold }: RecordTask, row: IDataObject): void {
	if (isArchiveTold || archivedByRow(entity, row, item.zone) !== true) return;
	item.execution.hints.add(
		`Archived ${entity.plural.toLowerCase()} were changed and stay in the archive; 'Restore' brings them back`,
		`${entity.label.toLowerCase()} ${String(row.id)}`,
	);
}
