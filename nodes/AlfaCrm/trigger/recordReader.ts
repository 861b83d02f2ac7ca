import type { IDataObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { asNodeError } from '../api/errors';
import { readId } from '../api/formats';
import { collect } from '../api/pages';
import { notFound } from '../operations/records/lookUp';
import type { Change } from './change';
import { changeOf } from './change';
import { isLasting } from './poll/reading';
import type { News } from './poll/watch';
import type { Source } from './record';
import { recordIn, sourceOf } from './record';

/** Reads the records of one poll's changes, each once however often it was changed. */
export class RecordReader {
	/** What came of it, by class and ID. */
	private readonly known = new Map<string, IDataObject>();
	/** Of the whole account, closed ones too; asked for once a record is in none of those that list its change. */
	private branches?: Promise<number[]>;

	/**
	 * @param news all changes of the poll: nothing is asked of what the last one deletes
	 * @param failures branches whose log could not be read in this poll
	 */
	constructor(
		private readonly client: ApiClient,
		news: readonly News[],
		private readonly failures: ReadonlyMap<number, unknown>,
	) {
		for (const { row } of news) {
			const change = changeOf(row, null);
			if (change?.event === 'delete') this.known.set(keyOf(change), { record: null });
			else if (change !== undefined) this.known.delete(keyOf(change));
		}
	}

	/**
	 * The record that was changed, as it is now; null when it is gone, or cannot be read, with the reason beside it.
	 *
	 * @param listedIn the branches whose log shows the change
	 * @throws NodeApiError for a reason that a later poll may not meet
	 */
	async recordOf(change: Change, listedIn: readonly number[]): Promise<IDataObject> {
		if (change.event === 'delete') return { record: null };
		const known = this.known.get(keyOf(change));
		if (known !== undefined) return known;
		let source: Source;
		try {
			source = sourceOf(this.client, change);
		} catch (caught) {
			// Another change of the same record may tell what this one does not.
			return { record: null, recordError: (caught as Error).message };
		}
		const found = await this.search(source, change.entity_id, listedIn);
		this.known.set(keyOf(change), found);
		return found;
	}

	private async search(source: Source, id: number, listedIn: readonly number[]): Promise<IDataObject> {
		const without: number[] = [];
		const reasons: string[] = [];
		for await (const branch of this.places(source, listedIn, reasons)) {
			try {
				const { record, isSure } = await recordIn(this.client, source, id, branch);
				if (record) return { record };
				if (!isSure) reasons.push(notFound(source.entity, id, branch, false).message);
				else if (branch !== undefined) without.push(branch);
			} catch (caught) {
				reasons.push(this.reasonOf(caught, branch));
			}
		}
		if (reasons.length === 0) return { record: null };
		const looked = without.length > 0 ? [notFound(source.entity, id).message + inAll(without)] : [];
		return { record: null, recordError: [...looked, reasons[0]].join('. ') };
	}

	/**
	 * It may have been moved since, and the log of a branch may list the changes of all of them, so the others are looked
	 * into as well before it counts as gone.
	 */
	private async *places(
		{ isGlobal }: Source,
		listedIn: readonly number[],
		reasons: string[],
	): AsyncGenerator<number | undefined> {
		if (isGlobal) {
			yield undefined;
			return;
		}
		yield* listedIn;
		try {
			yield* (await (this.branches ??= this.allBranches())).filter((branch) => !listedIn.includes(branch));
		} catch (caught) {
			reasons.push(this.reasonOf(caught, undefined));
		}
	}

	private async allBranches(): Promise<number[]> {
		const { rows } = await collect(this.client, { path: 'branch', task: 'list the branches' });
		return rows.flatMap(({ id }) => readId(id) ?? []).sort((a, b) => a - b);
	}

	/** @throws what a later poll may not meet, for that is no reason to report the change without its record */
	private reasonOf(caught: unknown, branch: number | undefined): string {
		const error = asNodeError(this.client.node, caught);
		const mayPass = error instanceof NodeApiError && !isLasting(this.client, error);
		// A branch that cannot be read for days must not stop what comes from the others.
		if (mayPass && (branch === undefined || !this.failures.has(branch))) throw error;
		return error.message;
	}
}

const keyOf = ({ entity, entity_id }: Change): string => `${entity} ${entity_id}`;

function inAll(branches: readonly number[]): string {
	if (branches.length === 1) return ` in branch ${branches[0]}`;
	return ` in the branches ${branches.slice(0, -1).join(', ')} and ${branches.at(-1)}`;
}
