import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import type { DiffRules } from './fields/diff';
import { differences } from './fields/diff';
import type { Match } from './match/memory';
import { writtenHere } from './match/memory';
import { report } from './report';
import { save } from './save';
import { isArchived } from './match/search';
import type { Target } from './target';

/** Sends what differs from the record, nothing if nothing does, and tells which fields those were. */
export async function saveChanges(
	context: IExecuteFunctions,
	entity: Entity,
	target: Target,
	{ row, branch }: Match,
	wire: IDataObject,
	rules: DiffRules,
): Promise<IDataObject> {
	const { itemIndex } = target;
	const archived = isArchived(entity, row, context.getTimezone());
	const record = entity.archive ? { ...row, removed: archived ? 1 : 0 } : row;
	const body = differences(context, entity, itemIndex, record, wire, rules);
	const changed = Object.keys(body);
	if (changed.length === 0) return report(context, entity, itemIndex, row, 'unchanged', []);

	const id = Number(row.id);
	const task = `update ${entity.label.toLowerCase()} ${id}`;
	const call = { ...target, branch, action: 'update', query: { id, ...target.query }, body, task };
	const now = { ...row, ...(await save(context, call)) };
	writtenHere(context, entity.path).set(id, { row: now, branch });
	if ('removed' in body) tellIfKept(context, entity, now, body.removed === 1);
	return report(context, entity, itemIndex, now, 'updated', changed);
}

/** AlfaCRM takes the flag of the archive without a word, also where it does nothing. */
function tellIfKept(context: IExecuteFunctions, entity: Entity, now: IDataObject, wanted: boolean): void {
	const day = entity.archive?.day;
	if (day === undefined || !(day in now) || isArchived(entity, now, context.getTimezone()) === wanted) return;
	context.addExecutionHints({
		type: 'warning',
		location: 'outputPane',
		message: `AlfaCRM took the change of ${entity.label.toLowerCase()} ${String(now.id)}, but shows it as ${wanted ? 'active' : 'archived'} still. ${wanted ? 'Archive' : 'Restore'} it there by hand.`,
	});
}
