import type { IDataObject } from 'n8n-workflow';
import { hasStatus } from '../../../nodes/AlfaCrm/api/failures';
import { collect } from '../../../nodes/AlfaCrm/api/list';
import { LARGEST_PAGE, readPage } from '../../../nodes/AlfaCrm/api/pages';
import type { ApiClient } from '../../../nodes/AlfaCrm/api/client';
import { canAnotherBranchHelp } from '../../../nodes/AlfaCrm/api/request';
import { belongsToBranch } from '../../../nodes/AlfaCrm/entities/branch';
import { isUnsorted } from '../../../nodes/AlfaCrm/entities/customer';
import { LESSON_STATUS } from '../../../nodes/AlfaCrm/entities/lesson';
import { LOG_EVENT } from '../../../nodes/AlfaCrm/entities/log';
import { INCOME } from '../../../nodes/AlfaCrm/entities/pay';
import { entities } from '../../../nodes/AlfaCrm/entities/registry';
import type { Entity } from '../../../nodes/AlfaCrm/entities/types';
import { digitsIn } from '../../../nodes/AlfaCrm/fields/phones';
import type { AccountReading } from '../../../nodes/AlfaCrm/operations/account/check/accountReading';
import type { DateFormat } from '../../../nodes/AlfaCrm/values/formats';
import {
	daysAfter,
	formatDay,
	idsOf,
	OPEN_END,
	parseJson,
	readId,
	readIds,
	today,
} from '../../../nodes/AlfaCrm/values/formats';
import type { DateStyle } from '../../../sandbox/model/dates';
import type { Settings } from '../../../sandbox/model/settings';
import { findEntity } from '../../../sandbox/school/entities';

/** As many rows of a list are compared. */
const SAMPLE = 100;
/** As many customers are looked through for a subscription that has ended. */
const MOST_CUSTOMERS = 40;

interface Where {
	query?: IDataObject;
	/** Null for a path without one; by default that of the account. */
	branch?: number | null;
}

/** An account that is asked for lists, and for nothing else. */
export class Account {
	private readonly known = new Map<string, Promise<IDataObject[]>>();

	constructor(
		readonly client: ApiClient,
		readonly reading: AccountReading,
	) {}

	/**
	 * The first rows of a list, archived ones included; each list is read once.
	 *
	 * @throws NodeApiError where it cannot be listed
	 */
	async rows(path: string, body: IDataObject = {}, where: Where = {}): Promise<IDataObject[]> {
		const key = JSON.stringify([path, body, where]);
		const known = this.known.get(key) ?? this.read(path, body, where);
		this.known.set(key, known);
		return await known;
	}

	private async read(path: string, body: IDataObject, { query, branch }: Where): Promise<IDataObject[]> {
		const list = { ...this.listOf(path, branch), query };
		return (await collect(this.client, { ...list, body: { ...list.body, ...body } }, { limit: SAMPLE })).rows;
	}

	/** A page as it comes; undefined where AlfaCRM refuses what the body says. */
	async page(path: string, body: IDataObject) {
		const list = this.listOf(path);
		const call = { ...list, action: 'index', body: { page: 0, ...list.body, ...body }, isIdempotent: true };
		const answer = await this.client.attempt(call, (one) => one.kind === 'refusal' || one.status === 400);
		return answer && readPage(answer);
	}

	/** Whether the list of branches answers inside of a branch, or without one. */
	async listsBranches(branch?: number): Promise<boolean> {
		const call = { path: 'branch', action: 'index', branch, task: 'list the branches', isIdempotent: true };
		return (await this.client.attempt(call, canAnotherBranchHelp)) !== undefined;
	}

	private listOf(path: string, branch: number | null = this.reading.branch) {
		const { scope, hidden } = entities.find((one) => one.path === path) as Entity;
		const isGlobal = branch === null || scope === 'global';
		const task = `list ${path}`;
		return { path, branch: isGlobal ? undefined : branch, body: { ...hidden?.bodyShowingAll }, task };
	}
}

/** What an account tells, and what it makes of the settings of the sandbox. */
interface Told {
	found: string;
	sets: (settings: Settings) => Partial<Settings>;
}

/** One switch of the sandbox, whose documentation says what its values mean, and how an account tells its value. */
interface Probe {
	setting: keyof Settings;
	/** Which entry of a setting that has several. */
	subject?: string;
	/** @returns undefined where there is nothing to tell it by */
	tell: (account: Account) => Promise<Told | undefined>;
}

