import type { IDataObject } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { CREDENTIAL } from '../api/client';
import { entityOfClass } from '../entities/registry';
import type { Entity } from '../entities/types';
import { nodeError } from '../api/errors';
import { collect } from '../api/pages';
import { lookUp, notFound } from '../operations/records/lookUp';
import type { Change } from './change';

/**
 * The record that a change is about, as it is now.
 *
 * @throws NodeOperationError when it cannot be read at all, NodeApiError when AlfaCRM does not give it
 */
export async function fetchRecord(client: ApiClient, change: Change): Promise<IDataObject> {
	const stop = (reason: string, advice: string) =>
		new NodeOperationError(client.node, reason, { description: advice });

	const { entity: className, entity_id: id, branch_id: branch } = change;
	const entity = entityOfClass(className);
	if (entity === undefined) {
		throw stop(`No list of AlfaCRM's API is known to hold ${className}`, 'Use the fields of the event.');
	}
	if (client.node.credentials?.[CREDENTIAL] === undefined) {
		throw stop('The record was not read, because this node has no credential', 'Select one in the node.');
	}
	const isGlobal = entity.scope === 'global';
	if (!isGlobal && branch === null) {
		throw stop('The event names no branch to read the record in', 'Use the fields of the event.');
	}
	const query = keysOf(entity, change);
	const [missing] = Object.keys(query).filter((name) => query[name] === undefined);
	if (missing !== undefined) {
		throw stop(
			`AlfaCRM finds a ${entity.label.toLowerCase()} only by its ${missing} too, which the event does not hold`,
			'Use the fields of the event.',
		);
	}
	const where = {
		path: entity.path,
		query,
		labels: {},
		...(isGlobal ? {} : { branch: branch ?? undefined }),
	};
	const { record, isSure } = await lookUp(
		(list, options) => collect(client, list, options),
		entity,
		id,
		where,
	);
	if (record) return record;
	throw nodeError(client.node, notFound(entity, id, where.branch, isSure), undefined);
}

/** Whose record it is, for those that AlfaCRM lists by their owner. */
function keysOf({ keys = [] }: Entity, { fields_old, fields_new }: Change): IDataObject {
	const fields = { ...fields_old, ...fields_new };
	return Object.fromEntries(
		keys.filter((key) => key.in.includes('get')).map(({ name }) => [name, fields[name] ?? undefined]),
	);
}
