import type { Row, Sandbox } from '../../../sandbox';
import { ATTENDANCE, CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { dayPlus, toDottedDay } from '../../support/days';
import { CENTRAL_BRANCH, NORTHERN_BRANCH } from './demoSchool';
import { addLessonAt, messageTo } from './schoolRows';
import type { Job } from './types';

export const missedLessonToParents: Job = {
	name: 'missed-lesson-to-parents',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side);
		const { today } = example;
		const mia = addClient(sandbox, 'Орлова Мия', ['mia@example.org', 'second@example.org']);
		const rosa = addClient(sandbox, 'Пришла Роза', ['rosa@example.org']);
		const tomWithoutEmail = addClient(sandbox, 'Тихий Том', []);
		const kim = addClient(sandbox, 'Дальний Ким', ['kim@example.org'], NORTHERN_BRANCH);

		const firstLesson = addLessonAt(sandbox, today, '10:00', { customer_ids: [mia, rosa, tomWithoutEmail] });
		const northernLesson = addLessonAt(sandbox, today, '11:30', {
			branch_id: NORTHERN_BRANCH,
			customer_ids: [kim],
		});
		addLessonAt(sandbox, today, '12:00', { customer_ids: [mia] });
		const oldLesson = addLessonAt(sandbox, dayPlus(today, -8), '10:00', { customer_ids: [mia] });
		await example.takeBaseline();

		// Only the parent of a customer who missed the lesson and has an address gets a message.
		completeLesson(sandbox, firstLesson, {
			[mia]: ATTENDANCE.missed,
			[rosa]: ATTENDANCE.attended,
			[tomWithoutEmail]: ATTENDANCE.missed,
		});
		const firstMessages = example.readMessagesOf(await example.pollAgain());
		expect(firstMessages).toEqual([missedLessonMessage('mia@example.org', 'Орлова Мия', today, '10:00')]);

		// Neither a lesson that is completed once more nor a lesson of last week is news.
		sandbox.store.patch('lesson', firstLesson.id, { status: LESSON_STATUS.planned });
		sandbox.store.patch('lesson', firstLesson.id, { status: LESSON_STATUS.held });
		completeLesson(sandbox, northernLesson, { [kim]: ATTENDANCE.missed });
		completeLesson(sandbox, oldLesson, { [mia]: ATTENDANCE.missed });
		const laterMessages = example.readMessagesOf(await example.pollAgain());
		expect(laterMessages).toEqual([missedLessonMessage('kim@example.org', 'Дальний Ким', today, '11:30')]);
	},
	otherPromises: {
		'writes to all other parents, then says which customer AlfaCRM did not return': async (
			importExample,
			{ sandbox },
		) => {
			const example = await importExample('package');
			const deletedCustomer = addClient(sandbox, 'gone', ['gone@example.org']);
			const mia = addClient(sandbox, 'mia', ['mia@example.org']);
			const lesson = addLessonAt(sandbox, example.today, '10:00', { customer_ids: [deletedCustomer, mia] });
			await example.takeBaseline();
			completeLesson(sandbox, lesson, {
				[deletedCustomer]: ATTENDANCE.missed,
				[mia]: ATTENDANCE.missed,
			});
			sandbox.store.remove('customer', deletedCustomer);

			const poll = example.pollAgain();

			await expect(poll).rejects.toThrow(
				new RegExp(`in "Not Sent": Не отправлено: клиент ${deletedCustomer} \\(.+\\) `),
			);
			expect(await example.readLatestMessages()).toMatchObject([{ to: 'mia@example.org' }]);
		},
	},
};

function addClient({ store }: Sandbox, name: string, email: string[], branch = CENTRAL_BRANCH): number {
	const client = { name, email, is_study: CUSTOMER_TYPE.client, branch_ids: [branch] };
	return store.insert('customer', client).id;
}

/**
 * Completes a lesson as AlfaCRM does: it notes the attendance of each customer, and then the lesson.
 * @param attendance by the ID of the customer
 */
function completeLesson({ store }: Sandbox, lesson: Row, attendance: Readonly<Record<number, number>>): void {
	for (const [customer, is_attend] of Object.entries(attendance)) {
		store.insert('lesson-details', {
			lesson_id: lesson.id,
			branch_id: lesson.branch_id,
			customer_id: Number(customer),
			is_attend,
		});
	}
	store.patch('lesson', lesson.id, { status: LESSON_STATUS.held });
}

function missedLessonMessage(address: string, customer: string, day: string, time: string) {
	return messageTo(
		address,
		'Пропущено занятие',
		`Здравствуйте! ${customer}: отмечен пропуск занятия ${toDottedDay(day)} ${time} (Робототехника). Если это ошибка или нужно перенести занятие, ответьте школе.`,
	);
}