const is = <K extends keyof Settings>(setting: K, value: Settings[K] | undefined): Told | undefined =>
	value === undefined
		? undefined
		: { found: JSON.stringify(value), sets: () => ({ [setting]: value }) as Partial<Settings> };

const value = <K extends keyof Settings>(
	setting: K,
	find: (account: Account) => Promise<Settings[K] | undefined>,
): Probe => ({ setting, tell: async (account) => is(setting, await find(account)) });

/** A list with a name in it, or without it. */
function having(list: string[], name: string, isIn: boolean): string[] {
	if (list.includes(name) === isIn) return list;
	return isIn ? [...list, name] : list.filter((one) => one !== name);
}

// ---------------------------------------------------------------- filters

const honours = (isHonoured: boolean, ...names: string[]): Told => ({
	found: isHonoured ? 'honoured' : 'ignored',
	sets: ({ ignoredFilters }) => ({
		ignoredFilters: names.reduce((list, name) => having(list, name, !isHonoured), ignoredFilters),
	}),
});

const valuesOf = (row: IDataObject, field: string): number[] => readIds([row[field]].flat());

/** The value that fewest rows have, and not all: where the filter does nothing, it shows. */
function rarest(rows: readonly IDataObject[], field: string): number | undefined {
	const holders = (one: number) => rows.filter((row) => valuesOf(row, field).includes(one)).length;
	const values = [...new Set(rows.flatMap((row) => valuesOf(row, field)))];
	const [first] = values.sort((a, b) => holders(a) - holders(b));
	return first === undefined || holders(first) === rows.length ? undefined : first;
}

const filter = (path: string, name: string, field = name, body: IDataObject = {}): Probe => ({
	...{ setting: 'ignoredFilters', subject: `${path}.${name}` },
	tell: async (account) => {
		const wanted = rarest(await account.rows(path, body), field);
		if (wanted === undefined) return undefined;
		const found = await account.rows(path, { ...body, [name]: wanted });
		const isHonoured = found.every((row) => valuesOf(row, field).includes(wanted));
		return found.length === 0 ? undefined : honours(isHonoured, `${path}.${name}`);
	},
});

const FORMATS: readonly DateFormat[] = ['dotted', 'iso', 'isoDotted'];
/** The style of the sandbox that reads just these formats. */
const STYLES: Readonly<Record<string, DateStyle>> = {
	...{ dotted: 'dotted', iso: 'iso', isoDotted: 'points' },
	...{ 'dotted,iso': 'either', 'dotted,iso,isoDotted': 'any' },
};

/** Filters by days, and the field that they look at. API notes 10. */
const DAYS: ReadonlyArray<[path: string, name: string, field: string]> = [
	['log', 'date', 'date_time'],
	['lesson', 'date', 'date'],
	['customer', 'created_at', 'created_at'],
	['customer', 'updated_at', 'updated_at'],
	['pay', 'date', 'document_date'],
	['pay', 'created_at', 'created_at'],
];

const dayOf = (shown: unknown): string => formatDay(shown, 'iso', 'utc') ?? '';

/** What comes of the last of several days in each format; undefined where all rows are of one day. */
async function outcomes(account: Account, [path, name, field]: (typeof DAYS)[number]) {
	const days = [...new Set((await account.rows(path)).map((row) => dayOf(row[field])))]
		.filter(Boolean)
		.sort();
	const last = days.at(-1);
	if (last === undefined || days.length < 2) return undefined;
	const found: Partial<Record<DateFormat, 'everything' | 'nothing' | 'read'>> = {};
	for (const format of FORMATS) {
		const rows = await account.rows(path, { [`${name}_from`]: formatDay(last, format, 'utc') });
		const isRead = rows.every((row) => dayOf(row[field]) >= last);
		found[format] = rows.length === 0 ? 'nothing' : isRead ? 'read' : 'everything';
	}
	return found;
}

