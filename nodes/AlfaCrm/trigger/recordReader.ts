/**
 * Reads the record that a change is about, as it is now.
 *
 * - **Where to look.** The branches that the change names come first. The record may have been
 *   moved meanwhile, and a log may list the changes of all branches, so all other branches of the
 *   account follow.
 * - **AlfaCRM fails to show the record.** The reading throws, so the poll fails, and the next poll
 *   tries again. After an hour, the change is reported without its record, because it would hold up
 *   all later changes. The result says why there is no record.
 * - **The list counts more records than it shows**, and the record is not among those. The result
 *   says at once that AlfaCRM failed to show the record.
 * - **The record cannot be read at all**, or it is gone. The result says so at once.
 */

import type { IDataObject } from 'n8n-workflow';

import { boundedSet } from '../api/bounded';
import type { ApiClient } from '../api/client';
import { CREDENTIAL } from '../api/client';
import { asNodeError, nodeError } from '../api/failures';
import { collect, makeListReader } from '../api/list';
import { makeFiltersForKinds, makeListCall, passesOf } from '../entities/listCall';
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
	/** The results that are known already, by class and ID of the record. */
	private readonly results = new Map<string, RecordResult>();
	/** All branches of the account, read when the first record is in none of its likely branches. */
	private allBranches?: Promise<number[]>;

	/**
	 * @param logEntries the entries of the log that the poll reports, oldest first. They show which
	 * records are deleted by now, so AlfaCRM is not asked for these.
	 */
	constructor(
		private readonly client: ApiClient,
		logEntries: readonly NewRecord[] = [],
	) {
		for (const { row: entry } of logEntries) {
			const change = readLogEntry(entry, null);
			if (change !== undefined) this.rememberWhetherDeleted(change);
		}
	}

	/**
	 * Remembers whether a record is deleted, by a change of it. The changes come oldest first, so a
	 * later change of a deleted record shows that it was brought back.
	 */
	private rememberWhetherDeleted(change: Change): void {
		const recordKey = makeRecordKey(change);
		if (change.event === 'delete') {
			this.results.set(recordKey, DELETED);
		} else {
			this.results.delete(recordKey);
		}
	}

	/**
	 * Finds the record that a change is about, as AlfaCRM shows it now. A record that was looked for
	 * before in this poll is not looked for again.
	 *
	 * @param likelyBranches the branches that the change names, or whose logs list it
	 * @throws NodeApiError if AlfaCRM fails to show the record and has done so for less than an hour
	 */
	async find(change: Change, likelyBranches: readonly number[]): Promise<RecordResult> {
		if (change.event === 'delete') return DELETED;

		const recordKey = makeRecordKey(change);
		const knownResult = this.results.get(recordKey);
		if (knownResult !== undefined) return knownResult;

		const entity = entityOfClass(change.entity);
		if (entity === undefined) return makeHiddenResult(describeUnknownClass(change));

		// This result is not kept for later changes of the record: they may name what this change
		// leaves out, such as the customer of a subscription.
		const unreadableReason = findUnreadableReason(this.client, change, entity);
		if (unreadableReason !== undefined) return makeHiddenResult(unreadableReason);

		const result = await this.search(entity, change, likelyBranches);
		this.results.set(recordKey, result);
		return result;
	}

	/**
	 * Looks for a record in one branch after the other, until one of them has it. An entity that
	 * belongs to no branch has one list for the whole account.
	 */
	private async search(
		entity: Entity,
		change: Change,
		likelyBranches: readonly number[],
	): Promise<RecordResult> {
		const accountOrigin = await this.client.origin();
		const failureKey = `${accountOrigin} ${makeRecordKey(change)}`;
		const wantedRecord = { entity, change, likelyBranches, failureKey };
		const recordSearch = new RecordSearch(this.client, wantedRecord);

		const belongsToNoBranch = entity.scope === 'global';
		const record = belongsToNoBranch
			? await recordSearch.findInBranches(WITHOUT_BRANCH)
			: await this.findInEveryBranch(recordSearch, likelyBranches);
		return record === undefined ? recordSearch.explainMissingRecord() : { record };
	}

	/** Looks for a record in the likely branches, then in the other branches of the account. */
	private async findInEveryBranch(
		search: RecordSearch,
		likelyBranches: readonly number[],
	): Promise<IDataObject | undefined> {
		const record = await search.findInBranches(likelyBranches);
		return record ?? (await this.findInOtherBranches(search, likelyBranches));
	}

	/**
	 * Looks for a record in the branches of the account where it is not expected: in all except the
	 * likely ones. If the branches cannot be listed, the search counts this as one of its failures.
	 */
	private async findInOtherBranches(
		search: RecordSearch,
		likelyBranches: readonly number[],
	): Promise<IDataObject | undefined> {
		let allBranches: number[];
		try {
			// The list of branches is read once in a poll.
			this.allBranches ??= readAllBranches(this.client);
			allBranches = await this.allBranches;
		} catch (caught) {
			search.addFailure(asNodeError(this.client.node, caught));
			return undefined;
		}

		const otherBranches = allBranches.filter((branch) => !likelyBranches.includes(branch));
		return await search.findInBranches(otherBranches);
	}
}

