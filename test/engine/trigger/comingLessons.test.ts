import { LESSON_STATUS } from '../../support/codes';
import { describeScheduled } from '../support/version';
import {
	ANNA,
	CHESS_GROUP,
	LESSON,
	LessonSchool,
	REGULAR_LESSON,
	ROBOTICS_GROUP,
	VERA,
} from './lessonSchool';

afterEach(() => jest.restoreAllMocks());

/** The choice of branch 1 in the form. */
const ONLY_BRANCH_1 = { branchIds: { mode: 'id', value: '1', __rl: true } };

/** A Sunday, two days before the regular lesson of Tuesday 10 March at 17:00. */
const SUNDAY_NOON = '2026-03-08 12:00';
/** The time a day before the regular lesson, when it becomes near. */
const MONDAY_17 = '2026-03-09 17:00';
const REMINDERS_OF_TUESDAY = ['Анна, 2026-03-10 17:00:00', 'Борис, 2026-03-10 17:00:00'];

describe('Lesson Coming Up, a day before a regular lesson,', () => {
	let school: LessonSchool;

	beforeEach(async () => {
		school = new LessonSchool({ now: SUNDAY_NOON });
		await school.pollAt(SUNDAY_NOON);
	});

	it('Lesson Coming Up reminds each member of a group a day before a regular lesson that is not in the calendar yet', async () => {
		expect(await school.pollRemindersAt(MONDAY_17)).toEqual(REMINDERS_OF_TUESDAY);
	});

	it('Lesson Coming Up reminds nobody earlier than a day before a lesson', async () => {
		expect(await school.pollRemindersAt('2026-03-09 16:59')).toEqual([]);
	});

	it('an item of Lesson Coming Up has the customer, the lesson, their names and the address of the page', async () => {
		const [item] = await school.pollAt(MONDAY_17);

		expect(item).toEqual({
			time_from: '2026-03-10 17:00:00',
			customer_id: ANNA,
			customer_name: 'Анна',
			customer_phone: '+7(900)000-05-10',
			customer_email: '',
			lesson_id: null,
			group_id: ROBOTICS_GROUP,
			group_name: 'Роботы',
			subject_id: 1,
			subject_name: null,
			teacher_ids: 1,
			teacher_names: null,
			room_id: 1,
			room_name: null,
			lesson_type_id: 2,
			lesson_type_name: null,
			branch_id: 1,
			url: expect.stringMatching(/\/company\/1\/customer\/view\?id=501$/) as string,
		});
	});

	it('Lesson Coming Up reminds nobody again when the regular lesson is added to the calendar', async () => {
		await school.pollAt(MONDAY_17);
		school.addGroupLesson(LESSON, '2026-03-10 17:00', ROBOTICS_GROUP, { regular_id: REGULAR_LESSON });

		expect(await school.pollRemindersAt('2026-03-09 18:10')).toEqual([]);
	});

	it('Lesson Coming Up reminds nobody again after n8n has restarted', async () => {
		await school.pollAt(MONDAY_17);
		school.addGroupLesson(LESSON, '2026-03-10 17:00', ROBOTICS_GROUP, { regular_id: REGULAR_LESSON });
		await school.pollAt('2026-03-09 18:10');
		school.poller.restart();

		const reminders = await school.pollRemindersAt(
			'2026-03-10 09:00',
			'2026-03-10 16:59',
			'2026-03-10 17:00',
		);

		expect(reminders).toEqual([]);
	});
});

describe('Lesson Coming Up, polled often,', () => {
	it('Lesson Coming Up sends no calls before the next lesson is near', async () => {
		const school = new LessonSchool({ now: '2026-03-09 16:30' });
		await school.pollAt('2026-03-09 16:30');
		school.clearCalls();

		await school.pollAt('2026-03-09 16:45');

		expect(school.readCalls()).toEqual([]);
	});

	it('Lesson Coming Up reminds of a lesson as soon as it is near, although no hour has passed since the last reading', async () => {
		const school = new LessonSchool({ now: '2026-03-09 16:30' });
		await school.pollAt('2026-03-09 16:30');

		expect(await school.pollRemindersAt(MONDAY_17)).toEqual(REMINDERS_OF_TUESDAY);
	});

	it('Lesson Coming Up sends no calls after its reminders until an hour has passed since it read all lists', async () => {
		const school = new LessonSchool({ now: '2026-03-09 16:30' });
		await school.pollRemindersAt('2026-03-09 16:30', MONDAY_17);
		school.clearCalls();

		await school.pollAt('2026-03-09 17:20');

		expect(school.readCalls()).toEqual([]);
	});

	it('Lesson Coming Up reads lessons, regular lessons, customers and members of the group again after an hour', async () => {
		const school = new LessonSchool({ now: '2026-03-09 16:30', parameters: ONLY_BRANCH_1 });
		await school.pollRemindersAt('2026-03-09 16:30', MONDAY_17);
		school.clearCalls();

		await school.pollAt('2026-03-09 18:00');

		expect(school.readCalls().sort()).toEqual([
			'1/cgi/index',
			'1/cgi/index',
			'1/customer/index',
			'1/lesson/index',
			'1/lesson/index',
			'1/lesson/index',
			'1/regular-lesson/index',
		]);
	});

	it('Lesson Coming Up looks for new lessons every quarter of an hour when Hours Before is 1', async () => {
		const school = new LessonSchool({ now: SUNDAY_NOON, parameters: { hoursBefore: 1 } });
		await school.pollAt(SUNDAY_NOON);
		school.addLesson(LESSON, '2026-03-08 12:40');

		expect(await school.pollRemindersAt('2026-03-08 12:10')).toEqual([]);
		expect(await school.pollRemindersAt('2026-03-08 12:15')).toEqual(['Анна, 2026-03-08 12:40:00']);
	});
});

