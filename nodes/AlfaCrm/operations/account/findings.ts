import type { IDataObject } from 'n8n-workflow';

import { LARGEST_PAGE } from '../../api/pages';
import { eventSources } from '../../entities/events';
import { formatDay, readId, readMoment } from '../../values/formats';
import { MINUTE_MS } from '../../values/time';
import type { AccountReading, Reading } from './readings';

type Verdict = 'as expected' | 'denied' | 'differs' | 'unknown';

/** One thing that was looked at, as an item: words, formats and numbers of rows, nothing of anybody. */
interface Finding extends IDataObject {
	check: string;
	subject: string;
	expected: string;
	/** '' where it is not known. */
	found: string;
	/** How many rows a list has; null for what is no list. */
	rows: number | null;
	verdict: Verdict;
	/** What it means for the node, and what to do where it is not as expected. */
	meaning: string;
}

type Question = Pick<Finding, 'check' | 'expected' | 'subject'>;

interface Answer extends Pick<Finding, 'found' | 'meaning'> {
	rows?: number;
	/** By default whether what was found is what was expected. */
	verdict?: Verdict;
}

const finding = ({ check, subject, expected }: Question, answer: Answer): Finding => {
	const { found, rows = null, verdict = found === expected ? 'as expected' : 'differs', meaning } = answer;
	return { check, subject, expected, found, rows, verdict, meaning };
};

/** @param needs what there must be in the account to tell it by */
const untold = (question: Question, needs: string): Finding =>
	finding(question, { found: '', verdict: 'unknown', meaning: `Nothing to tell it by; it takes ${needs}.` });

const isDifference = ({ verdict }: Finding): boolean => verdict === 'denied' || verdict === 'differs';

