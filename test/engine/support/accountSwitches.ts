import type { Settings } from '../../../sandbox';
import { defaultSettings } from '../../../sandbox/model/settings';

/** A value of a switch, and what the check then says otherwise than by default. */
interface Case {
	settings: Partial<Settings>;
	says: Record<string, string>;
	/** What cannot be told then, by the beginning of its name. */
	hides?: RegExp;
}

const { ignoredFilters } = defaultSettings;
const ignoring = (...names: string[]): Partial<Settings> => ({
	ignoredFilters: [...ignoredFilters, ...names],
});
const heeding = (...names: string[]): Partial<Settings> => ({
	ignoredFilters: ignoredFilters.filter((one) => !names.includes(one)),
});

/** Switches that no list shows, and why. */
const untold = <K extends keyof Settings>(why: string, ...names: K[]): Record<K, string> =>
	Object.fromEntries(names.map((name) => [name, why])) as Record<K, string>;

/** One setting of one name, with what is said for each of its values. */
const each = <K extends keyof Settings>(
	name: K,
	says: string,
	...found: ReadonlyArray<[Settings[K], string]>
): Record<K, Case[]> => {
	const cases = found.map(([value, text]): Case => {
		const settings = { [name]: value } as Partial<Settings>;
		return { settings, says: { [says]: text } };
	});
	return { [name]: cases } as Record<K, Case[]>;
};

const list = (path: string): Case => ({
	settings: { forbiddenCalls: [`${path}/index`] },
	says: { [`list: ${path}/index`]: 'denied' },
	hides: /./,
});
const ignored = (name: string, hides?: RegExp): Case => ({
	settings: ignoring(name),
	says: { [`filter: ${name}`]: 'ignored' },
	hides,
});
const heeded = (name: string): Case => ({
	settings: heeding(name),
	says: { [`filter: ${name}`]: 'honoured' },
});
const dates = (
	filter: string,
	style: 'any' | 'dotted' | 'either' | 'iso' | 'points',
	said: string,
): Case => ({
	settings: { dateFormats: { [`${filter}_from`]: style, [`${filter}_to`]: style } },
	says: { [`date format of a filter: ${filter}_from`]: said },
});
const without = (missingParam: Settings['missingParam'], said: string): Case => ({
	settings: { missingParam },
	says: {
		'parameter left out: cgi/index.group_id': said,
		'parameter left out: customer-tariff/index.customer_id': said,
	},
});
const optional = (name: string): Case => ({
	settings: { optionalParams: [name] },
	says: { [`parameter left out: ${name}`]: 'not needed' },
});

const errors = 'concerns errors and logins';
const write = 'concerns what is written';

