import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Fault } from '../../sandbox';
import { readAllFilesOf } from './support/files';
import { linkTo, NODE_TYPE, makeNode, makeAlfaCrmNode, START_NODE, useRealN8n } from './support/realN8n';

const real = useRealN8n({ customers: 100 });

const WRONG = ['not', 'the', 'key', 'of', 'anyone'].join('-');
const logins = () => real.sandbox.journal.filter(({ path }) => path.endsWith('auth/login')).length;
const newCustomer = () =>
	makeAlfaCrmNode(
		'AlfaCRM',
		NODE_TYPE,
		{ resource: 'customer', operation: 'create', branchId: 1 },
		real.credential,
	);
const listBranches = { resource: 'branch', operation: 'getAll', returnAll: true };

describe('the packed package', () => {
	it('is loaded by n8n, as a node and as a tool for AI agents', async () => {
		const names = (await real.client.nodeTypes()).map(({ name }: { name: string }) => name);
		expect(names).toEqual(expect.arrayContaining([NODE_TYPE, `${NODE_TYPE}Tool`]));
	});
});

// What is written of all others is in test/engine/writing.
it('creates, gets, updates, lists and deletes a customer', async () => {
	const run = async (operation: string, parameters: INodeParameters): Promise<IDataObject[]> => {
		const form = { resource: 'customer', operation, simplify: false, branchId: 1, ...parameters };
		const execution = await real.runNode(form);
		expect(execution.error).toBeUndefined();
		expect(execution.status).toBe('success');
		return execution.outputs('AlfaCRM') as IDataObject[];
	};
	const stored = (id: unknown) => real.sandbox.store.find('customer', Number(id));
	const lead = { name: 'Пробный Лид', is_study: 0, legal_type: 1, phone: ['+7(900)000-22-33'] };
	const update = { note: 'Перезвонить', lead_status_id: 2 };

	const [{ id }] = await run('create', lead);
	expect(stored(id)).toMatchObject(lead);

	const [read] = await run('get', { id: id as number });
	expect(read).toMatchObject({ id, ...lead });
	expect(stored(id)).toMatchObject(read);

	await run('update', { id: id as number, updateFields: update });
	expect(stored(id)).toMatchObject({ ...lead, ...update });

	const list = await run('getAll', { returnAll: true });
	expect(list.map((row) => row.id)).toContain(id);

	expect(await run('delete', { id: id as number })).toEqual([{ id, deleted: true }]);
	expect(stored(id)).toBeUndefined();
});

describe('the lists of the editor', () => {
	it('are filled from the account: pickers that search and mappers that know the custom fields', async () => {
		const node = newCustomer();
		const search = { method: 'customers', path: 'parameters.id', filter: 'а' };
		const found = await real.client.nodeList({ node, ...search });
		expect(found.results.length).toBeGreaterThan(0);
		const mapper = { method: 'customerColumns', path: 'parameters.columns' };
		const { fields } = await real.client.nodeColumns({ node, ...mapper });
		expect(fields.map(({ id }: { id: string }) => id)).toEqual(
			expect.arrayContaining(['name', 'custom_school']),
		);
	});
});

describe('the login', () => {
	it('was one for everything so far, and serves the next start of n8n too', async () => {
		expect(real.sandbox.journal.length).toBeGreaterThan(6);
		expect(logins()).toBe(1);

		await real.n8n.restart();
		await real.client.signIn();
		const { status } = await real.runNode(listBranches);

		expect(status).toBe('success');
		expect(logins()).toBe(1);
	}, 120_000);

	it('costs one failed call and one login when the token expires', async () => {
		real.sandbox.expireTokens();
		real.sandbox.clearJournal();
		expect((await real.runNode(listBranches)).status).toBe('success');
		const calls = real.sandbox.journal.map(({ path, status }) => `${path} ${status}`);
		const list = '/v2api/branch/index';
		// The names of subjects are known from a moment ago.
		expect(calls).toEqual([`${list} 401`, '/v2api/auth/login 200', `${list} 200`]);
	});

	it('works in the HTTP Request node as well', async () => {
		const parameters = {
			...{ method: 'POST', url: `${real.sandbox.url}/v2api/1/lead-source/index` },
			...{ authentication: 'predefinedCredentialType', nodeCredentialType: 'alfaCrmApi' },
		};
		const { credentials } = newCustomer();
		const http = makeNode('HTTP Request', 'n8n-nodes-base.httpRequest', 4.2, parameters, { credentials });
		const workflow = { nodes: [START_NODE, http], connections: { Start: linkTo('HTTP Request') } };
		const { id } = await real.client.importWorkflow({ name: 'With the credential', ...workflow });
		const execution = await real.client.runWorkflow(id);
		expect(execution.outputs('HTTP Request')).toMatchObject([
			{ total: real.sandbox.store.rows('lead-source').length },
		]);
	});
});

