import type { IDataObject } from 'n8n-workflow';
import { SMTPServer } from 'smtp-server';

import { withPackage } from '../../../scripts/lib/examples';
import type { N8nClient } from '../../../scripts/lib/n8n/client';
import { CREDENTIAL_NAMES, saveCredentialAs } from './credentials';

type Workflow = ReturnType<typeof withPackage>;

/** A mail server that knows all mailboxes but these. */
export async function startMailServer(unknown: readonly string[]) {
	const received: string[] = [];
	const server = new SMTPServer({
		disabledCommands: ['AUTH', 'STARTTLS'],
		onRcptTo: ({ address }, _session, done) => {
			if (!unknown.includes(address)) return done();
			done(Object.assign(new Error(`<${address}>: no such mailbox`), { responseCode: 550 }));
		},
		onData: (stream, { envelope }, done) => {
			stream.resume().on('end', () => {
				received.push(...envelope.rcptTo.map(({ address }) => address));
				done();
			});
		},
	});
	await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
	const { port } = server.server.address() as { port: number };
	return {
		/** Who has mail, in order of arrival. */
		received,
		credential: { host: '127.0.0.1', port, secure: false, disableStartTls: true, user: '', password: '' },
		close: async () => await new Promise<void>((resolve) => server.close(resolve)),
	};
}

/** "Send" as a school sets it up with its mail server. Returns its ID. */
export async function importSendWorkflow(client: N8nClient, credential: IDataObject): Promise<string> {
	await saveCredentialAs(client, CREDENTIAL_NAMES.smtp, 'smtp', credential);
	const { nodes, ...workflow } = withPackage('send');
	const credentials = { smtp: { id: null, name: CREDENTIAL_NAMES.smtp } };
	const { id } = await client.importWorkflow({
		...{ ...workflow, id: undefined },
		nodes: nodes.map((node) => (node.name === 'Send Email' ? { ...node, credentials } : node)),
	});
	await client.publishWorkflow(id);
	return id;
}

/** An example whose "Send" is switched on and calls that workflow. */
export const switchSendOn =
	(job: string, id: string) =>
	({ nodes, ...workflow }: Workflow): Workflow => {
		const send = withPackage(job).nodes.find(({ name }) => name === 'Send');
		const workflowId = { __rl: true, mode: 'id', value: id };
		return {
			...workflow,
			nodes: nodes.map((node) =>
				node.name === 'Send' && send
					? { ...send, disabled: false, parameters: { ...send.parameters, workflowId } }
					: node,
			),
		};
	};
