import type { IDataObject } from 'n8n-workflow';

import type { ApiRequest } from '../api/request';
import type { Field } from '../entities/fieldTypes';
import { listOf, normalForms } from '../fields/field';
import { readId } from '../values/formats';

/** A call that has created, changed or deleted a record. */
export type WriteCall = Pick<ApiRequest, 'action' | 'body' | 'branch' | 'query'>;

/** Finds the rows that have a value in one field, without comparing every row. */
interface FieldIndex {
	field: Field;
	/**
	 * The IDs of rows by a value of the field, in its normal form (see `normalForms`). When a write
	 * changes a value, the ID is added under the new value and also stays under the old one.
	 */
	idsByNormalForm: Map<string, Set<number>>;
}

/**
 * A list that is read from AlfaCRM once for all items of an execution, and kept up to date.
 *
 * The items also write to AlfaCRM. `noteWrite` is called for each write, so that later items find
 * the records that earlier items have saved.
 */
export class CachedList {
	private readonly rowsById = new Map<number, IDataObject>();
	/** An index for each field that has been searched by so far, by the name of the field. */
	private readonly indexes = new Map<string, FieldIndex>();

	/**
	 * @param belongsInList whether AlfaCRM's list would show a row that was just written; `branch` is
	 * the branch of the call that wrote the row
	 */
	constructor(
		rows: readonly IDataObject[],
		private readonly belongsInList: (row: IDataObject, branch?: number) => boolean,
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
	 * Finds all rows that have a value in a field, and perhaps some more. The caller has to compare
	 * the rows, because the index also finds a row by the values that it had before a write.
	 */
	findCandidates(field: Field, value: unknown): IDataObject[] {
		const { idsByNormalForm } = this.getIndex(field);
		const ids = new Set<number>();
		for (const normalForm of normalForms(field, value)) {
			const matchingIds = idsByNormalForm.get(normalForm) ?? [];
			for (const id of matchingIds) {
				ids.add(id);
			}
		}

		// The index still has the IDs of rows that `noteWrite` has removed from the list.
		const rows = [...ids].map((id) => this.rowsById.get(id));
		return rows.filter((row) => row !== undefined);
	}

	/**
	 * Brings the list up to date after a write that AlfaCRM has confirmed.
	 *
	 * @param write the call that was sent
	 * @param savedRecord the record in AlfaCRM's answer
	 */
	noteWrite(write: WriteCall, savedRecord: IDataObject): void {
		const id = readId(write.action === 'create' ? savedRecord.id : write.query?.id);
		if (id === undefined) return;

		const earlierRow = this.rowsById.get(id);
		// AlfaCRM's answer may lack some fields. They are taken from the call or from the earlier row.
		const row = { ...earlierRow, ...withoutArchiveFlag(write.body ?? {}), ...savedRecord };
		const isInList = write.action !== 'delete' && this.belongsInList(row, write.branch);
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
 *
 * AlfaCRM can accept the flag without archiving the record (docs/alfacrm-api.md 4). So after such a
 * write, only the flag in AlfaCRM's answer counts. The undefined flag also hides the flag of the
 * earlier row.
 */
function withoutArchiveFlag(sentFields: IDataObject): IDataObject {
	return 'removed' in sentFields ? { ...sentFields, removed: undefined } : sentFields;
}

/** Adds a row to an index, under every normal form of each of its values. */
function addToIndex(index: FieldIndex, id: number, row: IDataObject): void {
	const { field, idsByNormalForm } = index;
	const values = listOf(row[field.name]);
	const allNormalForms = values.flatMap((value) => normalForms(field, value));
	for (const normalForm of allNormalForms) {
		const ids = idsByNormalForm.get(normalForm) ?? new Set<number>();
		ids.add(id);
		idsByNormalForm.set(normalForm, ids);
	}
}
