/**
 * Makes the keys of locks, of AlfaCRM's behaviours, and of values that are read once for all items.
 * For example, `['customer', 'record', 40]` is the key of customer 40.
 *
 * Each kind of key has its own function here, so that two kinds never share a key by accident. A
 * key that only one folder of operations uses is made in that folder.
 */

import type { Entity } from '../entities/types';
import type { Branch } from '../store/located';

/** An entity, or a call to it: only the path counts. */
type WithPath = Pick<Entity, 'path'>;

/** A key begins with the path of an entity, so that keys of different entities always differ. */
export type Key = readonly [path: string, ...parts: Array<string | number>];

/**
 * Identifies a record, or a value by which a record is searched for, such as a phone number. Only
 * one piece of work at a time may hold the lock of a key.
 */
export type LockKey = Key;

/** Identifies a behaviour: something that AlfaCRM was seen to do, such as ignoring a filter. */
export type BehaviourKey = Key;

// ---------------------------------------------------------------- locks and writes

/**
 * Makes the key that stands for all records of an entity. Each write to the entity notes the key,
 * so that values read earlier count as stale.
 */
export const entityKey = (path: string): LockKey => [path];

/** Makes the key whose lock keeps two changes of a record from overlapping. */
export const recordKey = ({ path }: WithPath, id: number): LockKey => [path, 'record', id];

// ---------------------------------------------------------------- behaviours: see `Execution.noteBehaviour`

/**
 * Makes the key of the behaviour that AlfaCRM reads the days of an entity only in their fallback
 * format.
 */
export const fallbackDatesKey = ({ path }: WithPath): BehaviourKey => [
	path,
	'reads days only in the fallback format',
];

// ---------------------------------------------------------------- names of readings: see `Execution.cached`

/**
 * Names the reading of a short list: the IDs and names of all records of an entity, such as rooms.
 */
export const shortListName = (branch: Branch): string => JSON.stringify(['short', branch]);

/**
 * Names the reading of the titles (names) of an entity's records, which the output shows beside
 * IDs. If the titles cannot be read, that is kept as well, so that the list is not requested again.
 *
 * @param notBefore the earliest moment at which the list may have been read, by
 * `performance.now()`; undefined if it may be up to `LIST_MS` old
 */
export const titlesName = (branch: Branch, notBefore?: number): string =>
	JSON.stringify(['titles', branch, notBefore]);

/** Names the reading of the account's branches that must be at most a minute old. */
export const RECENT_BRANCHES = 'branches of the last minute';

/** Names the reading of the account's branches that must be made after the execution began. */
export const NEWEST_BRANCHES = 'branches since the execution began';

/**
 * Names the search for the records that have certain values, such as a phone, in some branches.
 *
 * @param matchValues the values by the names of their fields
 */
export const matchesName = (matchValues: object, branches: readonly Branch[]): string =>
	JSON.stringify(['matches', matchValues, branches]);

/** Names the search for the branch of a record by the record's ID. */
export const branchOfRecordName = (id: number): string => JSON.stringify(['branch of', id]);

/** Names the search for the ID of the credential's user. */
export const CREDENTIAL_USER = 'own';
