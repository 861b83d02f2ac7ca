import { SMTPServer } from 'smtp-server';

import { withHttp, withPackage } from '../../../scripts/lib/examples';
import { NAMES } from './credentials';
import type { Side } from './stage';

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

/** The end of an example, from the mails on: these are written to the addresses, by n8n's own node. */
export const onlyMails =
	(job: string, side: Side, addresses: readonly string[]) =>
	({ name, settings }: Workflow): Workflow => {
		const { nodes, connections } = side === 'package' ? withPackage(job) : withHttp(job);
		const send = nodes.find(({ type }) => type === 'n8n-nodes-base.emailSend');
		const mails = addresses.map((to) => ({ to, subject: 'Subject', text: 'Text' }));
		const follows = connections as Record<string, { main: Array<Array<{ node: string }>> }>;
		const targets = (follows[send?.name ?? '']?.main ?? []).flat().map(({ node }) => node);
		const place = { typeVersion: 1, position: [0, 0] as [number, number] };
		const to = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
		return {
			...{ name, settings },
			nodes: [
				{ ...place, id: 's', name: 'Start', type: 'n8n-nodes-base.manualTrigger', parameters: {} },
				{
					...{ ...place, id: 'm', name: 'Mails', type: 'n8n-nodes-base.set', typeVersion: 3.4 },
					parameters: { mode: 'raw', jsonOutput: JSON.stringify({ mails }) },
				},
				{
					...{ ...place, id: 'e', name: 'Message', type: 'n8n-nodes-base.splitOut' },
					parameters: { fieldToSplitOut: 'mails' },
				},
				...nodes
					.filter((node) => node === send || targets.includes(node.name))
					.map((node) =>
						node === send
							? { ...node, disabled: false, credentials: { smtp: { id: null, name: NAMES.smtp } } }
							: node,
					),
			],
			connections: {
				...{ Start: to('Mails'), Mails: to('Message'), Message: to(send?.name ?? '') },
				...(send && { [send.name]: follows[send.name] }),
			},
		} as Workflow;
	};
