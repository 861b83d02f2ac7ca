import { z } from 'zod/v4';
import type { Filter } from './model/entity';
import { dateStyles, type DateStyle } from './model/dates';
import { InputError } from './model/inputError';
import { checkSettings, defaultSettings, type Settings } from './model/settings';
import { findEntity } from './school/entities';

/**
 * Reads the profile of an account, as *Account → Check* makes it: the sandbox then answers like that account. The format
 * is told in `docs/check.md`; what a profile does not tell stays as it is by default.
 */

const finding = z.object({ check: z.string(), subject: z.string(), found: z.string() });
type Finding = z.output<typeof finding>;

const profile = z.object({
	format: z.literal('alfacrm-profile'),
	version: z.literal(1),
	findings: z.array(finding),
});

/** What one finding makes of the settings; undefined where it says nothing of them. */
type Play = (found: string, subject: string, settings: Settings) => Partial<Settings> | undefined;

/** A setting with a value for each outcome. */
const values =
	<K extends keyof Settings>(name: K, byFound: Readonly<Record<string, Settings[K]>>): Play =>
	(found) =>
		Object.hasOwn(byFound, found) ? ({ [name]: byFound[found] } as Partial<Settings>) : undefined;

/** A play for each subject. */
const bySubject =
	(plays: Readonly<Record<string, Play>>): Play =>
	(found, subject, settings) =>
		Object.hasOwn(plays, subject) ? plays[subject]?.(found, subject, settings) : undefined;

const without = <T>(list: readonly T[], item: T): T[] => list.filter((one) => one !== item);
const adding = <T>(list: readonly T[], item: T): T[] => [...without(list, item), item];

/** A filter does something, or nothing. */
function filterWorks(works: boolean, subject: string, { ignoredFilters }: Settings): Partial<Settings> {
	if (works) return { ignoredFilters: without(ignoredFilters, subject) };
	return ignoredFilters.includes(subject) ? {} : { ignoredFilters: [...ignoredFilters, subject] };
}

const filter: Play = (found, subject, settings) => {
	if (found !== 'honoured' && found !== 'ignored') return undefined;
	return filterWorks(found === 'honoured', subject, settings);
};

/** Formats that a filter reads, as the profile names them, by the style that reads just these. */
const styles: Readonly<Record<string, DateStyle>> = {
	'dd.mm.yyyy': 'dotted',
	'yyyy-mm-dd': 'iso',
	'yyyy.mm.dd': 'points',
	'dd.mm.yyyy, yyyy-mm-dd': 'either',
	'dd.mm.yyyy, yyyy-mm-dd, yyyy.mm.dd': 'any',
};

const ownStyle = (filter: Filter | undefined): string | undefined =>
	filter !== undefined && 'as' in filter ? filter.as : undefined;

/** An end of a range is ignored together with the other one. */
const otherEnd = (name: string): string => name.replace(/_from$/, '_to');

const dateFormat: Play = (found, subject, settings) => {
	const [path = '', name = ''] = subject.split('.');
	const style = styles[found];
	if (found === 'none') {
		const { ignoredFilters = settings.ignoredFilters } = filterWorks(false, subject, settings);
		const other = filterWorks(false, otherEnd(subject), { ...settings, ignoredFilters });
		return { ignoredFilters, ...other };
	}
	if (style === undefined || !dateStyles.includes(style)) return undefined;
	const { ignoredFilters = settings.ignoredFilters } = filterWorks(true, subject, settings);
	const working = { ...settings, ignoredFilters };
	const other = filterWorks(true, otherEnd(subject), working);
	const isOwn = ownStyle(findEntity(path)?.filters[name]) === style;
	const formats = { [subject]: style, [otherEnd(subject)]: style };
	return {
		...{ ignoredFilters, ...other },
		...(isOwn ? {} : { dateFormats: { ...settings.dateFormats, ...formats } }),
	};
};

const optionalField: Play = (found, subject, { shownFields }) => {
	if (found === 'shown') return { shownFields: adding(shownFields, subject) };
	return found === 'not shown' ? { shownFields: without(shownFields, subject) } : undefined;
};