describe('Lesson Coming Up, when it begins less than a day before a lesson,', () => {
	let school: LessonSchool;

	beforeEach(async () => {
		school = new LessonSchool({ now: '2026-03-09 18:00' });
		expect(await school.pollRemindersAt('2026-03-09 18:00')).toEqual([]);
	});

	it('Lesson Coming Up does not remind of a lesson that was near when the trigger started', async () => {
		expect(await school.pollRemindersAt('2026-03-09 20:00', '2026-03-10 09:00')).toEqual([]);
	});

	it('Lesson Coming Up reminds a customer who joins the group after the trigger has started', async () => {
		school.addMembership(VERA, ROBOTICS_GROUP, { b_date: '09.03.2026' });

		expect(await school.pollRemindersAt('2026-03-10 09:00')).toEqual(['Вера, 2026-03-10 17:00:00']);
	});

	it('Lesson Coming Up reminds of a lesson that is added after the trigger has started', async () => {
		school.addLesson(LESSON, '2026-03-10 10:00');

		expect(await school.pollRemindersAt('2026-03-10 09:00')).toEqual(['Анна, 2026-03-10 10:00:00']);
	});

	it('Lesson Coming Up does not remind of a lesson that has begun', async () => {
		await school.pollAt('2026-03-10 09:00');
		school.addLesson(LESSON, '2026-03-10 10:30');

		expect(await school.pollRemindersAt('2026-03-10 11:00')).toEqual([]);
	});
});

describe('Lesson Coming Up', () => {
	it('Lesson Coming Up reminds a customer of another branch who has a lesson in the watched branch', async () => {
		const school = new LessonSchool({ now: SUNDAY_NOON, parameters: ONLY_BRANCH_1 });
		school.addLesson(LESSON, '2026-03-10 09:00', { customer_ids: [VERA] });
		await school.pollAt(SUNDAY_NOON);

		expect(await school.pollRemindersAt('2026-03-09 09:00')).toEqual(['Вера, 2026-03-10 09:00:00']);
	});

	it.each<{ branches: string; failingCalls: string[] }>([
		{ branches: 'can be listed', failingCalls: [] },
		{ branches: 'cannot be listed', failingCalls: ['branch/index'] },
	])(
		'Lesson Coming Up skips a deleted customer of a lesson when the branches $branches',
		async ({ failingCalls }) => {
			const DELETED_CUSTOMER = 999;
			const school = new LessonSchool({ now: SUNDAY_NOON, parameters: ONLY_BRANCH_1 });
			school.failCalls(failingCalls);
			school.addLesson(LESSON, '2026-03-10 09:00', { customer_ids: [ANNA, DELETED_CUSTOMER] });
			await school.pollAt(SUNDAY_NOON);

			expect(await school.pollRemindersAt('2026-03-09 09:00')).toEqual(['Анна, 2026-03-10 09:00:00']);
		},
	);

	it('a poll of Lesson Coming Up fails when AlfaCRM sends only a part of a list', async () => {
		const school = new LessonSchool({ now: SUNDAY_NOON });
		await school.pollAt(SUNDAY_NOON);
		school.school.totalError = 1;

		await expect(school.pollAt(MONDAY_17)).rejects.toThrow(/did not come whole/);
	});

	it('Lesson Coming Up reminds in the next poll when AlfaCRM sent only a part of a list in the last one', async () => {
		const school = new LessonSchool({ now: SUNDAY_NOON });
		await school.pollAt(SUNDAY_NOON);
		school.school.totalError = 1;
		await expect(school.pollAt(MONDAY_17)).rejects.toThrow();
		school.school.totalError = 0;

		expect(await school.pollRemindersAt('2026-03-09 17:05')).toEqual(REMINDERS_OF_TUESDAY);
	});

	it('an item of Lesson Coming Up has the lesson and the card as AlfaCRM sends them when Simplify is off', async () => {
		const school = new LessonSchool({ now: SUNDAY_NOON, parameters: { simplify: false } });
		await school.pollAt(SUNDAY_NOON);

		const [item] = await school.pollAt(MONDAY_17);

		expect(item).toMatchObject({
			lesson_id: null,
			regular_id: REGULAR_LESSON,
			date: '2026-03-10',
			time_to: '2026-03-10 18:00:00',
			status: LESSON_STATUS.planned,
			customer: { id: ANNA, phone: ['+7(900)000-05-10'], web: [] },
		});
	});

	it('a test of Lesson Coming Up in the editor shows the customers of the next lessons', async () => {
		const school = new LessonSchool({ now: '2026-03-09 20:00' });

		expect(await school.poller.fetchTestEvent()).toMatchObject([
			{ customer_name: 'Анна', time_from: '2026-03-10 17:00:00' },
			{ customer_name: 'Борис', time_from: '2026-03-10 17:00:00' },
		]);
	});

	it('a test of Lesson Coming Up in the editor names the parameter to change when it finds no lesson', async () => {
		const school = new LessonSchool({ now: '2026-03-12 12:00' });

		await expect(school.poller.fetchTestEvent()).rejects.toMatchObject({
			description: expect.stringContaining("'Hours Before'") as string,
		});
	});
});

