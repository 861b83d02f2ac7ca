import { readAccountProfile } from '../../scripts/accountProfile';
import { makeClient } from '../../scripts/lib/account/client';
import type { Settings } from '../../sandbox';
import { defaultSettings } from '../../sandbox/model/settings';
import { ATTENDANCE } from '../support/codes';
import { skipRetryPauses } from './support/inProcess';
import { useSchool } from './support/school';

jest.setTimeout(60_000);
skipRetryPauses();

/** Large pages take fewer calls. */
const USUAL_SETTINGS: Partial<Settings> = { bodyPageSize: 'honoured' };

const school = useSchool({ customers: 150, settings: USUAL_SETTINGS });

/** The filters that the sandbox ignores, and some more. */
function ignoredFiltersWith(...filters: string[]): string[] {
	return [...defaultSettings.ignoredFilters, ...filters];
}

/** The filters that the sandbox ignores, without one. */
function ignoredFiltersWithout(filter: string): string[] {
	return defaultSettings.ignoredFilters.filter((name) => name !== filter);
}

/** Makes the profile of an account that differs from the sandbox by some settings. */
async function profileAccount(settings: Partial<Settings> = {}) {
	const { sandbox } = school;
	Object.assign(sandbox.settings, structuredClone(settings));
	// The log of the sandbox's school begins without an attendance, which one of the probes needs.
	sandbox.store.insert(
		'lesson-details',
		{ lesson_id: 1, customer_id: 1, branch_id: 1, is_attend: ATTENDANCE.attended },
		{ user: 1 },
	);
	const { url, account } = sandbox;
	const client = makeClient({
		hostname: url,
		email: account.email,
		apiKey: account.apiKey,
		requestsPerSecond: 0,
	});
	return await readAccountProfile(client);
}

describe('npm run account:profile, for an account that does as the API notes say', () => {
	let profile: Awaited<ReturnType<typeof profileAccount>>;
	let actions: Array<string | null>;
	let tokens: string[];

	// All tests look at one profile, because it takes some hundred calls.
	beforeAll(async () => {
		const { sandbox } = school;
		sandbox.reset();
		sandbox.settings.rateLimit = 0;
		profile = await profileAccount();
		actions = sandbox.journal.map(({ action }) => action);
		tokens = [...sandbox.tokens()];
	});

	it('the profile has a value for every setting', () => {
		const openProbes = profile.rows.filter(([, found]) => /^(nothing|not told)/.test(found));

		expect(openProbes).toEqual([]);
	});

	it("the profile contains the setting in which the account differs from the sandbox's defaults", () => {
		expect(profile.settings).toEqual({ bodyPageSize: 'honoured' });
	});

	it('the script logs in once, and otherwise only lists', () => {
		expect(actions.filter((action) => action === 'login')).toHaveLength(1);
		expect(new Set(actions)).toEqual(new Set(['login', 'index']));
	});

	it('the profile contains neither the key nor a token', () => {
		const printed = JSON.stringify(profile.rows);

		expect(tokens).toHaveLength(1);
		expect(printed).not.toContain(tokens[0]);
		expect(printed).not.toContain(school.sandbox.account.apiKey);
	});
});

describe('npm run account:profile, for an account that differs', () => {
	// Each account differs in several ways that do not hide each other, because a profile takes seconds.
	it.each<{ difference: string; settings: Partial<Settings> }>([
		{
			difference: 'a hidden branch, wrong filter values that match nothing, and teachers as objects',
			settings: {
				forbiddenBranches: [2],
				wrongFilterValue: 'matchesNothing',
				groupTeachers: 'objects',
			},
		},
		{
			difference: 'no main branch, and a log that holds JSON texts',
			settings: { mainBranch: 'off', logFields: 'jsonText' },
		},
		{
			difference: 'a refused page size, totals of one page, and attendances without a lesson in the log',
			settings: { bodyPageSize: 'refused400', total: 'pageSize', logLesson: false },
		},
		{
			difference: 'more ignored filters, pages of 30 rows, and a branch that lists all customers',
			settings: {
				ignoredFilters: ignoredFiltersWith('pay.id', 'lesson.date_from', 'lesson.date_to', 'customer.phone'),
				pageSize: 30,
				pooledBranches: [2],
			},
		},
		{
			difference: 'missing totals, one log for all branches, and lessons filtered by days with dots',
			settings: {
				branchless: 'first',
				total: 'missing',
				logScope: 'account',
				ignoredFilters: ignoredFiltersWithout('branch.id'),
				dateFormats: { 'lesson.date_from': 'dotted', 'lesson.date_to': 'dotted' },
			},
		},
		{
			difference: 'other defaults of lists, other fields and other formats',
			settings: {
				forbiddenCalls: ['room/index'],
				phoneSearch: 'text',
				deadDefault: 'current',
				payDefault: 'income',
				refundSum: 'expenditure',
				removedZero: 'hidesUnsorted',
				lessonDetails: 'withCustomer',
				groupTeachers: 'names',
				sunday: 0,
				shownFields: ['teacher.removed'],
				dateFormats: { 'log.date_from': 'any', 'log.date_to': 'any' },
			},
		},
	])('the profile contains $difference, and no other difference', async ({ settings }) => {
		const profile = await profileAccount(settings);

		expect(profile.settings).toEqual({ ...USUAL_SETTINGS, ...settings });
	});

	it('the profile of an account that ignores page sizes contains no difference, because the sandbox does so as well', async () => {
		const profile = await profileAccount({ bodyPageSize: 'ignored' });

		// This is the default of the sandbox, so the profile need not name it.
		expect(profile.settings).toEqual({});
	});
});

describe('npm run account:profile, for an account that cannot be read', () => {
	it('the script fails with an error about the key when AlfaCRM refuses it', async () => {
		const client = makeClient({ ...school.credential, apiKey: 'wrong' });

		await expect(readAccountProfile(client)).rejects.toThrow(/key/);
	});

	it('the script fails with an error about the connection when no server answers', async () => {
		const client = makeClient({ ...school.credential, hostname: 'http://127.0.0.1:2' });

		await expect(readAccountProfile(client)).rejects.toThrow(/refused the connection/);
	});
});
