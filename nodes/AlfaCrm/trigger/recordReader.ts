/**
 * Reads the record that a change is about, as it is now.
 *
 * - **Where to look.** The branches that the change names come first. The record may have been
 *   moved meanwhile, and a log may list the changes of all branches, so all other branches of the
 *   account follow.
 * - **AlfaCRM fails to show the record.** The reading throws, so the poll fails, and the next poll
 *   tries again. After an hour, the change is reported without its record, because it would hold up
 *   all later changes. The result says why there is no record.
 * - **The record cannot be read at all**, or it is gone. The result says so at once.
 */

import type { IDataObject } from 'n8n-workflow';

import { lruSet } from '../api/bounded';
import type { ApiClient } from '../api/client';
import { CREDENTIAL } from '../api/client';
import { asNodeError, nodeError } from '../api/failures';
import { collect, makeListReader } from '../api/list';
import { kindPasses, listCall, passesOf } from '../entities/listCall';
import { entityOf, entityOfClass } from '../entities/registry';
import type { Entity } from '../entities/types';
import { IN_SEARCHED_BRANCHES } from '../run/branches';
import { readId } from '../values/formats';
import { HOUR_MS } from '../values/time';
import { readAllBranches } from './branches';
import type { Change } from './change';
import { readLogEntry } from './change';
import type { NewRecord } from './eventSource';
import { isLastingFailure } from './eventSource';
import { describeUnlistedRecord, describeMissingRecord, findOfAnyKind } from '../store/records';

/** The result of reading a record. */
export type RecordResult = FoundRecord | MissingRecord;

interface FoundRecord {
	record: IDataObject;
	missing?: undefined;
	reason?: undefined;
}

interface MissingRecord {
	record: null;
	/**
	 * - `gone`: the record was deleted, or no branch has it.
	 * - `hidden`: this user or this node may never see it.
	 * - `failed`: AlfaCRM failed to show it.
	 */
	missing: 'gone' | 'hidden' | 'failed';
	/** Says for the user why there is no record; undefined if it was deleted. */
	reason?: string;
}

/** Reads the records of the changes of one poll, each once, however often it was changed. */
export class RecordReader {
	/** What is known already, by class and ID of the record. */
	private readonly results = new Map<string, RecordResult>();
	/** All branches of the account, read when the first record is in none of its likely branches. */
	private allBranches?: Promise<number[]>;

	/**
	 * @param logEntries the changes of the poll, oldest first. A record that the last of its changes
	 * deletes is not asked for.
	 */
	constructor(
		private readonly client: ApiClient,
		logEntries: readonly NewRecord[] = [],
	) {
		for (const { row } of logEntries) {
			const change = readLogEntry(row, null);
			if (change === undefined) continue;

			if (change.event === 'delete') {
				this.results.set(makeRecordKey(change), DELETED);
			} else {
				this.results.delete(makeRecordKey(change));
			}
		}
	}

	/**
	 * Finds the record of a change.
	 *
	 * @param likelyBranches the branches that the change names, or whose logs list it
	 * @throws NodeApiError if AlfaCRM fails to show the record and has done so for less than an hour
	 */
	async find(change: Change, likelyBranches: readonly number[]): Promise<RecordResult> {
		if (change.event === 'delete') return DELETED;
		const knownResult = this.results.get(makeRecordKey(change));
		if (knownResult !== undefined) return knownResult;

		const entity = entityOfClass(change.entity);
		if (entity === undefined) return makeHiddenResult(describeUnknownClass(change));
		const unreadableReason = findUnreadableReason(this.client, change, entity);
		// Such a result is not kept: another change of the record may hold what this one lacks.
		if (unreadableReason !== undefined) return makeHiddenResult(unreadableReason);

		const result = await this.search(entity, change, likelyBranches);
		this.results.set(makeRecordKey(change), result);
		return result;
	}