/** Every switch of the sandbox: its cases, or why no list shows it. */
const SWITCHES: Record<keyof Settings, Case[] | string> = {
	...untold(errors, 'loginRejection', 'emailCase', 'tokenTtlSeconds', 'tokenExtends', 'singleToken'),
	...untold(errors, 'expiredTokenStatus', 'requireAppKey', 'errorsAs200', 'errorType'),
	...untold(write, 'otherBranch', 'requiredFields', 'validationStatus', 'refusalSuccess', 'errorsShape'),
	...untold(write, 'updateMode', 'lessonUpdate', 'isoDate', 'requireBranchIds', 'removedWrite', 'deleteMode'),
	...untold(
		write,
		'missingRecord',
		'cgiDates',
		'groupTeacherNames',
		'bonusWrite',
		'bonusAnswer',
		'roomCheck',
	),
	...untold(write, 'newIds'),
	...untold('concerns webhooks', 'webhookStrings', 'webhookRel'),
	...untold('would have to be run into', 'rateLimit', 'retryAfterSeconds', 'countRejected'),
	...untold('is told by the clock alone, which a test of its own looks at', 'timeZone', 'now'),
	...untold('is told by the time of an answer, which a test of its own looks at', 'latencyMs'),
	...untold('shows only where calls overlap', 'latencyByLoadMs'),
	...untold('is whom another switch concerns', 'forbiddenTo'),
	...untold('looks like a list that the user may not read', 'mainBranch'),
	...untold('concerns paths without an action, which the node never sends', 'actionlessIndex'),
	...untold('is told as an optional field, either way as expected', 'customerGroups'),
	...untold('concerns what is logged, which nothing is changed to see', 'recordOutside', 'logLesson'),
	forbiddenCalls: ['room', 'log', 'customer', 'pay', 'lesson', 'group', 'customer-tariff'].map(list),
	forbiddenBranches: [
		{
			settings: { forbiddenBranches: [2] },
			says: { 'branch: branch 2': 'denied' },
			hides: /rows of a branch|path without/,
		},
		{ settings: { forbiddenBranches: [1] }, says: { 'branch: branch 1': 'denied' }, hides: /./ },
	],
	...each(
		'branchless',
		'path without a branch: customer/index',
		['first', 'one branch'],
		['notFound404', 'not there'],
	),
	...each(
		'wrongBranch',
		'branch that does not exist: lists',
		['forbidden403', 'denied'],
		['empty', 'empty list'],
	),
	ignoredFilters: [
		...['customer.lead_status_id', 'group.id', 'lesson.id', 'pay.id', 'pay.pay_type_id', 'log.entity'].map(
			(name) => ignored(name),
		),
		...['customer.removed', 'teacher.removed', 'group.removed', 'customer-tariff.dead'].map((name) =>
			ignored(name),
		),
		// Without them some other things have nothing to be told by.
		ignored('customer.id', /list of IDs|id in the address/),
		ignored('log.entity_id', /rows of a branch: log/),
		ignored('lesson.status', /rows unasked: lesson/),
		ignored('customer.is_study', /filter: customer.lead_status_id|removed: 0|rows unasked: customer/),
		...['branch.id', 'room.id', 'tariff.id', 'customer.branch_ids', 'customer.group_id'].map(heeded),
		heeded('regular-lesson.related_id'),
		{
			settings: heeding('pay.date_from', 'pay.date_to'),
			says: { 'date format of a filter: pay.date_from': 'yyyy.mm.dd' },
		},
		{
			settings: ignoring('log.date_from', 'log.date_to'),
			says: { 'date format of a filter: log.date_from': 'none' },
		},
		{
			settings: ignoring('customer.phone'),
			says: { 'search by phone: customer.phone': 'filter ignored' },
		},
	],
	missingParam: [without('error405', 'refused with HTTP 405'), without('emptyList', 'empty list')],
	optionalParams: ['cgi/index.group_id', 'customer-tariff/index.customer_id'].map(optional),
	dateFormats: [
		dates('log.date', 'iso', 'yyyy-mm-dd'),
		dates('lesson.date', 'dotted', 'dd.mm.yyyy'),
		dates('lesson.date', 'either', 'dd.mm.yyyy, yyyy-mm-dd'),
		dates('customer.created_at', 'points', 'yyyy.mm.dd'),
		dates('customer.updated_at', 'any', 'dd.mm.yyyy, yyyy-mm-dd, yyyy.mm.dd'),
		dates('pay.created_at', 'either', 'dd.mm.yyyy, yyyy-mm-dd'),
	],
	...each('wrongFilterValue', 'date that a filter cannot read: lists', ['matchesNothing', 'nothing']),
	...each('phoneSearch', 'search by phone: customer.phone', ['text', 'as it is written']),
	...each('queryId', 'id in the address of a list: customer/index', [true, 'honoured']),
	...each('subjectDefault', 'rows unasked: subject', ['active', 'active ones']),
	...each('cgiDefault', 'rows unasked: cgi', ['all', 'all']),
	...each('deadDefault', 'rows unasked: customer-tariff', ['current', 'current ones']),
	...each('payDefault', 'rows unasked: pay', ['income', 'incomes only']),
	...each('refundSum', 'form of a field: pay sum of refunds', ['expenditure', 'expenditure']),
	...each('idLists', 'list of IDs in a filter: customer.id', ['unreadable', 'not understood']),
	...each('removedZero', 'removed: 0: customer', ['hidesUnsorted', 'hides leads without a stage']),
	...each('pageSize', 'page size unasked: lists', [7, '7'], [30, '30'], [50, '50']),
	...each(
		'bodyPageSize',
		'page size asked for: pageSize in the body',
		['honoured', 'honoured'],
		['capped50', 'capped at 50'],
		['lossy50', 'capped at 50, rows between pages are lost'],
		['refused400', 'refused with HTTP 400'],
		['refused200', 'refused with success: false'],
		['emptyFirst', 'first page empty'],
	),
	...each('perPageQuery', 'page size asked for: per-page in the query', [true, 'honoured']),
	...each('pastEnd', 'page past the end: lists', ['repeatLast', 'last page again']),
	...each(
		'total',
		'total of a list: lists',
		['missing', 'missing'],
		['pageSize', 'that of page 0'],
		['pageLength', 'that of each page'],
		['oneTooHigh', 'one too high'],
		['oneTooLow', 'one too low'],
	),
	...each('shuffle', 'order of rows: lists', [true, 'another each time']),
	rowsShowRemoved: ['customer', 'group', 'teacher'].map((path) => ({
		settings: { rowsShowRemoved: [path] },
		says: { [`optional field: ${path}.removed`]: 'shown' },
	})),
	...each('rowsShowDead', 'optional field: customer-tariff.dead', [true, 'shown']),
	...each('leadStatusIds', 'optional field: customer.lead_status_ids', [true, 'shown']),
	...each(
		'groupTeachers',
		'form of a field: group.teacher_ids',
		['names', 'names'],
		['objects', 'numbers, and teachers besides'],
	),
	...each('lessonDetails', 'form of a field: lesson.details', ['withCustomer', 'with customer_id']),
	...each('sunday', 'form of a field: regular-lesson.day of Sundays', [0, '0']),
	...each('tariffLessons', 'form of a field: tariff.lessons_count', ['lesson_count', 'lesson_count']),
	...each('logScope', 'rows of a branch: log', ['account', 'those of the account']),
	...each('logIds', 'optional field: log.id', [true, 'shown']),
	...each('logFields', 'form of a field: log.fields_new', ['jsonText', 'JSON text']),
	...each('logNull', 'form of a field: log.fields_new of a removal', ['list', 'empty list']),
};

/** All cases of all switches. */
export const SWITCH_CASES = Object.entries(SWITCHES).flatMap(([name, cases]) =>
	typeof cases === 'string'
		? []
		: cases.map((one) => ({ name, ...one, title: JSON.stringify(one.settings) })),
);
