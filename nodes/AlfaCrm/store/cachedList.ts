import type { IDataObject } from 'n8n-workflow';

import type { ApiRequest } from '../api/request';
import { readId } from '../values/formats';
import { listOf, normalForms } from '../fields/field';
import type { Field } from '../entities/fieldTypes';

/** A call that has created, changed or deleted a record. */
export type WriteCall = Pick<ApiRequest, 'action' | 'body' | 'branch' | 'query'>;

interface Index {
	field: Field;
	/** By the normal forms of the field's values. */
	ids: Map<string, Set<number>>;
}

/**
 * The rows of a list that is read once for all items of an execution, found by the value of a field without looking at
 * each. `Execution.noteSaved` notes in it what the items write, so that later ones find that too.
 */
export class CachedList {
	private readonly byId = new Map<number, IDataObject>();
	private readonly indexes = new Map<string, Index>();

	/** @param isListed whether the list would show a record that was written through a branch */
	constructor(
		rows: readonly IDataObject[],
		private readonly isListed: (row: IDataObject, branch?: number) => boolean,
	) {
		for (const row of rows) {
			const id = readId(row.id);
			if (id !== undefined) this.byId.set(id, row);
		}
	}

	get rows(): IDataObject[] {
		return [...this.byId.values()];
	}

	/** The rows that may hold a value of a field. The caller compares them, for it may have been overwritten since. */
	having(field: Field, value: unknown): IDataObject[] {
		let index = this.indexes.get(field.name);
		if (index === undefined) {
			this.indexes.set(field.name, (index = { field, ids: new Map() }));
			for (const [id, row] of this.byId) addTo(index, id, row);
		}
		const { ids } = index;
		const found = new Set(normalForms(field, value).flatMap((form) => [...(ids.get(form) ?? [])]));
		return [...found].map((id) => this.byId.get(id)).filter((row) => row !== undefined);
	}

	/** Notes a write that AlfaCRM has confirmed, with the record in its answer. */
	note({ action, branch, body = {}, query }: WriteCall, model: IDataObject): void {
		const id = readId(action === 'create' ? model.id : query?.id);
		if (id === undefined) return;
		// AlfaCRM takes the flag of the archive also where it does nothing. API notes 4.
		const flag = 'removed' in body ? { removed: undefined } : {};
		const row = { ...this.byId.get(id), ...body, ...flag, ...model };
		if (action === 'delete' || !this.isListed(row, branch)) {
			this.byId.delete(id);
			return;
		}
		this.byId.set(id, row);
		for (const index of this.indexes.values()) addTo(index, id, row);
	}
}

function addTo({ field, ids }: Index, id: number, row: IDataObject): void {
	for (const form of listOf(row[field.name]).flatMap((one) => normalForms(field, one))) {
		const known = ids.get(form);
		if (known) known.add(id);
		else ids.set(form, new Set([id]));
	}
}