/** n8n sends the second call of the test itself. */
describe("the credential's test", () => {
	const test = async (changes: Record<string, unknown>) =>
		await real.client.testCredential(await real.createCredentialWith(changes));
	const failure = async (changes: Record<string, unknown>) => {
		const { status, message } = await test(changes);
		expect(status).toBe('Error');
		return message;
	};
	const LOGIN = { pathContains: 'auth/login' };
	beforeAll(() => void (real.sandbox.settings.rateLimit = 0));
	afterEach(() => real.sandbox.faults.clear());

	it('succeeds with a page pasted from the browser', async () => {
		const hostname = `${real.sandbox.url}/company/1/lead/index?x=1#top`;
		expect(await test({ hostname })).toEqual({ status: 'OK', message: 'Connection successful!' });
	});

	it.each<[string, Record<string, unknown>, RegExp]>([
		['a wrong key', { apiKey: WRONG }, /Check 'Email' and 'API Key'/],
		['an unknown host', { hostname: 'no-such-school.invalid' }, /no-such-school.invalid was not found/],
		['a host that refuses', { hostname: '127.0.0.1:1' }, /127.0.0.1:1 refused the connection/],
		['http:// elsewhere', { hostname: 'http://demo.s20.online' }, /send the API key unprotected/],
	])('says what is wrong with %s', async (_what, changes, message) => {
		expect(await failure(changes)).toMatch(message);
	});

	it.each<[string, Fault, RegExp]>([
		['too many requests', { kind: 'tooMany', match: { entity: 'branch' } }, /The login works.*too many/],
		['no AlfaCRM', { kind: 'html', status: 200, match: LOGIN }, /does not answer as AlfaCRM does/],
		[
			'a redirect',
			{ kind: 'redirect', location: 'https://example.org/', match: LOGIN },
			/redirect to example.org/,
		],
		['no answer', { kind: 'hang', times: 0, match: LOGIN }, /did not answer within 10 seconds/],
	])('says that there is %s', async (_what, fault, message) => {
		real.sandbox.faults.add(fault);
		expect(await failure({})).toMatch(message);
	});
});

describe('an error as n8n shows and saves it', () => {
	it('names field, words of the server and what to do', async () => {
		const errors = { name: ['Такое имя уже есть.'] };
		real.sandbox.faults.add({ kind: 'successFalse', errors, match: { action: 'create' } });
		const { error } = await real.runNode({
			resource: 'customer',
			operation: 'create',
			branchId: 1,
			name: 'Длиннов Фома',
		});
		expect(error?.message).toMatch(/^AlfaCRM did not create the customer: Name – /);
		expect(error?.description).toContain("Correct 'Name' (name)");
	});

	it('and all else that n8n logged or saved holds neither key nor token', async () => {
		await real.runNode(listBranches, {
			credential: await real.createCredentialWith({ apiKey: WRONG }),
		});
		real.sandbox.faults.add({ kind: 'reset', times: 0, match: { entity: 'customer' } });
		await real.runNode({ resource: 'customer', operation: 'get', branchId: 1, id: 1 });
		real.sandbox.faults.clear();
		await real.n8n.stop({ keep: true });

		const kept = readAllFilesOf(real.n8n.userFolder);
		expect(kept).toContain('AlfaCRM did not create the customer');
		for (const secret of [real.sandbox.account.apiKey, WRONG, ...real.sandbox.tokens()]) {
			expect(kept).not.toContain(secret);
		}
	});
});
