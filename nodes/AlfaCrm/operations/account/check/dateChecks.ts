import { aheadMs } from '../../../values/schoolClock';
import { MINUTE_MS } from '../../../values/time';
import type { Finding } from './finding';
import { compareWithExpected, reportUnknown } from './finding';
import type { AccountReading } from './accountReading';
import { rowsAt } from './accountReading';

/** The time and the time zone of the workflow. */
export interface WorkflowClock {
	zone: string;
	/** Milliseconds. */
	now: number;
}

/** A field that shows a day or a time, and the format in which AlfaCRM was seen to show it. */
interface DateField {
	path: string;
	field: string;
	format: string;
}

/** API notes 10. */
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

/** The formats that the node can read, with what a value in each looks like. */
const READABLE_FORMATS = [
	{ pattern: /^\d\d\.\d\d\.\d{4}$/, format: 'dd.mm.yyyy' },
	{ pattern: /^\d{4}-\d\d-\d\d$/, format: 'yyyy-mm-dd' },
	{ pattern: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, format: 'yyyy-mm-dd hh:mm:ss' },
];

const UNREADABLE_FORMAT = 'another';

/** Checks in which formats AlfaCRM shows days and times. */
export const dateFormatChecks = (account: AccountReading): Finding[] =>
	DATE_FIELDS.map((dateField) => checkDateFormat(dateField, account));

function checkDateFormat({ path, field, format }: DateField, account: AccountReading): Finding {
	const topic = { check: 'date format', subject: `${path}.${field}`, expected: format };
	const values = rowsAt(account, path).map((row) => row[field]);
	const texts = values.filter(
		(value): value is string => typeof value === 'string' && value !== '',
	);
	if (texts.length === 0) return reportUnknown(topic, 'rows that show one');

	const formats = [...new Set(texts.map(formatOf))].sort();
	const readable = 'The node reads these, and passes them on as they are.';
	const unreadable =
		'The node passes these on as they are, and may not read them where it compares days: please report this item.';
	return compareWithExpected(topic, formats.join(', '), {
		asExpected: readable,
		otherwise: formats.includes(UNREADABLE_FORMAT) ? unreadable : readable,
	});
}

const formatOf = (value: string): string =>
	READABLE_FORMATS.find(({ pattern }) => pattern.test(value))?.format ?? UNREADABLE_FORMAT;

/**
 * Only a change of the last minutes makes it likely that the zones agree. An older one may have
 * been made just now in a school whose zone is behind.
 */
const RECENT_MIN = 15;
/** The clocks of two computers may differ by this much. */
const TOLERANCE_MIN = 2;

/**
 * Checks whether the workflow has the time zone of the school. AlfaCRM's stamps name no time zone
 * (API notes 10). The newest change is read in the zone of the workflow: if it then lies in the
 * future, the zones differ.
 */
export function checkTimeZone(account: AccountReading, { zone, now }: WorkflowClock): Finding {
	const topic = {
		check: 'time zone',
		subject: 'newest change in the log',
		expected: 'that of the workflow',
	};
	const changesAheadMs = rowsAt(account, 'log').flatMap(
		(row) => aheadMs(row.date_time, zone, now) ?? [],
	);
	const minutesAhead = Math.round(Math.max(-Infinity, ...changesAheadMs) / MINUTE_MS);
	if (minutesAhead < -RECENT_MIN) {
		return reportUnknown(topic, 'a change of the last minutes: make one, and check again');
	}

	const found = minutesAhead > TOLERANCE_MIN ? `${minutesAhead} min ahead` : topic.expected;
	return compareWithExpected(topic, found, {
		asExpected:
			'Likely, since something has changed just now: the school has the time zone of the workflow.',
		otherwise:
			'The clock of the school is ahead of the workflow by at least this: set the time zone of the workflow (Settings → Timezone) to that of the school.',
	});
}
