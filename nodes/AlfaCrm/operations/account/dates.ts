import type { IDataObject } from 'n8n-workflow';

import type { DateFormat } from '../../values/formats';
import { formatDay } from '../../values/formats';
import type { Check } from './check';
import { oneOf } from './check';
import { dayOf } from './past';
import type { Probe } from './probe';
import { ifTold } from './probe';

/** What days in filters are written as, and how the outcome names it. */
const STYLES: Record<DateFormat, string> = {
	dotted: 'dd.mm.yyyy',
	iso: 'yyyy-mm-dd',
	isoDotted: 'yyyy.mm.dd',
};
const FORMATS = Object.keys(STYLES) as DateFormat[];
const NONE = 'none';

interface DateFilter {
	path: string;
	name: string;
	field: string;
	/** The format in which the node sends it. API notes 10. */
	format: DateFormat;
	/** Sources doubt that it does anything. */
	isDoubtful?: true;
}

const DATE_FILTERS: readonly DateFilter[] = [
	{ path: 'log', name: 'date_from', field: 'date_time', format: 'dotted' },
	{ path: 'lesson', name: 'date_from', field: 'date', format: 'iso' },
	{ path: 'customer', name: 'created_at_from', field: 'created_at', format: 'dotted' },
	{ path: 'customer', name: 'updated_at_from', field: 'updated_at', format: 'dotted' },
	{ path: 'pay', name: 'date_from', field: 'document_date', format: 'isoDotted', isDoubtful: true },
	{ path: 'pay', name: 'created_at_from', field: 'created_at', format: 'dotted' },
];

type Outcome = 'everything' | 'nothing' | 'read';

/** The last of several days: as few rows as may be are from then on, and where the filter does nothing it shows. */
function pivotOf(rows: readonly IDataObject[], field: string): string | undefined {
	const days = rows.map((row) => dayOf(row[field])).filter((day) => day !== '');
	const sorted = [...new Set(days)].sort();
	return sorted.length < 2 ? undefined : sorted.at(-1);
}

/** What comes of the filter in each format; undefined where all rows are of one day. */
async function outcomes(
	probe: Probe,
	{ path, name, field }: DateFilter,
): Promise<Map<DateFormat, Outcome> | undefined> {
	const pivot = pivotOf(await probe.page(path), field);
	if (pivot === undefined) return undefined;
	const found = new Map<DateFormat, Outcome>();
	for (const format of FORMATS) {
		const rows = await probe.page(path, { [name]: formatDay(pivot, format, 'utc') });
		const isNarrowed = rows.every((row) => dayOf(row[field]) >= pivot);
		found.set(format, rows.length === 0 ? 'nothing' : isNarrowed ? 'read' : 'everything');
	}
	return found;
}

const readIn = (found: Map<DateFormat, Outcome>): DateFormat[] =>
	FORMATS.filter((format) => found.get(format) === 'read');

const dateFilter = (facts: DateFilter): Check => {
	const { path, name, format, isDoubtful } = facts;
	const ours = STYLES[format];
	return {
		check: 'date format of a filter',
		subject: `${path}.${name}`,
		expected: isDoubtful ? `${ours} or ${NONE}` : ours,
		needs: 'rows of at least two days',
		find: async (probe) => {
			const found = await outcomes(probe, facts);
			if (found === undefined) return undefined;
			const formats = readIn(found);
			return formats.length === 0 ? NONE : formats.map((one) => STYLES[one]).join(', ');
		},
		meaning: (found) => {
			if (found === NONE) {
				return 'AlfaCRM does not narrow the list down by it: the node reads more than it needs, and checks the rows where they show the day.';
			}
			return found.includes(ours)
				? `The node writes ${ours}, and AlfaCRM reads it.`
				: `The node writes ${ours}, which AlfaCRM does not read here: what depends on it may come whole or empty.`;
		},
		// Other formats besides do no harm.
		verdict: (found) => (found.includes(ours) || (isDoubtful && found === NONE) ? 'as expected' : 'differs'),
	};
};

const unreadable = oneOf({
	check: 'date that a filter cannot read',
	subject: 'lists',
	expected: 'everything',
	needs: 'a filter that reads one format and not another',
	find: async (probe) => {
		for (const facts of DATE_FILTERS) {
			const found = await ifTold(outcomes(probe, facts));
			const other = FORMATS.map((format) => found?.get(format)).find((one) => one !== 'read');
			if (found === undefined || other === undefined) continue;
			if (other === 'nothing') return 'nothing';
			if (readIn(found).length > 0) return 'everything';
		}
		return undefined;
	},
	meanings: {
		everything: 'A value that AlfaCRM cannot read is passed over, and the whole list comes.',
		nothing: 'A value that AlfaCRM cannot read finds nothing.',
	},
});

/** Days and times as rows show them. API notes 10. */
const FORMS: ReadonlyArray<[pattern: RegExp, form: string]> = [
	[/^\d\d\.\d\d\.\d{4}$/, 'dd.mm.yyyy'],
	[/^\d{4}-\d\d-\d\d$/, 'yyyy-mm-dd'],
	[/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, 'yyyy-mm-dd hh:mm:ss'],
];

const SHOWN: ReadonlyArray<[path: string, field: string, form: string]> = [
	['customer', 'created_at', 'yyyy-mm-dd hh:mm:ss'],
	['customer', 'dob', 'dd.mm.yyyy'],
	['customer', 'e_date', 'yyyy-mm-dd'],
	['group', 'b_date', 'yyyy-mm-dd'],
	['lesson', 'date', 'yyyy-mm-dd'],
	['lesson', 'time_from', 'yyyy-mm-dd hh:mm:ss'],
	['log', 'date_time', 'yyyy-mm-dd hh:mm:ss'],
	['pay', 'document_date', 'dd.mm.yyyy'],
];

const formOf = (value: string): string => FORMS.find(([pattern]) => pattern.test(value))?.[1] ?? 'another';

const shownDate = ([path, field, form]: (typeof SHOWN)[number]): Check => ({
	check: 'date format of rows',
	subject: `${path}.${field}`,
	expected: form,
	needs: 'rows that have one',
	find: async (probe) => {
		const values = (await probe.page(path)).map((row) => row[field]);
		const texts = values.filter((value): value is string => typeof value === 'string' && value !== '');
		return texts.length === 0 ? undefined : [...new Set(texts.map(formOf))].sort().join(', ');
	},
	meaning: (found) =>
		found.includes('another')
			? 'The node may not be able to read these days, and passes them on as they are.'
			: 'The node reads these days, and passes them on as they are.',
	verdict: (found) => (found === form ? 'as expected' : 'differs'),
});

export const dateChecks: readonly Check[] = [
	...DATE_FILTERS.map(dateFilter),
	unreadable,
	...SHOWN.map(shownDate),
];
