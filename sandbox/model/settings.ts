import { z } from 'zod/v4';
import { InputError } from './inputError';
import type { Json } from './json';
import {
	amount,
	choice,
	dateStylesByName,
	flag,
	flagsByName,
	optionalAmount,
	optionalText,
	settingDocs,
	texts,
	whole,
	wholeNumbers,
	zone,
	type SettingDocs,
} from './settingTypes';

const filterPattern = /^[\w*-]+\.[\w*-]+$/;
const actionPattern = /^[\w-]+\/([\w-]+|\*)$/;
const paramPattern = /^[\w-]+\/[\w-]+\.\w+$/;
const entityPattern = /^[\w-]+$/;
const timePattern = /^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d|T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))$/;

/**
 * Everything about the service that is unknown, disputed or a matter of configuration. From here come the type, the
 * defaults, the checks, the help of the command line and the table of the README (`npm run docs`).
 */
const schema = z.strictObject({
	loginRejection: choice(['forbidden403', 'unauthorized401', 'noToken200'], 'answer to a wrong email or key'),
	emailCase: choice(['matters', 'ignored'], 'capital letters in the email of a login'),
	tokenTtlSeconds: amount(900, [0, 1_000_000], 'how long a token lives, for logins from then on'),
	tokenExtends: flag(false, 'each use of a token lets it live that long again'),
	expiredTokenStatus: choice([401, 403, 200], '200: HTTP 200 with the body of a 401'),
	singleToken: flag(false, "a new login ends the user's older tokens"),
	requireAppKey: optionalText('X-APP-KEY that every call must carry, login included', 'text'),
	errorsAs200: flag(false, 'all errors of Yii come with HTTP 200, their status in the body alone'),
	errorType: flag(true, 'bodies of errors have `type`, the class of the exception'),
	forbiddenCalls: texts(
		'"entity/action"',
		actionPattern,
		'calls answered with 403, as `branch/index` or `pay/*`',
	),
	forbiddenBranches: wholeNumbers(
		'branches whose paths are answered with 403; `branch/index` lists them all the same',
	),
	forbiddenTo: optionalText('the only user whom the last two concern', 'email'),
	branchless: choice(
		['all', 'first', 'notFound404'],
		'a path without a branch; `branch` and `company` need none',
	),
	mainBranch: choice(
		['on', 'off'],
		'the main branch; `off`: `branch/index` answers inside of a branch only, else with a 403, though which status AlfaCRM gives is not known',
	),
	wrongBranch: choice(
		['notFound404', 'forbidden403', 'empty'],
		'a branch id that the school does not have; `empty` lists nothing and still answers writes with 404',
	),
	otherBranch: choice(
		['allowed', 'missing'],
		'update or delete through a branch that the record does not belong to',
	),
	actionlessIndex: flag(true, '`/v2api/1/customer` means `index`'),
	ignoredFilters: texts(
		'"entity.filter"',
		filterPattern,
		'list of filters that do nothing, as `entity.filter`; `*` stands for any text',
		[
			...['branch.id', 'room.id', 'lead-reject.id', 'cgi.id', 'discount.id', 'tariff.id'],
			...['customer.group_id', 'customer.group_ids', 'customer.branch_ids', '*.custom_*'],
			...['regular-lesson.group_id', 'regular-lesson.related_id', 'pay.date_from', 'pay.date_to'],
		],
	),
	optionalParams: texts(
		'"entity/action.parameter"',
		paramPattern,
		'query parameters not demanded, as `cgi/update.group_id`; the body may hold them then',
	),
	missingParam: choice(
		['error400', 'error405', 'emptyList'],
		'a list without a parameter that it needs; writes are always 400',
	),
	dateFormats: dateStylesByName(
		'`dotted`, `iso`, `points` (yyyy.mm.dd), `either` (dotted or iso) or `any`, for fields and filters as `{"group.b_date": "iso"}`',
	),
	requiredFields: flagsByName(
		'true or false for fields, as `{"communication.user_id": false, "task.user_id": true}`',
	),
	wrongFilterValue: choice(
		['ignored', 'matchesNothing'],
		'a value that a filter cannot read, e.g. an ISO date in `created_at_from`',
	),
	phoneSearch: choice(
		['digits', 'text'],
		'what a filter by phone looks at: the digits of a number, or the number as it is stored',
	),
	queryId: flag(false, '`index?id=` in the query works like `id` in the body'),
	subjectDefault: choice(['all', 'active'], 'subjects listed without the `active` filter'),
	cgiDefault: choice(['current', 'all'], 'memberships listed when neither date is given'),
	deadDefault: choice(
		['all', 'current'],
		'subscriptions listed without `dead`; `dead: true` = ended ones, `false` = all',
	),
	payDefault: choice(['all', 'income'], 'pays listed without `pay_type_id`; `income` = type 1'),
	refundSum: choice(
		['income', 'expenditure'],
		'where a pay of type 2 shows its sum; the other of the two is zero',
	),
	idLists: choice(['understood', 'unreadable'], 'a list of numbers in the filter `id`'),
	removedZero: choice(
		['active', 'hidesUnsorted'],
		'customers listed when `removed: 0` is said; `hidesUnsorted`: no leads without a stage',
	),
	pageSize: whole(20, [1, 500], 'rows of a page, 1 to 500'),
	bodyPageSize: choice(
		['ignored', 'honoured', 'refused400'],
		'`pageSize` in the body: nothing; up to 500 rows; an error',
	),
	total: choice(
		['present', 'missing', 'pageSize'],
		'`pageSize`: page 0 claims that there is no more than it holds',
	),
	rowsShowRemoved: texts(
		'entities',
		entityPattern,
		'entities whose rows show `removed`: `customer`, `group`, `teacher`',
	),
	rowsShowDead: flag(false, 'subscriptions show `dead`'),
	leadStatusIds: flag(false, 'customers show `lead_status_ids`'),
	validationStatus: choice([200, 422], 'HTTP status of a refused write'),
	refusalSuccess: choice(
		['saysFalse', 'saysTrue', 'saysNothing'],
		'`success` beside the errors of a refused write',
	),
	errorsShape: choice(
		['map', 'textMap', 'list', 'text'],
		'`errors`: texts by field, a text by field, texts, one text',
	),
	updateMode: choice(['partial', 'full'], '`full` empties what an update does not name'),
	lessonUpdate: choice(
		['keeps', 'blanks', 'refuses400'],
		'what `lesson/update` does when it lacks times, participants and the rest',
	),
	isoDate: choice(
		['reject', 'silentlyLost'],
		'an ISO date in a field that wants a dotted one; lost = success without a record',
	),
	requireBranchIds: flag(false, 'a customer without `branch_ids` is refused'),
	removedWrite: choice(
		['archives', 'ignored'],
		'effect of writing `removed` to a customer; a group is archived by it in any case',
	),
	deleteMode: choice(['destroy', 'archive'], '`archive` concerns customers and groups'),
	missingRecord: choice(['notFound404', 'successFalse'], 'update or delete of an unknown id'),
	cgiDates: choice(
		['plain', 'v'],
		'`v`: memberships take `b_date_v` and `e_date_v`, and refuse `b_date` and `e_date`',
	),
	customerGroups: choice(
		['shown', 'unknown'],
		'`unknown`: customers never show `groups`, whatever `withGroups` says',
	),
	groupTeachers: choice(
		['ids', 'names', 'objects'],
		'what `teacher_ids` of a group hold; `objects` adds `teachers` to the ids',
	),
	groupTeacherNames: choice(
		['refused', 'understood', 'lost'],
		'names among the `teacher_ids` written to a group',
	),
	bonusWrite: choice(['saves', 'ignored'], 'effect of writing `balance_bonus` to a customer'),
	bonusAnswer: choice(
		['envelope', 'bare'],
		'`bare`: `bonus-add` and `bonus-spend` answer `{balance_bonus}` alone',
	),
	lessonDetails: choice(
		['always', 'withCustomer'],
		'`withCustomer`: `details` are empty in lists without `customer_id`',
	),
	sunday: choice([7, 0], 'the day of regular lessons on Sundays in answers; it is written as 7'),
	roomCheck: flag(true, 'a lesson in an occupied room is refused'),
	tariffLessons: choice(
		['lessons_count', 'lesson_count'],
		'name under which a tariff tells its number of lessons',
	),
	recordOutside: flag(true, 'changes behind the API are logged and sent to webhooks'),
	logScope: choice(['branch', 'account'], 'whose changes `log/index` of a branch shows'),
	logIds: flag(false, 'log entries show `id`'),
	logFields: choice(['objects', 'jsonText'], 'form of `fields_old`, `fields_new`, `fields_rel` in the log'),
	logLesson: flag(true, '`LessonDetails` in the log name their lesson, `lesson_id`'),
	logNull: choice(['text', 'list'], '`fields_new` of a removal in the log: `""` or `[]`'),
	webhookStrings: choice(['onCreate', 'always', 'never'], 'numbers in the fields of webhooks come as text'),
	webhookRel: flag(true, 'webhooks have `fields_rel`'),
	timeZone: zone('Europe/Moscow', 'time zone of the account, whose times carry none'),
	now: optionalText(
		'fixed account time, or a moment that `timeZone` makes one; null = the real clock',
		'`yyyy-mm-dd hh:mm:ss`, `yyyy-mm-ddThh:mm:ssZ`',
		'a time "yyyy-mm-dd hh:mm:ss" or "yyyy-mm-ddThh:mm:ssZ"',
		timePattern,
	),
	rateLimit: whole(
		5,
		[0, 100_000],
		'calls in any sliding second, login included; 0 = off, and nothing is counted meanwhile',
	),
	retryAfterSeconds: optionalAmount([0, 3600], "Retry-After of the limit's 429"),
	countRejected: flag(false, 'refused calls count towards the limit'),
	latencyMs: amount(0, [0, 600_000], 'delay of every answer'),
	latencyByLoadMs: amount(0, [0, 600_000], 'what each other call that is under way adds to that delay'),
});

