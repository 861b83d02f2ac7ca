import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import type { Item } from '../execution/item';
import { recordKey } from '../execution/execution';
import { archivedByRow, isArchived } from './archived';
import { report } from '../output/readings';
import type { LocatedRecord, Target } from './target';
import { differences } from './diff';

/** A record that is to be changed, for whom, and how it comes out. */
interface RecordTask {
	item: Item;
	entity: Entity;
	target: Target;
	show: (row: IDataObject) => IDataObject;
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
