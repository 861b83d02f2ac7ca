import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Fault } from '../../sandbox';
import { CUSTOMER_TYPE } from '../support/codes';
import { readAllFilesOf } from './support/files';
import { linkTo, NODE_TYPE, makeNode, makeAlfaCrmNode, START_NODE, useRealN8n } from './support/realN8n';

const real = useRealN8n({ customers: 100 });

/** A key that is written in parts, so that a scan for secrets does not take it for one. */
const WRONG_KEY = ['not', 'the', 'key', 'of', 'anyone'].join('-');

const BRANCH_LIST_FORM = { resource: 'branch', operation: 'getAll', returnAll: true };

/** Makes an AlfaCRM node that creates a customer of branch 1. */
function makeCreateCustomerNode() {
	const form = { resource: 'customer', operation: 'create', branchId: 1 };
	return makeAlfaCrmNode('AlfaCRM', NODE_TYPE, form, real.credential);
}

/** Lists the calls that AlfaCRM got, such as "/v2api/auth/login 200". */
function listCalls(): string[] {
	return real.sandbox.journal.map(({ path, status }) => `${path} ${status}`);
}

function countLogins(): number {
	return real.sandbox.journal.filter(({ path }) => path.endsWith('auth/login')).length;
}

it('n8n loads the packed package as a node and as a tool for AI agents', async () => {
	const nodeTypes = await real.client.nodeTypes();

	const names = nodeTypes.map(({ name }) => name);
	expect(names).toEqual(expect.arrayContaining([NODE_TYPE, `${NODE_TYPE}Tool`]));
});

// test/engine/resources.test.ts proves the same of all other entities.
describe('the life of a customer', () => {
	const LEAD = {
		name: 'Пробный Лид',
		is_study: CUSTOMER_TYPE.lead,
		legal_type: 1,
		phone: ['+7(900)000-22-33'],
	};

	let customerId: number;

	/** Runs an operation of the customer in branch 1, which must succeed, and returns the items. */
	async function runCustomerOperation(operation: string, parameters: INodeParameters) {
		const execution = await real.runNode({
			resource: 'customer',
			operation,
			simplify: false,
			branchId: 1,
			...parameters,
		});
		expect(execution.error).toBeUndefined();
		expect(execution.status).toBe('success');
		return execution.outputs('AlfaCRM') as IDataObject[];
	}

	function readCustomer() {
		return real.sandbox.store.find('customer', customerId);
	}

	beforeAll(async () => {
		const [created] = await runCustomerOperation('create', LEAD);
		customerId = Number(created.id);
	});

	it('Create saves the customer in AlfaCRM', () => {
		expect(readCustomer()).toMatchObject(LEAD);
	});

	it('Get returns the customer as AlfaCRM has it', async () => {
		const [customer] = await runCustomerOperation('get', { id: customerId });

		expect(customer).toMatchObject({ id: customerId, ...LEAD });
		expect(readCustomer()).toMatchObject(customer);
	});

	it('Update changes the fields of the form and keeps the others', async () => {
		const changes = { note: 'Перезвонить', lead_status_id: 2 };

		await runCustomerOperation('update', { id: customerId, updateFields: changes });

		expect(readCustomer()).toMatchObject({ ...LEAD, ...changes });
	});

	it('Get Many lists the customer', async () => {
		const customers = await runCustomerOperation('getAll', { returnAll: true });

		expect(customers).toContainEqual(expect.objectContaining({ id: customerId }));
	});

	it('Delete removes the customer from AlfaCRM', async () => {
		const items = await runCustomerOperation('delete', { id: customerId });

		expect(items).toEqual([{ id: customerId, deleted: true }]);
		expect(readCustomer()).toBeUndefined();
	});
});

describe('the lists of the editor', () => {
	it('a picker of customers finds customers of the account', async () => {
		const picker = await real.client.nodeList({
			node: makeCreateCustomerNode(),
			method: 'customers',
			path: 'parameters.id',
			filter: 'а',
		});

		expect(picker.results.length).toBeGreaterThan(0);
	});

	it('the field mapper offers the custom fields of the account', async () => {
		const { fields } = await real.client.nodeColumns({
			node: makeCreateCustomerNode(),
			method: 'customerColumns',
			path: 'parameters.columns',
		});

		expect(fields).toContainEqual(expect.objectContaining({ id: 'name' }));
		expect(fields).toContainEqual(expect.objectContaining({ id: 'custom_school' }));
	});
});

