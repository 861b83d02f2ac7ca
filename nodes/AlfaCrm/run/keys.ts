import type { Entity } from '../entities/types';
import type { Branch } from '../store/located';

/**
 * The keys of locks, of experiences with AlfaCRM, and of what is read once for all items. Each kind
 * of key has a function here that makes it, so that two kinds never have the same key by accident.
 * The keys that only one room of the operations needs are made there.
 */

type HasPath = Pick<Entity, 'path'>;

/**
 * Names a record, or a value by which one is looked for. Only one piece of work at a time may deal
 * with it.
 */
export type LockKey = readonly [path: string, ...parts: Array<string | number>];

// ---------------------------------------------------------------- locks and writes

/**
 * Stands for all records of an entity. A write notes it, so that lists of the entity that were read
 * before count as stale.
 */
export const entityKey = (path: string): LockKey => [path];

/** Guards one record against two changes at the same moment. */
export const recordKey = ({ path }: HasPath, id: number): LockKey => [path, 'record', id];

// ---------------------------------------------------------------- experiences: see `Execution.noteSeen`

/** Notes that AlfaCRM reads the days of an entity only in the format that is tried second. */
export const fallbackDatesKey = ({ path }: HasPath): LockKey => [
	path,
	'takes days in the other format',
];

// ---------------------------------------------------------------- names of what is read once: see `Execution.cached`

/** Names the short list of an entity, in which names are looked up. */
export const shortListName = (branch: Branch): string => JSON.stringify(['short', branch]);

/**
 * Names the titles of an entity's records, which the output shows in place of IDs. Undefined titles
 * are kept as well, so that a list that this user may not read is not asked for again.
 *
 * @param notBefore when the list must not have been read before; undefined for one of the last
 * minutes
 */
export const titlesName = (branch: Branch, notBefore?: number): string =>
	JSON.stringify(['names', branch, notBefore]);

/** Names the branches of the account as they were a minute ago or later. */
export const RECENT_BRANCHES = 'all, or none that may be listed';

/** Names the branches of the account as they were when the execution began or later. */
export const NEWEST_BRANCHES = 'all by now';

/** Names the records that a key finds in branches. */
export const keyMatchesName = (matchValues: object, branches: readonly Branch[]): string =>
	JSON.stringify(['named', matchValues, branches]);

/** Names the branch in which a record was found by its ID. */
export const branchOfRecordName = (id: number): string => JSON.stringify(['branch of', id]);

/** Names the ID of the credential's own user. */
export const OWN_USER = 'own';
