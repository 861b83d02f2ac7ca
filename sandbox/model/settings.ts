import type { DateStyle } from './dates';

/** Everything about the service that is unknown, disputed or a matter of configuration. */
export interface Settings {
	/** How a wrong email or key is answered. */
	loginRejection: 'forbidden403' | 'unauthorized401' | 'noToken200';
	/** Whether capital letters matter in the email of a login. */
	emailCase: 'matters' | 'ignored';
	tokenTtlSeconds: number;
	/** Each use of a token lets it live that long again. */
	tokenExtends: boolean;
	/** 200: the answer looks like success, and its body is that of a 401. */
	expiredTokenStatus: 401 | 403 | 200;
	/** A new login ends the older tokens of that user. */
	singleToken: boolean;
	/** When set, every call must carry it in X-APP-KEY. */
	requireAppKey: string | null;
	/** Errors come with HTTP 200, and tell their status in the body alone. */
	errorsAs200: boolean;
	/** Bodies of errors name the class of the exception. */
	errorType: boolean;
	/** Calls answered with 403, as `entity/action`, or `entity/*` for all of them. */
	forbiddenCalls: string[];
	/** Branches in whose paths every call is answered with 403; they are listed all the same. */
	forbiddenBranches: number[];
	/** The email of the user whom the last two concern; null = everybody. */
	forbiddenTo: string | null;
	/** A path without a branch: all of them, the first one, or 404 but for `branch` and `company`. */
	branchless: 'all' | 'first' | 'notFound404';
	/** A branch id that the school does not have. */
	wrongBranch: 'notFound404' | 'forbidden403' | 'empty';
	/** Update or delete of a customer through a branch that it does not belong to. */
	otherBranch: 'allowed' | 'missing';
	/** `/v2api/1/customer` is taken as `/v2api/1/customer/index`. */
	actionlessIndex: boolean;
	/** Filters that the server pretends not to know, as `entity.filter`; `*` stands for any text. */
	ignoredFilters: string[];
	/** Query parameters that an action can do without, as `entity/action.parameter`; then the body may hold them. */
	optionalParams: string[];
	/** A list that lacks a query parameter. */
	missingParam: 'error400' | 'error405' | 'emptyList';
	/** How dates are written, where it is to differ: fields and filters as `entity.name`. */
	dateFormats: Record<string, DateStyle>;
	/** Whether a field must be given, where it is to differ, as `entity.field`. */
	requiredFields: Record<string, boolean>;
	/** A filter value that cannot be read, such as an ISO date where a dotted one is documented. */
	wrongFilterValue: 'ignored' | 'matchesNothing';
	/** What a filter by phone is compared with: the digits of a number, or the number as it is stored. */
	phoneSearch: 'digits' | 'text';
	/** `index?id=` in the query works like `id` in the body. */
	queryId: boolean;
	/** Subjects listed when the `active` filter is absent. */
	subjectDefault: 'all' | 'active';
	/** Memberships listed when neither date is given. */
	cgiDefault: 'current' | 'all';
	/** Subscriptions listed when the `dead` filter is absent; `true` means ended ones, `false` means all. */
	deadDefault: 'all' | 'current';
	/** Pays listed when `pay_type_id` is absent. */
	payDefault: 'all' | 'income';
	/** Where a refund shows its sum; the other of the two fields is zero. */
	refundSum: 'income' | 'expenditure';
	/** Whether a filter by `id` reads a list of them; if not, it is one that cannot be read. */
	idLists: 'understood' | 'unreadable';
	/** What `removed: 0` shows when a call names it: `hidesUnsorted` = no leads without a stage. */
	removedZero: 'active' | 'hidesUnsorted';
	/** Rows of a page. */
	pageSize: number;
	/**
	 * What `pageSize` in the body of a list does. `capped50`: as asked, up to 50; `lossy50`: at most 50 rows from
	 * the place where a page of the size asked would begin; `emptyFirst`: page 0 is empty whatever total says.
	 */
	bodyPageSize: 'ignored' | 'honoured' | 'capped50' | 'lossy50' | 'refused400' | 'refused200' | 'emptyFirst';
	/** `?per-page=` of 1 to 50 in the query is honoured. */
	perPageQuery: boolean;
	pastEnd: 'empty' | 'repeatLast';
	/** `pageSize`: page 0 claims that there is no more than it holds; `pageLength`: every page does. */
	total: 'present' | 'missing' | 'pageSize' | 'pageLength' | 'oneTooHigh' | 'oneTooLow';
	/** Every index answer is in another order. */
	shuffle: boolean;
	/** Entities whose rows show `removed`. */
	rowsShowRemoved: string[];
	/** Rows of subscriptions show `dead`. */
	rowsShowDead: boolean;
	/** Rows of customers show `lead_status_ids` as well. */
	leadStatusIds: boolean;
	validationStatus: 200 | 422;
	/** What `success` says when a write is refused. */
	refusalSuccess: 'saysFalse' | 'saysTrue' | 'saysNothing';
	/** The form of `errors`: texts by field, a text by field, texts alone, one text. */
	errorsShape: 'map' | 'textMap' | 'list' | 'text';
	updateMode: 'partial' | 'full';
	/** What `lesson/update` does about the day, the times and the rest when it does not name them. */
	lessonUpdate: 'keeps' | 'blanks' | 'refuses400';
	/** An ISO date written to a field that wants a dotted one. */
	isoDate: 'reject' | 'silentlyLost';
	/** A customer created without branch_ids is refused instead of taking the branch of the path. */
	requireBranchIds: boolean;
	/** What writing `removed` does to a customer. */
	removedWrite: 'archives' | 'ignored';
	deleteMode: 'destroy' | 'archive';
	missingRecord: 'notFound404' | 'successFalse';
	/** Names under which memberships of groups take their dates: `b_date`, or `b_date_v` alone. */
	cgiDates: 'plain' | 'v';
	/** What answers show of a group's teachers; `objects`: ids, and `teachers` besides. */
	groupTeachers: 'ids' | 'names' | 'objects';
	/** What becomes of names among the `teacher_ids` written to a group. */
	groupTeacherNames: 'refused' | 'understood' | 'lost';
	/** What writing `balance_bonus` to a customer does. */
	bonusWrite: 'saves' | 'ignored';
	/** What bonuses answer when they are added or spent: `bare` = the new balance without `success`. */
	bonusAnswer: 'envelope' | 'bare';
	/** When lessons show their details: `withCustomer` = in lists filtered by customer_id. */
	lessonDetails: 'always' | 'withCustomer';
	/** The day of regular lessons on Sundays in answers; it is written as 7. */
	sunday: 7 | 0;
	/** A lesson in a room that another one occupies is refused. */
	roomCheck: boolean;
	/** The name under which a tariff tells its number of lessons. */
	tariffLessons: 'lessons_count' | 'lesson_count';
	/** Changes that do not come through the API are logged and sent to webhooks, as those of user 0. */
	recordOutside: boolean;
	/** Whose changes `log/index` of a branch shows. */
	logScope: 'branch' | 'account';
	/** Log entries show ids. */
	logIds: boolean;
	/** How log entries hold their three maps. */
	logFields: 'objects' | 'jsonText';
	/** What log entries hold as the new fields of a record that was removed: `""` or `[]`. */
	logNull: 'text' | 'list';
	/** When numbers travel as text in the maps of webhooks. */
	webhookStrings: 'onCreate' | 'always' | 'never';
	/** Webhooks have `fields_rel`. */
	webhookRel: boolean;
	/** IDs of new records: the next one, or any that was never given, lower ones than those of older records too. */
	newIds: 'growing' | 'scattered';
	/** Time zone of the account; times carry no zone. */
	timeZone: string;
	/** Fixed account-local time `yyyy-mm-dd hh:mm:ss`, or a moment with its zone; null = the real clock. */
	now: string | null;
	/** Calls in any sliding second; 0 = no limit. */
	rateLimit: number;
	retryAfterSeconds: number | null;
	/** Calls refused by the limit count towards it as well. */
	countRejected: boolean;
	latencyMs: number;
	/** What each other call that is under way adds to that. */
	latencyByLoadMs: number;
}

