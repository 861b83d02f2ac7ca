import type { IDataObject, NodeOperationError } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';
import { noBranchesError } from '../api/messages';

import type { ApiClient } from '../api/client';
import { asNodeError } from '../api/failures';
import { idsOf } from '../values/formats';
import { collect } from '../api/list';
import { branch as branchEntity } from '../entities/branch';
import { listCall } from '../entities/listCall';
import { notFound, notShown } from '../operations/records/findById';
import type { Change } from './change';
import { changeOf } from './change';
import { failsForLong, failsNoMore } from './memory/failing';
import type { News } from './poll/look';
import type { Source } from './record';
import { recordIn, sourceOf } from './record';
import { isLasting } from './watch/reader';

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
		news: readonly News[] = [],
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
	 *
	 * @param isPatient it is waited for where it may come later, for a day at most
	 */
	async find(change: Change, named: readonly number[], isPatient = true): Promise<Found> {
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
		const found = await this.search(source, change.entity_id, named, isPatient);
		this.known.set(keyOf(change), found);
		return found;
	}

	private async search(
		source: Source,
		id: number,
		named: readonly number[],
		isPatient: boolean,
	): Promise<Found> {
		const { entity } = source;
		const without: number[] = [];
		const reasons: string[] = [];
		const list = `${await this.client.origin()} ${entity.path}`;
		const what = String(id);
		let isGivenUp = false;
		for await (const branch of this.places(source, named, reasons)) {
			try {
				const { record, isConclusive } = await recordIn(this.client, source, id, branch);
				if (record) {
					failsNoMore(list, what);
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
				if (mayPass && isPatient && !failsForLong(list, what)) throw error;
				isGivenUp ||= mayPass;
				reasons.push(messageOf(error));
			}
		}
		const isGone = reasons.length === 0;
		if (isGone) failsNoMore(list, what);
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
