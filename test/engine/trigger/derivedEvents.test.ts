import type { Settings } from '../../../sandbox';
import { ATTENDANCE, LOG_EVENT } from '../../support/codes';
import { makeHttpFailure } from '../support/directSchool';
import { interceptCalls, LARGE_PAGES, PolledSchool, SMALL_PAGES } from '../support/polledSchool';
import { useSchool } from '../support/school';
import { AttendanceSchool } from './attendanceSchool';
import {
	ANNA,
	BORIS,
	FIRST_LESSON,
	MEMBERSHIP,
	ROBOTICS_GROUP,
	SchoolStaff,
	SECOND_LESSON,
	SUBSCRIPTION,
	VERA,
} from './schoolStaff';

const school = useSchool({ customers: 60, settings: { now: '2026-03-10 12:00:00' } });
const staff = new SchoolStaff(school);

/** Matches the change in an item: what the log says about a record that the test has changed at 12:00. */
function matchChange(entity: string, entity_id: number, event = 'create'): unknown {
	const datetime = '2026-03-10 12:00:00';
	return expect.objectContaining({ event, entity, entity_id, user_id: 0, datetime });
}

function linkToCustomer(id: number, branch: number): string {
	return `${school.sandbox.url}/company/${branch}/customer/view?id=${id}`;
}

