import type { IDataObject } from 'n8n-workflow';

import { lruSet } from '../api/bounded';
import type { ApiClient } from '../api/client';
import { CREDENTIAL } from '../api/client';
import { asNodeError, nodeError } from '../api/failures';
import { collect, listReader } from '../api/list';
import { kindPasses, listCall, passesOf } from '../entities/listCall';
import { entityOf, entityOfClass } from '../entities/registry';
import type { Entity } from '../entities/types';
import { IN_SEARCHED_BRANCHES } from '../run/branches';
import { readId } from '../values/formats';
import { HOUR_MS } from '../values/time';
import { allBranches } from './branches';
import type { Change } from './change';
import { changeOf } from './change';
import type { NewRecord } from './eventSource';
import { isLasting } from './eventSource';
import { describeUnlistedRecord, describeMissingRecord, findOfAnyKind } from '../store/records';

/** How long a record that AlfaCRM fails to show holds up what was changed after it. */
const PATIENCE_MS = HOUR_MS;
const MOST_FAILING = 1_000;

/**
 * Since when AlfaCRM fails to show a record, in this process: n8n keeps nothing of polls that fail.
 */
const failingSince = new Map<string, number>();

export interface Found {
	record: IDataObject | null;
	/** Why there is none, in words; left out after a deletion. */
	reason?: string;
	/** No branch has it; or this user or node may never see it; or AlfaCRM failed to show it. */
	missing?: 'gone' | 'hidden' | 'failed';
}

/**
 * Reads the records that changes are about, as they are now; each once, however often it was
 * changed.
 */
export class RecordReader {
	/** What came of it, by class and ID. */
	private readonly known = new Map<string, Found>();
	/**
	 * Of the whole account, closed ones too; asked for once a record is in none of those that its
	 * change names.
	 */
	private branches?: Promise<number[]>;

	/** @param records all changes of a poll: nothing is asked of what the last one deletes */
	constructor(
		private readonly client: ApiClient,
		records: readonly NewRecord[] = [],
	) {
		for (const { row } of records) {
			const change = changeOf(row, null);
			if (change?.event === 'delete')
				this.known.set(keyOf(change), { record: null, missing: 'gone' });
			else if (change !== undefined) this.known.delete(keyOf(change));
		}
	}

	/**
	 * The record of a change.
	 *
	 * @param named the branches that the change names, or that list it: there it is most likely
	 * @throws NodeApiError for a reason that a later try may not meet, for an hour at most
	 */
	async find(change: Change, named: readonly number[]): Promise<Found> {
		if (change.event === 'delete') return { record: null, missing: 'gone' };
		const known = this.known.get(keyOf(change));
		if (known !== undefined) return known;
		const entity = entityOfClass(change.entity);
		// Another change of the same record may tell what this one does not.
		const reason = unreadable(this.client, change, entity);
		if (entity === undefined || reason !== undefined)
			return { record: null, reason, missing: 'hidden' };
		const found = await this.search(entity, change, named);
		this.known.set(keyOf(change), found);
		return found;
	}

	private async search(entity: Entity, change: Change, named: readonly number[]): Promise<Found> {
		const { client } = this;
		const { entity_id: id } = change;
		const what = `${await client.origin()} ${keyOf(change)}`;
		const failures: Error[] = [];
		let isSearched = false;
		const places = entity.scope === 'global' ? [undefined] : this.places(named, failures);
		for await (const branch of places) {
			try {
				const { record, isConclusive } = await recordIn(client, entity, change, branch);
				if (record) {
					failingSince.delete(what);
					return { record };
				}
				if (isConclusive) isSearched = true;
				else
					failures.push(
						nodeError(client.node, describeUnlistedRecord(entity, id, branch), undefined),
					);
			} catch (caught) {
				const failure = asNodeError(client.node, caught);
				// Where it should be it is waited for; another branch that cannot be read stops nothing.
				const isLikely = branch === undefined || named.includes(branch);
				if (isLikely && !isLasting(client, failure) && isWorthWaiting(what)) throw failure;
				failures.push(failure);
			}
		}
		const where = entity.scope === 'global' ? '' : IN_SEARCHED_BRANCHES;
		const reasons = [
			...(isSearched ? [describeMissingRecord(entity, id).message + where] : []),
			...failures.slice(0, 1).map(messageOf),
		];
		const isHidden = failures.every((failure) => isLasting(client, failure));
		const missing = failures.length === 0 ? 'gone' : isHidden ? 'hidden' : 'failed';
		return { record: null, reason: reasons.join('. '), missing };
	}

