import { School, yii } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open();
});
afterEach(() => school.restore());
afterAll(() => school.close());

const index = (token?: string | null, headers?: Record<string, string>) =>
	school.call('branch/index', {}, { token, headers });

describe('login', () => {
	it('gives a token that opens the other calls', async () => {
		const { email, apiKey } = school.sandbox.account;
		const login = await school.tryLogin(email, apiKey);
		expect(login.status).toBe(200);
		expect(Object.keys(login.json)).toEqual(['token']);
		expect((await index(String(login.json.token))).status).toBe(200);
	});

	it.each([
		['forbidden403', 403, yii(403, 'Forbidden')],
		['unauthorized401', 401, yii(401, 'Unauthorized')],
		['noToken200', 200, {}],
	] as const)('answers a wrong key as loginRejection %s says', async (rejection, status, body) => {
		school.settings.loginRejection = rejection;
		const { email, apiKey, noRights } = school.sandbox.account;
		const wrong: Array<[email: string, apiKey: string]> = [
			[email, 'x'],
			['nobody@school.example', apiKey],
			[email, noRights.apiKey],
		];
		for (const pair of wrong) {
			const answer = await school.tryLogin(...pair);
			expect(answer.status).toBe(status);
			expect(answer.json).toEqual(body);
		}
	});

	it('says "Not Authorized" by default', async () => {
		expect((await school.tryLogin('a@b.example', 'x')).json.message).toBe('Not Authorized');
	});

	it('belongs to no branch', async () => {
		const { email, apiKey } = school.sandbox.account;
		const login = await school.call('1/auth/login', { email, api_key: apiKey });
		expect(login.json).toEqual(yii(404, 'Not Found'));
	});

	it.each([
		['text', 'text/plain'],
		['a form, as curl sends it', 'application/x-www-form-urlencoded'],
	])('reads a JSON body that is called %s', async (_name, type) => {
		const { email, apiKey } = school.sandbox.account;
		const options = { headers: { 'content-type': type } };
		expect((await school.tryLogin(email, apiKey, options)).json.token).toBeTruthy();
	});
});

describe('tokens', () => {
	it.each([
		['missing', null],
		['unknown', 'ffff'],
		['empty', ''],
	])('are asked for: %s is 401', async (_name, token) => {
		expect((await index(token)).json).toEqual(yii(401, 'Unauthorized'));
	});

	it.each([401, 403] as const)('end when they expire, with status %d', async (status) => {
		school.settings.expiredTokenStatus = status;
		expect((await index()).status).toBe(200);
		school.sandbox.expireTokens();
		expect((await index()).status).toBe(status);
		await school.login();
		expect((await index()).status).toBe(200);
	});

	it('expire over HTTP as well', async () => {
		await school.control('POST', 'tokens/expire');
		expect((await index()).status).toBe(401);
	});

	it('live as long as tokenTtlSeconds', async () => {
		school.settings.tokenTtlSeconds = 0;
		await school.login();
		expect((await index()).status).toBe(401);
	});

	it.each([
		[false, 200],
		[true, 401],
	])('with singleToken %s an older one answers %d', async (singleToken, status) => {
		school.settings.singleToken = singleToken;
		const older = school.token;
		const other = await school.login(school.sandbox.account.noSubjects);
		await school.login();
		expect((await index(older)).status).toBe(status);
		expect((await index()).status).toBe(200);
		expect((await index(other)).status).toBe(200);
	});
});

describe('the app key', () => {
	it('is not asked for by default', async () => {
		expect((await index(undefined, { 'x-app-key': 'anything' })).status).toBe(200);
	});

	it('is asked for by every call when required', async () => {
		school.settings.requireAppKey = 'partner';
		const { email, apiKey } = school.sandbox.account;
		const right = { 'x-app-key': 'partner' };
		expect((await school.tryLogin(email, apiKey)).status).toBe(403);
		expect((await school.tryLogin(email, apiKey, { headers: right })).status).toBe(200);
		expect((await index()).status).toBe(403);
		expect((await index(undefined, { 'x-app-key': 'other' })).status).toBe(403);
		expect((await index(undefined, right)).status).toBe(200);
	});
});

describe('rights', () => {
	it('a role without the API can log in and nothing else', async () => {
		const token = await school.login(school.sandbox.account.noRights);
		for (const path of ['branch/index', '1/customer/index', '1/subject/create']) {
			const answer = await school.call(path, {}, { token });
			expect(answer.json).toEqual(yii(403, 'Forbidden'));
		}
	});

	it('a role may lack the right to write subjects alone', async () => {
		await school.login(school.sandbox.account.noSubjects);
		expect((await school.call('1/subject/index')).status).toBe(200);
		for (const action of ['create', 'update?id=1', 'delete?id=1']) {
			expect((await school.call(`1/subject/${action}`, { name: 'Х' })).status).toBe(403);
		}
		const source = { code: 'x', name: 'Х', is_enabled: 1 };
		expect((await school.call('1/lead-source/create', source)).json.success).toBe(true);
		expect(school.sandbox.store.find('subject', 1)?.name).not.toBe('Х');
	});
});