const days = (one: (typeof DAYS)[number]): Probe => {
	const [path, name] = one;
	const ends = [`${path}.${name}_from`, `${path}.${name}_to`];
	return {
		...{ setting: 'dateFormats', subject: ends[0] },
		tell: async (account) => {
			const found = await outcomes(account, one);
			if (found === undefined) return undefined;
			const formats = FORMATS.filter((format) => found[format] === 'read');
			if (formats.length === 0) return honours(false, ...ends);
			const style = STYLES[formats.join()];
			const own = findEntity(path)?.filters[`${name}_from`];
			const isOwn = own !== undefined && 'as' in own && own.as === style;
			return {
				found: style ?? formats.join(', '),
				sets: (settings) => ({
					...honours(true, ...ends).sets(settings),
					...(isOwn || style === undefined
						? {}
						: { dateFormats: { ...settings.dateFormats, [ends[0]]: style, [ends[1]]: style } }),
				}),
			};
		},
	};
};

const wrongFilterValue = value('wrongFilterValue', async (account) => {
	let isIgnored = false;
	for (const one of DAYS) {
		const found = Object.values((await outcomes(account, one)) ?? {});
		if (found.includes('nothing')) return 'matchesNothing';
		isIgnored ||= found.includes('read') && found.includes('everything');
	}
	return isIgnored ? 'ignored' : undefined;
});

/** Enough of a number to be nobody else's; a stored one has strokes in between. */
const END_OF_NUMBER = 7;

const phoneSearch: Probe = {
	setting: 'phoneSearch',
	tell: async (account) => {
		const customers = await account.rows('customer');
		const endOf = (phone: string) => digitsIn(phone).slice(-END_OF_NUMBER);
		const phones = customers.flatMap(({ phone }) => [phone].flat().map(String));
		const phone = phones.find((one) => endOf(one).length === END_OF_NUMBER && !one.includes(endOf(one)));
		if (phone === undefined || customers.length < 2) return undefined;
		const holds = (row: IDataObject) => JSON.stringify(row.phone ?? '').includes(phone);
		const whole = await account.rows('customer', { phone });
		if (!whole.every(holds)) return honours(false, 'customer.phone');
		if ((await account.rows('customer', { phone: endOf(phone) })).some(holds))
			return is('phoneSearch', 'digits');
		return is('phoneSearch', whole.length > 0 ? 'text' : undefined);
	},
};

// ---------------------------------------------------------------- rows that lists show

const subscriptionsOf = async (account: Account, id: unknown, body: IDataObject = {}) =>
	await account.rows('customer-tariff', body, { query: { customer_id: id as number } });

/** A subscription that has ended whichever clock counts, and all of that customer. */
async function endedSubscription(account: Account) {
	const before = daysAfter(today('iso', 'utc'), -1);
	const clients = await account.rows('customer', { is_study: 1 });
	for (const { id } of clients.slice(0, MOST_CUSTOMERS)) {
		const rows = await subscriptionsOf(account, id, { dead: false });
		const ended = rows.find(({ e_date: end }) => dayOf(end) !== '' && dayOf(end) < before);
		if (ended) return { id, ended, rows };
	}
	return undefined;
}

const deadDefault = value('deadDefault', async (account) => {
	const found = await endedSubscription(account);
	if (found === undefined) return undefined;
	const rows = await subscriptionsOf(account, found.id);
	return rows.some(({ id }) => id === found.ended.id) ? 'all' : 'current';
});

/** Payments that are no incomes. */
async function otherPays(account: Account): Promise<IDataObject[]> {
	for (const type of idsOf(await account.rows('pay-type')).filter((id) => id !== INCOME)) {
		const pays = await account.rows('pay', { pay_type_id: type });
		const others = pays.filter(({ pay_type_id }) => ![undefined, INCOME].includes(readId(pay_type_id)));
		if (others.length > 0) return others;
	}
	return [];
}

const payDefault = value('payDefault', async (account) => {
	const [other] = await otherPays(account);
	if (other === undefined) return undefined;
	const found = await account.rows('pay', { id: other.id });
	if (found.some(({ id }) => id === other.id)) return 'all';
	return found.length === 0 ? 'income' : undefined;
});

const refundSum = value('refundSum', async (account) => {
	const others = await otherPays(account);
	const shows = (field: string) => others.some((row) => Number(row[field] ?? 0) !== 0);
	return shows('expenditure') ? 'expenditure' : shows('income') ? 'income' : undefined;
});

const removedZero = value('removedZero', async (account) => {
	const leads = await account.rows('customer', { is_study: 0 });
	const lead = leads.find((row) => row.e_date === OPEN_END && isUnsorted(row));
	if (lead === undefined) return undefined;
	const found = await account.rows('customer', { is_study: 0, removed: 0, id: lead.id });
	return found.some(isUnsorted) ? 'active' : 'hidesUnsorted';
});

