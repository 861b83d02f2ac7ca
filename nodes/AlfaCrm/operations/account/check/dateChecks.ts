/**
 * Checks of *Account → Check* that look at days and times: the formats in which AlfaCRM shows them,
 * and the time zone of the school.
 */

import { aheadMs } from '../../../values/schoolClock';
import { MINUTE_MS } from '../../../values/time';
import type { Finding } from './finding';
import { compareWithExpected, reportAsExpected, reportDifference, reportUnknown } from './finding';
import type { AccountReading } from './accountReading';
import { findRowsByPath } from './accountReading';

/** The time and the time zone of the workflow. */
export interface WorkflowClock {
	zone: string;
	/** The time, in milliseconds since 1970. */
	now: number;
}

/** A field that shows a day or a time. */
interface DateField {
	/** The path of the list. */
	path: string;
	/** AlfaCRM's name of the field. */
	field: string;
	/** The expected format of the field: one of the formats in `READABLE_FORMATS`. */
	format: string;
}

/** The fields to check, with the formats that AlfaCRM was seen to show: docs/alfacrm-api.md 10. */
const DATE_FIELDS: readonly DateField[] = [
	{ path: 'customer', field: 'created_at', format: 'yyyy-mm-dd hh:mm:ss' },
	{ path: 'customer', field: 'dob', format: 'dd.mm.yyyy' },
	{ path: 'customer', field: 'e_date', format: 'yyyy-mm-dd' },
	{ path: 'group', field: 'b_date', format: 'yyyy-mm-dd' },
	{ path: 'lesson', field: 'date', format: 'yyyy-mm-dd' },
	{ path: 'lesson', field: 'time_from', format: 'yyyy-mm-dd hh:mm:ss' },
	{ path: 'log', field: 'date_time', format: 'yyyy-mm-dd hh:mm:ss' },
	{ path: 'pay', field: 'document_date', format: 'dd.mm.yyyy' },
];

/** The formats of days and times that the node can read. */
const READABLE_FORMATS = [
	{ pattern: /^\d\d\.\d\d\.\d{4}$/, format: 'dd.mm.yyyy' },
	{ pattern: /^\d{4}-\d\d-\d\d$/, format: 'yyyy-mm-dd' },
	{ pattern: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, format: 'yyyy-mm-dd hh:mm:ss' },
];

/** The word for any format that the node cannot read, in the output. */
const UNREADABLE_FORMAT = 'another';

/** Checks in which formats AlfaCRM shows days and times. */
export const checkDateFormats = (account: AccountReading): Finding[] =>
	DATE_FIELDS.map((dateField) => checkDateFormat(dateField, account));

/** Checks in which format AlfaCRM shows one field, by the rows of the first page. */
function checkDateFormat({ path, field, format }: DateField, account: AccountReading): Finding {
	const topic = { check: 'date format', subject: `${path}.${field}`, expected: format };
	const values = findRowsByPath(account, path).map((row) => row[field]);
	const dates = values.filter(
		(value): value is string => typeof value === 'string' && value !== '',
	);
	if (dates.length === 0) return reportUnknown(topic, { missingData: 'rows that show one' });

	const formats = new Set(dates.map(recognizeFormat));
	const found = [...formats].sort().join(', ');
	// An unexpected format that the node can read does no harm, so it has the same meaning as the
	// expected format.
	const meaningIfReadable = 'The node reads these, and passes them on as they are.';
	const meaningIfUnreadable =
		'The node passes these on as they are, and may not read them where it compares days: please report this item.';
	const isAnyUnreadable = formats.has(UNREADABLE_FORMAT);
	return compareWithExpected(topic, found, {
		meaningIfExpected: meaningIfReadable,
		meaningIfDifferent: isAnyUnreadable ? meaningIfUnreadable : meaningIfReadable,
	});
}

/**
 * Returns the format of a day or time, such as `dd.mm.yyyy`; `another` if the node cannot read it.
 */
function recognizeFormat(date: string): string {
	const readableFormat = READABLE_FORMATS.find(({ pattern }) => pattern.test(date));
	return readableFormat?.format ?? UNREADABLE_FORMAT;
}

/**
 * The greatest age of the newest change that says something about the time zone. If the newest
 * change seems older, it is perhaps old, or the clock of the school is behind that of the workflow.
 */
const MAX_AGE_MINUTES = 15;
/** The most by which the clocks of two computers in one time zone can differ. */
const CLOCK_TOLERANCE_MINUTES = 2;

/**
 * Checks whether the workflow has the time zone of the school. The times that AlfaCRM shows name no
 * zone, so the time of the newest change in the log is read in the zone of the workflow. If this
 * time lies in the future, the zones differ.
 */
export function checkTimeZone(account: AccountReading, clock: WorkflowClock): Finding {
	const topic = {
		check: 'time zone',
		subject: 'newest change in the log',
		expected: 'that of the workflow',
	};
	const minutesAhead = findMinutesAhead(account, clock);
	const ageMinutes = -minutesAhead;
	if (ageMinutes > MAX_AGE_MINUTES) {
		return reportUnknown(topic, {
			missingData: 'a change of the last minutes: make one, and check again',
		});
	}

	const isSameZone = minutesAhead <= CLOCK_TOLERANCE_MINUTES;
	if (isSameZone) {
		return reportAsExpected(topic, {
			found: topic.expected,
			meaning:
				'Likely, since something has changed just now: the school has the time zone of the workflow.',
		});
	}
	// The message says "at least", because the change was perhaps made some minutes ago.
	return reportDifference(topic, {
		found: `${minutesAhead} min ahead`,
		meaning:
			'The clock of the school is ahead of the workflow by at least this: set the time zone of the workflow (Settings → Timezone) to that of the school.',
	});
}

/**
 * Returns how many minutes the newest change in the log is ahead of the clock of the workflow: less
 * than zero for a change in the past, and -Infinity if the log shows no change.
 */
function findMinutesAhead(account: AccountReading, { zone, now }: WorkflowClock): number {
	const logEntries = findRowsByPath(account, 'log');
	const msAheadOfNow = logEntries.map(({ date_time }) => aheadMs(date_time, zone, now));
	const readableTimes = msAheadOfNow.filter((ms) => ms !== undefined);
	// `Math.max` of no numbers is -Infinity.
	const newestMsAhead = Math.max(...readableTimes);
	return Math.round(newestMsAhead / MINUTE_MS);
}
