import { Engine } from '../support/engine';
import { useSchool } from '../support/school';
import { failure } from '../support/version';

const school = useSchool({ customers: 60 });
const listBranches = { resource: 'branch', operation: 'getAll', returnAll: true, addNames: false };
const createSubject = { resource: 'subject', operation: 'create', branchId: 1, name: 'Шахматы' };
const logins = () => school.entries('auth/login').length;

describe('login', () => {
	it('happens once for many requests, and not again in the next execution', async () => {
		const items = Array.from({ length: 10 }, (_, index) => ({ index }));
		const first = await school.engine.run({ parameters: listBranches, items });
		const second = await school.engine.run({ parameters: listBranches, items });

		expect(first.json).toHaveLength(30);
		expect(second.json).toHaveLength(30);
		expect(school.entries('branch/index')).toHaveLength(20);
		expect(logins()).toBe(1);
	});

	it('sends e-mail and key as documented, without branch and token', async () => {
		await school.engine.run({ parameters: listBranches });

		const [entry] = school.sandbox.journal;
		expect(entry).toMatchObject({ method: 'POST', path: '/v2api/auth/login' });
		expect(entry.body).toEqual({ email: school.sandbox.account.email, api_key: '***' });
		expect(entry.headers['content-type']).toBe('application/json');
		expect(entry.headers).not.toHaveProperty('x-alfacrm-token');
	});

	it.each([401, 403] as const)(
		'is renewed at the cost of one failed call when the token expires with %i',
		async (status) => {
			school.sandbox.settings.expiredTokenStatus = status;
			await school.engine.run({ parameters: listBranches });
			school.sandbox.expireTokens();
			school.sandbox.clearJournal();

			const { json, error } = await school.engine.run({ parameters: listBranches, items: [{}, {}, {}] });

			expect(error).toBeUndefined();
			expect(json).toHaveLength(9);
			expect(school.calls()).toEqual([
				'branch/index',
				'auth/login',
				'branch/index',
				'branch/index',
				'branch/index',
			]);
			expect(school.sandbox.journal.map((entry) => entry.status)).toEqual([status, 200, 200, 200, 200]);
		},
	);

	it('creates one record when the token expires right before a create', async () => {
		await school.engine.run({ parameters: listBranches });
		school.sandbox.expireTokens();
		const before = school.sandbox.store.rows('subject').length;

		const { json } = await school.engine.run({ parameters: createSubject });

		expect(school.sandbox.store.rows('subject')).toHaveLength(before + 1);
		expect(school.sandbox.store.find('subject', json[0].id as number)).toMatchObject({ name: 'Шахматы' });
	});

	it('is shared by executions that start together', async () => {
		const runs = await Promise.all(
			[1, 2, 3, 4].map(async () => await school.engine.run({ parameters: listBranches })),
		);

		expect(runs.map(({ json }) => json.length)).toEqual([3, 3, 3, 3]);
		expect(logins()).toBe(1);
	});

	it('survives an account where a new login ends the old token', async () => {
		school.sandbox.settings.singleToken = true;
		const other = new Engine(school.credential);
		for (const engine of [school.engine, other, school.engine, other]) {
			const { json } = await engine.run({ parameters: listBranches });
			expect(json).toHaveLength(3);
		}
	});

	it('sends the app key with every call where the credential has one, and no such header where not', async () => {
		school.sandbox.settings.requireAppKey = 'app-key-of-the-test';
		const engine = new Engine({ ...school.credential, appKey: 'app-key-of-the-test' });
		const { json } = await engine.run({ parameters: listBranches });
		expect(json).toHaveLength(3);

		school.sandbox.settings.requireAppKey = null;
		school.sandbox.clearJournal();
		await school.engine.run({ parameters: listBranches });
		for (const { headers } of school.sandbox.journal) expect(headers).not.toHaveProperty('x-app-key');
	});

	it.each(['forbidden403', 'unauthorized401', 'noToken200'] as const)(
		'with a wrong key (%s) is tried once and named as the cause',
		async (loginRejection) => {
			school.sandbox.settings.loginRejection = loginRejection;
			const engine = new Engine({ ...school.credential, apiKey: 'not-the-key' });

			const { error } = await engine.run({ parameters: listBranches });

			expect(error?.message).toContain("Check 'Email' and 'API Key'");
			expect(error?.failure).toEqual(failure({ cause: 'credential-invalid' }));
			expect(school.calls()).toEqual(['auth/login']);
		},
	);

	it('that works for a role without the API ends in a clear 403, without another login right after it', async () => {
		const engine = new Engine({ ...school.credential, ...school.sandbox.account.noRights });

		const { error } = await engine.run({ parameters: listBranches });

		expect(error?.httpCode).toBe('403');
		expect(error?.message).toContain('denied access');
		expect(error?.description).toContain('v2api');
		expect(school.calls()).toEqual(['auth/login', 'branch/index']);
	});

	it('ends in a clear 403 after one extra login when the token is from before, not in a loop', async () => {
		const engine = new Engine({ ...school.credential, ...school.sandbox.account.noSubjects });
		await engine.run({ parameters: listBranches });
		school.sandbox.clearJournal();

		const { error } = await engine.run({ parameters: createSubject });

		expect(error?.httpCode).toBe('403');
		expect(error?.description).toContain('The login works');
		expect(school.calls()).toEqual(['subject/create', 'auth/login', 'subject/create']);
	});

	it('is asked for once more only, however many items lack the right', async () => {
		const engine = new Engine({ ...school.credential, ...school.sandbox.account.noSubjects });
		await engine.run({ parameters: listBranches });
		const { items } = await engine.run({
			parameters: createSubject,
			items: [{}, {}, {}, {}, {}],
			onError: 'continueRegularOutput',
		});

		expect(items).toHaveLength(5);
		for (const { json } of items) expect(json.error).toContain('denied access');
		expect(logins()).toBe(2);
		expect(school.entries('subject/create')).toHaveLength(6);
	});
});