const isList = (shown: unknown): shown is unknown[] => Array.isArray(shown);
const isFilled = (shown: unknown): shown is unknown[] => isList(shown) && shown.length > 0;

const lessonDetails = value('lessonDetails', async (account) => {
	const lessons = await account.rows('lesson', { status: LESSON_STATUS.completed });
	if (lessons.some(({ details }) => isFilled(details))) return 'always';
	const [customer] = lessons.flatMap(({ customer_ids: ids }) => (isList(ids) ? ids : []));
	if (customer === undefined) return undefined;
	const theirs = await account.rows('lesson', { customer_id: customer as number });
	return theirs.some(({ details }) => isFilled(details)) ? 'withCustomer' : undefined;
});

// ---------------------------------------------------------------- pages

/** The longest list, its first two pages as they come unasked, and how many rows a page holds. */
async function longList(account: Account) {
	const lists = account.reading.lists
		.filter((list) => list.outcome === 'read')
		.filter(({ fullPageSize }) => fullPageSize !== undefined);
	const [longest] = lists.sort((a, b) => (b.total ?? b.rows.length) - (a.total ?? a.rows.length));
	const path = longest?.entity.path ?? 'customer';
	const [first, second] = [await account.page(path, {}), await account.page(path, { page: 1 })];
	return first && second && second.allRows.length > 0
		? { path, first, size: first.allRows.length }
		: undefined;
}

const pageSize = value('pageSize', async (account) => (await longList(account))?.size);

const bodyPageSize = value('bodyPageSize', async (account) => {
	const list = await longList(account);
	if (list === undefined) return undefined;
	if ((await account.page(list.path, { pageSize: LARGEST_PAGE })) === undefined) return 'refused400';
	const few = list.size === 5 ? 4 : 5;
	const page = await account.page(list.path, { pageSize: few });
	return page?.allRows.length === few ? 'honoured' : 'ignored';
});

const total = value('total', async (account) => {
	const list = await longList(account);
	if (list === undefined) return undefined;
	const { first, size } = list;
	return first.total === undefined ? 'missing' : first.total <= size ? 'pageSize' : 'present';
});

// ---------------------------------------------------------------- fields

const shown = (
	path: string,
	field: string,
	rowsOf = async (account: Account): Promise<readonly IDataObject[]> => await account.rows(path),
): Probe => ({
	...{ setting: 'shownFields', subject: `${path}.${field}` },
	tell: async (account) => {
		const rows = await rowsOf(account);
		if (rows.length === 0) return undefined;
		const isShown = rows.some((row) => field in row);
		return {
			found: isShown ? 'shown' : 'not shown',
			sets: ({ shownFields }) => ({ shownFields: having(shownFields, `${path}.${field}`, isShown) }),
		};
	},
});

const groupTeachers = value('groupTeachers', async (account) => {
	const groups = (await account.rows('group')).filter(({ teacher_ids }) => isFilled(teacher_ids));
	if (groups.length === 0) return undefined;
	if (groups.some(({ teacher_ids }) => (teacher_ids as unknown[]).some((id) => !/^\d+$/.test(String(id)))))
		return 'names';
	return groups.some(({ teachers }) => isList(teachers)) ? 'objects' : 'ids';
});

const sunday = value('sunday', async (account) => {
	const all = (await account.rows('regular-lesson')).map(({ day }) => Number(day));
	return all.includes(0) ? 0 : all.includes(7) ? 7 : undefined;
});

// ---------------------------------------------------------------- the log

const logFields = value('logFields', async (account) => {
	const entries = (await account.rows('log')).filter(({ event }) => event !== LOG_EVENT.deleted);
	const values = entries.map(({ fields_new }) => fields_new);
	if (values.some((one) => typeof one === 'string' && parseJson(one) !== undefined)) return 'jsonText';
	return values.some((one) => typeof one === 'object' && one !== null) ? 'objects' : undefined;
});

const logLesson = value('logLesson', async (account) => {
	const entries = await account.rows('log', { entity: 'LessonDetails', event: LOG_EVENT.created });
	if (entries.length === 0) return undefined;
	return entries.some(({ fields_new }) => JSON.stringify(fields_new).includes('lesson_id'));
});