describe.each([
	{
		event: 'customerAttended',
		is_attend: ATTENDANCE.attended,
		opposite: ATTENDANCE.missed,
		fieldsOfEvent: { grade: null },
	},
	{
		event: 'customerMissed',
		is_attend: ATTENDANCE.missed,
		opposite: ATTENDANCE.attended,
		fieldsOfEvent: { reason_id: 1 },
	},
])('The trigger for $event', ({ event, is_attend, opposite, fieldsOfEvent }) => {
	const ATTENDANCE_ID = 801;

	beforeEach(() => {
		staff.addClient(ANNA, { name: 'Анна', phone: ['+7(900)000-00-01'] });
		staff.addClient(BORIS, { name: 'Борис', phone: ['+7(900)000-00-02'] });
		staff.addClient(VERA, { name: 'Вера', phone: ['+7(900)000-00-03'] });
	});

	/** Completes the first lesson with an attendance of Anna in which most fields are filled. */
	function completeLessonOfAnna(): void {
		staff.enterAttendance({
			id: ATTENDANCE_ID,
			lesson: FIRST_LESSON,
			customer: ANNA,
			is_attend,
			reason_id: 1,
			note: 'Предупредили',
			ctt_id: 4,
			commission: '800.00',
		});
		staff.completeLesson(FIRST_LESSON);
	}

	it('an item about an attendance has all fields of lesson and attendance when Simplify is off', async () => {
		staff.planLesson(FIRST_LESSON, [ANNA]);
		const trigger = await staff.startTrigger(event, { simplify: false });
		completeLessonOfAnna();

		expect(await trigger.poll()).toEqual([
			{
				customer_id: ANNA,
				lesson_id: FIRST_LESSON,
				date: '2026-03-10',
				time_from: '2026-03-10 10:00:00',
				time_to: '2026-03-10 11:00:00',
				lesson_type_id: 2,
				subject_id: 1,
				teacher_ids: [1],
				group_ids: [1],
				is_attend,
				reason_id: 1,
				grade: null,
				note: 'Предупредили',
				commission: '800.00',
				subscription_id: 4,
				details_id: ATTENDANCE_ID,
				room_id: null,
				topic: null,
				homework: null,
				branch_id: 1,
				change: matchChange('LessonDetails', ATTENDANCE_ID),
			},
		]);
	});

	it('an item about an attendance has names and only plain fields when Simplify is on', async () => {
		staff.planLesson(FIRST_LESSON, [ANNA]);
		const trigger = await staff.startTrigger(event);
		completeLessonOfAnna();

		expect(await trigger.poll()).toEqual([
			{
				customer_id: ANNA,
				customer_name: 'Анна',
				customer_phone: '+7(900)000-00-01',
				customer_email: '',
				lesson_id: FIRST_LESSON,
				time_from: '2026-03-10 10:00:00',
				lesson_type_id: 2,
				lesson_type_name: 'Групповой',
				subject_id: 1,
				subject_name: 'Робототехника',
				teacher_ids: 1,
				teacher_names: 'Петров Лев',
				group_ids: 1,
				group_names: 'Программирование Чт 14:00',
				...fieldsOfEvent,
				note: 'Предупредили',
				branch_id: 1,
				url: linkToCustomer(ANNA, 1),
				change: matchChange('LessonDetails', ATTENDANCE_ID),
			},
		]);
	});

	it('the trigger reports the customers of a lesson over several polls when a poll may report only two', async () => {
		staff.planLesson(FIRST_LESSON, [ANNA, BORIS, VERA]);
		staff.planLesson(SECOND_LESSON, [ANNA, BORIS, VERA]);
		const trigger = await staff.startTrigger(event, { simplify: false, options: { maxPerPoll: 2 } });
		staff.completeLessonOf([ANNA, BORIS, VERA], FIRST_LESSON, is_attend);
		staff.completeLessonOf([ANNA, BORIS, VERA], SECOND_LESSON, is_attend);

		expect(await trigger.poll()).toMatchObject([
			{ lesson_id: FIRST_LESSON, customer_id: ANNA },
			{ lesson_id: FIRST_LESSON, customer_id: BORIS },
		]);
		expect(await trigger.poll()).toMatchObject([
			{ lesson_id: FIRST_LESSON, customer_id: VERA },
			{ lesson_id: SECOND_LESSON, customer_id: ANNA },
		]);
		expect(await trigger.poll()).toMatchObject([
			{ lesson_id: SECOND_LESSON, customer_id: BORIS },
			{ lesson_id: SECOND_LESSON, customer_id: VERA },
		]);
		expect(await trigger.poll()).toEqual([]);
	});

	it.each([
		{ record: 'the lesson', entity: 'lesson', id: SECOND_LESSON },
		{ record: 'the customer', entity: 'customer', id: BORIS },
	])(
		'the trigger reports an earlier lesson although $record of a later one cannot be read',
		async ({ entity, id }) => {
			staff.planLesson(FIRST_LESSON, [ANNA]);
			staff.planLesson(SECOND_LESSON, [BORIS]);
			const trigger = await staff.startTrigger(event);
			staff.completeLessonOf([ANNA], FIRST_LESSON, is_attend);
			staff.completeLessonOf([BORIS], SECOND_LESSON, is_attend);
			staff.failRequestsFor(entity, id);

			expect(await trigger.poll()).toMatchObject([{ lesson_id: FIRST_LESSON, customer_id: ANNA }]);
		},
	);

	it.each([
		{ record: 'the lesson', entity: 'lesson', id: FIRST_LESSON },
		{ record: 'the customer', entity: 'customer', id: ANNA },
	])(
		'a poll fails while $record cannot be read, and a later poll reports the customer once',
		async ({ entity, id }) => {
			staff.planLesson(FIRST_LESSON, [ANNA]);
			const trigger = await staff.startTrigger(event);
			staff.completeLessonOf([ANNA], FIRST_LESSON, is_attend);
			staff.failRequestsFor(entity, id);
			await expect(trigger.poll()).rejects.toThrow();
			staff.endFailures();

			expect(await trigger.poll()).toMatchObject([{ lesson_id: FIRST_LESSON, customer_id: ANNA }]);
			expect(await trigger.poll()).toEqual([]);
		},
	);

	it('the trigger reads a lesson once for all its customers', async () => {
		staff.planLesson(FIRST_LESSON, [ANNA, BORIS, VERA]);
		const trigger = await staff.startTrigger(event, { simplify: false });
		staff.completeLessonOf([ANNA, BORIS, VERA], FIRST_LESSON, is_attend);

		await trigger.poll();

		expect(school.readJournal('lesson/index')).toHaveLength(1);
	});

	it('a test in the editor shows the customers of a lesson in the school', async () => {
		staff.planLesson(FIRST_LESSON, [ANNA, BORIS, VERA]);
		const trigger = await staff.startTrigger(event, { simplify: false });
		staff.enterAttendance({ lesson: FIRST_LESSON, customer: ANNA, is_attend });
		staff.enterAttendance({ lesson: FIRST_LESSON, customer: BORIS, is_attend: opposite });
		staff.enterAttendance({ lesson: FIRST_LESSON, customer: VERA, is_attend });
		staff.completeLesson(FIRST_LESSON);

		expect(await trigger.fetchTestEvent()).toMatchObject([
			{ lesson_id: FIRST_LESSON, customer_id: ANNA },
			{ lesson_id: FIRST_LESSON, customer_id: VERA },
		]);
	});

	it('a poll reports a customer whom a test in the editor has shown before', async () => {
		staff.planLesson(FIRST_LESSON, [ANNA]);
		const trigger = await staff.startTrigger(event, { simplify: false });
		staff.completeLessonOf([ANNA], FIRST_LESSON, is_attend);
		await trigger.fetchTestEvent();

		expect(await trigger.poll()).toMatchObject([{ lesson_id: FIRST_LESSON, customer_id: ANNA }]);
	});
});