describe('the login', () => {
	// This test judges the calls of all tests above it.
	it('one login serves all runs so far and the first run after a restart of n8n', async () => {
		expect(real.sandbox.journal.length).toBeGreaterThan(6);
		expect(countLogins()).toBe(1);

		await real.n8n.restart();
		await real.client.signIn();
		const { status } = await real.runNode(BRANCH_LIST_FORM);

		expect(status).toBe('success');
		expect(countLogins()).toBe(1);
	}, 120_000);

	it('an expired token costs one refused call and one login', async () => {
		real.sandbox.expireTokens();
		real.sandbox.clearJournal();

		const { status } = await real.runNode(BRANCH_LIST_FORM);

		expect(status).toBe('success');
		expect(listCalls()).toEqual([
			'/v2api/branch/index 401',
			'/v2api/auth/login 200',
			'/v2api/branch/index 200',
		]);
	});

	it('the HTTP Request node logs in with the AlfaCRM credential', async () => {
		const { credentials } = makeCreateCustomerNode();
		const httpRequest = makeNode(
			'HTTP Request',
			'n8n-nodes-base.httpRequest',
			4.2,
			{
				method: 'POST',
				url: `${real.sandbox.url}/v2api/1/lead-source/index`,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: 'alfaCrmApi',
			},
			{ credentials },
		);
		const { id } = await real.client.importWorkflow({
			name: 'With the credential',
			nodes: [START_NODE, httpRequest],
			connections: { Start: linkTo('HTTP Request') },
		});

		const execution = await real.client.runWorkflow(id);

		const total = real.sandbox.store.rows('lead-source').length;
		expect(execution.outputs('HTTP Request')).toMatchObject([{ total }]);
	});
});

/** The test logs in and lists the branches. n8n itself sends the second call. */
describe("the credential's test", () => {
	const LOGIN = { pathContains: 'auth/login' };

	beforeAll(() => {
		real.sandbox.settings.rateLimit = 0;
	});

	afterEach(() => {
		real.sandbox.faults.clear();
	});

	/** Tests a credential that differs from the administrator's, as the editor does when it is saved. */
	async function testCredentialWith(changes: Record<string, unknown>) {
		const credential = await real.createCredentialWith(changes);
		return await real.client.testCredential(credential);
	}

	it("the credential's test succeeds with the address of a page as hostname", async () => {
		const hostname = `${real.sandbox.url}/company/1/lead/index?x=1#top`;

		const result = await testCredentialWith({ hostname });

		expect(result).toEqual({ status: 'OK', message: 'Connection successful!' });
	});

	it.each([
		{
			mistake: 'a wrong key',
			changes: { apiKey: WRONG_KEY },
			message: /Check 'Email' and 'API Key'/,
		},
		{
			mistake: 'an unknown host',
			changes: { hostname: 'no-such-school.invalid' },
			message: /no-such-school.invalid was not found/,
		},
		{
			mistake: 'a host that refuses connections',
			changes: { hostname: '127.0.0.1:1' },
			message: /127.0.0.1:1 refused the connection/,
		},
		{
			mistake: 'an http:// address on the internet',
			changes: { hostname: 'http://demo.s20.online' },
			message: /send the API key unprotected/,
		},
	])("the credential's test explains $mistake", async ({ changes, message }) => {
		const result = await testCredentialWith(changes);

		expect(result.status).toBe('Error');
		expect(result.message).toMatch(message);
	});

	it.each<{ failure: string; fault: Fault; message: RegExp }>([
		{
			failure: 'too many requests',
			fault: { kind: 'tooMany', match: { entity: 'branch' } },
			message: /The login works.*too many/,
		},
		{
			failure: 'a server that is not AlfaCRM',
			fault: { kind: 'html', status: 200, match: LOGIN },
			message: /does not answer as AlfaCRM does/,
		},
		{
			failure: 'a redirect',
			fault: { kind: 'redirect', location: 'https://example.org/', match: LOGIN },
			message: /redirect to example.org/,
		},
		{
			failure: 'a server that does not answer',
			fault: { kind: 'hang', times: 0, match: LOGIN },
			message: /did not answer within 10 seconds/,
		},
	])("the credential's test explains $failure", async ({ fault, message }) => {
		real.sandbox.faults.add(fault);

		const result = await testCredentialWith({});

		expect(result.status).toBe('Error');
		expect(result.message).toMatch(message);
	});
});

describe('errors as n8n shows and saves them', () => {
	it('the error names the refused field, quotes AlfaCRM and says what to correct', async () => {
		real.sandbox.faults.add({
			kind: 'successFalse',
			errors: { name: ['Такое имя уже есть.'] },
			match: { action: 'create' },
		});

		const { error } = await real.runNode({
			resource: 'customer',
			operation: 'create',
			branchId: 1,
			name: 'Длиннов Фома',
		});

		expect(error?.message).toMatch(/^AlfaCRM did not create the customer: Name – /);
		expect(error?.description).toContain("Correct 'Name' (name)");
	});

	// This test stops n8n, so it is the last one.
	it('n8n logs and saves neither a key nor a token, even when a login or a call fails', async () => {
		const wrongCredential = await real.createCredentialWith({ apiKey: WRONG_KEY });
		await real.runNode(BRANCH_LIST_FORM, { credential: wrongCredential });
		real.sandbox.faults.add({ kind: 'reset', times: 0, match: { entity: 'customer' } });
		await real.runNode({ resource: 'customer', operation: 'get', branchId: 1, id: 1 });
		real.sandbox.faults.clear();

		await real.n8n.stop({ keep: true });

		const savedText = readAllFilesOf(real.n8n.userFolder);
		expect(savedText).toContain('AlfaCRM did not create the customer');
		for (const secret of [real.sandbox.account.apiKey, WRONG_KEY, ...real.sandbox.tokens()]) {
			expect(savedText).not.toContain(secret);
		}
	});
});
