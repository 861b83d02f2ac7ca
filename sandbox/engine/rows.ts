import { localToday } from '../model/clock';
import type { Entity, SerializeContext } from '../model/entity';
import { isList, type Json, type JsonObject, type Row } from '../model/json';
import { fieldTypes } from './fieldTypes';

/** Makes a row with every field of the entity, each with its initial value. */
export function emptyRow(entity: Entity): Record<string, Json> {
	const row: Record<string, Json> = {};
	for (const [name, field] of Object.entries(entity.fields)) {
		const emptyValue = fieldTypes[field.kind].isList ? [] : null;
		row[name] = field.initial ?? emptyValue;
	}
	return { ...row, ...entity.hidden };
}

/** Checks whether the record is in the archive on that day of the account, `yyyy-mm-dd`. */
export function isArchived({ archive }: Entity, row: Row, today: string): boolean {
	if (!archive) return false;
	const archiveValue = row[archive.field];

	// The last day of an active record, 2030-12-31, means no end, even after that day has passed.
	if (archiveValue === archive.active) return false;
	return typeof archiveValue === 'string' ? archiveValue <= today : archiveValue === 1;
}

/** Makes the form in which answers show the row. */
export function serializeRow(entity: Entity, context: SerializeContext): JsonObject {
	const { row, settings } = context;
	const shown: Record<string, Json> = { ...row };
	for (const name of Object.keys(entity.hidden ?? {})) {
		delete shown[name];
	}

	if (entity.archive) {
		const showsRemoved = settings.shownFields.includes(`${entity.path}.removed`);
		delete shown.removed;
		if (showsRemoved) shown.removed = isArchived(entity, row, localToday(settings)) ? 1 : 0;
	}
	return entity.serialize?.(shown, context) ?? shown;
}

/**
 * Checks whether the record belongs to the branch. A record of an entity without a branch field
 * belongs to every branch.
 *
 * @param branch null for all branches
 */
export function isInBranch(entity: Entity, row: Row, branch: number | null): boolean {
	if (branch === null || entity.branchField === undefined) return true;
	const branches = row[entity.branchField];
	return isList(branches) ? branches.includes(branch) : branches === branch;
}