describe('The trigger, when the user may not read lessons,', () => {
	beforeEach(() => {
		staff.addClient(ANNA, { name: 'Анна' });
		staff.planLesson(FIRST_LESSON, [ANNA]);
	});

	it('Customer Attended Lesson reports what the log says, with the reason why the lesson is missing, when the user may not read lessons', async () => {
		const trigger = await staff.startTrigger('customerAttended', { simplify: false });
		school.sandbox.settings.forbiddenCalls = ['lesson/index'];
		staff.completeLessonOf([ANNA], FIRST_LESSON, ATTENDANCE.attended);

		expect(await trigger.poll()).toMatchObject([
			{
				customer_id: ANNA,
				lesson_id: FIRST_LESSON,
				time_from: null,
				lesson_error: expect.stringMatching(/AlfaCRM/) as string,
			},
		]);
	});

	it('Customer Missed Lesson reports nobody when the user may not read lessons, because the log alone does not show who missed one', async () => {
		const trigger = await staff.startTrigger('customerMissed', { simplify: false });
		school.sandbox.settings.forbiddenCalls = ['lesson/index'];
		staff.completeLessonOf([ANNA], FIRST_LESSON, ATTENDANCE.missed);

		expect(await trigger.poll()).toEqual([]);
	});
});

describe.each<{ format: string; logFields: Settings['logFields'] }>([
	{ format: 'objects', logFields: 'objects' },
	{ format: 'JSON texts', logFields: 'jsonText' },
])('The trigger, when the log shows fields as $format,', ({ logFields }) => {
	const ANNA_IN_ITEMS = {
		customer_id: ANNA,
		customer_name: 'Анна',
		customer_phone: '+7(900)000-00-01',
		customer_email: '',
	};

	beforeEach(() => {
		school.sandbox.settings.logFields = logFields;
		staff.addClient(ANNA, { name: 'Анна', phone: ['+7(900)000-00-01'] });
		staff.addGroup(ROBOTICS_GROUP, { name: 'Роботы' });
	});

	it('Customer Joined Group reports the customer and the group with their names, in the branch of the group', async () => {
		staff.changeCustomer(ANNA, { branch_ids: [2] });
		staff.changeGroup(ROBOTICS_GROUP, { branch_ids: [2] });
		const trigger = await staff.startTrigger('customerJoinedGroup');
		staff.addMembership(MEMBERSHIP);

		expect(await trigger.poll()).toEqual([
			{
				...ANNA_IN_ITEMS,
				group_id: ROBOTICS_GROUP,
				group_name: 'Роботы',
				membership_id: MEMBERSHIP,
				b_date: '2026-03-10',
				e_date: '2026-05-31',
				branch_id: 2,
				url: linkToCustomer(ANNA, 2),
				change: matchChange('CustomerGroupInvolve', MEMBERSHIP),
			},
		]);
	});

	it('Customer Joined Group reports a customer only once', async () => {
		const trigger = await staff.startTrigger('customerJoinedGroup');
		staff.addMembership(MEMBERSHIP);
		await trigger.poll();

		expect(await trigger.poll()).toEqual([]);
	});

	it('Customer Joined Group reports a membership of a single day', async () => {
		const trigger = await staff.startTrigger('customerJoinedGroup');
		staff.addMembership(MEMBERSHIP, { b_date: '10.03.2026', e_date: '10.03.2026' });

		expect(await trigger.poll()).toMatchObject([{ customer_id: ANNA, group_id: ROBOTICS_GROUP }]);
	});

	it('Customer Joined Group ignores a membership that is entered after its last day', async () => {
		const trigger = await staff.startTrigger('customerJoinedGroup');
		staff.addMembership(MEMBERSHIP, { b_date: '09.03.2026', e_date: '09.03.2026' });

		expect(await trigger.poll()).toEqual([]);
	});

	it('Customer Joined Group reports a customer whose membership had ended and goes on now', async () => {
		staff.addMembership(MEMBERSHIP, { e_date: '01.03.2026' });
		const trigger = await staff.startTrigger('customerJoinedGroup');
		staff.changeMembership(MEMBERSHIP, { e_date: null });

		expect(await trigger.poll()).toMatchObject([{ customer_id: ANNA, group_id: ROBOTICS_GROUP }]);
	});

	it.each([
		{ event: 'customerLeftGroup', reports: 'no leaving' },
		{ event: 'customerJoinedGroup', reports: 'no joining' },
	])('$event ignores new days of a membership that goes on', async ({ event }) => {
		staff.addMembership(MEMBERSHIP);
		const trigger = await staff.startTrigger(event);
		staff.changeMembership(MEMBERSHIP, { e_date: '11.03.2026' });
		staff.changeMembership(MEMBERSHIP, { e_date: null });
		staff.changeMembership(MEMBERSHIP, { e_date: '30.06.2026' });
		staff.changeMembership(MEMBERSHIP, { b_date: '01.03.2026' });

		expect(await trigger.poll()).toEqual([]);
	});

	it.each([
		{ change: 'is deleted', endMembership: () => staff.deleteMembership(MEMBERSHIP) },
		{
			change: 'gets today as its last day',
			endMembership: () => staff.changeMembership(MEMBERSHIP, { e_date: '10.03.2026' }),
		},
		{
			change: 'gets an earlier last day',
			endMembership: () => staff.changeMembership(MEMBERSHIP, { e_date: '01.03.2026' }),
		},
	])('Customer Left Group reports a customer whose membership $change', async ({ endMembership }) => {
		staff.addMembership(MEMBERSHIP);
		const trigger = await staff.startTrigger('customerLeftGroup');
		endMembership();

		expect(await trigger.poll()).toMatchObject([
			{
				...ANNA_IN_ITEMS,
				group_id: ROBOTICS_GROUP,
				group_name: 'Роботы',
				membership_id: MEMBERSHIP,
			},
		]);
	});

	it('Customer Left Group reports a customer only once, although the ended membership is changed and deleted', async () => {
		staff.addMembership(MEMBERSHIP);
		const trigger = await staff.startTrigger('customerLeftGroup');
		staff.changeMembership(MEMBERSHIP, { e_date: '10.03.2026' });
		await trigger.poll();

		staff.changeMembership(MEMBERSHIP, { e_date: '28.02.2026' });
		staff.deleteMembership(MEMBERSHIP);

		expect(await trigger.poll()).toEqual([]);
	});

	it('Subscription Sold reports a subscription when it is sold', async () => {
		const trigger = await staff.startTrigger('subscriptionSold');
		staff.sellSubscription(SUBSCRIPTION);

		expect(await trigger.poll()).toEqual([
			{
				...ANNA_IN_ITEMS,
				subscription_id: SUBSCRIPTION,
				tariff_id: 1,
				tariff_name: '8 занятий',
				subject_ids: 2,
				subject_names: 'Программирование',
				lesson_type_ids: '',
				lesson_type_names: '',
				b_date: '2026-03-10',
				e_date: '2026-04-09',
				balance: '3200.00',
				note: null,
				branch_id: 1,
				url: linkToCustomer(ANNA, 1),
				change: matchChange('CustomerToTariff', SUBSCRIPTION),
			},
		]);
	});

	it('Subscription Sold ignores the change of a subscription', async () => {
		staff.sellSubscription(SUBSCRIPTION);
		const trigger = await staff.startTrigger('subscriptionSold');
		staff.changeSubscription(SUBSCRIPTION, { e_date: '10.04.2026' });

		expect(await trigger.poll()).toEqual([]);
	});

	it('Customer Archived reports an archived customer with the reason', async () => {
		const trigger = await staff.startTrigger('customerArchived');
		staff.archiveCustomer(ANNA);

		expect(await trigger.poll()).toEqual([
			{
				...ANNA_IN_ITEMS,
				e_date: '2026-03-10',
				customer_reject_id: 1,
				customer_reject_name: 'Переезд',
				lead_reject_id: null,
				lead_reject_name: null,
				branch_id: 1,
				url: linkToCustomer(ANNA, 1),
				change: matchChange('Customer', ANNA, 'update'),
			},
		]);
	});

	it('Customer Archived ignores an archived customer whose last day changes', async () => {
		staff.archiveCustomer(ANNA);
		const trigger = await staff.startTrigger('customerArchived');
		staff.changeCustomer(ANNA, { e_date: '2026-03-01' });

		expect(await trigger.poll()).toEqual([]);
	});

	it('Customer Archived ignores an archived customer who is brought back and then changed', async () => {
		staff.archiveCustomer(ANNA);
		const trigger = await staff.startTrigger('customerArchived');
		staff.changeCustomer(ANNA, { e_date: '2030-12-31' });
		staff.changeCustomer(ANNA, { e_date: '2027-01-01', note: 'Вернулась' });

		expect(await trigger.poll()).toEqual([]);
	});
});

