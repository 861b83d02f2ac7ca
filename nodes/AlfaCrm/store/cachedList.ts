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
	 * The IDs of the rows that have or had a value, by the value's normal form: see `normalForms`.
	 */
	idsByForm: Map<string, Set<number>>;
}

/**
 * A list that is read once for all items of an execution. An index for each searched field finds
 * rows without comparing every row.
 *
 * The items also write to AlfaCRM. `Execution.noteSaved` adds each write to the list, so that later
 * items find the records that earlier items have saved.
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
			if (id !== undefined) this.rowsById.set(id, row);
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
		const { idsByForm } = this.indexFor(field);
		const ids = normalForms(field, value).flatMap((form) => [...(idsByForm.get(form) ?? [])]);
		const distinctIds = [...new Set(ids)];
		return distinctIds.map((id) => this.rowsById.get(id)).filter((row) => row !== undefined);
	}

	/**
	 * Brings the list up to date after a write that AlfaCRM has confirmed.
	 *
	 * @param model the record in AlfaCRM's answer
	 */
	noteWrite({ action, branch, body = {}, query }: WriteCall, model: IDataObject): void {
		const id = readId(action === 'create' ? model.id : query?.id);
		if (id === undefined) return;

		// AlfaCRM accepts the archive flag even if it has no effect. So only the flag in its answer
		// counts, not the flag that was sent. API notes 4.
		const sentFields = 'removed' in body ? { ...body, removed: undefined } : body;
		const row = { ...this.rowsById.get(id), ...sentFields, ...model };
		if (action === 'delete' || !this.isListed(row, branch)) {
			this.rowsById.delete(id);
			return;
		}
		this.rowsById.set(id, row);
		for (const index of this.indexes.values()) addToIndex(index, id, row);
	}

	/** Returns the index of a field. The first search by the field builds it. */
	private indexFor(field: Field): FieldIndex {
		const existingIndex = this.indexes.get(field.name);
		if (existingIndex !== undefined) return existingIndex;

		const index: FieldIndex = { field, idsByForm: new Map() };
		for (const [id, row] of this.rowsById) addToIndex(index, id, row);
		this.indexes.set(field.name, index);
		return index;
	}
}

/** Adds a row to an index, under every normal form of each of its values. */
function addToIndex({ field, idsByForm }: FieldIndex, id: number, row: IDataObject): void {
	const forms = listOf(row[field.name]).flatMap((value) => normalForms(field, value));
	for (const form of forms) {
		const ids = idsByForm.get(form) ?? new Set<number>();
		idsByForm.set(form, ids.add(id));
	}
}
