import type { IDataObject } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { CREDENTIAL } from '../api/client';
import { readId } from '../values/formats';
import { kindPasses, listCall } from '../entities/listCall';
import { entityOf, entityOfClass } from '../entities/registry';
import type { Entity } from '../entities/types';
import { collect, listReader } from '../api/list';
import { findById } from '../operations/records/findById';
import type { Change } from './change';

/** Where the record of a change is listed; the branch is another matter. */
export interface Source {
	entity: Entity;
	query: IDataObject;
	isGlobal: boolean;
	/** Of which kind the change says it is, where a list may leave out some kinds. */
	kind?: number;
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
	const { [entity.hidden?.kinds?.name ?? '']: kind } = { ...change.fields_old, ...change.fields_new };
	return { entity, query, isGlobal: entity.scope === 'global', kind: readId(kind) };
}

/**
 * The record, if it is in this branch; left out for what belongs to none. Of kinds that lists leave out unless they are
 * asked for, the one that the change names is tried before the others. API notes 5.16.
 */
export async function recordIn(
	client: ApiClient,
	{ entity, query, kind }: Source,
	id: number,
	branch: number | undefined,
): Promise<{ record?: IDataObject; isConclusive: boolean }> {
	const where = { path: entity.path, query, labels: {}, branch };
	const reader = listReader(client);
	const look = async (passes?: readonly IDataObject[]) => await findById(reader, entity, id, where, passes);
	const first = await look();
	const { kinds } = entity.hidden ?? {};
	if (first.record || kinds === undefined) return first;
	const named = kind === undefined ? [] : [{ [kinds.name]: kind }];
	const second = named.length > 0 ? await look(named) : first;
	if (second.record) return second;
	const { rows } = await collect(client, listCall(entityOf(kinds.entity), branch));
	const others = kindPasses(kinds, rows).filter((pass) => pass[kinds.name] !== kind);
	const last = await look(others);
	return { ...last, isConclusive: first.isConclusive && second.isConclusive && last.isConclusive };
}

function unreadable({ node }: ApiClient, reason: string, advice = 'Use the fields of the event.') {
	return new NodeOperationError(node, reason, { description: advice });
}

/** Whose record it is, for those that AlfaCRM lists by their owner: it is read from that list. */
function keysOf({ keys = [] }: Entity, { fields_old, fields_new }: Change): IDataObject {
	const fields = { ...fields_old, ...fields_new };
	return Object.fromEntries(
		keys.filter((key) => key.in.includes('getAll')).map(({ name }) => [name, fields[name] ?? undefined]),
	);
}