describe('The trigger for a membership', () => {
	beforeEach(() => {
		staff.addClient(ANNA, { name: 'Анна' });
		staff.addGroup(ROBOTICS_GROUP, { name: 'Роботы' });
	});

	it('Customer Joined Group reads only the log when Simplify is off', async () => {
		const trigger = await staff.startTrigger('customerJoinedGroup', { simplify: false });
		staff.addMembership(MEMBERSHIP);

		const [item] = await trigger.poll();

		expect(item).toMatchObject({
			membership_id: MEMBERSHIP,
			change: matchChange('CustomerGroupInvolve', MEMBERSHIP),
		});
		expect(item).not.toHaveProperty('url');
		expect([...new Set(school.readCalls())]).toEqual(['log/index']);
	});

	it('Customer Left Group finds the customer of an ended membership by one request to the log', async () => {
		staff.addMembership(MEMBERSHIP);
		const trigger = await staff.startTrigger('customerLeftGroup', { simplify: false });
		staff.changeMembership(MEMBERSHIP, { e_date: '10.03.2026' });

		const items = await trigger.poll();

		expect(items).toMatchObject([{ customer_id: ANNA, group_id: ROBOTICS_GROUP }]);
		expect(staff.readLogRequestsFor(MEMBERSHIP)).toHaveLength(1);
	});

	it('Customer Left Group leaves customer and group empty when the log does not say whose membership has ended', async () => {
		staff.addMembership(MEMBERSHIP);
		staff.deleteMembershipsFromLog();
		const trigger = await staff.startTrigger('customerLeftGroup');
		staff.changeMembership(MEMBERSHIP, { e_date: '10.03.2026' });

		expect(await trigger.poll()).toMatchObject([
			{
				membership_id: MEMBERSHIP,
				customer_id: null,
				customer_name: null,
				group_id: null,
				group_name: null,
				url: null,
			},
		]);
	});
});

