import type { IDataObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { lruSet } from '../api/bounded';
import type { ApiClient } from '../api/client';
import { CREDENTIAL } from '../api/client';
import { asNodeError } from '../api/failures';
import { collect, listReader } from '../api/list';
import { kindPasses, listCall, passesOf } from '../entities/listCall';
import { entityOf, entityOfClass } from '../entities/registry';
import type { Entity } from '../entities/types';
import { findById, notFound, notShown } from '../operations/records/findById';
import { readId } from '../values/formats';
import { HOUR_MS } from '../values/time';
import { accountBranches } from './branches';
import type { Change } from './change';
import { changeOf } from './change';
import type { NewRecord } from './eventSource';
import { isLasting } from './eventSource';

/** How long a record that AlfaCRM fails to show holds up what was changed after it. */
const PATIENCE_MS = HOUR_MS;
const MOST_FAILING = 1_000;

/** Since when AlfaCRM fails to show something, in this process: n8n keeps nothing of polls that fail. */
const failingSince = new Map<string, number>();

/** Notes that AlfaCRM failed to show something, and tells whether the next poll is to try it again. */
export function isWorthWaiting(what: string): boolean {
	const now = Date.now();
	const since = failingSince.get(what) ?? now;
	lruSet(failingSince, what, since, MOST_FAILING);
	return Math.abs(now - since) < PATIENCE_MS;
}

/** Notes that AlfaCRM has shown it. */
export const isShown = (what: string): boolean => failingSince.delete(what);

interface Found {
	record: IDataObject | null;
	/** Why there is none. */
	reason?: string;
	/** There is none in any branch, as far as AlfaCRM shows them. */
	isGone?: boolean;
	/** AlfaCRM has failed to show it for so long that it is not waited for any more. */
	isGivenUp?: boolean;
}

/** Reads the records that changes are about, as they are now; each once, however often it was changed. */
export class RecordReader {
	/** What came of it, by class and ID. */
	private readonly known = new Map<string, Found>();
	/** Of the whole account, closed ones too; asked for once a record is in none of those that its change names. */
	private branches?: Promise<number[]>;

	/**
	 * @param news all changes of a poll: nothing is asked of what the last one deletes
	 * @param failures branches whose log could not be read in that poll
	 */
	constructor(
		private readonly client: ApiClient,
		news: readonly NewRecord[] = [],
		private readonly failures: ReadonlyMap<number, unknown> = new Map(),
	) {
		for (const { row } of news) {
			const change = changeOf(row, null);
			if (change?.event === 'delete') this.known.set(keyOf(change), { record: null, isGone: true });
			else if (change !== undefined) this.known.delete(keyOf(change));
		}
	}

	/**
	 * For an item: `record`, null when it is gone or cannot be read, and in the second case `recordError` beside it.
	 *
	 * @throws NodeApiError for a reason that a later try may not meet
	 */
	async recordOf(change: Change, named: readonly number[]): Promise<IDataObject> {
		const { record, reason, isGone } = await this.find(change, named);
		return reason === undefined || isGone ? { record } : { record, recordError: reason };
	}

	/**
	 * The record of a change, with a reason also if it is gone though the change is no deletion.
	 *
	 * @param named the branches that the change names, or that list it: there it is most likely
	 * @throws NodeApiError for a reason that a later try may not meet
	 */
	async find(change: Change, named: readonly number[]): Promise<Found> {
		if (change.event === 'delete') return { record: null, isGone: true };
		const known = this.known.get(keyOf(change));
		if (known !== undefined) return known;
		const source = sourceOf(this.client, change);
		// Another change of the same record may tell what this one does not.
		if (typeof source === 'string') return { record: null, reason: source };
		const found = await this.search(source, named);
		this.known.set(keyOf(change), found);
		return found;
	}

	private async search(source: Source, named: readonly number[]): Promise<Found> {
		const { entity, id } = source;
		const what = `${await this.client.origin()} ${entity.path} ${id}`;
		const without: number[] = [];
		const reasons: string[] = [];
		let isGivenUp = false;
		for await (const branch of this.places(source, named, reasons)) {
			try {
				const { record, isConclusive } = await recordIn(this.client, source, branch);
				if (record) {
					isShown(what);
					return { record };
				}
				if (!isConclusive) reasons.push(messageOf(notShown(entity, id, branch)));
				else if (branch !== undefined) without.push(branch);
			} catch (caught) {
				const error = asNodeError(this.client.node, caught);
				// Where it should be it is waited for; another branch that cannot be read stops nothing.
				const isLikely = branch === undefined || (named.includes(branch) && !this.failures.has(branch));
				const mayPass = isLikely && error instanceof NodeApiError && !isLasting(this.client, error);
				if (mayPass && isWorthWaiting(what)) throw error;
				isGivenUp ||= mayPass;
				reasons.push(messageOf(error));
			}
		}
		const isGone = reasons.length === 0;
		if (isGone) isShown(what);
		const looked = isGone || without.length > 0 ? [notFound(entity, id).message + inAll(without)] : [];
		return { record: null, reason: [...looked, ...reasons.slice(0, 1)].join('. '), isGone, isGivenUp };
	}

	/** It may have been moved, and a log may list the changes of all branches, so the others are looked into as well. */
	private async *places(
		{ entity }: Source,
		named: readonly number[],
		reasons: string[],
	): AsyncGenerator<number | undefined> {
		if (entity.scope === 'global') {
			yield undefined;
			return;
		}
		yield* named;
		try {
			this.branches ??= accountBranches(this.client, 0).then((all) => [
				...all.branches,
				...all.closedBranches,
			]);
			yield* (await this.branches).filter((branch) => !named.includes(branch));
		} catch (caught) {
			reasons.push(messageOf(asNodeError(this.client.node, caught)));
		}
	}
}

/** What to look for, wherever it is. */
interface Source {
	entity: Entity;
	id: number;
	/** Whose record it is, for those that AlfaCRM lists by their owner. */
	query: IDataObject;
	/** Of which kind the change says it is, where a list may leave out some kinds. */
	kind?: number;
}

/** @returns the source or, in words, why the record cannot be read at all */
function sourceOf(
	{ node }: ApiClient,
	{ entity: className, entity_id: id, ...change }: Change,
): Source | string {
	const entity = entityOfClass(className);
	if (entity === undefined)
		return `No list of AlfaCRM's API is known to hold ${className}. Use the fields of the event.`;
	if (node.credentials?.[CREDENTIAL] === undefined)
		return 'The record was not read, because this node has no credential. Select one in the node.';
	const fields = { ...change.fields_old, ...change.fields_new };
	const keys = (entity.keys ?? []).filter((key) => key.in.includes('get'));
	const query = Object.fromEntries(keys.map(({ name }) => [name, fields[name] ?? undefined]));
	const missing = Object.keys(query).find((name) => query[name] === undefined);
	if (missing !== undefined)
		return `AlfaCRM finds a ${entity.label.toLowerCase()} only by its ${missing} too, which the event does not hold. Use the fields of the event.`;
	return { entity, id, query, kind: readId(fields[entity.hidden?.kinds?.name ?? '']) };
}

/**
 * The record, if it is in this branch; left out for what belongs to none. Of kinds that lists leave out unless they are
 * asked for, the one that the change names is tried before the others. API notes 5.16.
 */
async function recordIn(
	client: ApiClient,
	{ entity, id, query, kind }: Source,
	branch: number | undefined,
): Promise<{ record?: IDataObject; isConclusive: boolean }> {
	const where = { path: entity.path, query, labels: {}, branch };
	const reader = listReader(client);
	let isConclusive = true;
	const look = async (passes: readonly IDataObject[]) => {
		const found = await findById(reader, entity, id, where, passes);
		isConclusive &&= found.isConclusive;
		return found.record;
	};
	let record = await look(passesOf(entity));
	const { kinds } = entity.hidden ?? {};
	if (record === undefined && kinds !== undefined) {
		if (kind !== undefined) record = await look([{ [kinds.name]: kind }]);
		if (record === undefined) {
			const { rows } = await collect(client, listCall(entityOf(kinds.entity), branch));
			record = await look(kindPasses(kinds, rows).filter((pass) => pass[kinds.name] !== kind));
		}
	}
	return { record, isConclusive };
}

const keyOf = ({ entity, entity_id }: Change): string => `${entity} ${entity_id}`;

/** What happened, and what to do. */
export function messageOf(error: { message: string; description?: string | null }): string {
	const { message, description } = error;
	return description ? `${message.replace(/\.$/, '')}. ${description}` : message;
}

function inAll(branches: readonly number[]): string {
	if (branches.length === 0) return '';
	if (branches.length === 1) return ` in branch ${branches[0]}`;
	return ` in the branches ${branches.slice(0, -1).join(', ')} and ${branches.at(-1)}`;
}
