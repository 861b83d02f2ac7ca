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

/** An example that begins with the mails: these are written to the addresses, by n8n's own node. */
export const onlyMails =
	(job: string, side: Side, addresses: readonly string[]) =>
	({ name, settings }: Workflow): Workflow => {
		const { nodes, connections } = side === 'package' ? withPackage(job) : withHttp(job);
		const kept = nodes.filter(({ type }) => !isTrigger(type));
		const links = Object.entries(connections).filter(([from]) => kept.some((node) => node.name === from));
		const mails = addresses.map((to) => ({ to, subject: 'Subject', text: 'Text' }));
		const place = { typeVersion: 1, position: [0, 0] as [number, number] };
		const to = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
		const enabled = { disabled: false, credentials: { smtp: { id: null, name: NAMES.smtp } } };
		return {
			...{ name, settings },
			nodes: [
				{ ...place, id: 's', name: 'Start', type: 'n8n-nodes-base.manualTrigger', parameters: {} },
				{
					...{ ...place, id: 'm', name: 'Mails', type: 'n8n-nodes-base.set', typeVersion: 3.4 },
					parameters: { mode: 'raw', jsonOutput: JSON.stringify({ mails }) },
				},
				...kept.map((node) => {
					if (node.name === 'Message') return { ...node, ...SPLIT };
					return node.type === 'n8n-nodes-base.emailSend' ? { ...node, ...enabled } : node;
				}),
			],
			connections: { ...Object.fromEntries(links), Start: to('Mails'), Mails: to('Message') },
		} as Workflow;
	};

const SPLIT = {
	type: 'n8n-nodes-base.splitOut',
	typeVersion: 1,
	parameters: { fieldToSplitOut: 'mails' },
};

const isTrigger = (type: string): boolean => /trigger$|\.webhook$/i.test(type);