export const defaultSettings: Readonly<Settings> = {
	loginRejection: 'forbidden403',
	emailCase: 'matters',
	tokenTtlSeconds: 900,
	tokenExtends: false,
	expiredTokenStatus: 401,
	singleToken: false,
	requireAppKey: null,
	errorsAs200: false,
	errorType: true,
	forbiddenCalls: [],
	forbiddenBranches: [],
	forbiddenTo: null,
	branchless: 'all',
	wrongBranch: 'notFound404',
	otherBranch: 'allowed',
	actionlessIndex: true,
	ignoredFilters: [
		...['branch.id', 'room.id', 'lead-reject.id', 'cgi.id', 'discount.id', 'tariff.id'],
		...['customer.group_id', 'customer.group_ids', 'customer.branch_ids', '*.custom_*'],
		...['regular-lesson.group_id', 'regular-lesson.related_id', 'pay.date_from', 'pay.date_to'],
	],
	optionalParams: [],
	missingParam: 'error400',
	dateFormats: {},
	requiredFields: {},
	wrongFilterValue: 'ignored',
	phoneSearch: 'digits',
	queryId: false,
	subjectDefault: 'all',
	cgiDefault: 'current',
	deadDefault: 'all',
	payDefault: 'all',
	refundSum: 'income',
	idLists: 'understood',
	removedZero: 'active',
	pageSize: 20,
	bodyPageSize: 'ignored',
	perPageQuery: false,
	pastEnd: 'empty',
	total: 'present',
	shuffle: false,
	rowsShowRemoved: [],
	rowsShowDead: false,
	leadStatusIds: false,
	validationStatus: 200,
	refusalSuccess: 'saysFalse',
	errorsShape: 'map',
	updateMode: 'partial',
	lessonUpdate: 'keeps',
	isoDate: 'reject',
	requireBranchIds: false,
	removedWrite: 'archives',
	deleteMode: 'destroy',
	missingRecord: 'notFound404',
	cgiDates: 'plain',
	groupTeachers: 'ids',
	groupTeacherNames: 'refused',
	bonusWrite: 'saves',
	bonusAnswer: 'envelope',
	lessonDetails: 'always',
	sunday: 7,
	roomCheck: true,
	tariffLessons: 'lessons_count',
	recordOutside: true,
	logScope: 'branch',
	logIds: false,
	logFields: 'objects',
	logNull: 'text',
	webhookStrings: 'onCreate',
	webhookRel: true,
	newIds: 'growing',
	timeZone: 'Europe/Moscow',
	now: null,
	rateLimit: 5,
	retryAfterSeconds: null,
	countRejected: false,
	latencyMs: 0,
	latencyByLoadMs: 0,
};

export { checkSettings, parseSetting, settingNames } from './setting-checks';
