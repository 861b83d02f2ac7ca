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
const fieldPattern = /^[\w-]+\.\w+$/;
const timePattern = /^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d|T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))$/;

/**
 * The settings of the sandbox. Most stand for a question that the sources on AlfaCRM leave open, and
 * name the section of `docs/alfacrm-api.md` about it; the others are for tests. The type, the
 * defaults, the checks, the help of the command line and the table of the README come from here.
 */
const schema = z.strictObject({
	loginRejection: choice(
		'API notes 1',
		['forbidden403', 'unauthorized401'],
		'answer to a wrong email or key',
	),
	tokenTtlSeconds: amount(
		'API notes 1',
		900,
		[0, 1_000_000],
		'how long a token lives, for logins from then on',
	),
	expiredTokenStatus: choice('API notes 1', [401, 403, 200], '200: HTTP 200 with the body of a 401'),
	singleToken: flag('API notes 1', false, "a new login ends the user's older tokens"),
	requireAppKey: optionalText('API notes 1', 'X-APP-KEY that every call must carry, login included', 'text'),
	forbiddenCalls: texts(
		'API notes 1',
		actionPattern,
		'calls answered with 403, as `branch/index` or `pay/*`',
	),
	forbiddenBranches: wholeNumbers(
		'API notes 1',
		'branches whose paths are answered with 403; `branch/index` lists them all the same',
	),
	branchless: choice(
		'API notes 2',
		['all', 'first'],
		'a path without a branch; `branch` and `company` need none',
	),
	mainBranch: choice(
		'API notes 2',
		['on', 'off'],
		'the main branch; `off`: `branch/index` answers inside of a branch only, else with a 403, though which status AlfaCRM gives is not known',
	),
	pooledBranches: wholeNumbers(
		'API notes 3',
		'branches whose lists of customers and payments show those of all branches; each row names its own branches',
	),
	otherBranch: choice(
		'API notes 13',
		['allowed', 'missing'],
		'update or delete through a branch that the record does not belong to',
	),
	ignoredFilters: texts(
		'API notes 11',
		filterPattern,
		'list of filters that do nothing, as `entity.filter`; `*` stands for any text',
		[
			'branch.id',
			'room.id',
			'lead-reject.id',
			'cgi.id',
			'discount.id',
			'tariff.id',
			'customer.group_id',
			'customer.group_ids',
			'customer.branch_ids',
			'*.custom_*',
			'regular-lesson.group_id',
			'regular-lesson.related_id',
			'pay.date_from',
			'pay.date_to',
		],
	),
	dateFormats: dateStylesByName(
		'API notes 10',
		'`dotted`, `iso`, `points` (yyyy.mm.dd), `either` (dotted or iso) or `any`, for fields and filters as `{"group.b_date": "iso"}`',
	),
	requiredFields: flagsByName(
		'API notes 5.19',
		'true or false for fields, as `{"communication.user_id": false, "task.user_id": true}`',
	),
	wrongFilterValue: choice(
		'API notes 13',
		['ignored', 'matchesNothing'],
		'a value that a filter cannot read, e.g. an ISO date in `created_at_from`',
	),
	phoneSearch: choice(
		'API notes 10',
		['digits', 'text'],
		'what a filter by phone looks at: the digits of a number, or the number as it is stored',
	),
	deadDefault: choice(
		'API notes 5.5',
		['all', 'current'],
		'subscriptions listed without `dead`; `dead: true` = ended ones, `false` = all',
	),
	payDefault: choice(
		'API notes 5.16',
		['all', 'income'],
		'pays listed without `pay_type_id`; `income` = type 1',
	),
	refundSum: choice(
		'API notes 5.16',
		['income', 'expenditure'],
		'where a pay of type 2 shows its sum; the other of the two is zero',
	),
	removedZero: choice(
		'API notes 3',
		['active', 'hidesUnsorted'],
		'customers listed when `removed: 0` is said; `hidesUnsorted`: no leads without a stage',
	),
	pageSize: whole('API notes 3', 20, [1, 500], 'rows of a page, 1 to 500'),
	bodyPageSize: choice(
		'API notes 3',
		['ignored', 'honoured', 'refused400'],
		'`pageSize` in the body: nothing; up to 500 rows; an error',
	),
	total: choice(
		'API notes 3',
		['present', 'missing', 'pageSize'],
		'`pageSize`: page 0 claims that there is no more than it holds',
	),
	discountPages: choice(
		'API notes 5.10',
		['honoured', 'ignored'],
		'`page` and `pageSize` of `discount/index`; `ignored`: every page holds all discounts',
	),
	shownFields: texts(
		'API notes 3',
		fieldPattern,
		'fields that rows show in some sources and not in others, of `customer.lead_status_ids`, `customer-tariff.dead`, and `removed` of `customer`, `group` and `teacher`',
		[],
	),
	lessonUpdate: choice(
		'API notes 5.11',
		['keeps', 'blanks', 'refuses400'],
		'what `lesson/update` does when it lacks times, participants and the rest',
	),
	removedWrite: choice(
		'API notes 4',
		['archives', 'ignored'],
		'effect of writing `removed` to a customer; a group is archived by it in any case',
	),
	deleteMode: choice('API notes 4', ['destroy', 'archive'], '`archive` concerns customers and groups'),
	groupTeachers: choice(
		'API notes 5.6',
		['ids', 'names', 'objects'],
		'what `teacher_ids` of a group hold; `objects` adds `teachers` to the ids',
	),
	bonusAnswer: choice(
		'API notes 6',
		['envelope', 'bare'],
		'`bare`: `bonus-add` and `bonus-spend` answer `{balance_bonus}` alone',
	),
	lessonDetails: choice(
		'API notes 5.11',
		['always', 'withCustomer'],
		'`withCustomer`: `details` are empty in lists without `customer_id`',
	),
	sunday: choice(
		'API notes 5.13',
		[7, 0],
		'the day of regular lessons on Sundays in answers; it is written as 7',
	),
	recordOutside: flag('for tests', true, 'changes behind the API are logged and sent to webhooks'),
	logScope: choice('API notes 13', ['branch', 'account'], 'whose changes `log/index` of a branch shows'),
	logFields: choice(
		'API notes 5.21',
		['objects', 'jsonText'],
		'form of `fields_old`, `fields_new`, `fields_rel` in the log',
	),
	logLesson: flag('API notes 5.21', true, '`LessonDetails` in the log name their lesson, `lesson_id`'),
	timeZone: zone('API notes 10', 'Europe/Moscow', 'time zone of the account, whose times carry none'),
	now: optionalText(
		'for tests',
		'fixed account time, or a moment that `timeZone` makes one; null = the real clock',
		'`yyyy-mm-dd hh:mm:ss`, `yyyy-mm-ddThh:mm:ssZ`',
		timePattern,
	),
	rateLimit: whole(
		'API notes 7',
		5,
		[0, 100_000],
		'calls in any sliding second, login included; 0 = off, and nothing is counted meanwhile',
	),
	retryAfterSeconds: optionalAmount('API notes 7', [0, 3600], "Retry-After of the limit's 429"),
	countRejected: flag('API notes 13', false, 'refused calls count towards the limit'),
	latencyMs: amount('for tests', 0, [0, 600_000], 'delay of every answer'),
});

