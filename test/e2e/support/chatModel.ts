import Fastify from 'fastify';

import type { N8nClient } from '../../../scripts/lib/n8n/client';
import { CREDENTIAL_NAMES, saveCredentialAs } from './credentials';

interface Message {
	role: string;
	content: unknown;
	tool_calls?: unknown[];
}

/** What n8n's agent sends to the model: the conversation so far, and the tools that the model may call. */
export interface Question {
	messages: Message[];
	/** The names of the tools. */
	tools: string[];
	/** The parameters of each tool, in the order of the names. */
	schemas: unknown[];
}

/** The model either calls a tool or says something to the user. */
export type Reply = ToolCall | { say: string };

interface ToolCall {
	toolName: string;
	toolInput: Record<string, unknown>;
}

/** Decides in place of a language model how to reply. */
type Think = (question: Question) => Reply;

type ChatModel = Awaited<ReturnType<typeof startChatModel>>;

interface ChatRequest {
	model: string;
	stream?: boolean;
	messages?: Message[];
	tools?: Array<{ function: { name: string; parameters: unknown } }>;
}

/** Starts a server that speaks like OpenAI's chat completions and replies as the test decides. */
export async function startChatModel(think: Think) {
	const questions: Question[] = [];
	const server = Fastify({ forceCloseConnections: true });
	server.post('/v1/chat/completions', async (request, response) => {
		const chatRequest = request.body as ChatRequest;
		const question = readQuestion(chatRequest);
		questions.push(question);

		const reply = think(question);
		if (chatRequest.stream) {
			await response.header('content-type', 'text/event-stream').send(toEventStream(chatRequest, reply));
		} else {
			await response.send(toCompletion(chatRequest, reply));
		}
	});
	const serverUrl = await server.listen({ port: 0, host: '127.0.0.1' });
	return {
		/** The base URL, as the credential of n8n's OpenAI node takes it. */
		url: `${serverUrl}/v1`,
		/** The questions that n8n has asked so far. */
		questions,
		close: async () => await server.close(),
	};
}

/** Starts a chat model, puts it behind n8n's OpenAI credential, and stops it when the test has been played. */
export async function withChatModel(
	client: N8nClient,
	think: Think,
	play: (model: ChatModel) => Promise<void>,
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

function readQuestion({ messages = [], tools = [] }: ChatRequest): Question {
	return {
		messages,
		tools: tools.map((tool) => tool.function.name),
		schemas: tools.map((tool) => tool.function.parameters),
	};
}

/** Makes the body of an answer that comes in one piece. */
function toCompletion(request: ChatRequest, reply: Reply) {
	return {
		...makeAnswerHeader(request),
		object: 'chat.completion',
		choices: [
			{
				index: 0,
				message: toMessage(request, reply),
				finish_reason: toFinishReason(reply),
			},
		],
		usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
	};
}

/** Makes the body of an answer that is streamed: the whole reply in one event, and the end in another one. */
function toEventStream(request: ChatRequest, reply: Reply): string {
	const header = { ...makeAnswerHeader(request), object: 'chat.completion.chunk' };
	const replyChunk = {
		...header,
		choices: [{ index: 0, delta: toMessage(request, reply), finish_reason: null }],
	};
	const endChunk = {
		...header,
		choices: [{ index: 0, delta: {}, finish_reason: toFinishReason(reply) }],
	};
	return `data: ${JSON.stringify(replyChunk)}\n\ndata: ${JSON.stringify(endChunk)}\n\ndata: [DONE]\n\n`;
}

function makeAnswerHeader({ model, messages = [] }: ChatRequest) {
	return { id: `chat-${messages.length}`, created: 0, model };
}

function toMessage({ messages = [] }: ChatRequest, reply: Reply) {
	if ('say' in reply) return { role: 'assistant', content: reply.say };

	const toolCall = {
		index: 0,
		// The number of messages so far makes the ID unique in the conversation.
		id: `call_${messages.length}`,
		type: 'function',
		function: { name: reply.toolName, arguments: JSON.stringify(reply.toolInput) },
	};
	return { role: 'assistant', content: null, tool_calls: [toolCall] };
}

function toFinishReason(reply: Reply): string {
	return 'say' in reply ? 'stop' : 'tool_calls';
}
