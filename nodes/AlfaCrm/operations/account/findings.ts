import type { IDataObject } from 'n8n-workflow';

import { LARGEST_PAGE } from '../../api/pages';
import { belongsToBranch } from '../../entities/branch';
import { eventSources } from '../../entities/events';
import { formatDay, readId } from '../../values/formats';
import { aheadMs } from '../../values/schoolClock';
import { MINUTE_MS } from '../../values/time';
import type { AccountReading, Reading } from './readings';

/** One thing that is looked at, what was found of it, and what that means: words, formats and numbers, nothing of anybody. */
interface Check {
	check: string;
	subject: string;
	expected: string;
	/** Undefined where there is nothing to tell it by. */
	found?: string;
	/** By default whether what was found is what was expected. */
	isExpected?: boolean;
	/** How many rows a list has. */
	rows?: number;
	/** What it means for the node, and what to do, if it is so and if not. */
	asExpected?: string;
	otherwise?: string;
	/** What there must be in the account to tell it by. */
	needs?: string;
}

/** The item that comes out. */
function findingOf(one: Check) {
	const { check, subject, expected, found, rows = null, isExpected = found === expected } = one;
	const [verdict, meaning = '']: [string, string?] =
		found === undefined
			? ['unknown', `Nothing to tell it by; it takes ${one.needs}.`]
			: isExpected
				? ['as expected', one.asExpected]
				: [found === 'denied' ? 'denied' : 'differs', one.otherwise];
	return { check, subject, expected, found: found ?? '', rows, verdict, meaning };
}