	/**
	 * It may have been moved, and a log may list the changes of all branches, so the others are
	 * looked into as well.
	 */
	private async *places(named: readonly number[], failures: Error[]): AsyncGenerator<number> {
		yield* named;
		try {
			this.branches ??= allBranches(this.client);
			yield* (await this.branches).filter((branch) => !named.includes(branch));
		} catch (caught) {
			failures.push(asNodeError(this.client.node, caught));
		}
	}
}

/**
 * What is read, or why it cannot be.
 *
 * @throws NodeApiError for a reason that a later try may not meet, for an hour at most
 */
export async function orFailure<T>(
	client: ApiClient,
	what: string,
	read: () => Promise<T>,
): Promise<Error | T> {
	try {
		const found = await read();
		failingSince.delete(what);
		return found;
	} catch (caught) {
		const failure = asNodeError(client.node, caught);
		if (!isLasting(client, failure) && isWorthWaiting(what)) throw failure;
		return failure;
	}
}

/**
 * Notes that AlfaCRM failed to show a record, and tells whether the next poll is to try it again.
 */
function isWorthWaiting(what: string): boolean {
	const now = Date.now();
	const since = failingSince.get(what) ?? now;
	lruSet(failingSince, what, since, MOST_FAILING);
	return Math.abs(now - since) < PATIENCE_MS;
}

/** Why the record of a change cannot be read at all, if so. */
function unreadable({ node }: ApiClient, change: Change, entity?: Entity): string | undefined {
	if (entity === undefined)
		return `No list of AlfaCRM's API is known to hold ${change.entity}. Use the fields of the event.`;
	if (node.credentials?.[CREDENTIAL] === undefined)
		return 'The record was not read, because this node has no credential. Select one in the node.';
	const fields = fieldsOf(change);
	const missing = (entity.parentFields ?? []).find(
		({ name }) => (fields[name] ?? undefined) === undefined,
	);
	if (missing === undefined) return undefined;
	return `AlfaCRM finds a ${entity.label.toLowerCase()} only by its ${missing.name} too, which the event does not hold. Use the fields of the event.`;
}

/** The record, if it is in this branch; left out for what belongs to none. */
async function recordIn(
	client: ApiClient,
	entity: Entity,
	change: Change,
	branch: number | undefined,
) {
	const { kinds, partition } = entity.hidden ?? {};
	const fields = fieldsOf(change);
	const query = Object.fromEntries(
		(entity.parentFields ?? []).map(({ name }) => [name, fields[name]]),
	);
	const target = { path: entity.path, query, labels: {}, branch };
	// A list that shows one status or kind at a time is asked first for the one that the change
	// names. API notes 5.11 and 5.16.
	const divider = partition?.name ?? kinds?.name ?? '';
	const named = readId(fields[divider]);
	const others = passesOf(entity).filter((pass) => named === undefined || pass[divider] !== named);
	const passes = named === undefined ? others : [{ [divider]: named }, ...others];
	const otherKinds = async () => {
		if (kinds === undefined) return [];
		return kindPasses(
			kinds,
			(await collect(client, listCall(entityOf(kinds.entity), branch))).rows,
		);
	};
	return await findOfAnyKind(
		listReader(client),
		{ entity, id: change.entity_id, target, passes },
		otherKinds,
	);
}

const fieldsOf = ({ fields_old, fields_new }: Change): IDataObject => ({
	...fields_old,
	...fields_new,
});

const keyOf = ({ entity, entity_id }: Change): string => `${entity} ${entity_id}`;

/** What happened, and what to do. */
export function messageOf(error: { message: string; description?: string | null }): string {
	const { message, description } = error;
	return description ? `${message.replace(/\.$/, '')}. ${description}` : message;
}
