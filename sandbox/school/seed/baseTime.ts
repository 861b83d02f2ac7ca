/** Times are reckoned as ms of a UTC clock that shows the account's local time. */
export const day = 24 * 60 * 60_000;
/** The invented school's "today": what has happened lies before it, what is planned after it. A Tuesday. */
export const baseTime = Date.UTC(2026, 1, 10, 12);
/** The Monday of that week. */
export const baseMonday = Date.UTC(2026, 1, 9);

export const toMoment = (time: number): string => new Date(time).toISOString().slice(0, 19).replace('T', ' ');
export const toDay = (time: number): string => toMoment(time).slice(0, 10);
