import type { Appearance } from './visibility';
import type { Mutation } from '../http/faults/schema';
import { toInt, type JsonObject, type Row } from '../model/json';
import type { Store } from './store';

/** Adds the record, or changes it when the id is taken: what a user of the CRM does behind the API. */
export function putRecord(
	store: Store,
	entity: string,
	values: JsonObject,
	id?: number,
	appears?: Appearance,
): Row {
	const wanted = id ?? toInt(values.id);
	const row = wanted === undefined ? undefined : store.patch(entity, wanted, values);
	if (row && appears) store.conceal(entity, row.id, appears);
	return row ?? store.insert(entity, wanted === undefined ? values : { ...values, id: wanted }, { appears });
}

export function mutate(store: Store, changes: readonly Mutation[]): void {
	for (const change of changes) {
		if ('insert' in change) putRecord(store, change.entity, change.insert);
		else if ('patch' in change) store.patch(change.entity, change.id, change.patch);
		else store.remove(change.entity, change.id);
	}
}
