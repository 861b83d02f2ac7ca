import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { ApiRequest } from '../api/client';
import { ApiClient } from '../api/client';
import { readId } from '../api/formats';
import { mark, touch, touchedSince, withLock } from '../api/locks';
import type { Entity } from '../entities/types';
import { Hints } from './hints';
import type { Match } from './written';
import { isLate, WrittenRecords } from './written';

/** A record, or what it is looked for by, that only one piece of work may be about at a time. */
export type LockKey = readonly [entity: string, ...what: Array<string | number>];

/** One execution of the node: what its items share lives here and ends with it. */
export class Run {
	readonly client: ApiClient;
	readonly zone: string;
	/** Known once the credential is read. */
	origin = '';
	readonly hints = new Hints();
	/** Filters that found what does not hold the very text they were given, so one spelling finds all. */
	readonly looseFilters = new Set<string>();
	/** Filters that AlfaCRM was seen to ignore, by path and field. */
	readonly ignoredFilters = new Set<string>();
	/** Says whose writes are whose, among all executions of the process. */
	private readonly writer = Symbol('run');
	private readonly written = new Map<string, WrittenRecords>();
	/** A write that was given up, and how long AlfaCRM may be at work on it. */
	private underWay = { since: 0, until: 0 };
	/** By kind of record, then by name. */
	private readonly shares = new Map<string, Map<string, { value: unknown; since: number }>>();

	constructor(readonly context: IExecuteFunctions) {
		this.client = new ApiClient(context);
		this.zone = context.getTimezone();
	}

	/** @throws NodeApiError when the credential cannot be used */
	async readCredential(): Promise<void> {
		this.origin = await this.client.origin();
	}

	/**
	 * What this execution has written, by the kind of record: AlfaCRM's lists may show it late, and the next item may be
	 * about the same record.
	 */
	writtenTo(path: string): WrittenRecords {
		let records = this.written.get(path);
		if (records === undefined) this.written.set(path, (records = new WrittenRecords()));
		return records;
	}

	get isCancelled(): boolean {
		return this.client.signal?.aborted === true;
	}

	/** Work that shares a key takes turns, in all executions of this process that use the same account. */
	async withLock<T>(keys: readonly LockKey[], work: () => Promise<T>): Promise<T> {
		const begun = performance.now();
		const underWayMs = () => (this.underWay.since < begun ? 0 : this.underWay.until - performance.now());
		return await withLock(await this.namesOf(keys), this.client.signal, work, underWayMs);
	}

	/** A moment, to ask later what was written since. */
	now(): number {
		return mark();
	}

	/** Notes that a record was written. */
	async noteWrite(keys: readonly LockKey[]): Promise<void> {
		touch(await this.namesOf(keys), this.writer);
	}

	/** Whether another execution has written to a record since, so that what was read of it may be stale. */
	async wasWrittenSince(keys: readonly LockKey[], since: number): Promise<boolean> {
		return touchedSince(await this.namesOf(keys), since, this.writer);
	}

	/** What many items need is read once, and again when another execution has written to that kind of record. */
	async shared<T>(
		path: string,
		name: string,
		read: () => Promise<T>,
		isKept: (value: T) => boolean = () => true,
	): Promise<T> {
		const known = this.shares.get(path)?.get(name);
		if (known && !(await this.wasWrittenSince([[path]], known.since))) return known.value as T;
		const since = this.now();
		const value = await read();
		const shares = this.shares.get(path) ?? new Map();
		this.shares.set(path, shares);
		if (isKept(value)) shares.set(name, { value, since });
		else shares.delete(name);
		return value;
	}

	/**
	 * After a write of which nobody knows whether it was carried out, AlfaCRM is asked anew; by whoever comes next not
	 * before it can have been.
	 */
	forget({ path, query }: Pick<ApiRequest, 'path' | 'query'>, underWayMs = 0): void {
		const since = performance.now();
		this.underWay = { since, until: since + underWayMs };
		const id = readId(query?.id);
		this.shares.delete(path);
		if (id !== undefined) this.writtenTo(path).forget(id);
	}

	/** A record as this execution has written it, where AlfaCRM does not show that yet and nobody else has written it. */
	async ownCopy({ path }: Pick<Entity, 'path'>, id: number, shown?: IDataObject): Promise<Match | undefined> {
		const match = this.writtenTo(path).get(id);
		if (match === undefined || (shown !== undefined && !isLate(match, shown))) return undefined;
		return (await this.wasWrittenSince([recordKey({ path }, id)], match.at)) ? undefined : match;
	}

	private async namesOf(keys: readonly LockKey[]): Promise<string[]> {
		const account = await this.client.account();
		return keys.map((key) => JSON.stringify([account, ...key]));
	}
}

/** The key of the lock on one record. */
export const recordKey = ({ path }: Pick<Entity, 'path'>, id: number): LockKey => [path, 'record', id];
