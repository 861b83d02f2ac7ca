import type { IDataObject } from 'n8n-workflow';

import { SmallSchool } from './school';

/** Account → Daily Check, where AlfaCRM shows attendance only to who asks for the lessons of a customer. */
const YESTERDAY = '2026-02-09';

afterEach(() => jest.useRealTimers());

describe('Daily Check counts the members of a group', () => {
	let school: SmallSchool;
	beforeEach(() => {
		jest.useFakeTimers({ now: new Date('2026-02-10T06:00:00Z'), advanceTimers: true });
		school = new SmallSchool({ now: '2026-02-10 09:00:00', bodyPageSize: 'honoured' });
		school.addRecord('branch', { id: 3, name: 'Закрытый', is_active: 0 });
		school.addRecord('group', { id: 41, name: 'Роботы', branch_ids: [1] });
	});
	const addMember = (card: IDataObject = {}) => {
		const customerId = school.addLead({ name: 'Орлова Мия', is_study: 1, ...card });
		school.addRecord('cgi', { customer_id: customerId, group_id: 41, b_date: '01.01.2026', e_date: null });
		return customerId;
	};
	const findSmallGroups = async (options: IDataObject = {}) => {
		const checks = { checks: ['smallGroup'], fewest: 1, ...options };
		const { json } = await school.run({
			resource: 'account',
			operation: 'dailyCheck',
			options: checks,
		});
		return json.map(({ message }) => message);
	};

	it('counts a member whose card is in a closed branch', async () => {
		addMember({ branch_ids: [3] });

		expect(await findSmallGroups()).toEqual([]);
	});

	it('does not count an archived member whose card is in a closed branch', async () => {
		addMember({ branch_ids: [3], e_date: '2026-01-31' });

		expect(await findSmallGroups()).toEqual(['Group Роботы has no members, fewer than 1.']);
	});

	it('counts a member whose card is in a closed branch that this user may not see', async () => {
		addMember({ branch_ids: [3] });
		school.settings.forbiddenBranches = [3];

		expect(await findSmallGroups()).toEqual([]);
	});

	it('counts a member whose card AlfaCRM shows in no list', async () => {
		school.addRecord('cgi', { customer_id: 9_999, group_id: 41, b_date: '01.01.2026', e_date: null });

		expect(await findSmallGroups()).toEqual([]);
	});

	it('does not count an archived member of the branch that is looked at, be it chosen or not', async () => {
		addMember({ e_date: '2026-01-31' });

		expect(await findSmallGroups()).toEqual(['Group Роботы has no members, fewer than 1.']);
		expect(await findSmallGroups({ searchBranches: [1] })).toEqual([
			'Group Роботы has no members, fewer than 1.',
		]);
	});

	it('calls a group without a name by its ID', async () => {
		school.changeRecord('group', 41, { name: '' });

		expect(await findSmallGroups()).toEqual(['Group 41 has no members, fewer than 1.']);
	});

	it('looks for the cards of members only if a group is small without them', async () => {
		addMember();
		addMember({ branch_ids: [3] });

		expect(await findSmallGroups()).toEqual([]);
		const closedBranchCalls = school.requests.filter(({ url }) => url.includes('/v2api/3/'));
		expect(closedBranchCalls).toEqual([]);
	});
});

describe('Daily Check of who comes tomorrow', () => {
	let school: SmallSchool;
	beforeEach(() => {
		jest.useFakeTimers({ now: new Date('2026-02-10T06:00:00Z'), advanceTimers: true });
		school = new SmallSchool({ now: '2026-02-10 09:00:00', bodyPageSize: 'honoured' });
		school.addRecord('branch', { id: 3, name: 'Закрытый', is_active: 0 });
	});
	const addLessonTomorrow = (customerId: number) =>
		school.addRecord('lesson', {
			branch_id: 1,
			date: '2026-02-11',
			time_from: '2026-02-11 10:00:00',
			time_to: '2026-02-11 11:00:00',
			status: 1,
			lesson_type_id: 1,
			subject_id: 1,
			teacher_ids: [],
			customer_ids: [customerId],
			group_ids: [],
		});
	const runChecks = async (...checks: string[]) =>
		await school.run({ resource: 'account', operation: 'dailyCheck', options: { checks } });

	it.each([
		['alone', ['comesUnpaid']],
		['with small groups', ['comesUnpaid', 'smallGroup']],
	])('Unpaid Tomorrow %s names a debtor whose card is in a closed branch', async (_how, checks) => {
		const card = {
			name: 'Орлова Мия',
			is_study: 1,
			branch_ids: [3],
			balance: '-800.00',
			paid_lesson_count: 3,
		};
		addLessonTomorrow(school.addLead(card));

		const { json, hints } = await runChecks(...checks);

		expect(json.map(({ message }) => message)).toEqual([
			'Орлова Мия comes on 2026-02-11 at 10:00 and owes 800.00.',
		]);
		expect(hints).toEqual([]);
	});

	it('Unpaid Tomorrow tells in a hint of customers whose card AlfaCRM shows in no list', async () => {
		addLessonTomorrow(9_999);

		const { json, hints } = await runChecks('comesUnpaid');

		expect(json).toEqual([]);
		expect(hints).toEqual([
			'Some who are to come were left out, because AlfaCRM shows their card in no list: customer 9999',
		]);
	});
});

