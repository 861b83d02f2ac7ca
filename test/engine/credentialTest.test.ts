import { ExecuteContext, RoutingNode } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	INode,
	INodeType,
	INodeTypes,
	IRunExecutionData,
} from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

import { AlfaCrmApi } from '../../credentials/AlfaCrmApi.credentials';
import { Engine } from './support/engine';
import type { RawAnswer } from './support/rawServer';
import { makeErrorBody } from '../support/nodeErrors';
import { useRawServer } from './support/rawServer';
import { useSchool } from './support/school';

const school = useSchool({ customers: 10 });
const server = useRawServer();

/** What the editor shows below a credential that was just saved. */
interface Shown {
	status: 'OK' | 'Error';
	message: string;
}

/** Tests a credential as n8n 2.41 does: a node with the request of the test, then the rules of the test. */
async function test(
	credential: ICredentialDataDecryptedObject,
	engine = new Engine(credential),
): Promise<Shown> {
	const { test: definition } = new AlfaCrmApi();
	const node: INode = {
		id: 'temp',
		name: 'Temp-Node',
		type: 'n8n-nodes-base.noOp',
		typeVersion: 1,
		position: [0, 0],
		parameters: { temp: '' },
		credentials: { alfaCrmApi: { id: '1', name: 'AlfaCRM' } },
	};
	const type = {
		description: {
			displayName: 'No Operation',
			name: 'n8n-nodes-base.noOp',
			version: 1,
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: 'alfaCrmApi', required: true }],
			properties: [
				{
					displayName: 'Temp',
					name: 'temp',
					type: 'string',
					routing: { request: definition.request },
					default: '',
				},
			],
		},
	} as unknown as INodeType;
	const nodeTypes = { getByNameAndVersion: () => type, getByName: () => type } as unknown as INodeTypes;
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	const context = new ExecuteContext(
		workflow,
		node,
		engine.makeAdditionalData(workflow),
		'internal',
		{ resultData: { runData: {} } } as unknown as IRunExecutionData,
		0,
		[],
		{ main: [[{ json: {} }]] },
		{ node, data: {}, source: null },
		[],
	);
	const data = await engine.credentials.getDecrypted();
	try {
		const output = await new RoutingNode(context, type, {
			id: '1',
			name: 'AlfaCRM',
			type: 'alfaCrmApi',
			data,
		}).runNode();
		return judged(definition, (output ?? [])[0][0].json);
	} catch (error) {
		return failed(definition, error as Failure);
	}
}

interface Failure extends Error {
	cause?: { response?: { status: number; statusText: string }; code?: string };
}

/** As lodash gets it. */
const valueAt = (body: unknown, path: string): unknown =>
	path.split('.').reduce((value, name) => (value as Record<string, unknown> | undefined)?.[name], body);

function judged({ rules = [] }: ICredentialTestRequest, body: Record<string, unknown> | null): Shown {
	for (const { type, properties } of rules) {
		if (type === 'responseSuccessBody' && valueAt(body, properties.key) === properties.value) {
			return { status: 'Error', message: properties.message };
		}
	}
	return { status: 'OK', message: 'Connection successful!' };
}

function failed({ rules = [] }: ICredentialTestRequest, { cause, message }: Failure): Shown {
	if (cause?.response) {
		const { status, statusText } = cause.response;
		const rule = rules.find(({ type, properties }) => type === 'responseCode' && properties.value === status);
		return { status: 'Error', message: rule?.properties.message ?? statusText };
	}
	return { status: 'Error', message: cause?.code ?? message };
}

let accounts = 0;
/** Of an AlfaCRM that logs in as it should and then answers the list of branches like this. */
function credentialOf(answer: RawAnswer): ICredentialDataDecryptedObject {
	server.answer = ({ path }) => (path === 'auth/login' ? { body: { token: `token ${accounts}` } } : answer);
	const email = `user${++accounts}@school.example`;
	return { hostname: server.url, email, apiKey: 'key', requestsPerSecond: 0 };
}
const testAgainst = async (answer: RawAnswer) => await test(credentialOf(answer));