describe.each([
	{ event: 'customerArchived', className: 'Customer' },
	{ event: 'customerJoinedGroup', className: 'CustomerGroupInvolve' },
	{ event: 'customerLeftGroup', className: 'CustomerGroupInvolve' },
	{ event: 'subscriptionSold', className: 'CustomerToTariff' },
])('The trigger for $event, in a test in the editor,', ({ event, className }) => {
	/** Lets Anna join a group and leave it, buy a subscription and be archived. */
	function makeOneEventOfEachKind(): void {
		staff.addClient(ANNA, { name: 'Анна' });
		staff.addGroup(ROBOTICS_GROUP, { name: 'Роботы' });
		staff.sellSubscription(SUBSCRIPTION);
		staff.addMembership(MEMBERSHIP);
		staff.deleteMembership(MEMBERSHIP);
		staff.archiveCustomer(ANNA);
		school.sandbox.clearJournal();
	}

	it('a test in the editor shows the customer of a real event', async () => {
		const trigger = await staff.startTrigger(event);
		makeOneEventOfEachKind();

		expect(await trigger.fetchTestEvent()).toMatchObject([{ customer_id: ANNA, customer_name: 'Анна' }]);
	});

	it('a test in the editor reads only log entries of its own class, because there may be many others', async () => {
		const trigger = await staff.startTrigger(event);
		makeOneEventOfEachKind();

		await trigger.fetchTestEvent();

		expect(staff.readClassesOfLogRequests()).toEqual([className]);
	});

	it('the next poll reports what a test in the editor has shown', async () => {
		const trigger = await staff.startTrigger(event);
		makeOneEventOfEachKind();

		const shownItems = await trigger.fetchTestEvent();

		expect(await trigger.poll()).toEqual(shownItems);
	});
});