it('asks by its members whether a lesson of a group is marked that names nobody', async () => {
	jest.useFakeTimers({ now: new Date('2026-02-10T06:00:00Z'), advanceTimers: true });
	const school = new SmallSchool({ now: '2026-02-10 09:00:00', lessonDetails: 'withCustomer' });
	school.addRecord('group', { id: 41, name: 'Роботы', branch_ids: [1] });
	const member = school.addLead({ name: 'Орлова Мия', is_study: 1 });
	school.addRecord('cgi', { customer_id: member, group_id: 41, b_date: '01.01.2026', e_date: null });
	const lesson = (from: string) =>
		school.addRecord('lesson', {
			...{ branch_id: 1, date: YESTERDAY, time_from: `${YESTERDAY} ${from}:00`, status: 3 },
			...{ time_to: `${YESTERDAY} 20:00:00`, lesson_type_id: 2, subject_id: 1, teacher_ids: [1] },
			...{ customer_ids: [], group_ids: [41] },
		});
	const [marked, unmarked] = [lesson('10:00'), lesson('12:00')];
	school.onCall = (call, { body: { id, customer_id } }) => {
		if (call !== 'lesson/index' || customer_id !== member) return undefined;
		const details = id === marked ? [{ customer_id, is_attend: 1 }] : [];
		return { items: [{ ...school.readRecord('lesson', Number(id)), details }], total: 1 };
	};
	const { json } = await school.run({
		...{ resource: 'account', operation: 'dailyCheck' },
		options: { checks: ['notMarked'] } as IDataObject,
	});
	expect(json.map(({ lesson_id }) => lesson_id)).toEqual([unmarked]);
});

it('reads the school once for all items, even if they begin in different minutes', async () => {
	jest.useFakeTimers({ now: new Date('2026-02-10T06:00:59Z'), advanceTimers: true });
	const school = new SmallSchool({ now: '2026-02-10 09:00:59' });
	school.onCall = () => {
		jest.setSystemTime(new Date('2026-02-10T06:01:30Z'));
		return undefined;
	};
	const form = { resource: 'account', operation: 'dailyCheck', options: { checks: ['stillPlanned'] } };

	await school.run(form, { items: [{}, {}, {}] });

	// One list for each of the two branches.
	expect(school.readRequests('lesson/index')).toHaveLength(2);
});

describe('Daily Check of overlaps', () => {
	it('calls a room without a name by its ID', async () => {
		jest.useFakeTimers({ now: new Date('2026-02-10T06:00:00Z'), advanceTimers: true });
		const school = new SmallSchool({ now: '2026-02-10 09:00:00', bodyPageSize: 'honoured' });
		school.addRecord('room', { id: 5, name: '', branch_id: 1 });
		school.addRecord('group', { id: 41, name: 'Роботы', branch_ids: [1] });
		const lesson = {
			branch_id: 1,
			date: '2026-02-11',
			time_from: '2026-02-11 10:00:00',
			time_to: '2026-02-11 11:00:00',
			status: 1,
			lesson_type_id: 2,
			subject_id: 1,
			room_id: 5,
			teacher_ids: [],
			customer_ids: [],
			group_ids: [41],
		};
		school.addRecord('lesson', lesson);
		school.addRecord('lesson', lesson);

		const { json } = await school.run({
			resource: 'account',
			operation: 'dailyCheck',
			options: { checks: ['overlap'] },
		});

		expect(json.map(({ message }) => message)).toEqual([
			'Room 5 is booked twice on 2026-02-11: Роботы at 10:00–11:00, and Роботы at 10:00–11:00.',
		]);
	});
});