/** Stands in place of the branches of an entity that has one list for the whole account. */
const WITHOUT_BRANCH = [undefined];

/** The record of a change that is looked for. */
interface WantedRecord {
	entity: Entity;
	change: Change;
	/** The branches in which the record should be. */
	likelyBranches: readonly number[];
	/** Identifies the account and the record among the failing ones. */
	failureKey: string;
}

/** Looks for one record in branches, and remembers why some branches gave no answer. */
class RecordSearch {
	private readonly failures: Error[] = [];
	/** Whether a list was searched that does not have the record. */
	private isAnyListSearched = false;

	constructor(
		private readonly client: ApiClient,
		private readonly wanted: WantedRecord,
	) {}

	/**
	 * Looks for the record in one branch after the other, until one of them has it.
	 *
	 * @param branches undefined in place of a branch for an entity that belongs to no branch
	 * @throws NodeApiError if a likely branch failed just now
	 */
	async findInBranches(
		branches: ReadonlyArray<number | undefined>,
	): Promise<IDataObject | undefined> {
		for (const branch of branches) {
			const record = await this.findInBranch(branch);
			if (record !== undefined) return record;
		}
		return undefined;
	}

	/** Remembers a failure, so that the record does not look deleted. */
	addFailure(failure: Error): void {
		this.failures.push(failure);
	}

	/**
	 * Makes the result of a search that did not find the record. It says for the user why there is no
	 * record: no list has it, or some branch could not be read.
	 */
	explainMissingRecord(): MissingRecord {
		const { entity, change } = this.wanted;
		const reasons: string[] = [];
		if (this.isAnyListSearched) {
			reasons.push(describeNotFound(entity, change.entity_id));
		}
		if (this.failures.length > 0) {
			// One failure is enough for the user.
			const [firstFailure] = this.failures;
			reasons.push(describeError(firstFailure));
		}
		return { record: null, missing: this.classifyFailures(), reason: reasons.join('. ') };
	}

	/** Says whether the record is gone, hidden from this user, or not shown because of a failure. */
	private classifyFailures(): MissingRecord['missing'] {
		if (this.failures.length === 0) return 'gone';

		const areAllLasting = this.failures.every((failure) => isLastingFailure(this.client, failure));
		return areAllLasting ? 'hidden' : 'failed';
	}

	/**
	 * Looks for the record in the list of one branch. If AlfaCRM fails to show the list, notes the
	 * failure, so that the record does not look deleted.
	 *
	 * @throws NodeApiError during the first hour of failures, if AlfaCRM may show the record later
	 */
	private async findInBranch(branch: number | undefined): Promise<IDataObject | undefined> {
		const { entity, change } = this.wanted;
		try {
			const result = await findInList(this.client, entity, change, branch);
			this.handleResult(result, branch);
			return result.record;
		} catch (caught) {
			const failure = asNodeError(this.client.node, caught);
			this.handleFailedReading(failure, branch);
			return undefined;
		}
	}

	/** Remembers whether the list of a branch has the record. A list may show only a part of it. */
	private handleResult({ record, isConclusive }: SearchResult, branch: number | undefined): void {
		const { entity, change, failureKey } = this.wanted;
		if (record !== undefined) {
			failingReads.forget(failureKey);
		} else if (isConclusive) {
			this.isAnyListSearched = true;
		} else {
			// The list counts more records than it shows, so the record may still be in it.
			const text = describeUnlistedRecord(entity, change.entity_id, branch);
			this.addFailure(nodeError(this.client.node, text, undefined));
		}
	}

