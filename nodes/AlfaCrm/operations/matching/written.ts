import type { IDataObject } from 'n8n-workflow';

import { keyReadings, listOf } from '../../fields/field';
import type { Field } from '../../fields/types';

/** A record and the branch in which it can be reached. */
export interface Match {
	row: IDataObject;
	branch?: number;
	/** When it was read or written, as `Run.now` counts. */
	at: number;
	/** Of a record that was written: what its fields held before, each value as JSON. */
	was?: ReadonlyMap<string, ReadonlySet<string>>;
}

const asJson = (value: unknown): string => JSON.stringify(value) ?? 'undefined';

/** Whether a row shows a record as it was before it was written: AlfaCRM's lists may be late. */
export function isLate({ was = new Map(), row: written }: Match, row: IDataObject): boolean {
	return [...was].some(([name, values]) => {
		const shown = asJson(row[name]);
		return values.has(shown) && shown !== asJson(written[name]);
	});
}

/** Records that one execution has written, found by ID or by the value of a field without looking at each. */
export class WrittenRecords {
	private readonly byId = new Map<number, Match>();
	private readonly byValue = new Map<string, { field: Field; ids: Map<string, Set<number>> }>();

	get(id: number): Match | undefined {
		return this.byId.get(id);
	}

	/** @param changes the fields that were changed, and the record before */
	set(id: number, match: Match, before: IDataObject = {}, changes: readonly string[] = []): void {
		const was = new Map(this.byId.get(id)?.was);
		for (const name of changes) was.set(name, new Set([...(was.get(name) ?? []), asJson(before[name])]));
		this.byId.set(id, { ...match, was });
		for (const { field, ids } of this.byValue.values()) note(ids, field, id, match.row);
	}

	forget(id: number): void {
		this.byId.delete(id);
	}

	/** Those that may hold the value; what was overwritten since is among them. */
	having(field: Field, value: unknown): Match[] {
		let index = this.byValue.get(field.name);
		if (index === undefined) {
			index = { field, ids: new Map() };
			for (const [id, { row }] of this.byId) note(index.ids, field, id, row);
			this.byValue.set(field.name, index);
		}
		const ids = new Set(keyReadings(field, value).flatMap((reading) => [...(index.ids.get(reading) ?? [])]));
		return [...ids].map((id) => this.byId.get(id)).filter((match) => match !== undefined);
	}
}

/** Rows of a list by the values of a field. */
export function indexRows(field: Field, rows: readonly IDataObject[]): Map<string, IDataObject[]> {
	const index = new Map<string, IDataObject[]>();
	for (const row of rows) {
		const readings = new Set(listOf(row[field.name]).flatMap((one) => keyReadings(field, one)));
		for (const reading of readings) {
			const same = index.get(reading);
			if (same) same.push(row);
			else index.set(reading, [row]);
		}
	}
	return index;
}

function note(ids: Map<string, Set<number>>, field: Field, id: number, row: IDataObject): void {
	for (const one of listOf(row[field.name])) {
		for (const reading of keyReadings(field, one)) {
			const known = ids.get(reading);
			if (known) known.add(id);
			else ids.set(reading, new Set([id]));
		}
	}
}
