import type { IDataObject } from 'n8n-workflow';

import type { ApiRequest } from '../../api/request';
import { readId } from '../../values/formats';
import { isEmpty } from '../../fields/blank';
import { normalForms, listOf } from '../../fields/field';
import type { Field } from '../../entities/fieldTypes';

/** A record and the branch in which it can be reached. */
export interface LocatedRecord {
	row: IDataObject;
	branch?: number;
	/** `Execution.version` when it was read or written. */
	version: number;
	/** Of a record that was written: what its fields held before, each value as JSON. */
	was?: ReadonlyMap<string, ReadonlySet<string>>;
}

/** A call that has written. */
type WriteCall = Pick<ApiRequest, 'action' | 'body' | 'branch' | 'query'>;

const asJson = (value: unknown): string => JSON.stringify(value) ?? 'undefined';

/** Whether a row shows a record as it was before it was written: AlfaCRM's lists may be late. */
export function isLate({ was = new Map(), row: written }: LocatedRecord, row: IDataObject): boolean {
	return [...was].some(([name, values]) => {
		const shown = asJson(row[name]);
		return values.has(shown) && shown !== asJson(written[name]);
	});
}

/** An answer that leaves empty what was sent does not show it there. API notes 5.11. */
function shownIn(model: IDataObject, sent: IDataObject): IDataObject {
	const isHidden = ([name, value]: [string, unknown]) => isEmpty(value) && !isEmpty(sent[name]);
	return Object.fromEntries(Object.entries(model).filter((entry) => !isHidden(entry)));
}

/** Records that one execution has written, found by ID or by the value of a field without looking at each. */
export class WriteCache {
	private readonly byId = new Map<number, LocatedRecord>();
	private readonly gone = new Set<number>();
	private readonly byValue = new Map<string, { field: Field; ids: Map<string, Set<number>> }>();

	get(id: number): LocatedRecord | undefined {
		return this.byId.get(id);
	}

	/**
	 * Notes what AlfaCRM has confirmed of a call that creates, changes or deletes a record.
	 *
	 * @param before the record as it was read; without it, nothing is known of the fields that were not sent
	 */
	note(call: WriteCall, model: IDataObject, version: number, before?: IDataObject): void {
		const isNew = call.action === 'create';
		const id = readId(isNew ? model.id : call.query?.id);
		if (id === undefined) return;
		const held = isNew ? {} : (before ?? this.byId.get(id)?.row);
		if (call.action === 'delete') this.gone.add(id);
		if (call.action === 'delete' || held === undefined) {
			this.byId.delete(id);
			return;
		}
		const { removed, ...sent } = call.body ?? {};
		// Whether the flag of the archive was taken shows elsewhere.
		const flag = isNew && removed !== undefined ? { removed } : {};
		const row = { ...held, ...flag, ...sent, ...shownIn(model, sent) };
		this.set(id, { row, branch: call.branch, version }, held, isNew ? [] : Object.keys(call.body ?? {}));
	}

	/** @param changes the fields that were changed, and the record before */
	private set(id: number, match: LocatedRecord, before: IDataObject, changes: readonly string[]): void {
		const was = new Map(this.byId.get(id)?.was);
		for (const name of changes) was.set(name, new Set([...(was.get(name) ?? []), asJson(before[name])]));
		this.byId.set(id, { ...match, was });
		for (const { field, ids } of this.byValue.values()) note(ids, field, id, match.row);
	}

	forget(id: number): void {
		this.byId.delete(id);
	}

	/** Whether it was deleted, though lists may go on showing it. */
	isGone(id: number): boolean {
		return this.gone.has(id);
	}

	/** Those that may hold the value; what was overwritten since is among them. */
	having(field: Field, value: unknown): LocatedRecord[] {
		let index = this.byValue.get(field.name);
		if (index === undefined) {
			index = { field, ids: new Map() };
			for (const [id, { row }] of this.byId) note(index.ids, field, id, row);
			this.byValue.set(field.name, index);
		}
		const ids = new Set(normalForms(field, value).flatMap((form) => [...(index.ids.get(form) ?? [])]));
		return [...ids].map((id) => this.byId.get(id)).filter((match) => match !== undefined);
	}
}

/** Rows of a list by the values of a field. */
export function indexRows(field: Field, rows: readonly IDataObject[]): Map<string, IDataObject[]> {
	const index = new Map<string, IDataObject[]>();
	for (const row of rows) {
		const forms = new Set(listOf(row[field.name]).flatMap((one) => normalForms(field, one)));
		for (const form of forms) {
			const same = index.get(form);
			if (same) same.push(row);
			else index.set(form, [row]);
		}
	}
	return index;
}

function note(ids: Map<string, Set<number>>, field: Field, id: number, row: IDataObject): void {
	for (const one of listOf(row[field.name])) {
		for (const form of normalForms(field, one)) {
			const known = ids.get(form);
			if (known) known.add(id);
			else ids.set(form, new Set([id]));
		}
	}
}