describe('The trigger for customerAttended, with many lessons in the log,', () => {
	afterEach(() => jest.restoreAllMocks());

	it.each([
		{ simplify: 'off', isSimplified: false, leastPerPoll: 30 },
		{ simplify: 'on', isSimplified: true, leastPerPoll: 5 },
	])(
		'Customer Attended Lesson reports at least $leastPerPoll attendances in each poll when Simplify is $simplify and AlfaCRM is slow',
		async ({ isSimplified, leastPerPoll }) => {
			const attendanceSchool = new AttendanceSchool({
				parameters: { simplify: isSimplified },
				settings: SMALL_PAGES,
				poller: { isDurable: true },
			});
			await attendanceSchool.poll();
			const attendances = attendanceSchool.completeLessons(60);
			// AlfaCRM takes 0.8 seconds to answer a call.
			attendanceSchool.school.beforeAnswer = () => attendanceSchool.passMinutes(0.8 / 60);

			const report = await attendanceSchool.pollUntilReported(attendances.length);

			expect(report.smallestPoll).toBeGreaterThanOrEqual(leastPerPoll);
			expect(report.attendances.sort()).toEqual(attendances.sort());
		},
	);

	it('Customer Attended Lesson starts with the three newest attendances when Start With Newest is 3', async () => {
		const attendanceSchool = new AttendanceSchool({ parameters: { options: { startWith: 3 } } });
		attendanceSchool.completeLessons(4);

		// These are the attendances of the pupils 3, 4 and 5 at the fourth lesson.
		expect(await attendanceSchool.pollAttendances()).toEqual(['4 3', '4 4', '4 5']);
	});

	it('Customer Attended Lesson does not report older attendances after its first poll', async () => {
		const attendanceSchool = new AttendanceSchool({ parameters: { options: { startWith: 3 } } });
		attendanceSchool.completeLessons(4);
		await attendanceSchool.pollAttendances();

		expect(await attendanceSchool.pollRepeatedly(2, { minutesApart: 1 })).toEqual([]);
	});
});

describe('The trigger for customerAttended, when the log does not name the lesson,', () => {
	afterEach(() => jest.restoreAllMocks());

	const ATTENDANCE_ID = 77;
	const ITEM_WITHOUT_LESSON = {
		customer_id: ANNA,
		lesson_id: null,
		change: { entity_id: ATTENDANCE_ID },
		lesson_error: expect.stringContaining('AlfaCRM') as string,
	};

	/** Starts a trigger, lets Anna attend a lesson, and lets the list of lessons fail from then on. */
	async function attendUnreadableLesson(status: number): Promise<PolledSchool> {
		const polledSchool = new PolledSchool({
			settings: LARGE_PAGES,
			parameters: { event: 'customerAttended', simplify: false },
		});
		polledSchool.addLogEntry();
		await polledSchool.poll();
		polledSchool.passMinutes(5);
		polledSchool.addCustomer({ id: ANNA });
		polledSchool.addLogEntry({
			values: {
				entity: 'LessonDetails',
				entity_id: ATTENDANCE_ID,
				event: LOG_EVENT.created,
				fields_new: { customer_id: ANNA, is_attend: ATTENDANCE.attended },
			},
		});
		interceptCalls(polledSchool, async ({ url }, askAlfaCrm) => {
			if (url.includes('lesson/index')) throw makeHttpFailure(status);
			return await askAlfaCrm();
		});
		return polledSchool;
	}

	it('Customer Attended Lesson reports an attendance at once without the lesson when the user may not read lessons', async () => {
		const polledSchool = await attendUnreadableLesson(403);

		expect(await polledSchool.poller.poll()).toMatchObject([ITEM_WITHOUT_LESSON]);
		expect(await polledSchool.pollRepeatedly(2, { minutesApart: 10 })).toEqual([]);
	});

	it('Customer Attended Lesson fails for an hour while AlfaCRM cannot list lessons, and then reports the attendance without the lesson', async () => {
		const polledSchool = await attendUnreadableLesson(500);
		await expect(polledSchool.poller.poll()).rejects.toThrow('HTTP 500');
		polledSchool.passMinutes(59);
		await expect(polledSchool.poller.poll()).rejects.toThrow('HTTP 500');
		polledSchool.passMinutes(1);

		expect(await polledSchool.poller.poll()).toMatchObject([ITEM_WITHOUT_LESSON]);
		expect(await polledSchool.pollRepeatedly(2, { minutesApart: 10 })).toEqual([]);
	});
});