export type Settings = z.output<typeof schema>;

export const defaultSettings: Readonly<Settings> = schema.parse({});

export const settingNames = Object.keys(schema.shape) as Array<keyof Settings>;

export function docsOf(name: keyof Settings): SettingDocs {
	const docs = settingDocs.get(schema.shape[name]);
	if (!docs) throw new Error(`Setting "${name}" is not documented`);
	return docs;
}

/** Checks settings as they come from outside; throws an InputError that says what is wrong. */
export function checkSettings(given: Readonly<Record<string, unknown>>): Partial<Settings> {
	for (const [name, value] of Object.entries(given)) {
		const known = settingNames.find((one) => one === name);
		if (!known) throw new InputError(`Unknown setting "${name}". Valid settings: ${settingNames.join(', ')}`);
		if (!schema.shape[known].unwrap().safeParse(value).success) {
			throw new InputError(`Setting "${name}" must be ${docsOf(known).wants}, not ${JSON.stringify(value)}`);
		}
	}
	return given as Partial<Settings>;
}

/** `name=value` of the command line; the value is JSON, or text if it is not. */
export function parseSetting(assignment: string): Record<string, Json> {
	const at = assignment.indexOf('=');
	if (at < 1) throw new InputError(`Expected name=value, not "${assignment}"`);
	const value = assignment.slice(at + 1);
	try {
		return { [assignment.slice(0, at)]: JSON.parse(value) as Json };
	} catch {
		return { [assignment.slice(0, at)]: value };
	}
}