	/** Looks for a record in one branch after the other, until one of them has it. */
	private async search(
		entity: Entity,
		change: Change,
		likelyBranches: readonly number[],
	): Promise<RecordResult> {
		const { client } = this;
		const failureKey = `${await client.origin()} ${makeRecordKey(change)}`;
		const failures: Error[] = [];
		let isAnyListSearched = false;

		for await (const branch of this.branchesToSearch(entity, likelyBranches, failures)) {
			try {
				const { record, isConclusive } = await findInBranch(client, entity, change, branch);
				if (record) {
					failingReads.forget(failureKey);
					return { record };
				}

				if (isConclusive) {
					isAnyListSearched = true;
				} else {
					const text = describeUnlistedRecord(entity, change.entity_id, branch);
					failures.push(nodeError(client.node, text, undefined));
				}
			} catch (caught) {
				const failure = asNodeError(client.node, caught);
				// Only a branch in which the record should be is worth waiting for. Another branch that
				// cannot be read does not hold up the trigger.
				const isLikely = branch === undefined || likelyBranches.includes(branch);
				if (isLikely && !isLastingFailure(client, failure)) {
					failingReads.throwForAnHour(failureKey, failure);
				}
				failures.push(failure);
			}
		}

		const reasons: string[] = [];
		if (isAnyListSearched) reasons.push(describeNotFound(entity, change.entity_id));
		// The message names the first failure only.
		if (failures.length > 0) reasons.push(describeError(failures[0]));
		return { record: null, missing: this.explainMissing(failures), reason: reasons.join('. ') };
	}

	/**
	 * Lists the branches to search, the likely ones first; only undefined for an entity that belongs
	 * to no branch.
	 *
	 * @param failures gets the failure if the branches of the account cannot be listed
	 */
	private async *branchesToSearch(
		entity: Entity,
		likelyBranches: readonly number[],
		failures: Error[],
	): AsyncGenerator<number | undefined> {
		if (entity.scope === 'global') {
			yield undefined;
			return;
		}

		yield* likelyBranches;
		try {
			this.allBranches ??= readAllBranches(this.client);
			const branches = await this.allBranches;
			yield* branches.filter((branch) => !likelyBranches.includes(branch));
		} catch (caught) {
			failures.push(asNodeError(this.client.node, caught));
		}
	}

	/** @param failures the failures of the branches that could not be searched */
	private explainMissing(failures: readonly Error[]): MissingRecord['missing'] {
		if (failures.length === 0) return 'gone';
		const areAllLasting = failures.every((failure) => isLastingFailure(this.client, failure));
		return areAllLasting ? 'hidden' : 'failed';
	}
}

const DELETED: MissingRecord = { record: null, missing: 'gone' };

const makeHiddenResult = (reason: string): MissingRecord => ({
	record: null,
	missing: 'hidden',
	reason,
});

const makeRecordKey = ({ entity, entity_id }: Change): string => `${entity} ${entity_id}`;

// ---------------------------------------------------------------- failures

/** How long a record that AlfaCRM fails to show may hold up what was changed after it. */
const PATIENCE_MS = HOUR_MS;

/** How many failing records are remembered. */
const MOST_FAILING = 1_000;

/**
 * Remembers since when AlfaCRM fails to show a record. It remembers in this process only, because
 * n8n keeps no state of a poll that fails.
 */
class FailingReads {
	/** When each record failed first, by n8n's clock in milliseconds. */
	private readonly failingSince = new Map<string, number>();

	/**
	 * Throws a failure, unless the record has failed for an hour already.
	 *
	 * @param key identifies the account and the record
	 */
	throwForAnHour(key: string, failure: Error): void {
		const now = Date.now();
		const since = this.failingSince.get(key) ?? now;
		lruSet(this.failingSince, key, since, MOST_FAILING);
		// `Math.abs`, because the clock may have been set back.
		if (Math.abs(now - since) < PATIENCE_MS) throw failure;
	}

	/** Call it when the record was shown. */
	forget(key: string): void {
		this.failingSince.delete(key);
	}
}

const failingReads = new FailingReads();