/** Whether another branch shows what happened to the same records: some that are not among its latest. */
const logScope = value('logScope', async (account) => {
	const entries = await account.rows('log');
	for (const [branch, access] of account.reading.branchAccess) {
		if (branch === account.reading.branch || access !== 'readable') continue;
		const theirs = new Set((await account.rows('log', {}, { branch })).map((row) => JSON.stringify(row)));
		const missing = entries.filter((row) => !theirs.has(JSON.stringify(row)));
		const found = [];
		for (const { entity, entity_id } of (missing.length > 0 ? missing : entries).slice(0, 3)) {
			const rows = await account.rows('log', { entity, entity_id }, { branch });
			found.push(rows.some((row) => row.entity === entity && row.entity_id === entity_id));
		}
		if (found.length > 0) return found.every(Boolean) ? 'account' : 'branch';
	}
	return undefined;
});

// ---------------------------------------------------------------- rights and branches

const forbiddenCalls = value('forbiddenCalls', async (account) => {
	const { branch, branchAccess, lists } = account.reading;
	if (branchAccess.get(branch) === 'denied') return undefined;
	const denied = lists
		.filter((list) => list.outcome === 'refused' && list.status === 403)
		.map(({ entity }) => entity.path);
	const isElsewhere = denied.includes('branch') && (await account.listsBranches(branch));
	return denied.filter((path) => path !== 'branch' || !isElsewhere).map((path) => `${path}/index`);
});

const forbiddenBranches = value(
	'forbiddenBranches',
	async ({ reading: { branchAccess } }) =>
		await Promise.resolve([...branchAccess].filter(([, access]) => access === 'denied').map(([id]) => id)),
);

const pooledBranches = value('pooledBranches', async ({ reading: { customersByBranch } }) => {
	const isPooled = ([branch, rows]: [number, readonly IDataObject[]]) =>
		rows.some((row) => !belongsToBranch(row, branch));
	return await Promise.resolve([...customersByBranch].filter(isPooled).map(([branch]) => branch));
});

const mainBranch = value('mainBranch', async (account) => {
	if (await account.listsBranches()) return 'on';
	return (await account.listsBranches(account.reading.branch)) ? 'off' : undefined;
});

/** Whether a customer of one branch alone is found without naming it, for a customer of each branch. */
const branchless = value('branchless', async (account) => {
	const found = [];
	for (const [branch, access] of account.reading.branchAccess) {
		const rows = access === 'readable' ? await account.rows('customer', {}, { branch }) : [];
		const own = rows.find(({ branch_ids }) => String(branch_ids) === String(branch));
		if (own === undefined) continue;
		const all = await account.rows('customer', { id: own.id }, { branch: null });
		found.push(all.some(({ id }) => id === own.id));
	}
	return found.length < 2 ? undefined : found.every(Boolean) ? 'all' : 'first';
});

/** What AlfaCRM's accounts may differ in, as far as lists tell: conflicts of facts, and what is open (API notes 13). */
export const PROBES: readonly Probe[] = [
	...[forbiddenCalls, forbiddenBranches, pooledBranches, mainBranch, branchless],
	...[pageSize, bodyPageSize, total],
	...['branch', 'customer', 'group', 'lesson', 'pay', 'room', 'tariff'].map((path) => filter(path, 'id')),
	filter('customer', 'lead_status_id'),
	filter('customer', 'branch_ids'),
	filter('customer', 'group_id', 'group_ids', { is_study: 1 }),
	filter('log', 'entity_id'),
	filter('regular-lesson', 'related_id'),
	...DAYS.map(days),
	...[wrongFilterValue, phoneSearch, deadDefault, payDefault, refundSum, removedZero, lessonDetails],
	...['customer', 'group', 'teacher'].map((path) => shown(path, 'removed')),
	shown('customer', 'lead_status_ids'),
	shown('customer-tariff', 'dead', async (account) => (await endedSubscription(account))?.rows ?? []),
	...[groupTeachers, sunday, logFields, logLesson, logScope],
];

/** What a probe says of an account; a text where it cannot say anything. */
export async function runProbe(probe: Probe, account: Account): Promise<Told | string> {
	try {
		return (await probe.tell(account)) ?? 'nothing to tell it by';
	} catch (error) {
		if (hasStatus(error, 200, 400, 403, 404, 405, 422, 500)) return `not told: HTTP ${error.httpCode}`;
		throw error;
	}
}
