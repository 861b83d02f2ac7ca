import type { IDataObject } from 'n8n-workflow';

import type { Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import { CREDENTIAL_NAMES, saveCredentialAs } from '../support/credentials';
import { CENTRAL_BRANCH, expectOnlyActions } from './demoSchool';
import { addLessonAt } from './schoolRows';
import type { Job } from './types';

const PATH = '/mcp/alfacrm-reads';
const TOKEN = 'a-long-token-of-the-school';

interface Answer {
	result?: { tools?: Array<{ name: string }>; content?: Array<{ text: string }> };
}

export const mcpServer: Job = {
	name: 'mcp-server',
	play: async (importExample, side, { client, sandbox }) => {
		await saveCredentialAs(client, CREDENTIAL_NAMES.bearer, 'httpBearerAuth', { token: TOKEN });
		const example = await importExample(side);
		addMiaWithLessonOn(example.today, sandbox);
		const address = await example.publishWebhook(PATH);

		await expectStrangerRefused(address);

		const assistant = await Assistant.connect(address);
		expect(assistant.toolNames).toHaveLength(4);

		sandbox.clearJournal();
		await expectToolsToAnswer(assistant, example.today, sandbox);
		expectOnlyActions(sandbox, ['index', 'customer', 'working-hour']);
		await example.unpublish();
	},
};

/** Adds a client who has a lesson at 18:30 of a day. */
function addMiaWithLessonOn(day: string, sandbox: Sandbox): void {
	const mia = sandbox.store.insert('customer', {
		name: 'Орлова Мия',
		phone: ['+7(900)000-77-11'],
		is_study: CUSTOMER_TYPE.client,
		branch_ids: [CENTRAL_BRANCH],
	});
	addLessonAt(sandbox, day, '18:30', { customer_ids: [mia.id] });
}

async function expectStrangerRefused(address: string): Promise<void> {
	const { status } = await fetch(address, { method: 'POST', body: '{}' });

	expect([401, 403]).toContain(status);
}

/** Calls each tool once and expects what the school has. */
async function expectToolsToAnswer(assistant: Assistant, today: string, { store }: Sandbox): Promise<void> {
	const [teacher] = store.rows('teacher');
	const period = { date_from: today, date_to: today };

	const overview = await assistant.callTool('overview', { phone: '8 900 000-77-11' });
	const lessons = await assistant.callTool('lessons', period);
	const teachers = await assistant.callTool('teachers', {});
	const slots = await assistant.callTool('slots', { ...period, teacher_id: String(teacher.id) });

	expect(overview).toContain('Орлова Мия');
	expect(lessons).toContain('18:30');
	expect(teachers).toContain(String(teacher.name));
	expect(slots).toBeDefined();
}

/** Talks to the MCP server of the workflow as an AI assistant does that knows the token. */
class Assistant {
	/** The tools that the server offers. */
	toolNames: string[] = [];
	private sessionId?: string;

	private constructor(private readonly address: string) {}

	static async connect(address: string): Promise<Assistant> {
		const assistant = new Assistant(address);
		await assistant.request('initialize', {
			protocolVersion: '2025-03-26',
			capabilities: {},
			clientInfo: { name: 'test', version: '1' },
		});
		await assistant.post({ method: 'notifications/initialized', params: {} });
		const { result } = await assistant.request('tools/list', {});
		assistant.toolNames = result?.tools?.map(({ name }) => name) ?? [];
		return assistant;
	}

	/** Calls the tool that has a word in its name, and returns the result as JSON, or undefined if there is none. */
	async callTool(word: string, toolArguments: IDataObject): Promise<string | undefined> {
		const name = this.toolNames.find((toolName) => toolName.toLowerCase().includes(word)) ?? '';
		const { result } = await this.request('tools/call', { name, arguments: toolArguments });
		return JSON.stringify(result);
	}

	private async request(method: string, params: IDataObject): Promise<Answer> {
		return await this.post({ id: 1, method, params });
	}

	private async post(message: IDataObject): Promise<Answer> {
		const headers = new Headers({
			authorization: `Bearer ${TOKEN}`,
			'content-type': 'application/json',
			accept: 'application/json, text/event-stream',
		});
		if (this.sessionId !== undefined) {
			headers.set('mcp-session-id', this.sessionId);
		}

		const body = JSON.stringify({ jsonrpc: '2.0', ...message });
		const response = await fetch(this.address, { method: 'POST', headers, body });

		this.sessionId ??= response.headers.get('mcp-session-id') ?? undefined;
		return parseAnswer(await response.text());
	}
}

/** Parses an answer, which comes as JSON or as an event stream. The answer to a notification is empty. */
function parseAnswer(text: string): Answer {
	const json = /^data: (.*)$/m.exec(text)?.[1] ?? text;
	return json.startsWith('{') ? (JSON.parse(json) as Answer) : {};
}
