import { IANAZone } from 'luxon';
import { InputError } from './input-error';
import type { Json } from './json';

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
	/** A filter value that cannot be read, such as an ISO date where a dotted one is documented. */
	wrongFilterValue: 'ignored' | 'matchesNothing';
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
	ignoredFilters: ['branch.id', 'customer.group_id', 'customer.group_ids', 'customer.branch_ids'],
	wrongFilterValue: 'ignored',
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
	timeZone: 'Europe/Moscow',
	now: null,
	rateLimit: 5,
	retryAfterSeconds: null,
	countRejected: false,
	latencyMs: 0,
};

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

const checks: Record<keyof Settings, Check> = {
	loginRejection: oneOf('forbidden403', 'unauthorized401', 'noToken200'),
	tokenTtlSeconds: amount(0, 1_000_000),
	expiredTokenStatus: oneOf(401, 403),
	singleToken: flag,
	requireAppKey: orNull(text('a text', /./)),
	wrongBranch: oneOf('notFound404', 'forbidden403', 'empty'),
	otherBranch: oneOf('allowed', 'missing'),
	actionlessIndex: flag,
	ignoredFilters: {
		wants: 'a list of "entity.filter"',
		accepts: (value) =>
			Array.isArray(value) && value.every((item) => /^[\w-]+\.\w+$/.test(String(item))),
	},
	wrongFilterValue: oneOf('ignored', 'matchesNothing'),
	queryId: flag,
	subjectDefault: oneOf('all', 'active'),
	pageSize: whole(1, 500),
	perPageQuery: flag,
	pastEnd: oneOf('empty', 'repeatLast'),
	total: oneOf('present', 'missing', 'pageSize'),
	shuffle: flag,
	validationStatus: oneOf(200, 422),
	updateMode: oneOf('partial', 'full'),
	isoDate: oneOf('reject', 'silentlyLost'),
	requireBranchIds: flag,
	removedWrite: oneOf('archives', 'ignored'),
	deleteMode: oneOf('destroy', 'archive'),
	missingRecord: oneOf('notFound404', 'successFalse'),
	timeZone: {
		wants: 'an IANA time zone',
		accepts: (value) => typeof value === 'string' && IANAZone.isValidZone(value),
	},
	now: orNull(text('a time "yyyy-mm-dd hh:mm:ss"', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)),
	rateLimit: whole(0, 100_000),
	retryAfterSeconds: orNull(amount(0, 3600)),
	countRejected: flag,
	latencyMs: amount(0, 600_000),
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
			throw new InputError(
				`Setting "${name}" must be ${check.wants}, not ${JSON.stringify(value)}`,
			);
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
