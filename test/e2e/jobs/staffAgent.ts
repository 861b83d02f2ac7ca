import type { IDataObject } from 'n8n-workflow';

import type { Row, Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { dayPlus } from '../../support/days';
import type { Question, Reply } from '../support/chatModel';
import { withChatModel } from '../support/chatModel';
import type { Example } from '../support/example';
import { addTeacherForTwoLessons, CENTRAL_BRANCH, clearSchedule, LESSON_TYPE, ROBOTICS } from './demoSchool';
import type { Job } from './types';

const PHONE_OF_MIA = '8 900 000-77-22';
const SUBJECT = 'Робототехника';

export const staffAgent: Job = {
	name: 'staff-agent',
	play: async (importExample, side, { client, sandbox }) => {
		const example = await importExample(side);
		const day = dayPlus(example.today, 3);
		clearSchedule(sandbox);
		const teacher = addTeacherForTwoLessons(sandbox, day);
		const mia = addLeadWithPhone(sandbox);
		addLessonOfYan(sandbox, teacher, day);

		await withChatModel(client, makeBookingModel(day, teacher), async (model) => {
			const firstAnswer = await askForTrialLesson(example, day);

			expect(firstAnswer).toBe(`Участников: 1; ${day} 11:00:00`);
			expect(model.questions[0].tools).toHaveLength(4);
			expect(readTrialLessons(sandbox)).toMatchObject([
				{
					customer_ids: [mia],
					teacher_ids: [teacher],
					subject_id: ROBOTICS,
					time_from: `${day} 11:00:00`,
				},
			]);

			// By now Mia is a participant of that day, too. The same request books nothing again.
			const secondAnswer = await askForTrialLesson(example, day);

			expect(secondAnswer).toBe(`Участников: 2; ${day} 11:00:00`);
			expect(readTrialLessons(sandbox)).toMatchObject([
				{ customer_ids: [mia], teacher_ids: [teacher], subject_id: ROBOTICS },
			]);
		});
	},
};

/** Adds the lead for whom the staff wants a trial lesson. */
function addLeadWithPhone({ store }: Sandbox): number {
	return store.insert('customer', {
		name: 'Орлова Мия',
		is_study: CUSTOMER_TYPE.lead,
		branch_ids: [CENTRAL_BRANCH],
		phone: ['+7(900)000-77-22'],
	}).id;
}

/** Adds a lesson that takes the first of the two hours in which the teacher works. */
function addLessonOfYan({ store }: Sandbox, teacher: number, day: string): void {
	const yan = store.insert('customer', {
		name: 'Орлов Ян',
		is_study: CUSTOMER_TYPE.client,
		branch_ids: [CENTRAL_BRANCH],
		phone: [],
	});
	store.insert('lesson', {
		branch_id: CENTRAL_BRANCH,
		date: day,
		time_from: `${day} 10:00:00`,
		time_to: `${day} 11:00:00`,
		status: LESSON_STATUS.planned,
		lesson_type_id: LESSON_TYPE.individual,
		subject_id: ROBOTICS,
		teacher_ids: [teacher],
		customer_ids: [yan.id],
	});
}

/** Asks the agent as a member of the staff does, and returns its answer. */
async function askForTrialLesson(example: Example, day: string): Promise<unknown> {
	const execution = await example.sendChatMessage(`Запиши ${PHONE_OF_MIA} на пробный, ${SUBJECT}, ${day}`);
	return execution.outputs('AI Agent')[0].output;
}

function readTrialLessons({ store }: Sandbox): readonly Row[] {
	return store.where('lesson', 'lesson_type_id', LESSON_TYPE.trial);
}

/**
 * Makes a model that books a lesson at the first free time of a day. It knows only what the tools return: it calls one tool after
 * another, and then says how many participants the day has, and when the lesson begins.
 */
function makeBookingModel(day: string, teacher: number) {
	const period = { date_from: day, date_to: day };
	/** The second time no slot is free. The model then asks for the slot that it has booked the first time. */
	const bookedSlot = { date: day, start: '11:00', teacher_id: teacher };

	return (question: Question): Reply => {
		const [customers, participants, slots, lessons] = listToolResults(question);
		if (customers === undefined) return callTool(question, 'overview', { phone: PHONE_OF_MIA });
		if (participants === undefined) return callTool(question, 'participants', period);
		if (slots === undefined) return callTool(question, 'slots', { ...period, subject: SUBJECT });
		if (lessons === undefined) {
			const slot = slots[0]?.start ? slots[0] : bookedSlot;
			return callTool(question, 'book', {
				customer_id: String(customers[0].id),
				subject: SUBJECT,
				date: slot.date ?? day,
				start: slot.start,
				teacher_id: String(slot.teacher_id),
			});
		}
		const bookedTime = String(lessons[0].time_from ?? lessons[0].error);
		return { say: `Участников: ${participants.length}; ${bookedTime}` };
	};
}

/** Lists what each tool has returned since the latest message of the user. */
function listToolResults({ messages }: Question): IDataObject[][] {
	const latestUserMessage = messages.map(({ role }) => role).lastIndexOf('user');
	return messages
		.slice(latestUserMessage)
		.filter(({ role }) => role === 'tool')
		.map(({ content }) => [JSON.parse(String(content)) as IDataObject | IDataObject[]].flat());
}

/** Calls the tool that has a word in its name. */
function callTool({ tools }: Question, word: string, toolInput: IDataObject): Reply {
	const toolName = tools.find((name) => name.toLowerCase().includes(word)) ?? '';
	return { toolName, toolInput };
}
