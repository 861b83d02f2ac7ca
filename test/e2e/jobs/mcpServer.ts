import type { IDataObject } from 'n8n-workflow';

import { CREDENTIAL_NAMES, saveCredentialAs } from '../support/credentials';
import { addLessonAt } from './schoolRows';
import type { Job } from './types';

const PATH = '/mcp/alfacrm-reads';
const TOKEN = 'a-long-token-of-the-school';

interface Answer {
	result?: { tools?: Array<{ name: string }>; content?: Array<{ text: string }> };
}

/** What an assistant sends; the answer comes as an event stream or as JSON. */
async function ask(address: string, method: string, params: IDataObject, session?: string) {
	const response = await fetch(address, {
		method: 'POST',
		headers: {
			...{ authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
			accept: 'application/json, text/event-stream',
			...(session === undefined ? {} : { 'mcp-session-id': session }),
		},
		body: JSON.stringify({
			...{ jsonrpc: '2.0', method, params },
			...(method.startsWith('notifications/') ? {} : { id: 1 }),
		}),
	});
	const text = await response.text();
	const data = /^data: (.*)$/m.exec(text)?.[1] ?? text;
	return {
		session: response.headers.get('mcp-session-id') ?? undefined,
		...((data.startsWith('{') ? JSON.parse(data) : {}) as Answer),
	};
}

export const mcpServer: Job = {
	name: 'mcp-server',
	play: async (start, side, { client, sandbox }) => {
		await saveCredentialAs(client, CREDENTIAL_NAMES.bearer, 'httpBearerAuth', { token: TOKEN });
		const example = await start(side);
		const phone = ['+7(900)000-77-11'];
		const { id } = sandbox.store.insert('customer', {
			...{ name: 'Орлова Мия', phone, is_study: 1, branch_ids: [1] },
		});
		addLessonAt(sandbox, example.today, '18:30', { customer_ids: [id] });
		const address = await example.publishWebhook(PATH);
		const stranger = await fetch(address, { method: 'POST', body: '{}' });
		expect([401, 403]).toContain(stranger.status);

		const { session } = await ask(address, 'initialize', {
			...{ protocolVersion: '2025-03-26', capabilities: {} },
			clientInfo: { name: 'test', version: '1' },
		});
		await ask(address, 'notifications/initialized', {}, session);
		const { result } = await ask(address, 'tools/list', {}, session);
		const tools = result?.tools?.map(({ name }) => name) ?? [];
		expect(tools).toHaveLength(4);

		sandbox.clearJournal();
		const call = async (what: RegExp, given: IDataObject) => {
			const name = tools.find((tool) => what.test(tool)) ?? '';
			const answer = await ask(address, 'tools/call', { name, arguments: given }, session);
			return JSON.stringify(answer.result);
		};
		expect(await call(/overview/i, { phone: '8 900 000-77-11' })).toContain('Орлова Мия');
		const day = { date_from: example.today, date_to: example.today };
		expect(await call(/lessons/i, day)).toContain('18:30');
		const { id: teacher, name } = sandbox.store.rows('teacher')[0];
		expect(await call(/teachers/i, {})).toContain(String(name));
		expect(await call(/slots/i, { ...day, teacher_id: String(teacher) })).toBeDefined();
		const actions = sandbox.journal.filter(({ entity }) => entity !== 'auth').map(({ action }) => action);
		expect(actions.filter((action) => !['index', 'customer', 'working-hour'].includes(action ?? ''))).toEqual(
			[],
		);
		await example.unpublish();
	},
};
