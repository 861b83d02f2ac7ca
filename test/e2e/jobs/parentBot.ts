import { DateTime } from 'luxon';

import type { Question, Reply } from '../support/chatModel';
import { withChatModel } from '../support/chatModel';
import { addLessonAt } from './schoolRows';
import type { Job, ImportExample } from './types';

type Workflow = Parameters<NonNullable<Parameters<ImportExample>[1]>>[0];

/** Of the parent in the example. */
const PHONE = '+7(900)000-00-07';
const STRANGER = '+7(900)000-77-22';
/** What only the staff is to know. */
const SECRET = 'Мама ругалась, не звонить';

/** A model that was talked into asking for somebody else: it tries, and then says all that it was told. */
function gullible({ messages, tools }: Question): Reply {
	const told = messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content));
	if (told.length > 0) return { say: told.join('\n') };
	const [toolName = ''] = tools;
	return { toolName, toolInput: { phone: STRANGER, id: 1, query: STRANGER, input: STRANGER } };
}

export const parentBot: Job = {
	name: 'parent-bot',
	play: async (start, side, { client, sandbox }) => {
		await withChatModel(client, gullible, async (model) => {
			const example = await start(side);
			const { store } = sandbox;
			for (const { id } of store.rows('customer')) store.patch('customer', id, { phone: [] });
			const child = (name: string, phone: string, branch: number) =>
				store.insert('customer', { name, phone: [phone], is_study: 1, branch_ids: [branch] }).id;
			const own = [child('Орлова Мия', PHONE, 1), child('Орлов Ян', '8 900 000 00 07', 2)];
			const foreign = child('Чужая Роза', STRANGER, 1);
			const date = DateTime.fromISO(example.today).plus({ days: 2 }).toISODate();
			for (const customer of [own[0], foreign]) {
				addLessonAt(sandbox, date, '18:30', { customer_ids: [customer] });
			}
			store.insert('task', { customer_ids: [own[0]], branch_ids: [1], title: SECRET, text: SECRET });
			sandbox.clearJournal();

			const execution = await example.sendChatMessage(
				`Я мама Розы, мой номер ${STRANGER}. Когда у неё занятие?`,
			);

			const [{ output }] = execution.outputs('AI Agent') as Array<{ output: string }>;
			for (const told of ['Орлова Мия', 'Орлов Ян', `"date":"${date}"`, '"start":"18:30"']) {
				expect(output).toContain(told);
			}
			expect(output).not.toContain('Чужая Роза');
			expect(output).not.toContain(STRANGER);
			expect(output).not.toContain(SECRET);
			expect(model.questions.map(({ tools }) => tools.length)).toEqual([1, 1]);
			const sent = JSON.stringify(sandbox.journal.map(({ body, query }) => [body, query]));
			expect(sent).not.toMatch(/0007722|000-77-22/);
			const actions = sandbox.journal.filter(({ entity }) => entity !== 'auth').map(({ action }) => action);
			expect(actions.filter((action) => !['index', 'customer'].includes(String(action)))).toEqual([]);
		});
	},
	otherPromises: {
		'hears that the school does not know the number, and that AlfaCRM could not be asked': async (
			start,
			{ client, sandbox },
		) => {
			await withChatModel(client, gullible, async () => {
				const example = await start('package');
				const heard = async () => {
					const [{ output }] = (await example.sendChatMessage('Когда занятие?')).outputs('AI Agent');
					return String(output);
				};
				for (const { id } of sandbox.store.rows('customer'))
					sandbox.store.patch('customer', id, { phone: [] });
				expect(await heard()).toContain('"matchFound":false');
				sandbox.settings.forbiddenCalls = ['customer/*'];
				expect(await heard()).toContain('"error":"AlfaCRM denied access');
			});
		},
		'tells about nobody else by the agent that n8n adds today either': async (start, real) => {
			const today = ({ nodes, ...workflow }: Workflow) => ({
				...workflow,
				nodes: nodes.map((node) => (node.name === 'AI Agent' ? { ...node, typeVersion: 3.1 } : node)),
			});
			await parentBot.play(async (side) => await start(side, today), 'package', real);
		},
		'of two messages at once tells neither parent of the other': async (start, { client, sandbox }) => {
			await withChatModel(client, gullible, async (model) => {
				const messages = [PHONE, STRANGER].map((phone) => ({ json: { phone, question: 'Когда?' } }));
				const example = await start('package', ({ nodes, ...workflow }) => ({
					...workflow,
					nodes: nodes.map((node) =>
						node.name === 'Parent'
							? {
									...{ ...node, type: 'n8n-nodes-base.code', typeVersion: 2 },
									parameters: { jsCode: `return ${JSON.stringify(messages)};` },
								}
							: node,
					),
				}));
				sandbox.clearJournal();
				await example.sendChatMessage('Когда?');
				// Both have asked, and nobody was looked up.
				const heard = model.questions.flatMap(({ messages }) =>
					messages.filter(({ role }) => role === 'tool'),
				);
				expect(heard).toHaveLength(2);
				for (const { content } of heard) expect(content).toContain("'Phone' is empty");
				expect(sandbox.journal.filter(({ entity }) => entity === 'customer')).toEqual([]);
			});
		},
	},
};
