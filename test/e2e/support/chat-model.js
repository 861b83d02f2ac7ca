const { createServer } = require('node:http');

/**
 * @typedef {{ role: string, content: unknown, tool_calls?: any[] }} Message
 * @typedef {{ messages: Message[], tools: string[] }} Question what n8n sends: the talk so far and the names of its tools
 * @typedef {{ call: string, with: Record<string, unknown> } | { say: string }} Reply
 *
 * @typedef {object} ChatModel
 * @property {string} url base URL for a credential of the OpenAI node
 * @property {Question[]} asked
 * @property {() => Promise<void>} close
 */

/**
 * A chat model that speaks like OpenAI's (chat completions) and thinks as scripted.
 * @param {(question: Question) => Reply} think
 * @returns {Promise<ChatModel>}
 */
async function startChatModel(think) {
	/** @type {Question[]} */
	const asked = [];
	const server = createServer((request, response) => {
		/** @type {Buffer[]} */
		const chunks = [];
		request.on('data', (chunk) => chunks.push(chunk));
		request.on('end', () => {
			const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
			const tools = (body.tools ?? []).map((/** @type {any} */ tool) => tool.function.name);
			const question = { messages: body.messages ?? [], tools };
			asked.push(question);
			const { head, text } = answer(body, think(question));
			response.writeHead(200, { 'content-type': head });
			response.end(text);
		});
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
	const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
	return {
		url: `http://127.0.0.1:${port}/v1`,
		asked,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/**
 * @param {any} body of the request
 * @param {Reply} reply
 */
function answer({ model, stream, messages = [] }, reply) {
	const common = { id: `chat-${messages.length}`, created: 0, model };
	const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
	const isCall = 'call' in reply;
	const message = isCall
		? { role: 'assistant', content: null, tool_calls: [toolCall(reply, messages.length)] }
		: { role: 'assistant', content: reply.say };
	const finish_reason = isCall ? 'tool_calls' : 'stop';
	if (!stream) {
		const choices = [{ index: 0, message, finish_reason }];
		return {
			head: 'application/json',
			text: JSON.stringify({ ...common, object: 'chat.completion', choices, usage }),
		};
	}
	const part = (/** @type {object} */ delta, /** @type {string | null} */ finish) =>
		`data: ${JSON.stringify({
			...common,
			object: 'chat.completion.chunk',
			choices: [{ index: 0, delta, finish_reason: finish }],
		})}\n\n`;
	return {
		head: 'text/event-stream',
		text: `${part(message, null)}${part({}, finish_reason)}data: [DONE]\n\n`,
	};
}

/**
 * @param {{ call: string, with: Record<string, unknown> }} reply
 * @param {number} turn
 */
function toolCall({ call, with: given }, turn) {
	return {
		index: 0,
		id: `call_${turn}`,
		type: 'function',
		function: { name: call, arguments: JSON.stringify(given) },
	};
}

module.exports = { startChatModel };
