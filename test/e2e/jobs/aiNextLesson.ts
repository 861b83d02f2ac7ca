import type { IDataObject } from 'n8n-workflow';

import type { Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { dayPlus } from '../../support/days';
import type { Question, Reply } from '../support/chatModel';
import { withChatModel } from '../support/chatModel';
import { addLessonAt } from './schoolRows';
import type { Job } from './types';

const ID_OF_ANOTHER_CUSTOMER = 5;

/** This package reads them to add the names of the branch and the subject to a lesson. */
const LISTS_OF_NAMES = ['branch/index', 'subject/index'];

export const aiNextLesson: Job = {
	name: 'ai-next-lesson',
	play: async (importExample, side, { client, sandbox }) => {
		await withChatModel(client, replyWithNextLesson, async (model) => {
			const example = await importExample(side);
			const { today } = example;
			const mia = addMia(sandbox);
			addLessonAt(sandbox, dayPlus(today, 9), '17:00', { customer_ids: [mia] });
			addLessonAt(sandbox, dayPlus(today, 2), '18:30', { customer_ids: [mia] });
			addOtherLessons(sandbox, mia, today);
			sandbox.clearJournal();

			const execution = await example.sendChatMessage(
				'Когда моё следующее занятие? Мой номер 8 900 000-77-11',
			);

			expect(execution.outputs('AI Agent')).toMatchObject([
				{ output: `Ваше следующее занятие: ${dayPlus(today, 2)} 18:30:00` },
			]);
			expect(model.questions).toHaveLength(3);
			expect(model.questions[0].tools).toHaveLength(2);
			expect(listActionsBesidesNames(sandbox)).toEqual(['customer/index', 'lesson/index']);
		});
	},
};

function addMia({ store }: Sandbox): number {
	return store.insert('customer', {
		name: 'Орлова Мия',
		phone: ['+7(900)000-77-11'],
		is_study: CUSTOMER_TYPE.client,
		branch_ids: [1],
	}).id;
}

/** Adds lessons that are not the customer's next one: a cancelled lesson, one of another customer, and one of yesterday. */
function addOtherLessons(sandbox: Sandbox, customer: number, today: string): void {
	const yesterday = dayPlus(today, -1);
	const tomorrow = dayPlus(today, 1);
	addLessonAt(sandbox, tomorrow, '18:30', { customer_ids: [customer], status: LESSON_STATUS.cancelled });
	addLessonAt(sandbox, tomorrow, '18:30', { customer_ids: [ID_OF_ANOTHER_CUSTOMER] });
	addLessonAt(sandbox, yesterday, '18:30', { customer_ids: [customer], status: LESSON_STATUS.held });
}

/**
 * Replies like a model that understands the question. It calls the tool for customers, then the tool for lessons, and answers
 * with the earliest lesson that it was given. It knows nothing but the results of the tools.
 */
function replyWithNextLesson(question: Question): Reply {
	const [customers, lessons] = listToolResults(question);
	if (customers === undefined) return callTool(question, 'find', { phone: '9000007711' });
	if (lessons === undefined) return callTool(question, 'lesson', { customer_id: customers[0].id });

	const times = lessons.map(({ time_from }) => String(time_from)).sort();
	return { say: `Ваше следующее занятие: ${times[0]}` };
}

/** Calls the tool that has a word in its name. */
function callTool({ tools }: Question, word: string, toolInput: IDataObject): Reply {
	const toolName = tools.find((name) => name.toLowerCase().includes(word)) ?? '';
	return { toolName, toolInput };
}

/** Lists the records that each call of a tool has returned. */
function listToolResults({ messages }: Question): IDataObject[][] {
	const toolMessages = messages.filter(({ role }) => role === 'tool');
	return toolMessages.map(({ content }) => parseRecords(String(content)));
}

/** Reads the records from the result of a tool. HTTP Request nodes return pages, which have their records in `items`. */
function parseRecords(text: string): IDataObject[] {
	const result = JSON.parse(text) as IDataObject | IDataObject[];
	const pagesOrRecords = Array.isArray(result) ? result : [result];
	return pagesOrRecords.flatMap((pageOrRecord) =>
		'items' in pageOrRecord ? (pageOrRecord.items as IDataObject[]) : [pageOrRecord],
	);
}

/**
 * Lists the different actions that AlfaCRM was asked for with success, in the order of their first calls. Leaves out the
 * login and the lists of names.
 */
function listActionsBesidesNames({ journal }: Sandbox): string[] {
	const actions = new Set<string>();
	for (const { entity, action, status } of journal) {
		const path = `${entity}/${action}`;
		if (status === 200 && entity !== 'auth' && !LISTS_OF_NAMES.includes(path)) {
			actions.add(path);
		}
	}
	return [...actions];
}
