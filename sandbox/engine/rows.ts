import { localToday } from '../model/clock';
import type { Entity, SerializeContext } from '../model/entity';
import { isList, type Json, type JsonObject, type Row } from '../model/json';
import { fieldTypes } from './fieldTypes';

/** A row with every field of the entity, filled with initial values. */
export function emptyRow(entity: Entity): Record<string, Json> {
	const row: Record<string, Json> = {};
	for (const [name, field] of Object.entries(entity.fields)) {
		row[name] = field.initial ?? (fieldTypes[field.kind].isList ? [] : null);
	}
	return { ...row, ...entity.hidden };
}

/** Whether the record is in the archive on that day of the account. */
export function isArchived({ archive }: Entity, row: Row, today: string): boolean {
	const held = archive && row[archive.field];
	if (held === archive?.active) return false; // 2030-12-31 is no end, also when that day has passed
	return typeof held === 'string' ? held <= today : held === 1;
}

/** The row as answers show it. */
export function serializeRow(entity: Entity, context: SerializeContext): JsonObject {
	const { row, settings } = context;
	const shown: Record<string, Json> = { ...row };
	for (const name of Object.keys(entity.hidden ?? {})) delete shown[name];
	if (entity.archive) {
		delete shown.removed;
		const isRemovedShown = settings.shownFields.includes(`${entity.path}.removed`);
		if (isRemovedShown) shown.removed = isArchived(entity, row, localToday(settings)) ? 1 : 0;
	}
	return entity.serialize?.(shown, context) ?? shown;
}

/** A record belongs to the branches (or the one branch) that its branch field names. */
export function isInBranch(entity: Entity, row: Row, branch: number | null): boolean {
	if (branch === null || entity.branchField === undefined) return true;
	const branches = row[entity.branchField];
	return isList(branches) ? branches.includes(branch) : branches === branch;
}
