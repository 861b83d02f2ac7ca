import type { INode, INodeParameters } from 'n8n-workflow';

import type { Sandbox, SandboxOptions } from '../../../sandbox';
import { startSandbox } from '../../../sandbox';
import { packTarball } from '../../../scripts/lib/build';
import { N8nClient } from '../../../scripts/lib/n8n/client';
import { startN8n } from '../../../scripts/lib/n8n/start';
import type { SavedCredential } from '../../../scripts/lib/n8n/types';

export const NODE_TYPE = 'n8n-nodes-alfacrm.alfaCrm';

export interface RealN8n {
	sandbox: Sandbox;
	n8n: Awaited<ReturnType<typeof startN8n>>;
	client: N8nClient;
	/** Of the sandbox's administrator. */
	credential: SavedCredential;
	/** Saves a credential that differs from the administrator's. */
	createCredentialWith: (changes: Record<string, unknown>) => Promise<SavedCredential>;
	/** What a dropdown of a node offers in the editor. */
	readOptions: (node: INode, method: string, path: string) => ReturnType<N8nClient['nodeOptions']>;
	/** Runs one AlfaCRM node behind a Manual Trigger. */
	runNode: (
		parameters: INodeParameters,
		options?: { credential?: SavedCredential; timeout?: number },
	) => ReturnType<N8nClient['runWorkflow']>;
}

/** The packed package in a real n8n with a user folder of its own, and an AlfaCRM beside it, for the tests of one file. */
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
		const { email, apiKey } = real.sandbox.account;
		real.createCredentialWith = async (changes) =>
			await real.client.createCredential({
				name: 'AlfaCRM',
				type: 'alfaCrmApi',
				data: { hostname: real.sandbox.url, email, apiKey, advanced: true, ...changes },
			});
		real.credential = await real.createCredentialWith({});
		real.readOptions = async (node, method, path) =>
			await real.client.nodeOptions({ node, method, path: `parameters.${path}` });
		real.runNode = async (parameters, { credential = real.credential, timeout } = {}) => {
			const { id } = await real.client.importWorkflow(makeWorkflowOfOneNode(parameters, credential));
			return await real.client.runWorkflow(id, { timeout });
		};
	}, 180_000);
	afterAll(async () => {
		await real.n8n?.stop();
		await real.sandbox?.close();
	});
	return real;
}

/** A node as the editor saves it. */
export const makeNode = (
	name: string,
	type: string,
	typeVersion: number,
	parameters: INodeParameters,
	more: Partial<INode> = {},
): INode => ({ id: name, name, type, typeVersion, position: [240, 0], parameters, ...more });

/** One of this package, with a credential. */
export const makeAlfaCrmNode = (
	name: string,
	type: string,
	parameters: INodeParameters,
	credential?: SavedCredential,
	more: Partial<INode> = {},
): INode =>
	makeNode(name, type, 1, parameters, {
		...(credential ? { credentials: { alfaCrmApi: { id: credential.id, name: credential.name } } } : {}),
		...more,
	});

export const START_NODE = makeNode('Start', 'n8n-nodes-base.manualTrigger', 1, {}, { position: [0, 0] });

/** What leads from one node to the next. */
export const linkTo = (node: string) => ({ main: [[{ node, type: 'main' as const, index: 0 }]] });

/** An AlfaCRM node behind a Manual Trigger. */
export function makeWorkflowOfOneNode(parameters: INodeParameters, credential: SavedCredential) {
	return {
		name: `${String(parameters.resource)} ${String(parameters.operation)}`,
		nodes: [START_NODE, makeAlfaCrmNode('AlfaCRM', NODE_TYPE, parameters, credential)],
		connections: { Start: linkTo('AlfaCRM') },
	};
}
