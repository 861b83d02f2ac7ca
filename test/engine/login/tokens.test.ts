import { randomFrom } from '../../support/random';
import { Engine } from '../support/engine';
import type { RawRequest } from '../support/rawServer';
import { useRawServer } from '../support/rawServer';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 10 });
const listBranches = { resource: 'branch', operation: 'getAll', returnAll: true, addNames: false };
const createSubject = { resource: 'subject', operation: 'create', branchId: 1, name: 'Шахматы' };
const logins = () => school.entries('auth/login').length;

describe.each([401, 403] as const)(
	'an account where each login ends the older tokens, shown by %i',
	(status) => {
		beforeEach(() => {
			school.sandbox.settings.singleToken = true;
			school.sandbox.settings.expiredTokenStatus = status;
		});

		it('lets executions of one credential go on side by side while their token expires', async () => {
			await school.engine.run({ parameters: listBranches });
			for (let round = 0; round < 3; round++) {
				school.sandbox.expireTokens();
				const runs = await Promise.all(
					Array.from(
						{ length: 8 },
						async () => await school.engine.run({ parameters: listBranches, items: [{}, {}, {}] }),
					),
				);
				expect(runs.map(({ error }) => error?.message)).toEqual(runs.map(() => undefined));
				expect(runs.map(({ json }) => json.length)).toEqual(runs.map(() => 9));
			}
			expect(logins()).toBe(4);
		});

		it('lets two credentials of one user work side by side, with one login more and not one for each call', async () => {
			const other = new Engine(school.credential);
			const items = Array.from({ length: 20 }, () => ({}));
			const runs = await Promise.all(
				[school.engine, other, school.engine, other].map(
					async (engine) => await engine.run({ parameters: listBranches, items }),
				),
			);
			expect(runs.map(({ error }) => error?.message)).toEqual(runs.map(() => undefined));
			expect(logins()).toBeLessThanOrEqual(2);
		});

		it('lets a credential go on whose token was ended by somebody outside of this n8n', async () => {
			await school.engine.run({ parameters: listBranches });
			for (let round = 0; round < 3; round++) {
				school.sandbox.expireTokens();
				const before = school.sandbox.store.rows('subject').length;
				const { error } = await school.engine.run({ parameters: createSubject });
				expect(error).toBeUndefined();
				expect(school.sandbox.store.rows('subject')).toHaveLength(before + 1);
			}
		});
	},
);

describe.each([401, 403] as const)(
	'answers that are long on their way, where each login ends the older tokens (%i)',
	(status) => {
		const server = useRawServer();

		it('do not make executions of two credentials of one user end each other', async () => {
			const random = randomFrom(status);
			let valid = '';
			let given = 0;
			server.answer = ({ path, token }) => {
				// What a request meets is decided when it arrives.
				const delayMs = 1 + random() * 60;
				if (path === 'auth/login') return { body: { token: (valid = `token ${++given}`) }, delayMs };
				if (token !== valid) return { status, body: { message: 'Expired', status }, delayMs };
				return { body: { total: 1, items: [{ id: 1, name: 'Филиал' }] }, delayMs };
			};
			const engines = [1, 2].map(
				() =>
					new Engine({
						hostname: server.url,
						email: `far${status}@school.example`,
						apiKey: 'key',
						requestsPerSecond: 0,
						token: 'of yesterday',
					}),
			);
			const runs = await Promise.all(
				Array.from({ length: 12 }, async (_unused, index) => {
					const items = Array.from({ length: 10 }, () => ({}));
					return await engines[index % 2].run({ parameters: listBranches, items });
				}),
			);
			expect(runs.flatMap(({ error }) => error?.message ?? [])).toEqual([]);
			expect(runs.map(({ json }) => json.length)).toEqual(runs.map(() => 10));
			expect(given).toBeLessThanOrEqual(2);
		});

		it('do not end an execution when somebody outside of this n8n logs in meanwhile', async () => {
			let valid = 'of yesterday';
			let given = 0;
			server.answer = ({ path, token }) => {
				if (path === 'auth/login') return { body: { token: (valid = `token ${++given}`) }, delayMs: 5 };
				if (token !== valid) return { status, body: { message: 'Expired', status }, delayMs: 5 };
				// From now on nobody here knows the token; five calls are under way.
				if (server.requests.length % 16 === 0) valid = 'of somebody else';
				return { body: { total: 1, items: [{ id: 1, name: 'Филиал' }] }, delayMs: 5 };
			};
			const engine = new Engine({
				hostname: server.url,
				email: `elsewhere${status}@school.example`,
				apiKey: 'key',
				requestsPerSecond: 0,
				token: valid,
			});
			const { error, json } = await engine.run({
				parameters: listBranches,
				items: Array.from({ length: 60 }, () => ({})),
			});
			expect(error).toBeUndefined();
			expect(json).toHaveLength(60);
			expect(given).toBeGreaterThan(2);
		});
	},
);

describe('an answer with HTTP 200 that holds a 401', () => {
	const server = useRawServer();
	const expired = { name: 'Unauthorized', message: 'Expired', code: 0, status: 401 };
	let valid = '';
	let given = 0;
	const answer = ({ path, token }: RawRequest) => {
		if (path === 'auth/login') return { body: { token: (valid = `token ${++given}`) } };
		return { body: token === valid ? { total: 1, items: [{ id: 1, name: 'Филиал' }] } : expired };
	};
	const engineOf = (email: string) => {
		server.answer = answer;
		return new Engine({ hostname: server.url, email, apiKey: 'key', requestsPerSecond: 0 });
	};

	it('makes n8n log in again and keep the new token', async () => {
		const engine = engineOf('one@school.example');
		await engine.run({ parameters: listBranches });
		valid = '';
		server.requests.length = 0;

		const { json, error } = await engine.run({ parameters: listBranches });
		expect(error).toBeUndefined();
		expect(json).toHaveLength(1);
		await engine.run({ parameters: listBranches });

		const paths = server.requests.map(({ path }) => path);
		expect(paths).toEqual(['branch/index', 'auth/login', 'branch/index', 'branch/index']);
	});

	it('ends in words when no login changes it', async () => {
		const engine = engineOf('two@school.example');
		server.answer = ({ path }) => ({ body: path === 'auth/login' ? { token: `token ${++given}` } : expired });
		const { error } = await engine.run({ parameters: listBranches });
		expect(error?.message).toMatch(/^AlfaCRM does not accept the login, even a new one/);
		expect(server.requests.length).toBeLessThanOrEqual(6);
	});
});

describe('blanks that were pasted along', () => {
	it('into email, key and app key are not sent', async () => {
		school.sandbox.settings.requireAppKey = 'app-key-of-the-test';
		const { email, apiKey } = school.sandbox.account;
		const engine = new Engine({
			...school.credential,
			email: ` ${email}\n`,
			apiKey: `\u00a0${apiKey} \u200b`,
			appKey: ' app-key-of-the-test ',
		});
		const { json, error } = await engine.run({ parameters: listBranches });
		expect(error).toBeUndefined();
		expect(json).toHaveLength(3);
	});
});
