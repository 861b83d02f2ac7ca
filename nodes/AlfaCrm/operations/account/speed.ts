import { DateTime } from 'luxon';

import { MINUTE_MS } from '../../values/time';
import type { Check } from './check';
import type { Probe } from './probe';

/** Slower answers make the node overlap its calls. */
const SLOW_MS = 1_000;
/** A change that is older says nothing of the clock. */
const RECENT_MIN = 15;
/** Clocks that differ by less agree. */
const SAME_MIN = 2;

const median = (values: readonly number[]): number =>
	[...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** The last of all, when it has been asked often. */
const speed: Check = {
	check: 'time of an answer',
	subject: 'lists',
	expected: `up to ${SLOW_MS} ms`,
	needs: 'an answer',
	find: async ({ times }) => (times.length === 0 ? undefined : `${Math.round(median(times))} ms`),
	meaning: (found) =>
		parseInt(found, 10) > SLOW_MS
			? 'AlfaCRM is slow or far away: the node has several calls under way, and long lists take their time.'
			: 'Half of the answers came faster than this.',
	verdict: (found) => (parseInt(found, 10) > SLOW_MS ? 'differs' : 'as expected'),
};

/** Minutes from now to the newest change, as the zone of the workflow reads it; stamps have no zone. */
async function newestChange(probe: Probe): Promise<number | undefined> {
	const stamps = (await probe.page('log')).map(({ date_time }) => String(date_time)).sort();
	const newest = DateTime.fromSQL(stamps.at(-1) ?? '', { zone: probe.zone });
	return newest.isValid ? Math.round((newest.toMillis() - Date.now()) / MINUTE_MS) : undefined;
}

const BEHIND = /^newest change (\d+) min ago/;

const clock: Check = {
	check: 'clock',
	subject: 'newest change in the log, in the time zone of the workflow',
	expected: 'not in the future',
	needs: 'changes in the log',
	find: async (probe) => {
		const minutes = await newestChange(probe);
		if (minutes === undefined) return undefined;
		if (minutes > SAME_MIN) return `${minutes} min ahead`;
		return `newest change ${Math.max(0, -minutes)} min ago`;
	},
	meaning: (found) => {
		const behind = Number(BEHIND.exec(found)?.[1]);
		if (Number.isNaN(behind)) {
			return 'Sure: the clock of the account is ahead by at least this. Set the time zone of the workflow to that of the school.';
		}
		return behind > RECENT_MIN
			? 'Nothing happened in the account for so long, or its clock is behind: change something in it and check again.'
			: 'Likely: the clock of the account is behind by this at most, so the time zone of the workflow is that of the school.';
	},
	verdict: (found) => {
		const behind = Number(BEHIND.exec(found)?.[1]);
		if (Number.isNaN(behind)) return 'differs';
		return behind > RECENT_MIN ? 'unknown' : 'as expected';
	},
};

export const speedChecks: readonly Check[] = [clock, speed];
