import type { IDataObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { lruSet } from '../api/bounded';
import type { ApiClient } from '../api/client';
import { CREDENTIAL } from '../api/client';
import { asNodeError } from '../api/failures';
import { collect, listReader } from '../api/list';
import { noBranchesError } from '../api/messages';
import { branch as branchEntity } from '../entities/branch';
import { kindPasses, listCall } from '../entities/listCall';
import { entityOf, entityOfClass } from '../entities/registry';
import type { Entity } from '../entities/types';
import { findById, notFound, notShown } from '../operations/records/findById';
import { idsOf, readId } from '../values/formats';
import { HOUR_MS } from '../values/time';
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
	 * For an item: `record`, null when it is gone or cannot be read, and then `recordError` beside it.
	 *
	 * @param named the branches that the change names, or that list it: there it is most likely
	 * @throws NodeApiError for a reason that a later try may not meet
	 */
	async recordOf(change: Change, named: readonly number[]): Promise<IDataObject> {
		const { record, reason, isGone } = await this.find(change, named);
		return reason === undefined || isGone ? { record } : { record, recordError: reason };
	}

	/**
	 * The same, with the reason also if the record is gone though the change is no deletion.
	 */
	async find(change: Change, named: readonly number[]): Promise<Found> {
		if (change.event === 'delete') return { record: null, isGone: true };
		const known = this.known.get(keyOf(change));
		if (known !== undefined) return known;
		let source: Source;
		try {
			source = sourceOf(this.client, change);
		} catch (caught) {
			// Another change of the same record may tell what this one does not.
			return { record: null, reason: messageOf(caught as NodeOperationError) };
		}
		const found = await this.search(source, change.entity_id, named);
		this.known.set(keyOf(change), found);
		return found;
	}

	private async search(source: Source, id: number, named: readonly number[]): Promise<Found> {
		const { entity } = source;
		const without: number[] = [];
		const reasons: string[] = [];
		const what = `${await this.client.origin()} ${entity.path} ${id}`;
		let isGivenUp = false;
		for await (const branch of this.places(source, named, reasons)) {
			try {
				const { record, isConclusive } = await recordIn(this.client, source, id, branch);
				if (record) {
					isShown(what);
					return { record };
				}
				if (!isConclusive) reasons.push(messageOf(notShown(entity, id, branch)));
				else if (branch !== undefined) without.push(branch);
			} catch (caught) {
				const error = asNodeError(this.client.node, caught);
				// Where it should be, it is worth waiting for; a place that cannot be read for days must not stop what comes from
				// others.
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

	/**
	 * It may have been moved since, and the log of a branch may list the changes of all of them, so the others are looked
	 * into as well before it counts as gone.
	 */
	private async *places(
		{ isGlobal }: Source,
		named: readonly number[],
		reasons: string[],
	): AsyncGenerator<number | undefined> {
		if (isGlobal) {
			yield undefined;
			return;
		}
		yield* named;
		try {
			yield* (await (this.branches ??= this.allBranches())).filter((branch) => !named.includes(branch));
		} catch (caught) {
			reasons.push(messageOf(asNodeError(this.client.node, caught)));
		}
	}

	private async allBranches(): Promise<number[]> {
		const { rows } = await collect(this.client, listCall(branchEntity));
		if (rows.length === 0) throw noBranchesError(this.client.node);
		return idsOf(rows).sort((a, b) => a - b);
	}
}

/** Where the record of a change is listed; the branch is another matter. */
interface Source {
	entity: Entity;
	query: IDataObject;
	isGlobal: boolean;
	/** Of which kind the change says it is, where a list may leave out some kinds. */
	kind?: number;
}

/** @throws NodeOperationError when the record cannot be read at all */
function sourceOf(client: ApiClient, change: Change): Source {
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
async function recordIn(
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

/** Whose record it is, for those that AlfaCRM lists by their owner. */
function keysOf({ keys = [] }: Entity, { fields_old, fields_new }: Change): IDataObject {
	const fields = { ...fields_old, ...fields_new };
	return Object.fromEntries(
		keys.filter((key) => key.in.includes('get')).map(({ name }) => [name, fields[name] ?? undefined]),
	);
}

const keyOf = ({ entity, entity_id }: Change): string => `${entity} ${entity_id}`;

/** What happened, and what to do. */
export function messageOf({
	message,
	description,
}: {
	message: string;
	description?: string | null;
}): string {
	return description ? `${message.replace(/\.$/, '')}. ${description}` : message;
}

function inAll(branches: readonly number[]): string {
	if (branches.length === 0) return '';
	if (branches.length === 1) return ` in branch ${branches[0]}`;
	return ` in the branches ${branches.slice(0, -1).join(', ')} and ${branches.at(-1)}`;
}
