import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { Question, Reply } from '../support/chatModel';
import { withChatModel } from '../support/chatModel';
import { addLessonAt } from './schoolRows';
import type { Job } from './types';

const PHONE = '9000007711';

/** Rows in the answer of a tool, with or without this package. */
function rowsOf(content: unknown): IDataObject[] {
	const found = JSON.parse(String(content)) as IDataObject | IDataObject[];
	const pages = Array.isArray(found) ? found : [found];
	return pages.flatMap((one) => ('items' in one ? (one.items as IDataObject[]) : [one]));
}

/** What a model would do that understands the question: each answer is made of what the tools said, nothing else. */
function think({ messages, tools }: Question): Reply {
	const results = messages.filter(({ role }) => role === 'tool').map(({ content }) => rowsOf(content));
	const [customers, lessons] = results;
	if (customers === undefined)
		return { toolName: tools.find((name) => /find/i.test(name)) ?? '', toolInput: { phone: PHONE } };
	if (lessons === undefined) {
		const [{ id }] = customers;
		return { toolName: tools.find((name) => /lesson/i.test(name)) ?? '', toolInput: { customer_id: id } };
	}
	const times = lessons.map(({ time_from }) => String(time_from)).sort();
	return { say: `Ваше следующее занятие: ${times[0]}` };
}

export const aiNextLesson: Job = {
	name: 'ai-next-lesson',
	play: async (start, side, { client, sandbox }) => {
		await withChatModel(client, think, async (model) => {
			const example = await start(side);
			const name = 'Орлова Мия';
			const phone = ['+7(900)000-77-11'];
			const { id } = sandbox.store.insert('customer', { name, phone, is_study: 1, branch_ids: [1] });
			const lesson = (days: number, time: string, status: number, customer: number) => {
				const date = DateTime.fromISO(example.today).plus({ days }).toISODate();
				addLessonAt(sandbox, date, time, { status, customer_ids: [customer] });
				return `${date} ${time}:00`;
			};
			lesson(9, '17:00', 1, id);
			const next = lesson(2, '18:30', 1, id);
			lesson(1, '18:30', 2, id);
			lesson(1, '18:30', 1, 5);
			lesson(-1, '18:30', 3, id);
			sandbox.clearJournal();

			const execution = await example.sendChatMessage(
				`Когда моё следующее занятие? Мой номер 8 900 000-77-11`,
			);

			expect(execution.outputs('AI Agent')).toEqual([
				expect.objectContaining({ output: `Ваше следующее занятие: ${next}` }),
			]);
			expect(model.questions).toHaveLength(3);
			expect(model.questions[0].tools).toHaveLength(2);
			const calls = sandbox.journal.filter(({ entity, status }) => entity !== 'auth' && status === 200);
			// A phone number is asked for in several spellings.
			const kinds = new Set(calls.map(({ entity, action }) => `${entity}/${action}`));
			// The node gives the lesson with the names of its subject and branch.
			for (const names of ['branch/index', 'subject/index']) kinds.delete(names);
			expect([...kinds]).toEqual(['customer/index', 'lesson/index']);
		});
	},
};