/**
 * Reads something that later changes may have to wait for, as a record does.
 *
 * @param key identifies the account and what is read
 * @returns the failure if AlfaCRM refuses, or has failed for an hour
 * @throws NodeApiError for another failure
 */
export async function readWithPatience<T>(
	client: ApiClient,
	key: string,
	read: () => Promise<T>,
): Promise<Error | T> {
	try {
		const result = await read();
		failingReads.forget(key);
		return result;
	} catch (caught) {
		const failure = asNodeError(client.node, caught);
		if (!isLastingFailure(client, failure)) failingReads.throwForAnHour(key, failure);
		return failure;
	}
}

/** Says what happened, and what to do. */
export function describeError(error: { message: string; description?: string | null }): string {
	const { message, description } = error;
	return description ? `${message.replace(/\.$/, '')}. ${description}` : message;
}

// ---------------------------------------------------------------- one record in one branch

const describeUnknownClass = ({ entity }: Change): string =>
	`No list of AlfaCRM's API is known to hold ${entity}. Use the fields of the event.`;

function describeNotFound(entity: Entity, id: number): string {
	const where = entity.scope === 'global' ? '' : IN_SEARCHED_BRANCHES;
	return describeMissingRecord(entity, id).message + where;
}

/** Says why a record cannot be read, before anything is asked; undefined if it can. */
function findUnreadableReason(
	{ node }: ApiClient,
	change: Change,
	entity: Entity,
): string | undefined {
	if (node.credentials?.[CREDENTIAL] === undefined) {
		return 'The record was not read, because this node has no credential. Select one in the node.';
	}

	// AlfaCRM lists some records only for their parent, such as the subscriptions of a customer.
	const fields = mergeOldAndNewFields(change);
	const parentFields = entity.parentFields ?? [];
	const missingParent = parentFields.find(({ name }) => (fields[name] ?? null) === null);
	if (missingParent === undefined) return undefined;

	return `AlfaCRM finds a ${entity.label.toLowerCase()} only by its ${missingParent.name} too, which the event does not hold. Use the fields of the event.`;
}

/**
 * Finds the record of a change in the list of a branch.
 *
 * @param branch undefined for an entity that belongs to no branch
 */
async function findInBranch(
	client: ApiClient,
	entity: Entity,
	change: Change,
	branch: number | undefined,
): ReturnType<typeof findOfAnyKind> {
	const fields = mergeOldAndNewFields(change);
	const parentFields = entity.parentFields ?? [];
	const query = Object.fromEntries(parentFields.map(({ name }) => [name, fields[name]]));
	const target = { path: entity.path, query, labels: {}, branch };

	const { kinds } = entity.hidden ?? {};
	const readOtherKinds = async () => {
		if (kinds === undefined) return [];
		const { rows } = await collect(client, listCall(entityOf(kinds.entity), branch));
		return kindPasses(kinds, rows);
	};

	return await findOfAnyKind(
		makeListReader(client),
		{ entity, id: change.entity_id, target, passes: listLikelyPassesFirst(entity, fields) },
		readOtherKinds,
	);
}

/**
 * Lists the filters with which the list of an entity is asked, one after the other. Some lists show
 * one status or one kind at a time: that of lessons one status, that of payments one type. If the
 * change names one, the list is read for that one first, because the record is most likely there.
 * API notes 5.11 and 5.16.
 */
function listLikelyPassesFirst(entity: Entity, fields: IDataObject): readonly IDataObject[] {
	const passes = passesOf(entity);
	const { kinds, partition } = entity.hidden ?? {};
	const filterName = partition?.name ?? kinds?.name;
	if (filterName === undefined) return passes;

	const namedValue = readId(fields[filterName]);
	if (namedValue === undefined) return passes;

	const likelyPass = { [filterName]: namedValue };
	const otherPasses = passes.filter((pass) => pass[filterName] !== namedValue);
	return [likelyPass, ...otherPasses];
}

/** Returns the fields that a change names, with their new values where there are any. */
const mergeOldAndNewFields = ({ fields_old, fields_new }: Change): IDataObject => ({
	...fields_old,
	...fields_new,
});
