import { IANAZone } from 'luxon';
import { dateStyles } from './dates';
import { InputError } from './input-error';
import { isObject, type Json } from './json';
import type { Settings } from './settings';

interface Check {
	wants: string;
	accepts: (value: unknown) => boolean;
}

const oneOf = (...values: Array<string | number>): Check => ({
	wants: values.join(' | '),
	accepts: (value) => values.some((allowed) => allowed === value),
});
const flag: Check = { wants: 'true | false', accepts: (value) => typeof value === 'boolean' };
const amount = (min: number, max: number): Check => ({
	wants: `a number from ${min} to ${max}`,
	accepts: (value) => typeof value === 'number' && value >= min && value <= max,
});
const whole = (min: number, max: number): Check => ({
	wants: `a whole number from ${min} to ${max}`,
	accepts: (value) => Number.isInteger(value) && amount(min, max).accepts(value),
});
const orNull = (check: Check): Check => ({
	wants: `${check.wants} or null`,
	accepts: (value) => value === null || check.accepts(value),
});
const text = (wants: string, pattern: RegExp): Check => ({
	wants,
	accepts: (value) => typeof value === 'string' && pattern.test(value),
});

const filterName = /^[\w-]+\.[\w-]+$/;
const filterPattern = /^[\w*-]+\.[\w*-]+$/;
const nowForm = /^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d|T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))$/;
const callName = /^[\w-]+\/([\w-]+|\*)$/;
const paramName = /^[\w-]+\/[\w-]+\.\w+$/;
const list = (wants: string, accepts: (item: unknown) => boolean): Check => ({
	wants: `a list of ${wants}`,
	accepts: (value) => Array.isArray(value) && value.every(accepts),
});
const listOf = (wants: string, pattern: RegExp): Check =>
	list(wants, (item) => typeof item === 'string' && pattern.test(item));
const map = (check: Check): Check => ({
	wants: `an object of "entity.name": ${check.wants}`,
	accepts: (value) =>
		isObject(value) &&
		Object.entries(value).every(([name, item]) => filterName.test(name) && check.accepts(item)),
});

const checks: Record<keyof Settings, Check> = {
	loginRejection: oneOf('forbidden403', 'unauthorized401', 'noToken200'),
	emailCase: oneOf('matters', 'ignored'),
	tokenTtlSeconds: amount(0, 1_000_000),
	tokenExtends: flag,
	expiredTokenStatus: oneOf(401, 403, 200),
	singleToken: flag,
	requireAppKey: orNull(text('a text', /./)),
	errorsAs200: flag,
	errorType: flag,
	forbiddenCalls: listOf('"entity/action"', callName),
	forbiddenBranches: list('whole numbers', Number.isInteger),
	forbiddenTo: orNull(text('a text', /./)),
	branchless: oneOf('all', 'first', 'notFound404'),
	wrongBranch: oneOf('notFound404', 'forbidden403', 'empty'),
	otherBranch: oneOf('allowed', 'missing'),
	actionlessIndex: flag,
	ignoredFilters: listOf('"entity.filter"', filterPattern),
	optionalParams: listOf('"entity/action.parameter"', paramName),
	missingParam: oneOf('error400', 'error405', 'emptyList'),
	dateFormats: map(oneOf(...dateStyles)),
	requiredFields: map(flag),
	wrongFilterValue: oneOf('ignored', 'matchesNothing'),
	phoneSearch: oneOf('digits', 'text'),
	queryId: flag,
	subjectDefault: oneOf('all', 'active'),
	cgiDefault: oneOf('current', 'all'),
	deadDefault: oneOf('all', 'current'),
	payDefault: oneOf('all', 'income'),
	refundSum: oneOf('income', 'expenditure'),
	idLists: oneOf('understood', 'unreadable'),
	removedZero: oneOf('active', 'hidesUnsorted'),
	pageSize: whole(1, 500),
	bodyPageSize: oneOf(
		...['ignored', 'honoured', 'capped50', 'lossy50', 'refused400', 'refused200', 'emptyFirst'],
	),
	perPageQuery: flag,
	pastEnd: oneOf('empty', 'repeatLast'),
	total: oneOf('present', 'missing', 'pageSize', 'pageLength', 'oneTooHigh', 'oneTooLow'),
	shuffle: flag,
	rowsShowRemoved: listOf('entities', /^[\w-]+$/),
	rowsShowDead: flag,
	leadStatusIds: flag,
	validationStatus: oneOf(200, 422),
	refusalSuccess: oneOf('saysFalse', 'saysTrue', 'saysNothing'),
	errorsShape: oneOf('map', 'textMap', 'list', 'text'),
	updateMode: oneOf('partial', 'full'),
	lessonUpdate: oneOf('keeps', 'blanks', 'refuses400'),
	isoDate: oneOf('reject', 'silentlyLost'),
	requireBranchIds: flag,
	removedWrite: oneOf('archives', 'ignored'),
	deleteMode: oneOf('destroy', 'archive'),
	missingRecord: oneOf('notFound404', 'successFalse'),
	cgiDates: oneOf('plain', 'v'),
	groupTeachers: oneOf('ids', 'names', 'objects'),
	groupTeacherNames: oneOf('refused', 'understood', 'lost'),
	bonusWrite: oneOf('saves', 'ignored'),
	bonusAnswer: oneOf('envelope', 'bare'),
	lessonDetails: oneOf('always', 'withCustomer'),
	sunday: oneOf(7, 0),
	roomCheck: flag,
	tariffLessons: oneOf('lessons_count', 'lesson_count'),
	recordOutside: flag,
	logScope: oneOf('branch', 'account'),
	logIds: flag,
	logFields: oneOf('objects', 'jsonText'),
	logNull: oneOf('text', 'list'),
	webhookStrings: oneOf('onCreate', 'always', 'never'),
	webhookRel: flag,
	newIds: oneOf('growing', 'scattered'),
	timeZone: {
		wants: 'an IANA time zone',
		accepts: (value) => typeof value === 'string' && IANAZone.isValidZone(value),
	},
	now: orNull(text('a time "yyyy-mm-dd hh:mm:ss" or "yyyy-mm-ddThh:mm:ssZ"', nowForm)),
	rateLimit: whole(0, 100_000),
	retryAfterSeconds: orNull(amount(0, 3600)),
	countRejected: flag,
	latencyMs: amount(0, 600_000),
	latencyByLoadMs: amount(0, 600_000),
};

export const settingNames = Object.keys(checks) as Array<keyof Settings>;

/** Checks wishes about settings as they come from outside; throws an InputError that says what is wrong. */
export function checkSettings(wishes: Readonly<Record<string, unknown>>): Partial<Settings> {
	for (const [name, value] of Object.entries(wishes)) {
		if (!Object.hasOwn(checks, name)) {
			throw new InputError(`Unknown setting "${name}". Valid settings: ${settingNames.join(', ')}`);
		}
		const check = checks[name as keyof Settings];
		if (!check.accepts(value)) {
			throw new InputError(`Setting "${name}" must be ${check.wants}, not ${JSON.stringify(value)}`);
		}
	}
	return wishes as Partial<Settings>;
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
