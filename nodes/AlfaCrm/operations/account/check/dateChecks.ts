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
	field: string;
	/** The format in which AlfaCRM was seen to show the field, as in `READABLE_FORMATS`. */
	format: string;
}

/** The fields to check. API notes 10 say which format AlfaCRM was seen to show in each. */
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

/** The name of a format that the node cannot read, as the report shows it. */
const UNREADABLE_FORMAT = 'another';

/** Checks in which formats AlfaCRM shows days and times. */
export const checkDateFormats = (account: AccountReading): Finding[] =>
	DATE_FIELDS.map((dateField) => checkDateFormat(dateField, account));

/** Checks in which format AlfaCRM shows one field, by all rows of the first page that show it. */
function checkDateFormat({ path, field, format }: DateField, account: AccountReading): Finding {
	const topic = { check: 'date format', subject: `${path}.${field}`, expected: format };
	const values = findRowsByPath(account, path).map((row) => row[field]);
	const dates = values.filter(
		(value): value is string => typeof value === 'string' && value !== '',
	);
	if (dates.length === 0) return reportUnknown(topic, { missingData: 'rows that show one' });

	const formats = new Set(dates.map(recognizeFormat));
	const found = [...formats].sort().join(', ');
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
 * If the newest change seems older than this, nothing is known about the time zone. The change may
 * be old, or it may be fresh and the clock of the school behind that of the workflow.
 */
const MAX_AGE_MINUTES = 15;
/** The clocks of two computers in one time zone may differ by this much. */
const CLOCK_TOLERANCE_MINUTES = 2;

/**
 * Checks whether the workflow has the time zone of the school. The times that AlfaCRM shows name no
 * zone (API notes 10), so the newest change of the log is read in the zone of the workflow. If it
 * then lies in the future, the zones differ.
 */
export function checkTimeZone(account: AccountReading, clock: WorkflowClock): Finding {
	const topic = {
		check: 'time zone',
		subject: 'newest change in the log',
		expected: 'that of the workflow',
	};
	const minutesAhead = findMinutesAhead(account, clock);
	const isRecent = minutesAhead >= -MAX_AGE_MINUTES;
	if (!isRecent) {
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
	// "At least", because the change may have been made some minutes ago.
	return reportDifference(topic, {
		found: `${minutesAhead} min ahead`,
		meaning:
			'The clock of the school is ahead of the workflow by at least this: set the time zone of the workflow (Settings → Timezone) to that of the school.',
	});
}

/**
 * Returns how many minutes the newest change of the log is ahead of the clock of the workflow: less
 * than zero if it lies in the past, and -Infinity if the log shows no change.
 */
function findMinutesAhead(account: AccountReading, { zone, now }: WorkflowClock): number {
	const changesAheadMs = findRowsByPath(account, 'log').flatMap(
		(row) => aheadMs(row.date_time, zone, now) ?? [],
	);
	const newestAheadMs = Math.max(...changesAheadMs);
	return Math.round(newestAheadMs / MINUTE_MS);
}
