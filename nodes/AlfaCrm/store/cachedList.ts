import type { IDataObject } from 'n8n-workflow';

import type { ApiRequest } from '../api/request';
import type { Field } from '../entities/fieldTypes';
import { listOf, normalForms } from '../fields/field';
import { readId } from '../values/formats';

/** A call that has created, changed or deleted a record. */
export type WriteCall = Pick<ApiRequest, 'action' | 'body' | 'branch' | 'query'>;

/** An index of the rows by the values of one field. */
interface FieldIndex {
	field: Field;
	/**
	 * The IDs of the rows that have a value, or had it before a write, by the normal form of the
	 * value: see `normalForms`. IDs are only added, so whoever uses the index compares the rows.
	 */
	idsByNormalForm: Map<string, Set<number>>;
}

/**
 * A list that is read once for all items of an execution. An index for each searched field finds
 * rows without comparing every row.
 *
 * The items also write to AlfaCRM. `noteWrite` is called for each write, so that later items find
 * the records that earlier items have saved.
 */
export class CachedList {
	private readonly rowsById = new Map<number, IDataObject>();
	/** An index for each field that has been searched by so far, by the name of the field. */
	private readonly indexes = new Map<string, FieldIndex>();

	/**
	 * @param isListed whether AlfaCRM's list would show a row after a write; `branch` is the branch
	 * of the call that wrote it
	 */
	constructor(
		rows: readonly IDataObject[],
		private readonly isListed: (row: IDataObject, branch?: number) => boolean,
	) {
		for (const row of rows) {
			const id = readId(row.id);
			if (id !== undefined) {
				this.rowsById.set(id, row);
			}
		}
	}

	get rows(): IDataObject[] {
		return [...this.rowsById.values()];
	}

	/**
	 * Finds the rows that may hold a value in a field. The caller has to compare them, because an
	 * index also finds a row by the values that it had before a write.
	 */
	findCandidates(field: Field, value: unknown): IDataObject[] {
		const { idsByNormalForm } = this.getIndex(field);
		const ids = new Set<number>();
		for (const form of normalForms(field, value)) {
			const idsOfForm = idsByNormalForm.get(form) ?? [];
			for (const id of idsOfForm) {
				ids.add(id);
			}
		}

		// The index may still have the IDs of rows that are no longer in the list.
		const rows = [...ids].map((id) => this.rowsById.get(id));
		return rows.filter((row) => row !== undefined);
	}

	/**
	 * Brings the list up to date after a write that AlfaCRM has confirmed.
	 *
	 * @param write the call that was sent
	 * @param model the record in AlfaCRM's answer
	 */
	noteWrite(write: WriteCall, model: IDataObject): void {
		const id = readId(write.action === 'create' ? model.id : write.query?.id);
		if (id === undefined) return;

		const earlierRow = this.rowsById.get(id);
		const row = { ...earlierRow, ...withoutArchiveFlag(write.body ?? {}), ...model };
		const isInList = write.action !== 'delete' && this.isListed(row, write.branch);
		if (!isInList) {
			this.rowsById.delete(id);
			return;
		}

		this.rowsById.set(id, row);
		for (const index of this.indexes.values()) {
			addToIndex(index, id, row);
		}
	}

	/** Returns the index of the rows by a field. The first search by the field builds it. */
	private getIndex(field: Field): FieldIndex {
		const existingIndex = this.indexes.get(field.name);
		if (existingIndex !== undefined) return existingIndex;

		const index: FieldIndex = { field, idsByNormalForm: new Map() };
		for (const [id, row] of this.rowsById) {
			addToIndex(index, id, row);
		}
		this.indexes.set(field.name, index);
		return index;
	}
}

/**
 * Copies the sent fields of a record, and sets the archive flag to undefined if it was sent.
 * AlfaCRM accepts the flag even if it has no effect (API notes 4), so after such a write neither
 * the sent flag nor the one of the earlier row counts, but only the flag in AlfaCRM's answer.
 */
function withoutArchiveFlag(sentFields: IDataObject): IDataObject {
	return 'removed' in sentFields ? { ...sentFields, removed: undefined } : sentFields;
}

/** Adds a row to an index, under every normal form of each of its values. */
function addToIndex(index: FieldIndex, id: number, row: IDataObject): void {
	const { field, idsByNormalForm } = index;
	const values = listOf(row[field.name]);
	const forms = values.flatMap((value) => normalForms(field, value));
	for (const form of forms) {
		const ids = idsByNormalForm.get(form) ?? new Set<number>();
		ids.add(id);
		idsByNormalForm.set(form, ids);
	}
}
