import type { INode, INodeParameters } from 'n8n-workflow';

import type { Sandbox, SandboxOptions } from '../../../sandbox';
import { startSandbox } from '../../../sandbox';
import { packTarball } from '../../../scripts/lib/build';
import { N8nClient } from '../../../scripts/lib/n8n/client';
import { startN8n } from '../../../scripts/lib/n8n/start';
import type { SavedCredential } from '../../../scripts/lib/n8n/types';

export const NODE_TYPE = 'n8n-nodes-alfacrm.alfaCrm';

export const START_NODE = makeNode('Start', 'n8n-nodes-base.manualTrigger', 1, {}, { position: [0, 0] });

/** A running n8n in which the packed package is installed, and the AlfaCRM that it works with. */
export interface RealN8n {
	sandbox: Sandbox;
	n8n: Awaited<ReturnType<typeof startN8n>>;
	client: N8nClient;
	/** The credential of the sandbox's administrator. */
	credential: SavedCredential;
	/** Saves a credential that differs from the administrator's. */
	createCredentialWith: (changes: Record<string, unknown>) => Promise<SavedCredential>;
	/** Reads the choices that the editor offers in a dropdown of a node. */
	readOptions: (node: INode, method: string, path: string) => ReturnType<N8nClient['nodeOptions']>;
	/** Runs one AlfaCRM node behind a Manual Trigger. */
	runNode: (
		parameters: INodeParameters,
		options?: { credential?: SavedCredential; timeout?: number },
	) => ReturnType<N8nClient['runWorkflow']>;
}

/**
 * Starts n8n, with its own user folder, and the sandbox before the tests of a file, and stops both after them. The result is
 * empty until then.
 */
export function useRealN8n(
	options: SandboxOptions = {},
	env: Record<string, string> = {},
	Client = N8nClient,
): RealN8n {
	const real = {} as RealN8n;

	beforeAll(async () => {
		real.sandbox = await startSandbox(options);
		const tarball = await packTarball();
		real.n8n = await startN8n({ tarball: tarball.file, env });
		tarball.remove();
		real.client = new Client(real.n8n);
		await real.client.signIn();

		addHelpers(real);
		real.credential = await real.createCredentialWith({});
	}, 180_000);

	afterAll(async () => {
		await real.n8n?.stop();
		await real.sandbox?.close();
	});

	return real;
}

/** Adds the functions that use the running n8n and sandbox. */
function addHelpers(real: RealN8n): void {
	const { client, sandbox } = real;
	const { email, apiKey } = sandbox.account;

	real.createCredentialWith = async (changes) =>
		await client.createCredential({
			name: 'AlfaCRM',
			type: 'alfaCrmApi',
			data: { hostname: sandbox.url, email, apiKey, advanced: true, ...changes },
		});

	real.readOptions = async (node, method, path) =>
		await client.nodeOptions({ node, method, path: `parameters.${path}` });

	real.runNode = async (parameters, { credential = real.credential, timeout } = {}) => {
		const { id } = await client.importWorkflow(makeWorkflowOfOneNode(parameters, credential));
		return await client.runWorkflow(id, { timeout });
	};
}

/**
 * Makes a node as the editor saves it.
 * @param changes properties that differ from those of most nodes
 */
export function makeNode(
	name: string,
	type: string,
	typeVersion: number,
	parameters: INodeParameters,
	changes: Partial<INode> = {},
): INode {
	return { id: name, name, type, typeVersion, position: [240, 0], parameters, ...changes };
}

/** Makes a node of this package, with its credential if there is one. */
export function makeAlfaCrmNode(
	name: string,
	type: string,
	parameters: INodeParameters,
	credential?: SavedCredential,
	changes: Partial<INode> = {},
): INode {
	const node = makeNode(name, type, 1, parameters, changes);
	if (credential === undefined) return node;

	const credentials = { alfaCrmApi: { id: credential.id, name: credential.name } };
	return { credentials, ...node };
}

/** Makes the connections of a node whose output goes to one other node. */
export function linkTo(node: string) {
	return { main: [[{ node, type: 'main' as const, index: 0 }]] };
}

/** Makes a workflow of a Manual Trigger and one AlfaCRM node behind it. */
export function makeWorkflowOfOneNode(parameters: INodeParameters, credential: SavedCredential) {
	return {
		name: `${String(parameters.resource)} ${String(parameters.operation)}`,
		nodes: [START_NODE, makeAlfaCrmNode('AlfaCRM', NODE_TYPE, parameters, credential)],
		connections: { Start: linkTo('AlfaCRM') },
	};
}
