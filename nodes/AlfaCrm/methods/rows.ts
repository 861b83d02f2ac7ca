import type { IDataObject, ILoadOptionsFunctions } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { readId } from '../api/formats';
import { collect } from '../api/collect';
import { branch as branchEntity } from '../entities/branch';
import { listCall } from '../entities/listCall';
import type { Entity } from '../entities/types';

/**
 * The branch that a dropdown asks in. While none is chosen, or an expression chooses it at run time, the first one of
 * the account stands in.
 */
export async function chosenBranch(
	context: ILoadOptionsFunctions,
	client: ApiClient,
	entity: Entity,
): Promise<number | undefined> {
	if (entity.scope === 'global') return undefined;
	const chosen = readId(context.getCurrentNodeParameter('branchId'));
	if (chosen !== undefined) return chosen;
	const [first] = (await collect(client, listCall(branchEntity))).rows.sort(byWeight);
	return readId(first?.id);
}

/** AlfaCRM's own order of its lists. */
export function byWeight(a: IDataObject, b: IDataObject): number {
	return Number(a.weight ?? 0) - Number(b.weight ?? 0) || String(a.name).localeCompare(String(b.name));
}
