import Fastify from 'fastify';

import type { N8nClient } from '../../../scripts/lib/n8n/client';
import { CREDENTIAL_NAMES, saveCredentialAs } from './credentials';

interface Message {
	role: string;
	content: unknown;
	tool_calls?: unknown[];
}

/** What n8n sends: the talk so far, the names of its tools, and what each of them takes. */
export interface Question {
	messages: Message[];
	tools: string[];
	schemas: unknown[];
}

export type Reply = ToolCall | { say: string };

interface ToolCall {
	toolName: string;
	toolInput: Record<string, unknown>;
}

interface Body {
	model: string;
	stream?: boolean;
	messages?: Message[];
	tools?: Array<{ function: { name: string; parameters: unknown } }>;
}

/** A chat model that speaks like OpenAI's (chat completions) and thinks as scripted. */
export async function startChatModel(think: (question: Question) => Reply) {
	const questions: Question[] = [];
	const app = Fastify({ forceCloseConnections: true });
	app.post('/v1/chat/completions', async (request, response) => {
		const body = request.body as Body;
		const { messages = [], tools = [] } = body;
		const question = {
			messages,
			tools: tools.map((tool) => tool.function.name),
			schemas: tools.map((tool) => tool.function.parameters),
		};
		questions.push(question);
		const { type, text } = answer(body, think(question));
		await response.header('content-type', type).send(text);
	});
	const url = await app.listen({ port: 0, host: '127.0.0.1' });
	// The URL is for a credential of the OpenAI node.
	return { url: `${url}/v1`, questions, close: async () => await app.close() };
}

/** The same as the model of n8n's OpenAI node, for as long as it is played with. */
export async function withChatModel(
	client: N8nClient,
	think: (question: Question) => Reply,
	play: (model: Awaited<ReturnType<typeof startChatModel>>) => Promise<void>,
): Promise<void> {
	const model = await startChatModel(think);
	try {
		await saveCredentialAs(client, CREDENTIAL_NAMES.openAi, 'openAiApi', {
			apiKey: 'none',
			url: model.url,
			header: false,
		});
		await play(model);
	} finally {
		await model.close();
	}
}

function answer({ model, stream, messages = [] }: Body, reply: Reply): { type: string; text: string } {
	const common = { id: `chat-${messages.length}`, created: 0, model };
	const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
	const isCall = 'toolName' in reply;
	const message = isCall
		? { role: 'assistant', content: null, tool_calls: [toolCall(reply, messages.length)] }
		: { role: 'assistant', content: reply.say };
	const finish_reason = isCall ? 'tool_calls' : 'stop';
	if (!stream) {
		const choices = [{ index: 0, message, finish_reason }];
		const whole = { ...common, object: 'chat.completion', choices, usage };
		return { type: 'application/json', text: JSON.stringify(whole) };
	}
	const part = (delta: object, finish: string | null) => {
		const choices = [{ index: 0, delta, finish_reason: finish }];
		return `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices })}\n\n`;
	};
	const text = `${part(message, null)}${part({}, finish_reason)}data: [DONE]\n\n`;
	return { type: 'text/event-stream', text };
}

function toolCall({ toolName, toolInput: given }: ToolCall, turn: number) {
	return {
		index: 0,
		id: `call_${turn}`,
		type: 'function',
		function: { name: toolName, arguments: JSON.stringify(given) },
	};
}