	/** Remembers that a branch could not be read. Throws the failure if it is worth waiting for. */
	private handleFailedReading(failure: Error, branch: number | undefined): void {
		if (this.isWorthWaitingFor(branch, failure)) {
			failingReads.throwInFirstHour(this.wanted.failureKey, failure);
		}
		this.addFailure(failure);
	}

	/**
	 * Whether later changes may have to wait until a branch can be read again. They wait only for a
	 * branch in which the record should be, and only if AlfaCRM may show it later.
	 */
	private isWorthWaitingFor(branch: number | undefined, failure: Error): boolean {
		const isLikely = branch === undefined || this.wanted.likelyBranches.includes(branch);
		return isLikely && !isLastingFailure(this.client, failure);
	}
}

const DELETED: MissingRecord = { record: null, missing: 'gone' };

/** Makes the result for a record that this user or this node may never see. */
const makeHiddenResult = (reason: string): MissingRecord => ({
	record: null,
	missing: 'hidden',
	reason,
});

/** Makes the key that identifies the record of a change in its account. */
const makeRecordKey = ({ entity, entity_id }: Change): string => `${entity} ${entity_id}`;

// ---------------------------------------------------------------- failures

/** How long a record that AlfaCRM fails to show may hold up what was changed after it. */
const PATIENCE_MS = HOUR_MS;

/** How many failing records are remembered. */
const MAX_FAILING = 1_000;

/**
 * Remembers since when AlfaCRM fails to show a record. It remembers in this process only, because
 * n8n keeps no state of a poll that fails.
 */
class FailingReads {
	/** When each record failed first, by n8n's clock in milliseconds. */
	private readonly failingSince = new Map<string, number>();

	/**
	 * Throws a failure during the first hour in which a reading fails, so that the next poll tries
	 * again. Returns after that hour, so that the poll goes on without the record.
	 *
	 * @param key identifies the account and what is read, such as a record
	 */
	throwInFirstHour(key: string, failure: Error): void {
		const now = Date.now();
		const failingSince = this.failingSince.get(key) ?? now;
		boundedSet(this.failingSince, key, failingSince, MAX_FAILING);

		// After n8n's clock was set back, the first failure may lie in the future. `Math.abs` keeps a
		// failure that lies far in the future from being thrown until that time.
		const failingMs = Math.abs(now - failingSince);
		const isInFirstHour = failingMs < PATIENCE_MS;
		if (isInFirstHour) throw failure;
	}

	/** Forgets the failures of a reading. Call it when the reading has succeeded. */
	forget(key: string): void {
		this.failingSince.delete(key);
	}
}

const failingReads = new FailingReads();

/**
 * Reads something. If AlfaCRM fails, throws the failure for up to an hour, so that the poll fails
 * and the next poll tries again. After that hour, returns the failure, so that the caller can report
 * its event without what could not be read.
 *
 * @param key identifies the account and what is read
 * @returns what was read, or the failure if AlfaCRM refuses or has failed for an hour
 * @throws NodeApiError if AlfaCRM has failed for less than an hour
 */
export async function readWithPatience<Result>(
	client: ApiClient,
	key: string,
	read: () => Promise<Result>,
): Promise<Error | Result> {
	try {
		const result = await read();
		failingReads.forget(key);
		return result;
	} catch (caught) {
		const failure = asNodeError(client.node, caught);
		const mayReadLater = !isLastingFailure(client, failure);
		if (mayReadLater) failingReads.throwInFirstHour(key, failure);
		return failure;
	}
}

/** Writes an error as text: its message, and behind it the description that says what to do. */
export function describeError(error: { message: string; description?: string | null }): string {
	const { message, description } = error;
	if (!description) return message;

	const messageWithoutFullStop = message.replace(/\.$/, '');
	return `${messageWithoutFullStop}. ${description}`;
}

// ---------------------------------------------------------------- one record in one list

/** Says that this package knows no list of AlfaCRM that has records of the change's class. */
const describeUnknownClass = ({ entity }: Change): string =>
	`No list of AlfaCRM's API is known to hold ${entity}. Use the fields of the event.`;

/** Says that no list has the record; where several lists were searched, it says so. */
function describeNotFound(entity: Entity, id: number): string {
	const { message } = describeMissingRecord(entity, id);
	const searchedPlaces = entity.scope === 'global' ? '' : IN_SEARCHED_BRANCHES;
	return message + searchedPlaces;
}

