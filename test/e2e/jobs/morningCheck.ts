import type { Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { clockOfMinute, dayPlus, toDottedDay } from '../../support/days';
import type { Example } from '../support/example';
import { CENTRAL_BRANCH, expectOnlyActions, LESSON_TYPE, removeAllRecords } from './demoSchool';
import { addLessonAt } from './schoolRows';
import type { Job } from './types';

/** The daily check finds nothing in a school without these records. */
const CHECKED_ENTITIES = ['lesson', 'regular-lesson', 'group', 'pay'];

export const morningCheck: Job = {
	name: 'morning-check',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side);
		const title = `Проверка ${toDottedDay(example.today)}`;
		removeAllRecords(sandbox, CHECKED_ENTITIES);

		// The message comes even then, so that nobody takes a check that does not run for a good morning.
		expect(example.readMessagesOf(await example.runManually())).toEqual([
			{ to: '123456789', text: `${title}: ничего не найдено\n` },
		]);

		const yesterday = dayPlus(example.today, -1);
		const debtor = addDebtorWithUnmarkedLesson(sandbox, example.today);
		sandbox.clearJournal();
		const messages = example.readMessagesOf(await example.runManually());

		expect(messages).toHaveLength(1);
		expect(messages[0].to).toBe('123456789');
		expect(String(messages[0].text).split('\n')).toEqual([
			`${title}: 2`,
			expect.stringMatching(`^– The lesson of Орлова Мия on ${yesterday} at 10:00–10:45 with Петров Лев is`),
			expect.stringMatching(`^– Орлова Мия .+/company/1/customer/view\\?id=${debtor}$`),
		]);

		// The check only reads, so the next run says the same.
		expectOnlyActions(sandbox, ['index', 'customer']);
		expect(example.readMessagesOf(await example.runManually())).toEqual(messages);
	},
	otherPromises: {
		'names the first fifteen of twenty findings, and says that there are twenty': async (
			importExample,
			{ sandbox },
		) => {
			const example = await importExample('package');
			removeAllRecords(sandbox, CHECKED_ENTITIES);
			addUnmarkedLessons(sandbox, example, 20);

			const [message] = example.readMessagesOf(await example.runManually());

			const text = String(message.text);
			expect(text.split('\n')[0]).toMatch(/: 20$/);
			expect(text.match(/^– /gm)).toHaveLength(15);
			expect(text).toMatch(/\n…$/);
			// Telegram takes no longer message.
			expect(text.length).toBeLessThan(4_096);
		},
	},
};

/**
 * Adds a client with a debt, and three lessons of the client. Only the planned lesson of yesterday should be found: the others
 * are cancelled or still to come.
 * @returns the ID of the client
 */
function addDebtorWithUnmarkedLesson(sandbox: Sandbox, today: string): number {
	const teacher = sandbox.store.insert('teacher', { name: 'Петров Лев', branch_ids: [CENTRAL_BRANCH] });
	const debtor = sandbox.store.insert('customer', {
		name: 'Орлова Мия',
		is_study: CUSTOMER_TYPE.client,
		branch_ids: [CENTRAL_BRANCH],
		balance: '-500.00',
		paid_lesson_count: 0,
	});
	const lesson = {
		customer_ids: [debtor.id],
		teacher_ids: [teacher.id],
		lesson_type_id: LESSON_TYPE.individual,
	};
	const yesterday = dayPlus(today, -1);
	const tomorrow = dayPlus(today, 1);

	addLessonAt(sandbox, yesterday, '10:00', {
		...lesson,
		time_to: `${yesterday} 10:45:00`,
		status: LESSON_STATUS.planned,
	});
	addLessonAt(sandbox, yesterday, '11:00', {
		...lesson,
		time_to: `${yesterday} 11:45:00`,
		status: LESSON_STATUS.cancelled,
	});
	addLessonAt(sandbox, tomorrow, '12:00', {
		...lesson,
		time_to: `${tomorrow} 12:45:00`,
		status: LESSON_STATUS.planned,
	});
	return debtor.id;
}

/** Adds planned lessons of yesterday, one in each hour from midnight on. */
function addUnmarkedLessons(sandbox: Sandbox, { today }: Example, count: number): void {
	const yesterday = dayPlus(today, -1);
	const client = sandbox.store.insert('customer', {
		name: 'Орлова Мия',
		is_study: CUSTOMER_TYPE.client,
		branch_ids: [CENTRAL_BRANCH],
	});
	for (let hour = 0; hour < count; hour++) {
		addLessonAt(sandbox, yesterday, clockOfMinute(hour * 60), {
			customer_ids: [client.id],
			lesson_type_id: LESSON_TYPE.individual,
			time_to: `${yesterday} ${clockOfMinute(hour * 60 + 45)}:00`,
		});
	}
}
