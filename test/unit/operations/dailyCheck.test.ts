import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { SmallSchool } from './school';

const YESTERDAY = '2026-02-09';
const TOMORROW = '2026-02-11';

const ROBOTICS = 41;
const CLOSED_BRANCH = 3;
/** The ID of a customer whose card AlfaCRM shows in no list. */
const CUSTOMER_WITHOUT_CARD = 9_999;

let school: SmallSchool;

/** In Moscow, where the school and n8n are, it is 09:00. */
beforeEach(() => {
	jest.useFakeTimers({ now: new Date('2026-02-10T06:00:00Z'), advanceTimers: true });
	school = new SmallSchool({ now: '2026-02-10 09:00:00' });
	school.addRecord('branch', { id: CLOSED_BRANCH, name: 'Закрытый', is_active: 0 });
});

afterEach(() => {
	jest.useRealTimers();
});

describe('Daily Check of small groups', () => {
	const ROBOTICS_IS_EMPTY = 'Group Роботы has no members, fewer than 1.';

	beforeEach(() => {
		school.settings.bodyPageSize = 'honoured';
		addGroup();
	});

	it('counts a member whose card is in a closed branch', async () => {
		addMember({ branch_ids: [CLOSED_BRANCH] });

		expect(await findSmallGroups()).toEqual([]);
	});

	it('does not count an archived member whose card is in a closed branch', async () => {
		addMember({ branch_ids: [CLOSED_BRANCH], e_date: '2026-01-31' });

		expect(await findSmallGroups()).toEqual([ROBOTICS_IS_EMPTY]);
	});

	it('counts a member whose card is in a branch that this user may not see', async () => {
		addMember({ branch_ids: [CLOSED_BRANCH] });
		school.settings.forbiddenBranches = [CLOSED_BRANCH];

		expect(await findSmallGroups()).toEqual([]);
	});

	it('counts a member whose card AlfaCRM shows in no list', async () => {
		addMembership(CUSTOMER_WITHOUT_CARD);

		expect(await findSmallGroups()).toEqual([]);
	});

	it('does not count an archived member of a checked branch', async () => {
		addMember({ e_date: '2026-01-31' });

		expect(await findSmallGroups()).toEqual([ROBOTICS_IS_EMPTY]);
	});

	it('does not count an archived member of a branch that the user has chosen', async () => {
		addMember({ e_date: '2026-01-31' });

		expect(await findSmallGroups({ searchBranches: [1] })).toEqual([ROBOTICS_IS_EMPTY]);
	});

	it('names a group without members', async () => {
		expect(await findSmallGroups()).toEqual([ROBOTICS_IS_EMPTY]);
	});

	it('calls a group without a name by its ID', async () => {
		school.changeRecord('group', ROBOTICS, { name: '' });

		expect(await findSmallGroups()).toEqual(['Group 41 has no members, fewer than 1.']);
	});

	it('does not look for a card in other branches when the group is large enough without that member', async () => {
		addMember({ branch_ids: [1] });
		addMember({ branch_ids: [CLOSED_BRANCH] });

		const messages = await findSmallGroups();

		expect(messages).toEqual([]);
		const callsToClosedBranch = school.requests.filter(({ url }) => url.includes('/v2api/3/'));
		expect(callsToClosedBranch).toEqual([]);
	});

	/** Finds the groups with fewer than one member and returns the messages. */
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
		// The second check reads the cards of the active customers of the other branches.
		{ checks: ['comesUnpaid', 'smallGroup'] },
	])('names a debtor whose card is in a closed branch when the checks are $checks', async ({ checks }) => {
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
	});

	it('tells in a hint of a customer whose card AlfaCRM shows in no list', async () => {
		addLesson({ date: TOMORROW, customer_ids: [CUSTOMER_WITHOUT_CARD] });

		const { json, hints } = await school.run(dailyCheckForm(['comesUnpaid']));

		expect(json).toEqual([]);
		expect(hints).toEqual([
			'Some who are to come were left out, because AlfaCRM shows their card in no list: customer 9999',
		]);
	});
});

describe('Daily Check of attendance, where AlfaCRM shows attendance only in the lessons of one customer', () => {
	let member: number;

	beforeEach(() => {
		school.settings.lessonDetails = 'withCustomer';
		addGroup();
		member = addMember();
	});

	it('names a completed lesson of a group without attendance, and not the lesson with attendance', async () => {
		const GROUP_LESSON = {
			date: YESTERDAY,
			status: LESSON_STATUS.held,
			group_ids: [ROBOTICS],
			customer_ids: [],
		};
		const markedLesson = addLesson({ ...GROUP_LESSON, from: '10:00', to: '11:00' });
		const unmarkedLesson = addLesson({ ...GROUP_LESSON, from: '12:00', to: '13:00' });
		showAttendanceToMember(markedLesson);

		const { json } = await school.run(dailyCheckForm(['notMarked']));

		expect(json).toMatchObject([{ lesson_id: unmarkedLesson }]);
	});

	/** Answers a request for a lesson of the member: one lesson has the attendance of the member, others have none. */
	function showAttendanceToMember(markedLesson: number): void {
		school.onCall = (call, { body: { id, customer_id } }) => {
			if (call !== 'lesson/index' || customer_id !== member) return undefined;
			const details = id === markedLesson ? [{ customer_id: member, is_attend: 1 }] : [];
			return { items: [{ ...school.readRecord('lesson', Number(id)), details }], total: 1 };
		};
	}
});

describe('Daily Check of overlaps', () => {
	it('calls a room without a name by its ID', async () => {
		const ROOM = 5;
		addGroup();
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
	it('reads the lists once, although the clock goes on to the next minute between the items', async () => {
		jest.setSystemTime(new Date('2026-02-10T06:00:59Z'));
		school.settings.now = '2026-02-10 09:00:59';
		school.onCall = () => {
			jest.setSystemTime(new Date('2026-02-10T06:01:30Z'));
			return undefined;
		};

		await school.run(dailyCheckForm(['stillPlanned']), { items: [{}, {}, {}] });

		// One list for each of the two branches in use.
		expect(school.readRequests('lesson/index')).toHaveLength(2);
	});
});

function dailyCheckForm(checks: string[], options: IDataObject = {}): IDataObject {
	return { resource: 'account', operation: 'dailyCheck', options: { checks, ...options } };
}

function addGroup(): void {
	school.addRecord('group', { id: ROBOTICS, name: 'Роботы', branch_ids: [1] });
}

/** Adds a client of branch 1, unless the values say otherwise, who is a member of the group. */
function addMember(values: IDataObject = {}): number {
	const customer = school.addLead({ name: 'Орлова Мия', is_study: CUSTOMER_TYPE.client, ...values });
	addMembership(customer);
	return customer;
}

/** Makes a customer a member of the group since January. */
function addMembership(customer: number): void {
	school.addRecord('cgi', {
		customer_id: customer,
		group_id: ROBOTICS,
		b_date: '01.01.2026',
		e_date: null,
	});
}

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
