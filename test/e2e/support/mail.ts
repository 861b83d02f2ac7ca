import type { IDataObject } from 'n8n-workflow';
import { SMTPServer } from 'smtp-server';

import { withPackage } from '../../../scripts/lib/examples';
import type { N8nClient } from '../../../scripts/lib/n8n/client';
import { CREDENTIAL_NAMES, saveCredentialAs } from './credentials';
import type { WorkflowEdit } from './workflowEdits';
import { editNode } from './workflowEdits';

/** Starts a mail server that accepts mail for all addresses except the unknown ones. */
export async function startMailServer(unknownAddresses: readonly string[]) {
	const received: string[] = [];
	const server = new SMTPServer({
		disabledCommands: ['AUTH', 'STARTTLS'],
		onRcptTo: ({ address }, _session, callback) => {
			if (unknownAddresses.includes(address)) {
				callback(Object.assign(new Error(`<${address}>: no such mailbox`), { responseCode: 550 }));
			} else {
				callback();
			}
		},
		onData: (stream, { envelope }, callback) => {
			stream.resume().on('end', () => {
				received.push(...envelope.rcptTo.map(({ address }) => address));
				callback();
			});
		},
	});
	await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
	const { port } = server.server.address() as { port: number };
	return {
		/** The recipients of all mail so far, in order of arrival. */
		received,
		/** The data of a credential with which n8n sends mail here. */
		credential: { host: '127.0.0.1', port, secure: false, disableStartTls: true, user: '', password: '' },
		close: async () => await new Promise<void>((resolve) => server.close(resolve)),
	};
}

/** Sets up the workflow "Send" of the examples with a mail server, as a school does, and returns its ID. */
export async function importSendWorkflow(client: N8nClient, credential: IDataObject): Promise<string> {
	await saveCredentialAs(client, CREDENTIAL_NAMES.smtp, 'smtp', credential);
	const workflow = editNode(withPackage('send'), 'Send Email', (node) => ({
		...node,
		credentials: { smtp: { id: null, name: CREDENTIAL_NAMES.smtp } },
	}));

	const { id } = await client.importWorkflow({ ...workflow, id: undefined });
	await client.publishWorkflow(id);
	return id;
}

/**
 * Makes the edit that brings back the node "Send" of an example, and lets it call a workflow. Without this edit a test has a
 * Set node in its place, which only holds the messages.
 */
export function switchSendOn(job: string, sendWorkflowId: string): WorkflowEdit {
	const publishedNode = withPackage(job).nodes.find(({ name }) => name === 'Send');
	if (publishedNode === undefined) throw new Error(`The example ${job} has no node "Send"`);

	const workflowId = { __rl: true, mode: 'id', value: sendWorkflowId };
	return (workflow) =>
		editNode(workflow, 'Send', () => ({
			...publishedNode,
			disabled: false,
			parameters: { ...publishedNode.parameters, workflowId },
		}));
}
