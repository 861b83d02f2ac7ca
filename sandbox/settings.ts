import type { DateStyle } from './dates';

/** Everything about the service that is unknown, disputed or a matter of configuration. */
export interface Settings {
	/** How a wrong email or key is answered. */
	loginRejection: 'forbidden403' | 'unauthorized401' | 'noToken200';
	tokenTtlSeconds: number;
	expiredTokenStatus: 401 | 403;
	/** A new login ends the older tokens of that user. */
	singleToken: boolean;
	/** When set, every call must carry it in X-APP-KEY. */
	requireAppKey: string | null;
	/** A branch id that the school does not have. */
	wrongBranch: 'notFound404' | 'forbidden403' | 'empty';
	/** Update or delete of a customer through a branch that it does not belong to. */
	otherBranch: 'allowed' | 'missing';
	/** `/v2api/1/customer` is taken as `/v2api/1/customer/index`. */
	actionlessIndex: boolean;
	/** Filters that the server pretends not to know, as `entity.filter`. */
	ignoredFilters: string[];
	/** Query parameters that an action can do without, as `entity/action.parameter`; then the body may hold them. */
	optionalParams: string[];
	/** A list that lacks a query parameter. */
	missingParam: 'error400' | 'emptyList';
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
	pageSize: number;
	/** `?per-page=` of 1 to 50 in the query is honoured. */
	perPageQuery: boolean;
	pastEnd: 'empty' | 'repeatLast';
	/** `pageSize`: page 0 claims that there is no more than it holds. */
	total: 'present' | 'missing' | 'pageSize';
	/** Every index answer is in another order. */
	shuffle: boolean;
	validationStatus: 200 | 422;
	updateMode: 'partial' | 'full';
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
	/** When lessons show their details: `withCustomer` = in lists filtered by customer_id. */
	lessonDetails: 'always' | 'withCustomer';
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
	/** Time zone of the account; times carry no zone. */
	timeZone: string;
	/** Fixed account-local time `yyyy-mm-dd hh:mm:ss`; null = the real clock. */
	now: string | null;
	/** Calls in any sliding second; 0 = no limit. */
	rateLimit: number;
	retryAfterSeconds: number | null;
	/** Calls refused by the limit count towards it as well. */
	countRejected: boolean;
	latencyMs: number;
}

export const defaultSettings: Readonly<Settings> = {
	loginRejection: 'forbidden403',
	tokenTtlSeconds: 900,
	expiredTokenStatus: 401,
	singleToken: false,
	requireAppKey: null,
	wrongBranch: 'notFound404',
	otherBranch: 'allowed',
	actionlessIndex: true,
	ignoredFilters: [
		...['branch.id', 'room.id', 'lead-reject.id', 'cgi.id', 'discount.id', 'tariff.id'],
		...['customer.group_id', 'customer.group_ids', 'customer.branch_ids'],
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
	pageSize: 20,
	perPageQuery: false,
	pastEnd: 'empty',
	total: 'present',
	shuffle: false,
	validationStatus: 200,
	updateMode: 'partial',
	isoDate: 'reject',
	requireBranchIds: false,
	removedWrite: 'archives',
	deleteMode: 'destroy',
	missingRecord: 'notFound404',
	cgiDates: 'plain',
	groupTeachers: 'ids',
	lessonDetails: 'always',
	roomCheck: true,
	tariffLessons: 'lessons_count',
	recordOutside: true,
	logScope: 'branch',
	logIds: false,
	logFields: 'objects',
	logNull: 'text',
	webhookStrings: 'onCreate',
	webhookRel: true,
	timeZone: 'Europe/Moscow',
	now: null,
	rateLimit: 5,
	retryAfterSeconds: null,
	countRejected: false,
	latencyMs: 0,
};

export { checkSettings, parseSetting, settingNames } from './setting-checks';
