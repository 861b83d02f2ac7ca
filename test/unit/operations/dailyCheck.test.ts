import type { IDataObject } from 'n8n-workflow';

import { ATTENDANCE, CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { SmallSchool } from './school';

const YESTERDAY = '2026-02-09';
const TOMORROW = '2026-02-11';

/** A group of branch 1. See `addRoboticsGroup`. */
const ROBOTICS = 41;
/** A branch that is not in use any more. */
const CLOSED_BRANCH = 3;
/** The last day of a customer who was archived in January. */
const LAST_DAY_IN_JANUARY = '2026-01-31';
/** The ID of a customer whose card AlfaCRM shows in no list. */
const CUSTOMER_WITHOUT_CARD = 9_999;

let school: SmallSchool;

beforeEach(() => {
	// The school and n8n are in Moscow, where it is 09:00.
	jest.useFakeTimers({ now: new Date('2026-02-10T06:00:00Z'), advanceTimers: true });
	school = new SmallSchool({ now: '2026-02-10 09:00:00' });
	school.addRecord('branch', { id: CLOSED_BRANCH, name: 'Закрытый', is_active: 0 });
});

afterEach(() => {
	jest.useRealTimers();
});

describe('Daily Check of small groups', () => {
	const EMPTY_GROUP_MESSAGE = 'Group Роботы has no members, fewer than 1.';

	beforeEach(() => {
		school.settings.bodyPageSize = 'honoured';
		addRoboticsGroup();
	});

	it('Daily Check reports no small group when the card of the only member is in a closed branch', async () => {
		addMemberOfRobotics({ branch_ids: [CLOSED_BRANCH] });

		const messages = await findSmallGroups();

		expect(messages).toEqual([]);
	});

	it('Daily Check reports a group as empty when its only member is archived in a closed branch', async () => {
		addMemberOfRobotics({ branch_ids: [CLOSED_BRANCH], e_date: LAST_DAY_IN_JANUARY });

		const messages = await findSmallGroups();

		expect(messages).toEqual([EMPTY_GROUP_MESSAGE]);
	});

	it('Daily Check reports no small group when this user may not see the branch of the only member', async () => {
		addMemberOfRobotics({ branch_ids: [CLOSED_BRANCH] });
		school.settings.forbiddenBranches = [CLOSED_BRANCH];

		const messages = await findSmallGroups();

		expect(messages).toEqual([]);
	});

	it('Daily Check reports no small group when AlfaCRM shows the card of the only member in no list', async () => {
		addMembershipInRobotics(CUSTOMER_WITHOUT_CARD);

		const messages = await findSmallGroups();

		expect(messages).toEqual([]);
	});

	it('Daily Check reports a group as empty when its only member is archived', async () => {
		addMemberOfRobotics({ e_date: LAST_DAY_IN_JANUARY });

		const messages = await findSmallGroups();

		expect(messages).toEqual([EMPTY_GROUP_MESSAGE]);
	});

	it('Daily Check reports a group as empty when its only member is archived and Search in Branch is filled', async () => {
		addMemberOfRobotics({ e_date: LAST_DAY_IN_JANUARY });

		const messages = await findSmallGroups({ searchBranches: [1] });

		expect(messages).toEqual([EMPTY_GROUP_MESSAGE]);
	});

	it('Daily Check reports a group without members as empty', async () => {
		const messages = await findSmallGroups();

		expect(messages).toEqual([EMPTY_GROUP_MESSAGE]);
	});

	it('Daily Check names a group by its ID when the group has no name', async () => {
		school.changeRecord('group', ROBOTICS, { name: '' });

		const messages = await findSmallGroups();

		expect(messages).toEqual(['Group 41 has no members, fewer than 1.']);
	});

	it('Daily Check reads no closed branch when the group has enough members in its own branch', async () => {
		addMemberOfRobotics({ branch_ids: [1] });
		addMemberOfRobotics({ branch_ids: [CLOSED_BRANCH] });

		const messages = await findSmallGroups();

		expect(messages).toEqual([]);
		expect(readRequestsToClosedBranch()).toEqual([]);
	});

	/** Reads the requests so far that name the closed branch in their URL. */
	function readRequestsToClosedBranch() {
		return school.requests.filter(({ url }) => url.includes(`/v2api/${CLOSED_BRANCH}/`));
	}

	/** Runs Daily Check for groups with fewer than one member, and returns a message for each of them. */
	async function findSmallGroups(options: IDataObject = {}): Promise<unknown[]> {
		const { json } = await school.run(dailyCheckForm(['smallGroup'], { fewest: 1, ...options }));
		return json.map(({ message }) => message);
	}
});

describe('Daily Check of customers who come tomorrow unpaid', () => {
	beforeEach(() => {
		school.settings.bodyPageSize = 'honoured';
	});

	it.each([
		{ checks: ['comesUnpaid'] },
		// The check of small groups reads cards of other branches, which must not hide the debtor from the first check.
		{ checks: ['comesUnpaid', 'smallGroup'] },
	])(
		'Daily Check names a debtor whose card is in a closed branch when the checks are $checks',
		async ({ checks }) => {
			const debtor = school.addLead({
				name: 'Орлова Мия',
				is_study: CUSTOMER_TYPE.client,
				branch_ids: [CLOSED_BRANCH],
				balance: '-800.00',
				paid_lesson_count: 3,
			});
			addLesson({ date: TOMORROW, customer_ids: [debtor] });

			const { json, hints } = await school.run(dailyCheckForm(checks));

			expect(json).toMatchObject([{ message: 'Орлова Мия comes on 2026-02-11 at 10:00 and owes 800.00.' }]);
			expect(hints).toEqual([]);
		},
	);

	it('Daily Check names in a hint a customer of tomorrow whose card AlfaCRM shows in no list', async () => {
		addLesson({ date: TOMORROW, customer_ids: [CUSTOMER_WITHOUT_CARD] });

		const { json, hints } = await school.run(dailyCheckForm(['comesUnpaid']));

		expect(json).toEqual([]);
		expect(hints).toEqual([
			`Some who are to come were left out, because AlfaCRM shows their card in no list: customer ${CUSTOMER_WITHOUT_CARD}`,
		]);
	});
});

describe('Daily Check of attendance, where AlfaCRM shows attendance only in the lessons of one customer', () => {
	beforeEach(() => {
		school.settings.lessonDetails = 'withCustomer';
		addRoboticsGroup();
	});

	it('Daily Check names the group lesson without attendance, and not the one with attendance', async () => {
		const member = addMemberOfRobotics();
		const lessonWithAttendance = addCompletedGroupLesson({ from: '10:00', to: '11:00' });
		const lessonWithoutAttendance = addCompletedGroupLesson({ from: '12:00', to: '13:00' });
		showAttendance({ member, lesson: lessonWithAttendance });

		const { json } = await school.run(dailyCheckForm(['notMarked']));

		expect(json).toMatchObject([{ lesson_id: lessonWithoutAttendance }]);
	});

	function addCompletedGroupLesson({ from, to }: { from: string; to: string }): number {
		return addLesson({ date: YESTERDAY, from, to, status: LESSON_STATUS.held, group_ids: [ROBOTICS] });
	}

	/** Lets AlfaCRM list the lessons of a member: with an attendance in one lesson, and without any in the others. */
	function showAttendance({ member, lesson }: { member: number; lesson: number }): void {
		school.onCall = (call, { body: { id, customer_id } }) => {
			if (call !== 'lesson/index' || customer_id !== member) return undefined;
			const details = id === lesson ? [{ customer_id: member, is_attend: ATTENDANCE.attended }] : [];
			return { items: [{ ...school.readRecord('lesson', Number(id)), details }], total: 1 };
		};
	}
});

describe('Daily Check of overlaps', () => {
	it('Daily Check names a room by its ID when the room has no name', async () => {
		const ROOM = 5;
		addRoboticsGroup();
		school.addRecord('room', { id: ROOM, name: '', branch_id: 1 });
		addLesson({ date: TOMORROW, room_id: ROOM, group_ids: [ROBOTICS] });
		addLesson({ date: TOMORROW, room_id: ROOM, group_ids: [ROBOTICS] });

		const { json } = await school.run(dailyCheckForm(['overlap']));

		expect(json).toMatchObject([
			{
				message: 'Room 5 is booked twice on 2026-02-11: Роботы at 10:00–11:00, and Роботы at 10:00–11:00.',
			},
		]);
	});
});

describe('Daily Check with several items', () => {
	it('Daily Check reads the lists once for three items, although a minute begins between them', async () => {
		const LAST_SECOND_OF_MINUTE = new Date('2026-02-10T06:00:59Z');
		const NEXT_MINUTE = new Date('2026-02-10T06:01:30Z');
		jest.setSystemTime(LAST_SECOND_OF_MINUTE);
		school.settings.now = '2026-02-10 09:00:59';
		school.onCall = () => {
			jest.setSystemTime(NEXT_MINUTE);
			return undefined;
		};

		await school.run(dailyCheckForm(['stillPlanned']), { items: [{}, {}, {}] });

		// One list for each of the two branches in use.
		expect(school.readRequests('lesson/index')).toHaveLength(2);
	});
});

/** Fills the form of Daily Check, with the checks that it should make. */
function dailyCheckForm(checks: string[], options: IDataObject = {}): IDataObject {
	return { resource: 'account', operation: 'dailyCheck', options: { checks, ...options } };
}

function addRoboticsGroup(): void {
	school.addRecord('group', { id: ROBOTICS, name: 'Роботы', branch_ids: [1] });
}

/** Adds a client who is a member of the group. The client belongs to branch 1 unless the values say otherwise. */
function addMemberOfRobotics(values: IDataObject = {}): number {
	const customer = school.addLead({ name: 'Орлова Мия', is_study: CUSTOMER_TYPE.client, ...values });
	addMembershipInRobotics(customer);
	return customer;
}

/** Makes a customer a member of the group since January. */
function addMembershipInRobotics(customer: number): void {
	school.addRecord('cgi', {
		customer_id: customer,
		group_id: ROBOTICS,
		b_date: '01.01.2026',
		e_date: null,
	});
}

/** A lesson as a test gives it: the day and the hours apart, not as AlfaCRM stores them. */
interface LessonValues extends IDataObject {
	date: string;
	from?: string;
	to?: string;
}

/** Adds a planned lesson from 10:00 to 11:00, unless the values say otherwise. */
function addLesson({ date, from = '10:00', to = '11:00', ...values }: LessonValues): number {
	return school.addRecord('lesson', {
		branch_id: 1,
		date,
		time_from: `${date} ${from}:00`,
		time_to: `${date} ${to}:00`,
		status: LESSON_STATUS.planned,
		lesson_type_id: 1,
		subject_id: 1,
		teacher_ids: [],
		customer_ids: [],
		group_ids: [],
		...values,
	});
}