/** A summary, what differs, what is as expected, and what could not be told, in this order. */
export function findingsOf(account: AccountReading, zone: string, now = Date.now()): IDataObject[] {
	const findings = [
		...[...account.branches].map(branch),
		...[...account.customers].map(foreignCustomers),
		...account.lists.map((one) => list(one, account)),
		...[pageSize(account), total(account)],
		...ORDERED.map((one) => order(account, one)),
		newNumbers(account),
		...DATES.map((one) => dateFormat(account, one)),
		...[clock(account, zone, now), roundTrip(account), tooMany(account)],
	].map(findingOf);
	const unknown = findings.filter(({ verdict }) => verdict === 'unknown');
	const told = findings.filter(({ verdict }) => verdict === 'as expected');
	const differences = findings.filter((one) => !unknown.includes(one) && !told.includes(one));
	const open = unknown.length === 0 ? '' : ` ${counted(unknown.length, 'thing')} could not be told.`;
	const many = counted(differences.length, 'difference');
	const summary = findingOf({
		...{ check: 'summary', subject: 'account', expected: 'no differences' },
		found: differences.length === 0 ? 'no differences' : many,
		asExpected: `All ${told.length} things that could be told are as the node expects.${open}`,
		otherwise: `${many} from what the node expects: the next ${counted(differences.length, 'item')} say what to do.${open}`,
	});
	return [summary, ...differences, ...told, ...unknown];
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

// ---------------------------------------------------------------- what this user may read

const branch = ([id, isOpen]: [number, boolean | undefined]): Check => ({
	...{ check: 'branch', subject: `branch ${id}`, expected: 'readable' },
	found: isOpen === undefined ? undefined : isOpen ? 'readable' : 'denied',
	asExpected: 'This user may read in the branch.',
	otherwise:
		'AlfaCRM denied this user customers, subjects, lessons and users there: give the user this branch and those rights in AlfaCRM, or leave it out of your workflows.',
	needs: 'a list that AlfaCRM shows or denies',
});

/** Whether the list of a branch shows customers of other branches. API notes 3. */
function foreignCustomers([id, customers]: [number, readonly IDataObject[]]): Check {
	const foreign = customers.filter((row) => !belongsToBranch(row, id));
	const told = foreign.length === 0 ? 'none' : `${foreign.length} of ${customers.length} customers`;
	return {
		check: 'records of other branches',
		subject: `branch ${id}`,
		expected: 'none',
		found: customers.length === 0 ? undefined : told,
		asExpected: 'The list of the branch shows its own customers.',
		otherwise:
			'The list of the branch also shows customers who name other branches. Get Many and the AlfaCRM Trigger leave those out; Find and Create or Update find them.',
		needs: 'customers in the branch',
	};
}

function list(one: Reading, account: AccountReading): Check {
	const { entity, rows, total: count, pageSize: more, status, lacks } = one;
	const plural = entity.plural.toLowerCase();
	const may = `This user may list ${plural}`;
	const checked = { check: 'list', subject: `${entity.path}/index`, expected: 'readable' };
	if (lacks !== undefined) return { ...checked, needs: `a ${lacks} that can be read` };
	if (status === 403) return { ...checked, found: 'denied', otherwise: whyDenied(one, account) };
	if (status === 404) {
		const otherwise = `This AlfaCRM does not have ${plural}, or not in this branch: leave their operations out.`;
		return { ...checked, found: 'not there', otherwise };
	}
	if (status !== undefined) {
		const otherwise = `AlfaCRM could not list ${plural}: check again later, and report it if it stays so.`;
		return { ...checked, found: `failed with HTTP ${status}`, otherwise };
	}
	return {
		...checked,
		...{ found: rows.length > 0 ? 'readable' : 'empty', isExpected: true },
		rows: count === undefined && more === undefined ? rows.length : count,
		asExpected: rows.length > 0 ? `${may}.` : `${may}, and there are none here.`,
	};
}

function whyDenied({ entity }: Reading, { branch, branches }: AccountReading): string {
	if (entity.scope === 'branch' && branches.get(branch) === false) {
		const [open] = [...branches].find(([, isOpen]) => isOpen) ?? [];
		const other = open === undefined ? 'another branch' : `branch ${open}`;
		return `AlfaCRM denied everything usual in branch ${branch}, so either this user does not work there or the role has no rights: check ${other} by 'Branch ID'.`;
	}
	const events = eventSources.has(entity.resource) ? ', and events of the AlfaCRM Trigger too' : '';
	const dropdowns = entity.withoutId ? '' : '; their dropdowns stay empty';
	return `The role of this user may not list ${entity.plural.toLowerCase()}: their operations end with an error${events}${dropdowns}. If you need them, give the role that right in AlfaCRM.`;
}

// ---------------------------------------------------------------- how lists come

const rowsOf = ({ lists }: AccountReading, path: string): IDataObject[] =>
	lists.find(({ entity }) => entity.path === path)?.rows ?? [];

/** What `pageSize` in the body does. API notes 3. */
function pageSize({ lists, unsized }: AccountReading): Check {
	const refused = unsized.length === 0 ? '' : `, refused for ${unsized.join(', ')}`;
	const sizes = [...new Set(lists.flatMap(({ pageSize: size }) => size ?? []))].sort((a, b) => a - b);
	const longest = Math.max(...lists.map(({ rows }) => rows.length));
	const isUntold = sizes.length === 0 && refused === '';
	const told = (sizes.length === 0 ? 'no long list' : `${sizes.join(' or ')} rows`) + refused;
	const expected = `${LARGEST_PAGE} rows`;
	// Pages of 20 and of 50 came unasked. API notes 3.
	const atLeast = longest > 50 ? `${longest} rows at least` : undefined;
	return {
		...{ check: 'page size', subject: 'lists', expected },
		...(isUntold ? { found: atLeast, isExpected: true } : { found: told }),
		asExpected: 'Lists come in large pages, so that they take few calls.',
		otherwise: `AlfaCRM gives smaller pages than the ${LARGEST_PAGE} rows that the node asks for: long lists take more calls, and nothing is lost. Filter what you can.`,
		needs: 'a list of more than 50 rows',
	};
}

/** Whether lists tell how many rows there are; it was missing for some in one account. API notes 3. */
function total({ lists }: AccountReading): Check {
	const read = lists.filter(({ lacks, status }) => lacks === undefined && status === undefined);
	const without = read.filter((one) => one.total === undefined).map(({ entity }) => entity.path);
	const told = without.length === 0 ? 'told' : `missing for ${without.join(', ')}`;
	return {
		...{ check: 'number of rows', subject: 'lists', expected: 'told' },
		found: read.length === 0 ? undefined : told,
		asExpected: 'The node knows when a list came whole, and says so when it did not.',
		otherwise:
			'There the node reads on until a page is empty, and cannot say whether rows are missing: where each row counts, compare with AlfaCRM.',
		needs: 'a list that can be read',
	};
}

const LIMITED =
	"The newest do not come first, so Get Many with a 'Limit' does not take them: filter by dates, or use 'Return All'.";

/** Lists that were seen to begin with the newest, and what it means where they do not. API notes 3. */
const ORDERED: ReadonlyArray<[path: string, field: string, otherwise: string]> = [
	[
		'log',
		'date_time',
		'The AlfaCRM Trigger looks for the latest changes at the top of this list: please report this item.',
	],
	['lesson', 'date', LIMITED],
	['pay', 'document_date', LIMITED],
];

/** Days and times as AlfaCRM writes them, so that they can be compared. */
const sortable = (value: unknown): string =>
	/^\d{4}-/.test(String(value)) ? String(value) : (formatDay(value, 'iso', 'utc') ?? '');

const isFalling = (values: readonly string[]): boolean =>
	values.every((value, index) => index === 0 || value <= values[index - 1]);

function order(account: AccountReading, [path, field, otherwise]: (typeof ORDERED)[number]): Check {
	const times = rowsOf(account, path).map((row) => sortable(row[field]));
	const reversed = [...times].reverse();
	const told = isFalling(times) ? 'newest first' : isFalling(reversed) ? 'oldest first' : 'another';
	return {
		...{ check: 'order of a list', subject: path, expected: 'newest first', otherwise },
		found: new Set(times).size < 2 ? undefined : told,
		asExpected: 'The newest come first.',
		needs: 'rows of two times',
	};
}

/** Whether a larger number means a later record. */
function newNumbers(account: AccountReading): Check {
	const rows = rowsOf(account, 'customer').filter(({ created_at }) => created_at);
	const byId = [...rows].sort((a, b) => Number(readId(b.id)) - Number(readId(a.id)));
	const times = byId.map(({ created_at }) => sortable(created_at));
	const late = times.filter((time, index) => index > 0 && time > times[index - 1]).length;
	const expected = 'grow with the time of creation';
	const told = late === 0 ? expected : `${late} of ${times.length} do not`;
	return {
		...{ check: 'IDs', subject: 'customer', expected },
		found: new Set(times).size < 2 ? undefined : told,
		asExpected: 'The AlfaCRM Trigger tells new customers by their IDs.',
		otherwise:
			'The AlfaCRM Trigger tells new customers by their IDs, and here some with a larger ID are older: please report this item.',
		needs: 'customers that were created at two times',
	};
}

// ---------------------------------------------------------------- days and times

/** Days and times as rows show them. API notes 10. */
const DATES: ReadonlyArray<[path: string, field: string, form: string]> = [
	['customer', 'created_at', 'yyyy-mm-dd hh:mm:ss'],
	['customer', 'dob', 'dd.mm.yyyy'],
	['customer', 'e_date', 'yyyy-mm-dd'],
	['group', 'b_date', 'yyyy-mm-dd'],
	['lesson', 'date', 'yyyy-mm-dd'],
	['lesson', 'time_from', 'yyyy-mm-dd hh:mm:ss'],
	['log', 'date_time', 'yyyy-mm-dd hh:mm:ss'],
	['pay', 'document_date', 'dd.mm.yyyy'],
];

const FORMS: ReadonlyArray<[pattern: RegExp, form: string]> = [
	[/^\d\d\.\d\d\.\d{4}$/, 'dd.mm.yyyy'],
	[/^\d{4}-\d\d-\d\d$/, 'yyyy-mm-dd'],
	[/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, 'yyyy-mm-dd hh:mm:ss'],
];

const formOf = (value: string): string => FORMS.find(([pattern]) => pattern.test(value))?.[1] ?? 'another';

function dateFormat(account: AccountReading, [path, field, expected]: (typeof DATES)[number]): Check {
	const values = rowsOf(account, path).map((row) => row[field]);
	const texts = values.filter((value): value is string => typeof value === 'string' && value !== '');
	const forms = [...new Set(texts.map(formOf))].sort();
	const asExpected = 'The node reads these, and passes them on as they are.';
	return {
		...{ check: 'date format', subject: `${path}.${field}`, expected, asExpected },
		found: forms.length === 0 ? undefined : forms.join(', '),
		otherwise: forms.includes('another')
			? 'The node passes these on as they are, and may not read them where it compares days: please report this item.'
			: asExpected,
		needs: 'rows that show one',
	};
}

/** A change that is older says nothing of the clock. */
const RECENT_MIN = 15;
/** Clocks that differ by less agree. */
const SAME_MIN = 2;

/** The newest change, read in the zone of the workflow: stamps have none. API notes 10. */
function clock(account: AccountReading, zone: string, now: number): Check {
	const changesAheadMs = rowsOf(account, 'log').map((row) => aheadMs(row.date_time, zone, now) ?? -Infinity);
	const ahead = Math.round(Math.max(-Infinity, ...changesAheadMs) / MINUTE_MS);
	const expected = 'that of the workflow';
	const told = ahead > SAME_MIN ? `${ahead} min ahead` : expected;
	return {
		...{ check: 'time zone', subject: 'newest change in the log', expected },
		found: ahead < -RECENT_MIN ? undefined : told,
		asExpected: 'Likely, since something has changed just now: the school has the time zone of the workflow.',
		otherwise:
			'The clock of the school is ahead of the workflow by at least this: set the time zone of the workflow (Settings → Timezone) to that of the school.',
		needs: 'a change of the last minutes: make one, and check again',
	};
}

// ---------------------------------------------------------------- the rate

/** Slower answers make the node overlap its calls. */
const SLOW_MS = 1_000;

function roundTrip({ roundTrips }: AccountReading): Check {
	const median = [...roundTrips].sort((a, b) => a - b).at(Math.floor(roundTrips.length / 2));
	return {
		...{ check: 'time of an answer', subject: 'calls', expected: `up to ${SLOW_MS} ms` },
		...(median === undefined ? {} : { found: `${Math.round(median)} ms`, isExpected: median <= SLOW_MS }),
		asExpected: 'Half of the answers came faster than this.',
		otherwise: 'AlfaCRM is slow or far away: long lists take their time, so filter what you can.',
		needs: 'an answer',
	};
}

const tooMany = ({ tooMany: refused }: AccountReading): Check => ({
	...{ check: 'too many requests', subject: 'calls', expected: 'none' },
	found: refused === 0 ? 'none' : counted(refused, 'call'),
	asExpected: 'AlfaCRM refused no call as too many.',
	otherwise:
		"Something else uses this account at the same time. The node waits and goes on; if it is too slow, run less at once, or lower 'Requests per Second' in the advanced settings of the credential.",
});