/** Says why a record cannot be read, before AlfaCRM is asked for it; undefined if it can. */
function findUnreadableReason(
	{ node }: ApiClient,
	change: Change,
	entity: Entity,
): string | undefined {
	const hasCredential = node.credentials?.[CREDENTIAL] !== undefined;
	if (!hasCredential) {
		return 'The record was not read, because this node has no credential. Select one in the node.';
	}

	// AlfaCRM lists some records only for their parent, such as the subscriptions of a customer.
	const fields = mergeOldAndNewFields(change);
	const parentFields = entity.parentFields ?? [];
	const missingParent = parentFields.find(({ name }) => isMissing(fields[name]));
	if (missingParent === undefined) return undefined;

	return `AlfaCRM finds a ${entity.label.toLowerCase()} only by its ${missingParent.name} too, which the event does not hold. Use the fields of the event.`;
}

/** Whether a change has no value for a field. AlfaCRM may also send null for it. */
const isMissing = (value: unknown): boolean => value === undefined || value === null;

/** What the list of a branch tells of a record. */
type SearchResult = Awaited<ReturnType<typeof findOfAnyKind>>;

/**
 * Looks for the record of a change in the list of a branch. Some lists show only records of one
 * status or type at a time, such as planned lessons. They are read with one filter after the other.
 *
 * @param branch undefined for an entity that belongs to no branch
 */
async function findInList(
	client: ApiClient,
	entity: Entity,
	change: Change,
	branch: number | undefined,
): Promise<SearchResult> {
	const fields = mergeOldAndNewFields(change);
	const search = {
		entity,
		id: change.entity_id,
		// The labels of form fields are for messages, but no field of a form is sent here.
		target: { path: entity.path, query: pickParentIds(entity, fields), labels: {}, branch },
		passes: listLikelyFiltersFirst(entity, fields),
	};
	// Records of unusual types, such as refunds, cost further calls, so they are looked through last.
	const listUnusualFilters = async () => await listFiltersOfUnusualTypes(client, entity, branch);
	return await findOfAnyKind(makeListReader(client), search, listUnusualFilters);
}

/** Picks the IDs of a record's parents from its fields, such as `{ customer_id: 45 }`. */
function pickParentIds({ parentFields = [] }: Entity, fields: IDataObject): IDataObject {
	const entries = parentFields.map(({ name }) => [name, fields[name]] as const);
	return Object.fromEntries(entries);
}

/**
 * Lists the filters for records that AlfaCRM leaves out of a list. For example, the list of payments
 * has refunds only with the filter `{ pay_type_id: 5 }`. Reads the list of payment types for that.
 *
 * @returns an empty list if AlfaCRM leaves out no records of the entity
 */
async function listFiltersOfUnusualTypes(
	client: ApiClient,
	entity: Entity,
	branch: number | undefined,
): Promise<IDataObject[]> {
	const typeFilter = entity.hidden?.kinds;
	if (typeFilter === undefined) return [];

	const listOfTypes = makeListCall(entityOf(typeFilter.entity), branch);
	const { rows: types } = await collect(client, listOfTypes);
	return makeFiltersForKinds(typeFilter, types);
}

/**
 * Lists the filters with which a list is read, one after the other, until it shows the record.
 * AlfaCRM lists lessons of one status at a time, and payments of one type. The status or type that
 * the change names comes first, because the record is most likely there: a lesson with `status: 3`
 * has the filters `{ status: 3 }`, `{ status: 1 }`, `{ status: 2 }`. API notes 5.11 and 5.16.
 *
 * @param fields the fields that the change names
 */
function listLikelyFiltersFirst(entity: Entity, fields: IDataObject): readonly IDataObject[] {
	const filters = passesOf(entity);
	// Lessons have a status filter (`status`), and payments a type filter (`pay_type_id`).
	const { partition: statusFilter, kinds: typeFilter } = entity.hidden ?? {};
	const filterName = statusFilter?.name ?? typeFilter?.name;
	if (filterName === undefined) return filters;

	const likelyValue = readId(fields[filterName]);
	if (likelyValue === undefined) return filters;

	const likelyFilter = { [filterName]: likelyValue };
	const otherFilters = filters.filter((filter) => filter[filterName] !== likelyValue);
	return [likelyFilter, ...otherFilters];
}

/** Returns the fields that a change names, with their new values where there are any. */
const mergeOldAndNewFields = ({ fields_old, fields_new }: Change): IDataObject => ({
	...fields_old,
	...fields_new,
});
