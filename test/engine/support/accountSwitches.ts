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

/** A switch at one of its values, with what is said of it. */
const set = (settings: Partial<Settings>, says: string, found: string): Case => ({
	settings,
	says: { [says]: found },
});
const ignored = (name: string, hides?: RegExp): Case => ({
	...set(ignoring(name), `filter: ${name}`, 'ignored'),
	hides,
});
/** For each kind of thing that the check tells, values of a switch by which it is told otherwise. */
const CASES: Case[] = [
	{ ...set({ forbiddenCalls: ['room/index'] }, 'list: room/index', 'denied'), hides: /./ },
	{
		...set({ forbiddenBranches: [2] }, 'branch: branch 2', 'denied'),
		hides: /rows of a branch|path without/,
	},
	set({ branchless: 'first' }, 'path without a branch: customer/index', 'one branch'),
	ignored('pay.id'),
	// Without it some other things have nothing to be told by.
	ignored('customer.id', /list of IDs/),
	set(heeding('branch.id'), 'filter: branch.id', 'honoured'),
	set(ignoring('customer.phone'), 'search by phone: customer.phone', 'filter ignored'),
	set(
		{ dateFormats: { 'lesson.date_from': 'dotted', 'lesson.date_to': 'dotted' } },
		'date format of a filter: lesson.date_from',
		'dd.mm.yyyy',
	),
	set({ wrongFilterValue: 'matchesNothing' }, 'date that a filter cannot read: lists', 'nothing'),
	set({ payDefault: 'income' }, 'rows unasked: pay', 'incomes only'),
	set({ refundSum: 'expenditure' }, 'form of a field: pay sum of refunds', 'expenditure'),
	set({ pageSize: 30 }, 'page size unasked: lists', '30'),
	set({ bodyPageSize: 'refused400' }, 'page size asked for: pageSize in the body', 'refused with HTTP 400'),
	set({ total: 'missing' }, 'total of a list: lists', 'missing'),
	set({ shownFields: ['customer.removed'] }, 'optional field: customer.removed', 'shown'),
	set({ groupTeachers: 'names' }, 'form of a field: group.teacher_ids', 'names'),
	set({ lessonDetails: 'withCustomer' }, 'form of a field: lesson.details', 'with customer_id'),
];

export const SWITCH_CASES = CASES.map((one) => ({ ...one, title: JSON.stringify(one.settings) }));