/** A summary, what differs, what is as expected, and what could not be told, in this order. */
export function findingsOf(account: AccountReading, zone: string, now = Date.now()): Finding[] {
	const findings = [
		...branchFindings(account),
		...account.lists.map((list) => listFinding(list, account)),
		...[pageSize(account), total(account)],
		...ORDERED.map((list) => order(account, list)),
		newNumbers(account),
		...DATES.map((shown) => dateFormat(account, shown)),
		...[clock(account, zone, now), roundTrip(account), tooMany(account)],
	];
	const differences = findings.filter(isDifference);
	const told = findings.filter(({ verdict }) => verdict === 'as expected');
	const unknown = findings.filter(({ verdict }) => verdict === 'unknown');
	return [summary(differences.length, told.length, unknown.length), ...differences, ...told, ...unknown];
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function summary(differences: number, told: number, unknown: number): Finding {
	const open = unknown === 0 ? '' : ` ${counted(unknown, 'thing')} could not be told.`;
	const sentence =
		differences === 0
			? `All ${told} things that could be told are as the node expects.`
			: `${counted(differences, 'difference')} from what the node expects: the next ${counted(differences, 'item')} say what to do.`;
	const found = differences === 0 ? 'no differences' : counted(differences, 'difference');
	const question = { check: 'summary', subject: 'account', expected: 'no differences' };
	return finding(question, { found, meaning: sentence + open });
}

// ---------------------------------------------------------------- what this user may read

const branchFindings = ({ branches }: AccountReading): Finding[] =>
	[...branches].map(([id, isOpen]) => {
		const question = { check: 'branch', subject: `branch ${id}`, expected: 'readable' };
		if (isOpen === undefined) return untold(question, 'a list that AlfaCRM shows or denies');
		if (isOpen) return finding(question, { found: 'readable', meaning: 'This user may read in the branch.' });
		const meaning =
			'AlfaCRM denied this user subjects, customers, lessons and users there: give the user this branch and those rights in AlfaCRM, or leave it out of your workflows.';
		return finding(question, { found: 'denied', verdict: 'denied', meaning });
	});

function listFinding(list: Reading, account: AccountReading): Finding {
	const { entity, rows, total: count, pageSize: more, status, lacks } = list;
	const plural = entity.plural.toLowerCase();
	const question = { check: 'list', subject: `${entity.path}/index`, expected: 'readable' };
	if (lacks !== undefined) return untold(question, `a ${lacks} that can be read`);
	if (status === 403)
		return finding(question, { found: 'denied', verdict: 'denied', meaning: whyDenied(list, account) });
	if (status !== undefined) {
		const meaning =
			status === 404
				? `This AlfaCRM does not have ${plural}, or not in this branch: leave their operations out.`
				: `AlfaCRM could not list ${plural}: check again later, and report it if it stays so.`;
		return finding(question, { found: status === 404 ? 'not there' : `failed with HTTP ${status}`, meaning });
	}
	const isAll = count === undefined && more === undefined;
	return finding(question, {
		...{ rows: isAll ? rows.length : count, verdict: 'as expected' },
		...(rows.length > 0
			? { found: 'readable', meaning: `This user may list ${plural}.` }
			: { found: 'empty', meaning: `This user may list ${plural}, and there are none here.` }),
	});
}

function whyDenied({ entity }: Reading, { branch, branches }: AccountReading): string {
	if (entity.scope === 'branch' && branches.get(branch) === false) {
		const [open] = [...branches].find(([, isOpen]) => isOpen) ?? [];
		const other = open === undefined ? 'another branch' : `branch ${open}`;
		return `AlfaCRM denied everything usual in branch ${branch}, so either this user does not work there or the role has no rights: check ${other} by 'Branch ID'.`;
	}
	const events = eventSources.has(entity.resource) ? ', and events of the AlfaCRM Trigger too' : '';
	const dropdowns = entity.operations.includes('get') ? '; their dropdowns stay empty' : '';
	return `The role of this user may not list ${entity.plural.toLowerCase()}: their operations end with an error${events}${dropdowns}. If you need them, give the role that right in AlfaCRM.`;
}

// ---------------------------------------------------------------- how lists come

const isRead = ({ lacks, status }: Reading): boolean => lacks === undefined && status === undefined;

const rowsOf = ({ lists }: AccountReading, path: string): IDataObject[] =>
	lists.find(({ entity }) => entity.path === path)?.rows ?? [];

/** What `pageSize` in the body does. API notes 3. */
function pageSize({ lists, unsized }: AccountReading): Finding {
	const question = { check: 'page size', subject: 'lists', expected: `${LARGEST_PAGE} rows` };
	const refused = unsized.length === 0 ? '' : `, refused for ${unsized.join(', ')}`;
	const sizes = [...new Set(lists.flatMap(({ pageSize: size }) => size ?? []))].sort((a, b) => a - b);
	const longest = Math.max(...lists.map(({ rows }) => rows.length));
	if (sizes.length === 0 && refused === '') {
		// Pages of 20 and of 50 came unasked. API notes 3.
		if (longest <= 50) return untold(question, 'a list of more than 50 rows');
		const meaning = 'Lists come in large pages, so that they take few calls.';
		return finding(question, { found: `${longest} rows at least`, verdict: 'as expected', meaning });
	}
	const found = (sizes.length === 0 ? 'no long list' : `${sizes.join(' or ')} rows`) + refused;
	return finding(question, {
		found,
		meaning:
			found === question.expected
				? 'Lists come in large pages, so that they take few calls.'
				: `AlfaCRM gives smaller pages than the ${LARGEST_PAGE} rows that the node asks for: long lists take more calls, and nothing is lost. Filter what you can.`,
	});
}

/** Whether lists tell how many rows there are; it was missing for some in one account. API notes 3. */
function total({ lists }: AccountReading): Finding {
	const question = { check: 'number of rows', subject: 'lists', expected: 'told' };
	const read = lists.filter(isRead);
	if (read.length === 0) return untold(question, 'a list that can be read');
	const without = read.filter((list) => list.total === undefined).map(({ entity }) => entity.path);
	return finding(question, {
		found: without.length === 0 ? 'told' : `missing for ${without.join(', ')}`,
		meaning:
			without.length === 0
				? 'The node knows when a list came whole, and says so when it did not.'
				: 'There the node reads on until a page is empty, and cannot say whether rows are missing: where each row counts, compare with AlfaCRM.',
	});
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

function order(account: AccountReading, [path, field, otherwise]: (typeof ORDERED)[number]): Finding {
	const question = { check: 'order of a list', subject: path, expected: 'newest first' };
	const times = rowsOf(account, path).map((row) => sortable(row[field]));
	if (new Set(times).size < 2) return untold(question, 'rows of two times');
	const isNewestFirst = isFalling(times);
	const found = isNewestFirst ? 'newest first' : isFalling([...times].reverse()) ? 'oldest first' : 'another';
	return finding(question, { found, meaning: isNewestFirst ? 'The newest come first.' : otherwise });
}

/** Whether a larger number means a later record. */
function newNumbers(account: AccountReading): Finding {
	const question = { check: 'IDs', subject: 'customer', expected: 'grow with the time of creation' };
	const rows = rowsOf(account, 'customer').filter(({ created_at }) => created_at);
	const byId = [...rows].sort((a, b) => Number(readId(b.id)) - Number(readId(a.id)));
	const times = byId.map(({ created_at }) => sortable(created_at));
	if (new Set(times).size < 2) return untold(question, 'customers that were created at two times');
	const late = times.filter((time, index) => index > 0 && time > times[index - 1]).length;
	return finding(question, {
		found: late === 0 ? question.expected : `${late} of ${times.length} do not`,
		meaning:
			late === 0
				? 'The AlfaCRM Trigger tells new customers by their IDs.'
				: 'The AlfaCRM Trigger tells new customers by their IDs, and here some with a larger ID are older: please report this item.',
	});
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

function dateFormat(account: AccountReading, [path, field, form]: (typeof DATES)[number]): Finding {
	const question = { check: 'date format', subject: `${path}.${field}`, expected: form };
	const values = rowsOf(account, path).map((row) => row[field]);
	const texts = values.filter((value): value is string => typeof value === 'string' && value !== '');
	if (texts.length === 0) return untold(question, 'rows that show one');
	const found = [...new Set(texts.map(formOf))].sort().join(', ');
	return finding(question, {
		found,
		meaning: found.includes('another')
			? 'The node passes these on as they are, and may not read them where it compares days: please report this item.'
			: 'The node reads these, and passes them on as they are.',
	});
}

/** A change that is older says nothing of the clock. */
const RECENT_MIN = 15;
/** Clocks that differ by less agree. */
const SAME_MIN = 2;

/** The newest change, read in the zone of the workflow: stamps have none. API notes 10. */
function clock(account: AccountReading, zone: string, now: number): Finding {
	const question = {
		check: 'time zone',
		subject: 'newest change in the log',
		expected: 'that of the workflow',
	};
	const stamps = rowsOf(account, 'log').map(({ date_time }) => readMoment(date_time, zone) ?? -Infinity);
	const ahead = Math.round((Math.max(-Infinity, ...stamps) - now) / MINUTE_MS);
	if (ahead > SAME_MIN)
		return finding(question, {
			found: `${ahead} min ahead`,
			meaning:
				'The clock of the school is ahead of the workflow by at least this: set the time zone of the workflow (Settings → Timezone) to that of the school.',
		});
	if (ahead < -RECENT_MIN) return untold(question, 'a change of the last minutes: make one, and check again');
	const meaning =
		'Likely, since something has changed just now: the school has the time zone of the workflow.';
	return finding(question, { found: question.expected, meaning });
}

// ---------------------------------------------------------------- the rate

/** Slower answers make the node overlap its calls. */
const SLOW_MS = 1_000;

function roundTrip({ roundTrips }: AccountReading): Finding {
	const question = { check: 'time of an answer', subject: 'calls', expected: `up to ${SLOW_MS} ms` };
	const median = [...roundTrips].sort((a, b) => a - b)[Math.floor(roundTrips.length / 2)];
	if (median === undefined) return untold(question, 'an answer');
	const isSlow = median > SLOW_MS;
	return finding(question, {
		...{ found: `${Math.round(median)} ms`, verdict: isSlow ? 'differs' : 'as expected' },
		meaning: isSlow
			? 'AlfaCRM is slow or far away: long lists take their time, so filter what you can.'
			: 'Half of the answers came faster than this.',
	});
}

function tooMany({ tooMany: refused }: AccountReading): Finding {
	const question = { check: 'too many requests', subject: 'calls', expected: 'none' };
	return finding(question, {
		found: refused === 0 ? 'none' : counted(refused, 'call'),
		meaning:
			refused === 0
				? 'AlfaCRM refused no call as too many.'
				: "Something else uses this account at the same time. The node waits and goes on; if it is too slow, run less at once, or lower 'Requests per Second' in the credential.",
	});
}