describe("the credential's test", () => {
	it('is OK when login and list of branches work', async () => {
		expect(await test(school.credential)).toEqual({ status: 'OK', message: 'Connection successful!' });
	});

	it('shows no key, though the words with which AlfaCRM refuses the login hold both', async () => {
		const keys = { apiKey: 'key of the user', appKey: 'key of the app' };
		const credential = { ...credentialOf({}), ...keys };
		const message = `Refused: ${Object.values(keys).join(', ')}`;
		server.answer = () => ({ status: 400, body: makeErrorBody(400, message) });
		expect((await test(credential)).message).toContain('Refused: …, …');
	});

	it('is OK with the blanks and the browser address that people paste', async () => {
		const { email, apiKey } = school.sandbox.account;
		const hostname = ` ${school.sandbox.url}/company/1/customer `;
		expect(
			await test({ hostname, email: `${email} `, apiKey: ` ${apiKey}\n`, requestsPerSecond: 0 }),
		).toMatchObject({
			status: 'OK',
		});
	});

	it.each<[what: string, answer: RawAnswer]>([
		['a web page', { body: '<!DOCTYPE html><html><body>Вход</body></html>' }],
		['no content', { status: 204 }],
		['an empty object', { body: {} }],
		['success: false', { body: { success: false, errors: ['Тариф не оплачен.'] } }],
		['null', { body: 'null', headers: { 'content-type': 'application/json' } }],
		['a list that is none', { body: { total: 0, items: null } }],
	])('is not OK when %s comes instead of the branches', async (_what, answer) => {
		const { status, message } = await testAgainst(answer);
		expect(status).toBe('Error');
		expect(message).toMatch(/The login works, but/);
	});

	it.each([301, 302, 303, 307, 308])('says what to do after a redirect (%i)', async (status) => {
		const location = 'https://other.example/';
		const shown = await testAgainst({ status, headers: { location } });
		expect(shown.status).toBe('Error');
		expect(shown.message).toMatch(/redirect.*not followed.*Check 'Hostname'/);
	});

	it.each([
		[401, /does not take the token/],
		[403, /v2api module.*main branch is disabled.*'Branch ID'/],
		[400, /main branch is disabled.*'Branch ID'.*check 'Hostname'/],
		[404, /main branch is disabled.*'Branch ID'.*check 'Hostname'/],
		[405, /main branch is disabled.*'Branch ID'/],
		[429, /too many requests/],
		[500, /The login works, but/],
		[502, /The login works, but/],
		[503, /The login works, but/],
		[504, /The login works, but/],
	])('says what to do after HTTP %i', async (status, says) => {
		expect(await testAgainst({ status, body: { message: 'no' } })).toEqual({
			status: 'Error',
			message: expect.stringMatching(says) as string,
		});
	});

	it.each([
		[401, /does not take the token/],
		[503, /had trouble/],
	])('says the same after a %i that is in the body of HTTP 200 alone', async (status, says) => {
		const { message } = await testAgainst({ body: { name: 'Error', message: 'no', code: 0, status } });
		expect(message).toMatch(says);
	});

	it('is not OK where AlfaCRM lists no branch, for no account is without one', async () => {
		const { status, message } = await testAgainst({ body: { total: 0, items: [] } });
		expect(status).toBe('Error');
		expect(message).toMatch(/The login works, but AlfaCRM lists no branch.*'Branch ID'/);
	});

	it("asks inside of 'Branch ID' where the main branch is disabled", async () => {
		school.sandbox.settings.mainBranch = 'off';
		expect((await test(school.credential)).message).toContain("'Branch ID'");
		for (const branchId of [2, '2'])
			expect(await test({ ...school.credential, branchId })).toMatchObject({ status: 'OK' });
		expect(school.readJournal('branch/index').at(-1)?.path).toBe('/v2api/2/branch/index');
		school.sandbox.settings.mainBranch = 'on';
		for (const branchId of [0, '', null, undefined])
			expect(await test({ ...school.credential, branchId } as never)).toMatchObject({ status: 'OK' });
		expect(school.readJournal('branch/index').at(-1)?.path).toBe('/v2api/branch/index');
	});

	it.each([0, 2])(
		'does not hang for minutes when the host hangs after the login, in branch %i',
		async (branchId) => {
			const credential = { ...credentialOf({ hangs: true }), branchId };
			const engine = new Engine(credential);
			const authenticate = engine.credentials.authenticate.bind(engine.credentials);
			let limitMs = Infinity;
			engine.credentials.authenticate = async (...given) => {
				const request = await authenticate(...given);
				limitMs = request.timeout ?? Infinity;
				return { ...request, timeout: limitMs / 50 };
			};
			expect((await test(credential, engine)).status).toBe('Error');
			expect(limitMs).toBeLessThan(15_000);
		},
	);

	it('tells a wrong key from everything else', async () => {
		const shown = await test({ ...school.credential, apiKey: 'not-the-key' });
		expect(shown.message).toContain("Check 'Email' and 'API Key'");
	});
});

describe('the credential as n8n keeps it, a copy without the prototype', () => {
	it('still says that it can sign requests, or the HTTP Request node would not offer it', () => {
		expect({ ...new AlfaCrmApi() }).toHaveProperty('authenticate');
	});
});