const pageSizeAsked: Play = (found, subject, settings) =>
	found.startsWith('honoured')
		? { bodyPageSize: 'honoured' }
		: values('bodyPageSize', { ignored: 'ignored', 'refused with HTTP 400': 'refused400' })(
				found,
				subject,
				settings,
			);

/** What is faster is no delay that anybody would notice. */
const noticedMs = 20;

const delay: Play = (found) => {
	const ms = parseInt(found, 10);
	return ms >= noticedMs ? { latencyMs: ms } : undefined;
};

const pageOfLists: Play = (found) => {
	const size = Number(found);
	return Number.isInteger(size) && size >= 1 && size <= 500 ? { pageSize: size } : undefined;
};

/** By the name of the check. Checks that are not here are about what no setting changes. */
const plays: Readonly<Record<string, Play>> = {
	list: (found, subject, { forbiddenCalls }) =>
		found === 'denied' ? { forbiddenCalls: adding(forbiddenCalls, subject) } : undefined,
	branch: (found, subject, { forbiddenBranches }) => {
		const id = Number(subject.replace('branch ', ''));
		const isToldOf = found === 'denied' && Number.isInteger(id);
		return isToldOf ? { forbiddenBranches: adding(forbiddenBranches, id) } : undefined;
	},
	'page size unasked': pageOfLists,
	'page size asked for': pageSizeAsked,
	'total of a list': values('total', {
		right: 'present',
		missing: 'missing',
		'that of page 0': 'pageSize',
	}),
	'rows unasked': bySubject({
		'customer-tariff': values('deadDefault', { all: 'all', 'current ones': 'current' }),
		pay: values('payDefault', { all: 'all', 'incomes only': 'income' }),
	}),
	'removed: 0': values('removedZero', {
		'shows active ones': 'active',
		'hides leads without a stage': 'hidesUnsorted',
	}),
	filter,
	'date format of a filter': dateFormat,
	'date that a filter cannot read': values('wrongFilterValue', {
		everything: 'ignored',
		nothing: 'matchesNothing',
	}),
	'search by phone': (found, subject, settings) =>
		found === 'filter ignored'
			? filterWorks(false, subject, settings)
			: values('phoneSearch', { 'by digits': 'digits', 'as it is written': 'text' })(
					found,
					subject,
					settings,
				),
	'optional field': optionalField,
	'form of a field': bySubject({
		'group.teacher_ids': values('groupTeachers', {
			numbers: 'ids',
			names: 'names',
			'numbers, and teachers besides': 'objects',
		}),
		'log.fields_new': values('logFields', { object: 'objects', 'JSON text': 'jsonText' }),
		'regular-lesson.day of Sundays': values('sunday', { '7': 7, '0': 0 }),
		'pay sum of refunds': values('refundSum', { income: 'income', expenditure: 'expenditure' }),
		'lesson.details': values('lessonDetails', { always: 'always', 'with customer_id': 'withCustomer' }),
	}),
	'path without a branch': values('branchless', {
		'every branch': 'all',
		'one branch': 'first',
	}),
	'rows of a branch': values('logScope', {
		'those of the branch': 'branch',
		'those of the account': 'account',
	}),
	'time of an answer': delay,
};

/** The settings that play the account of a profile; throws an InputError if it is none. */
export function settingsOfProfile(given: unknown): Partial<Settings> {
	const { success, data } = profile.safeParse(given);
	if (!success) throw new InputError('This is no profile of an account, or one of another version');
	const played = data.findings.reduce<Partial<Settings>>(
		(settings, one) => ({ ...settings, ...playOf(one, { ...defaultSettings, ...settings }) }),
		{},
	);
	return checkSettings(played);
}

const playOf = ({ check, subject, found }: Finding, settings: Settings): Partial<Settings> =>
	(Object.hasOwn(plays, check) ? plays[check]?.(found, subject, settings) : undefined) ?? {};
