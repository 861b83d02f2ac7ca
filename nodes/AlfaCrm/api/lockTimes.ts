/**
 * The times of the lock over all processes that depend on each other, in milliseconds. By the time that anybody takes a
 * holder for dead it must have stopped to remove its row, and then to write at all, slow statements and timers included:
 * `BEAT_MS` < `OWN_MS` < `FRESH_MS` < `DEAD_MS`. A claim is looked at when it must have been written: `CLAIM_MS` < `SETTLE_MS`.
 */

/** How often the holder adds an entry to the row, which shows that it lives. */
export const BEAT_MS = 4_000;
/**
 * A row is removed only while the last beat is not older than this: a statement may be on its way for long, and once others
 * have taken the holder for dead it would remove the row of the next one, for all have the same name.
 */
export const OWN_MS = 8_000;
/** A holder does nothing any more when its last beat is that long ago. */
export const FRESH_MS = 12_000;
/** The holder of a row that has not changed for so long is dead. */
export const DEAD_MS = 20_000;
/** Each waits for up to so much longer, for of several who put in a claim at the same moment all may have to begin again. */
export const SPREAD_MS = 5_000;
/** Within this time somebody who claims the lock of a dead one has written its claim, and after the next one it is looked at. */
export const CLAIM_MS = 2_000;
export const SETTLE_MS = 5_000;
/**
 * After this time a statement counts as failed, and a database that has answered nothing as not there; whether a statement is
 * carried out later nobody knows.
 */
export const ANSWER_MS = 30_000;