describe('Lesson Coming Up, with two groups,', () => {
	let school: LessonSchool;

	beforeEach(async () => {
		school = new LessonSchool({ now: SUNDAY_NOON, parameters: ONLY_BRANCH_1 });
		school.addRecord('group', { id: CHESS_GROUP, name: 'Шахматы', branch_ids: [1] });
		school.addMembership(VERA, CHESS_GROUP, { e_date: '10.03.2026' });
		school.addGroupLesson(LESSON, '2026-03-10 17:30', CHESS_GROUP);
		await school.pollRemindersAt(SUNDAY_NOON, '2026-03-09 16:40');
		school.clearCalls();
	});

	it('Lesson Coming Up reads the members of a group whose lesson becomes near, and of no other group', async () => {
		expect(await school.pollRemindersAt(MONDAY_17)).toEqual(REMINDERS_OF_TUESDAY);
		expect(school.readCallsForList('cgi')).toMatchObject([
			{ body: { group_id: ROBOTICS_GROUP } },
			{ body: { group_id: ROBOTICS_GROUP, b_date: '01.01.2000', e_date: '31.12.2099' } },
		]);
	});

	it('Lesson Coming Up does not read a group again when only the lesson of the other group becomes near', async () => {
		await school.pollAt(MONDAY_17);
		school.clearCalls();

		expect(await school.pollRemindersAt('2026-03-09 17:30')).toEqual(['Вера, 2026-03-10 17:30:00']);
		expect(school.readCallsForList('cgi')).toMatchObject([
			{ body: { group_id: CHESS_GROUP } },
			{ body: { group_id: CHESS_GROUP, b_date: '01.01.2000', e_date: '31.12.2099' } },
		]);
	});

	it('Lesson Coming Up reminds a customer who joins a group on the day of its lesson, after one call for each group', async () => {
		await school.pollRemindersAt(MONDAY_17, '2026-03-09 17:30');
		school.clearCalls();
		school.addMembership(ANNA, CHESS_GROUP, { b_date: '10.03.2026' });

		expect(await school.pollRemindersAt('2026-03-10 10:00')).toEqual(['Анна, 2026-03-10 17:30:00']);
		expect(school.readCallsForList('cgi')).toMatchObject([
			{ body: { group_id: ROBOTICS_GROUP } },
			{ body: { group_id: CHESS_GROUP } },
		]);
	});
});

describeScheduled("Lesson Coming Up, with 200 lessons in n8n's durable scheduler,", () => {
	/** The durable scheduler gives a poll 36 seconds, of which the trigger leaves a fifth. */
	const MOST_SECONDS = 28.8;
	const FIVE_TIMES = [
		'2026-03-11 23:00',
		'2026-03-11 23:05',
		'2026-03-11 23:10',
		'2026-03-11 23:15',
		'2026-03-11 23:20',
	];
	let school: LessonSchool;

	beforeEach(async () => {
		school = new LessonSchool({
			now: SUNDAY_NOON,
			parameters: ONLY_BRANCH_1,
			poller: { isDurable: true },
		});
		school.addGroupsOfAnna(200);
		await school.pollAt(SUNDAY_NOON);
		// AlfaCRM takes five calls a second.
		school.answerMs = 200;
	});

	it('Lesson Coming Up reminds of 200 lessons within five polls, the earliest lesson first, and ends each poll in time', async () => {
		const report = await school.pollWithReportAt(...FIVE_TIMES);

		expect(report.reminders).toHaveLength(200);
		expect(report.reminders).toEqual([...report.reminders].sort());
		expect(report.smallestPoll).toBeGreaterThan(10);
		expect(report.longestSeconds).toBeLessThan(MOST_SECONDS);
	});

	it('Lesson Coming Up sends no more calls once it has reminded of all 200 lessons', async () => {
		await school.pollWithReportAt(...FIVE_TIMES);
		school.clearCalls();

		expect(await school.pollRemindersAt('2026-03-11 23:25')).toEqual([]);
		expect(school.readCalls()).toEqual([]);
	});
});
