/**
 * Makes the keys of locks, of AlfaCRM's behaviours, and of values that are read once for all items.
 * Each kind of key has its own function here, so that two kinds never share a key by accident. A
 * key that only one folder of operations uses is made in that folder.
 */

import type { Entity } from '../entities/types';
import type { Branch } from '../store/located';

type HasPath = Pick<Entity, 'path'>;

/**
 * Identifies a record, or a value by which a record is searched for, such as a phone number. Only
 * one piece of work at a time may hold the lock of a key. It begins with the path of the entity.
 */
export type LockKey = readonly [path: string, ...parts: Array<string | number>];

// ---------------------------------------------------------------- locks and writes

/**
 * Makes the key that stands for all records of an entity. Each write notes it, so that earlier
 * readings of the entity count as stale.
 */
export const entityKey = (path: string): LockKey => [path];

/** Makes the key whose lock keeps two changes of a record from overlapping. */
export const recordKey = ({ path }: HasPath, id: number): LockKey => [path, 'record', id];

// ---------------------------------------------------------------- behaviours: see `Execution.noteBehaviour`

/**
 * Makes the key for a behaviour: AlfaCRM reads the days of this entity only in their fallback
 * format.
 */
export const fallbackDatesKey = ({ path }: HasPath): LockKey => [
	path,
	'takes days in the other format',
];

// ---------------------------------------------------------------- names of readings: see `Execution.cached`

/** Names the reading of the short list in which names of an entity's records are looked up. */
export const shortListName = (branch: Branch): string => JSON.stringify(['short', branch]);

/**
 * Names the reading of the titles of an entity's records, which the output shows beside IDs. It is
 * kept even if this user may not read the titles, so that the list is not requested again.
 *
 * @param notBefore the earliest moment at which the list may have been read, by
 * `performance.now()`; undefined for a list of the last `LIST_MS`
 */
export const titlesName = (branch: Branch, notBefore?: number): string =>
	JSON.stringify(['names', branch, notBefore]);

/** Names the reading of the account's branches that is at most a minute old. */
export const RECENT_BRANCHES = 'all, or none that may be listed';

/** Names the reading of the account's branches that was made after the execution began. */
export const NEWEST_BRANCHES = 'all by now';

/** Names the search for records by the values of a match key in some branches. */
export const keyMatchesName = (matchValues: object, branches: readonly Branch[]): string =>
	JSON.stringify(['named', matchValues, branches]);

/** Names the search for the branch of a record by the record's ID. */
export const branchOfRecordName = (id: number): string => JSON.stringify(['branch of', id]);

/** Names the search for the ID of the credential's user. */
export const OWN_USER = 'own';
