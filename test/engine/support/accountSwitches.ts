import type { Settings } from '../../../sandbox';
import { defaultSettings } from '../../../sandbox/model/settings';
type Findings = Record<string, string>;

/** A value of a switch, and what the check then says otherwise than by default. */
interface Case {
	settings: Partial<Settings>;
	says: Findings;
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

/** One setting of one name, with what is said for each of its values. */
const each = <K extends keyof Settings>(
	name: K,
	says: string,
	found: ReadonlyArray<[Settings[K], string]>,
): Case[] =>
	found.map(([value, text]) => ({
		settings: { [name]: value } as Partial<Settings>,
		says: { [says]: text },
	}));

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
	found: string,
): Case => ({
	settings: { dateFormats: { [`${filter}_from`]: style, [`${filter}_to`]: style } },
	says: { [`date format of a filter: ${filter}_from`]: found },
});

const write = 'concerns what is written';
const errors = 'concerns errors and logins';
const webhooks = 'concerns webhooks';
const PAGE = 'page size asked for: pageSize in the body';

/** Every switch of the sandbox: its cases, or why no list shows it. */
const SWITCHES: Record<keyof Settings, Case[] | string> = {
	loginRejection: errors,
	emailCase: errors,
	tokenTtlSeconds: errors,
	tokenExtends: errors,
	expiredTokenStatus: errors,
	singleToken: errors,
	requireAppKey: errors,
	errorsAs200: errors,
	errorType: errors,
	forbiddenCalls: ['room', 'log', 'customer', 'pay', 'lesson', 'group', 'customer-tariff'].map(list),
	forbiddenBranches: [
		{
			settings: { forbiddenBranches: [2] },
			says: { 'branch: branch 2': 'denied' },
			hides: /rows of a branch|path without/,
		},
		{ settings: { forbiddenBranches: [1] }, says: { 'branch: branch 1': 'denied' }, hides: /./ },
	],
	forbiddenTo: 'is whom another switch concerns',
	branchless: each('branchless', 'path without a branch: customer/index', [
		['first', 'one branch'],
		['notFound404', 'not there'],
	]),
	mainBranch: 'looks like a list that the user may not read',
	wrongBranch: each('wrongBranch', 'branch that does not exist: lists', [
		['forbidden403', 'denied'],
		['empty', 'empty list'],
	]),
	otherBranch: write,
	actionlessIndex: 'concerns paths without an action, which the node never sends',
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
	missingParam: (
		[
			['error405', 'refused with HTTP 405'],
			['emptyList', 'empty list'],
		] as const
	).map(
		([missingParam, found]): Case => ({
			settings: { missingParam },
			says: {
				'parameter left out: cgi/index.group_id': found,
				'parameter left out: customer-tariff/index.customer_id': found,
			},
		}),
	),
	optionalParams: [
		...['cgi/index.group_id', 'customer-tariff/index.customer_id'].map(
			(name): Case => ({
				settings: { optionalParams: [name] },
				says: { [`parameter left out: ${name}`]: 'not needed' },
			}),
		),
	],
	dateFormats: [
		dates('log.date', 'iso', 'yyyy-mm-dd'),
		dates('lesson.date', 'dotted', 'dd.mm.yyyy'),
		dates('lesson.date', 'either', 'dd.mm.yyyy, yyyy-mm-dd'),
		dates('customer.created_at', 'points', 'yyyy.mm.dd'),
		dates('customer.updated_at', 'any', 'dd.mm.yyyy, yyyy-mm-dd, yyyy.mm.dd'),
		dates('pay.created_at', 'either', 'dd.mm.yyyy, yyyy-mm-dd'),
	],
	requiredFields: write,
	wrongFilterValue: each('wrongFilterValue', 'date that a filter cannot read: lists', [
		['matchesNothing', 'nothing'],
	]),
	phoneSearch: each('phoneSearch', 'search by phone: customer.phone', [['text', 'as it is written']]),
	queryId: each('queryId', 'id in the address of a list: customer/index', [[true, 'honoured']]),
	subjectDefault: each('subjectDefault', 'rows unasked: subject', [['active', 'active ones']]),
	cgiDefault: each('cgiDefault', 'rows unasked: cgi', [['all', 'all']]),
	deadDefault: each('deadDefault', 'rows unasked: customer-tariff', [['current', 'current ones']]),
	payDefault: each('payDefault', 'rows unasked: pay', [['income', 'incomes only']]),
	refundSum: each('refundSum', 'form of a field: pay sum of refunds', [['expenditure', 'expenditure']]),
	idLists: each('idLists', 'list of IDs in a filter: customer.id', [['unreadable', 'not understood']]),
	removedZero: each('removedZero', 'removed: 0: customer', [
		['hidesUnsorted', 'hides leads without a stage'],
	]),
	pageSize: each('pageSize', 'page size unasked: lists', [
		[7, '7'],
		[30, '30'],
		[50, '50'],
	]),
	bodyPageSize: each('bodyPageSize', PAGE, [
		['honoured', 'honoured'],
		['capped50', 'capped at 50'],
		['lossy50', 'capped at 50, rows between pages are lost'],
		['refused400', 'refused with HTTP 400'],
		['refused200', 'refused with success: false'],
		['emptyFirst', 'first page empty'],
	]),
	perPageQuery: each('perPageQuery', 'page size asked for: per-page in the query', [[true, 'honoured']]),
	pastEnd: each('pastEnd', 'page past the end: lists', [['repeatLast', 'last page again']]),
	total: each('total', 'total of a list: lists', [
		['missing', 'missing'],
		['pageSize', 'that of page 0'],
		['pageLength', 'that of each page'],
		['oneTooHigh', 'one too high'],
		['oneTooLow', 'one too low'],
	]),
	shuffle: each('shuffle', 'order of rows: lists', [[true, 'another each time']]),
	rowsShowRemoved: ['customer', 'group', 'teacher'].map((path) => ({
		settings: { rowsShowRemoved: [path] },
		says: { [`optional field: ${path}.removed`]: 'shown' },
	})),
	rowsShowDead: each('rowsShowDead', 'optional field: customer-tariff.dead', [[true, 'shown']]),
	leadStatusIds: each('leadStatusIds', 'optional field: customer.lead_status_ids', [[true, 'shown']]),
	customerGroups: 'is told as an optional field, either way as expected',
	validationStatus: write,
	refusalSuccess: write,
	errorsShape: write,
	updateMode: write,
	lessonUpdate: write,
	isoDate: write,
	requireBranchIds: write,
	removedWrite: write,
	deleteMode: write,
	missingRecord: write,
	cgiDates: write,
	groupTeachers: each('groupTeachers', 'form of a field: group.teacher_ids', [
		['names', 'names'],
		['objects', 'numbers, and teachers besides'],
	]),
	groupTeacherNames: write,
	bonusWrite: write,
	bonusAnswer: write,
	lessonDetails: each('lessonDetails', 'form of a field: lesson.details', [
		['withCustomer', 'with customer_id'],
	]),
	sunday: each('sunday', 'form of a field: regular-lesson.day of Sundays', [[0, '0']]),
	roomCheck: write,
	tariffLessons: each('tariffLessons', 'form of a field: tariff.lessons_count', [
		['lesson_count', 'lesson_count'],
	]),
	recordOutside: 'concerns what is logged, not how it is listed',
	logScope: each('logScope', 'rows of a branch: log', [['account', 'those of the account']]),
	logIds: each('logIds', 'optional field: log.id', [[true, 'shown']]),
	logFields: each('logFields', 'form of a field: log.fields_new', [['jsonText', 'JSON text']]),
	logLesson: 'concerns what is logged, and Account → Check changes nothing to see it',
	logNull: each('logNull', 'form of a field: log.fields_new of a removal', [['list', 'empty list']]),
	webhookStrings: webhooks,
	webhookRel: webhooks,
	newIds: write,
	timeZone: 'is told by the clock alone, which a test of its own looks at',
	now: 'is told by the clock alone, which a test of its own looks at',
	rateLimit: 'would have to be run into',
	retryAfterSeconds: 'would have to be run into',
	countRejected: 'would have to be run into',
	latencyMs: 'is told by the time of an answer, which a test of its own looks at',
	latencyByLoadMs: 'shows only where calls overlap',
};

/** All cases of all switches. */
export const SWITCH_CASES = Object.entries(SWITCHES).flatMap(([name, cases]) =>
	typeof cases === 'string'
		? []
		: cases.map((one) => ({ name, ...one, title: JSON.stringify(one.settings) })),
);
