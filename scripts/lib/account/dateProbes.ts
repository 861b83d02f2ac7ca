import type { DateFormat } from '../../../nodes/AlfaCrm/values/formats';
import { formatDay } from '../../../nodes/AlfaCrm/values/formats';
import type { DateStyle } from '../../../sandbox/model/dates';
import { findEntity } from '../../../sandbox/school/entities';
import type { Account } from './account';
import { makeFilterFinding, makeValueProbe, type Finding, type Probe } from './probe';

/*
 * These probes ask for the rows from the last day on, with the day in each format. If all rows are of
 * that day, AlfaCRM has read the format. If earlier rows come as well, it has ignored the value, and
 * if no rows come, it has taken the value for something else.
 */

const FORMATS: readonly DateFormat[] = ['dotted', 'iso', 'isoDotted'];

/** The date style of the sandbox that allows exactly these formats. */
const STYLES_BY_FORMATS: Readonly<Record<string, DateStyle>> = {
	dotted: 'dotted',
	iso: 'iso',
	isoDotted: 'points',
	'dotted,iso': 'either',
	'dotted,iso,isoDotted': 'any',
};

/** A pair of filters by days, such as `date_from` and `date_to`. */
interface DayFilter {
	path: string;
	/** The name of the filters without `_from` and `_to`. */
	filter: string;
	/** The field that the filters compare. */
	field: string;
}

/** The filters of which the sources name different formats. API notes 10. */
const DAY_FILTERS: readonly DayFilter[] = [
	{ path: 'log', filter: 'date', field: 'date_time' },
	{ path: 'lesson', filter: 'date', field: 'date' },
	{ path: 'customer', filter: 'created_at', field: 'created_at' },
	{ path: 'customer', filter: 'updated_at', field: 'updated_at' },
	{ path: 'pay', filter: 'date', field: 'document_date' },
	{ path: 'pay', filter: 'created_at', field: 'created_at' },
];

type FormatOutcome = 'everything' | 'nothing' | 'read';

/** Find out for each filter which date formats AlfaCRM reads. */
export const dateFormatProbes: readonly Probe[] = DAY_FILTERS.map(makeDateFormatProbe);

/** Finds out whether AlfaCRM ignores a date that it cannot read, or lists nothing for it. */
export const wrongFilterValue = makeValueProbe('wrongFilterValue', async (account) => {
	let isIgnored = false;
	for (const dayFilter of DAY_FILTERS) {
		const outcomes = await tryFormats(account, dayFilter);
		const values = Object.values(outcomes ?? {});
		if (values.includes('nothing')) return 'matchesNothing';

		// If no format was read, AlfaCRM may ignore the filter itself.
		if (values.includes('read') && values.includes('everything')) isIgnored = true;
	}
	return isIgnored ? 'ignored' : undefined;
});

function makeDateFormatProbe(dayFilter: DayFilter): Probe {
	return {
		setting: 'dateFormats',
		subject: `${dayFilter.path}.${dayFilter.filter}_from`,
		examine: async (account) => {
			const outcomes = await tryFormats(account, dayFilter);
			if (!outcomes) return undefined;
			const readFormats = FORMATS.filter((format) => outcomes[format] === 'read');
			return makeDateFinding(dayFilter, readFormats);
		},
	};
}

/** Makes the finding that AlfaCRM reads these formats, or that it ignores the filter. */
function makeDateFinding({ path, filter }: DayFilter, readFormats: readonly DateFormat[]): Finding {
	const fromName = `${path}.${filter}_from`;
	const toName = `${path}.${filter}_to`;
	const isHonoured = readFormats.length > 0;
	const filterFinding = makeFilterFinding([fromName, toName], { isHonoured });
	if (!isHonoured) return filterFinding;

	const style = STYLES_BY_FORMATS[readFormats.join()];
	const sandboxFilter = findEntity(path)?.filters[`${filter}_from`];
	const isStyleOfSandbox = sandboxFilter && 'as' in sandboxFilter && sandboxFilter.as === style;

	return {
		description: style ?? readFormats.join(', '),
		changeSettings: (settings) => {
			const changes = filterFinding.changeSettings(settings);
			if (style === undefined || isStyleOfSandbox) return changes;
			return {
				...changes,
				dateFormats: { ...settings.dateFormats, [fromName]: style, [toName]: style },
			};
		},
	};
}

/**
 * Asks for the rows from the last of several days on, in each format. Returns undefined if all rows
 * are of one day, because every outcome looks the same then.
 */
async function tryFormats(
	account: Account,
	{ path, filter, field }: DayFilter,
): Promise<Partial<Record<DateFormat, FormatOutcome>> | undefined> {
	const allRows = await account.readRows(path);
	const days = new Set(allRows.map((row) => toIsoDay(row[field])).filter((day) => day !== ''));
	const lastDay = [...days].sort().at(-1);
	if (lastDay === undefined || days.size < 2) return undefined;

	const outcomes: Partial<Record<DateFormat, FormatOutcome>> = {};
	for (const format of FORMATS) {
		const value = formatDay(lastDay, format, 'utc');
		const rows = await account.readRows(path, { [`${filter}_from`]: value });
		const rowDays = rows.map((row) => toIsoDay(row[field]));
		outcomes[format] = judgeRows(rowDays, lastDay);
	}
	return outcomes;
}

function judgeRows(days: readonly string[], firstDay: string): FormatOutcome {
	if (days.length === 0) return 'nothing';
	return days.every((day) => day >= firstDay) ? 'read' : 'everything';
}

/** Returns the day of a date or moment in ISO; an empty text if there is none. */
export function toIsoDay(value: unknown): string {
	return formatDay(value, 'iso', 'utc') ?? '';
}
