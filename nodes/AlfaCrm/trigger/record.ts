import type { IDataObject } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { CREDENTIAL } from '../api/client';
import { entityOfClass } from '../entities/registry';
import type { Entity } from '../entities/types';
import { collect } from '../api/pages';
import { lookUp } from '../operations/records/lookUp';
import type { Change } from './change';

/** Where the record of a change is listed; the branch is another matter. */
export interface Source {
	entity: Entity;
	query: IDataObject;
	isGlobal: boolean;
}

/** @throws NodeOperationError when the record cannot be read at all */
export function sourceOf(client: ApiClient, change: Change): Source {
	const entity = entityOfClass(change.entity);
	if (entity === undefined) {
		throw unreadable(client, `No list of AlfaCRM's API is known to hold ${change.entity}`);
	}
	if (client.node.credentials?.[CREDENTIAL] === undefined) {
		const reason = 'The record was not read, because this node has no credential';
		throw unreadable(client, reason, 'Select one in the node.');
	}
	const query = keysOf(entity, change);
	const [missing] = Object.keys(query).filter((name) => query[name] === undefined);
	if (missing !== undefined) {
		const kind = entity.label.toLowerCase();
		throw unreadable(
			client,
			`AlfaCRM finds a ${kind} only by its ${missing} too, which the event does not hold`,
		);
	}
	return { entity, query, isGlobal: entity.scope === 'global' };
}

/** The record, if it is in this branch; left out for what belongs to none. */
export async function recordIn(
	client: ApiClient,
	{ entity, query }: Source,
	id: number,
	branch: number | undefined,
): Promise<{ record?: IDataObject; isSure: boolean }> {
	const where = { path: entity.path, query, labels: {}, branch };
	return await lookUp((list, options) => collect(client, list, options), entity, id, where);
}

function unreadable({ node }: ApiClient, reason: string, advice = 'Use the fields of the event.') {
	return new NodeOperationError(node, reason, { description: advice });
}

/** Whose record it is, for those that AlfaCRM lists by their owner. */
function keysOf({ keys = [] }: Entity, { fields_old, fields_new }: Change): IDataObject {
	const fields = { ...fields_old, ...fields_new };
	return Object.fromEntries(
		keys.filter((key) => key.in.includes('get')).map(({ name }) => [name, fields[name] ?? undefined]),
	);
}
