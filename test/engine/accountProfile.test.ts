import { profileOf } from '../../scripts/accountProfile';
import { clientOf } from '../../scripts/lib/account/client';
import type { Settings } from '../../sandbox';
import { defaultSettings } from '../../sandbox/model/settings';
import { skipRetryPauses } from './support/inProcess';
import { useSchool } from './support/school';

jest.setTimeout(60_000);
skipRetryPauses();

/** Long pages take fewer calls. */
const USUAL: Partial<Settings> = { bodyPageSize: 'honoured' };
const school = useSchool({ customers: 150, settings: USUAL });
const { ignoredFilters } = defaultSettings;
const ignoring = (...names: string[]) => ({ ignoredFilters: [...ignoredFilters, ...names] });

/** What the script tells of the school with these settings. */
async function profileWith(settings: Partial<Settings>) {
	const { sandbox, credential } = school;
	Object.assign(sandbox.settings, structuredClone(settings));
	// What an invented school lacks in its log.
	const attended = { lesson_id: 1, customer_id: 1, branch_id: 1, is_attend: 1 };
	sandbox.store.insert('lesson-details', attended, { user: 1 });
	return await profileOf(clientOf(credential));
}

describe('npm run account:profile', () => {
	it('tells the value of every switch, logs in once, only lists, and shows neither key nor token', async () => {
		const { rows, settings } = await profileWith({});
		const untold = rows.filter(([, found]) => /^(nothing|not told)/.test(found));
		expect(untold.map(([name]) => name)).toEqual([]);
		expect(settings).toEqual(USUAL);
		expect(school.readJournal('auth/login')).toHaveLength(1);
		const actions = new Set(school.sandbox.journal.map(({ action }) => action));
		expect(actions).toEqual(new Set(['login', 'index']));
		const printed = JSON.stringify(rows);
		for (const secret of [school.sandbox.account.apiKey, ...school.sandbox.tokens()])
			expect(printed).not.toContain(secret);
	});

	// Those that do not hide each other come together.
	it.each<Partial<Settings>>([
		{ forbiddenBranches: [2], wrongFilterValue: 'matchesNothing', groupTeachers: 'objects' },
		{ mainBranch: 'off', logFields: 'jsonText' },
		{ bodyPageSize: 'refused400', total: 'pageSize', logLesson: false },
		{
			...ignoring('pay.id', 'lesson.date_from', 'lesson.date_to', 'customer.phone'),
			pageSize: 30,
			pooledBranches: [2],
		},
		{
			...{ branchless: 'first', total: 'missing', logScope: 'account' },
			ignoredFilters: ignoredFilters.filter((one) => one !== 'branch.id'),
			dateFormats: { 'lesson.date_from': 'dotted', 'lesson.date_to': 'dotted' },
		},
		{
			...{
				forbiddenCalls: ['room/index'],
				phoneSearch: 'text',
				deadDefault: 'current',
				payDefault: 'income',
			},
			...{ refundSum: 'expenditure', removedZero: 'hidesUnsorted', lessonDetails: 'withCustomer' },
			...{ groupTeachers: 'names', sunday: 0, shownFields: ['teacher.removed'] },
			dateFormats: { 'log.date_from': 'any', 'log.date_to': 'any' },
		},
	])('finds what differs, and nothing else: %#', async (settings) => {
		expect((await profileWith(settings)).settings).toEqual({ ...USUAL, ...settings });
	});

	it('finds that a size that is asked for does nothing', async () => {
		expect((await profileWith({ bodyPageSize: 'ignored' })).settings).toEqual({});
	});

	it('of a credential that does not work says so', async () => {
		const client = clientOf({ ...school.credential, apiKey: 'wrong' });
		await expect(profileOf(client)).rejects.toThrow(/key/);
		await expect(
			profileOf(clientOf({ ...school.credential, hostname: 'http://127.0.0.1:2' })),
		).rejects.toThrow(/refused the connection/);
	});
});
