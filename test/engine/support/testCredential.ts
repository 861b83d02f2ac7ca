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

import { AlfaCrmApi } from '../../../credentials/AlfaCrmApi.credentials';
import { Engine } from './engine';

/** The message that the editor shows below a credential that was just saved. */
interface ShownResult {
	status: 'OK' | 'Error';
	message: string;
}

/** The error of a test whose request failed. */
interface RequestFailure extends Error {
	cause?: { response?: { status: number; statusText: string }; code?: string };
}

/** The node for which n8n tests a credential. */
const TEST_NODE: INode = {
	id: 'temp',
	name: 'Temp-Node',
	type: 'n8n-nodes-base.noOp',
	typeVersion: 1,
	position: [0, 0],
	parameters: { temp: '' },
	credentials: { alfaCrmApi: { id: '1', name: 'AlfaCRM' } },
};

/**
 * Tests a credential as n8n 2.41 does: a node sends the request of the test, and then the rules of
 * the test judge the answer.
 */
export async function testCredential(
	credential: ICredentialDataDecryptedObject,
	engine = new Engine(credential),
): Promise<ShownResult> {
	const { test: definition } = new AlfaCrmApi();
	const nodeType = makeNodeType(definition);
	const context = makeTestContext(nodeType, engine);
	const credentials = {
		id: '1',
		name: 'AlfaCRM',
		type: 'alfaCrmApi',
		data: await engine.credentials.getDecrypted(),
	};

	try {
		const output = await new RoutingNode(context, nodeType, credentials).runNode();
		return judgeAnswer(definition, (output ?? [])[0][0].json);
	} catch (error) {
		return judgeFailure(definition, error as RequestFailure);
	}
}

/** Makes the context in which the node runs. */
function makeTestContext(nodeType: INodeType, engine: Engine): ExecuteContext {
	const nodeTypes = {
		getByNameAndVersion: () => nodeType,
		getByName: () => nodeType,
	} as unknown as INodeTypes;
	const workflow = new Workflow({ nodes: [TEST_NODE], connections: {}, active: false, nodeTypes });
	return new ExecuteContext(
		workflow,
		TEST_NODE,
		engine.makeAdditionalData(workflow),
		'internal',
		{ resultData: { runData: {} } } as unknown as IRunExecutionData,
		0,
		[],
		{ main: [[{ json: {} }]] },
		{ node: TEST_NODE, data: {}, source: null },
		[],
	);
}

/** Makes the type of the node, whose only parameter sends the request of the test. */
function makeNodeType({ request }: ICredentialTestRequest): INodeType {
	return {
		description: {
			displayName: 'No Operation',
			name: 'n8n-nodes-base.noOp',
			version: 1,
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: 'alfaCrmApi', required: true }],
			properties: [{ displayName: 'Temp', name: 'temp', type: 'string', routing: { request }, default: '' }],
		},
	} as unknown as INodeType;
}

/** Judges a successful answer by the rules about its body. */
function judgeAnswer(
	{ rules = [] }: ICredentialTestRequest,
	body: Record<string, unknown> | null,
): ShownResult {
	for (const { type, properties } of rules) {
		if (type === 'responseSuccessBody' && readPath(body, properties.key) === properties.value) {
			return { status: 'Error', message: properties.message };
		}
	}
	return { status: 'OK', message: 'Connection successful!' };
}

/** Reads a path such as "items.length" as lodash does. */
function readPath(body: unknown, path: string): unknown {
	return path
		.split('.')
		.reduce((value, name) => (value as Record<string, unknown> | undefined)?.[name], body);
}

/** Judges a failed request by the rules about its HTTP status. */
function judgeFailure(
	{ rules = [] }: ICredentialTestRequest,
	{ cause, message }: RequestFailure,
): ShownResult {
	if (cause?.response) {
		const { status, statusText } = cause.response;
		const rule = rules.find(({ type, properties }) => type === 'responseCode' && properties.value === status);
		return { status: 'Error', message: rule?.properties.message ?? statusText };
	}
	return { status: 'Error', message: cause?.code ?? message };
}