export type Settings = z.output<typeof schema>;

export const defaultSettings: Readonly<Settings> = schema.parse({});

export const settingNames = Object.keys(schema.shape) as Array<keyof Settings>;

/** Returns the description of a setting. */
export function docsOf(name: keyof Settings): SettingDocs {
	const docs = settingDocs.get(schema.shape[name]);
	if (!docs) throw new Error(`Setting "${name}" is not documented`);
	return docs;
}

/** Checks settings that come from a test, a file or the command line. Throws an InputError if one is wrong. */
export function checkSettings(values: Readonly<Record<string, unknown>>): Partial<Settings> {
	for (const [name, value] of Object.entries(values)) {
		const knownName = settingNames.find((settingName) => settingName === name);
		if (!knownName) {
			throw new InputError(`Unknown setting "${name}". Valid settings: ${settingNames.join(', ')}`);
		}

		const valueSchema = schema.shape[knownName].unwrap();
		const { error } = valueSchema.safeParse(value);
		if (error) {
			const reason = z.prettifyError(error);
			throw new InputError(`Setting "${name}" cannot be ${JSON.stringify(value)}. ${reason}`);
		}
	}
	return values as Partial<Settings>;
}

/** Reads `name=value` from the command line. A value that is not JSON is taken as text. */
export function parseSetting(assignment: string): Record<string, Json> {
	const equalsSign = assignment.indexOf('=');
	if (equalsSign < 1) throw new InputError(`Expected name=value, not "${assignment}"`);

	const name = assignment.slice(0, equalsSign);
	const text = assignment.slice(equalsSign + 1);
	return { [name]: parseJsonOrText(text) };
}

function parseJsonOrText(text: string): Json {
	try {
		return JSON.parse(text) as Json;
	} catch {
		return text;
	}
}
