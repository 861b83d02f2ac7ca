import { LESSON_STATUS, REGULAR_LESSON_DAY } from '../support/codes';
import {
	BLUE_ROOM,
	dailyCheckForm,
	DailyCheckSchool,
	IN_VLADIVOSTOK,
	PETROV,
	RED_ROOM,
	SIDOROVA,
	TODAY,
	TOMORROW,
	YESTERDAY,
} from './dailyCheckSchool';
import { asExpression } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { callInProcess, skipRetryPauses } from './support/inProcess';
import { useSchool } from './support/school';
import { stopClock } from './support/stoppedClock';

callInProcess();
skipRetryPauses();

const school = useSchool({ customers: 300, settings: { bodyPageSize: 'honoured' } });
const { addClient, changeRecord, changeSettings, expectRefused, expectRefusedUnsent, readRecords, run } =
	frontDeskOf(school);
const dailySchool = new DailyCheckSchool(school);

afterEach(() => jest.useRealTimers());

// Random schools prove which problems are found: `properties/dailyCheck`. These tests prove what the findings
// say.
describe('Daily Check of a small school', () => {
	beforeEach(() => {
		dailySchool.openOnTuesdayMorning();
		dailySchool.removeAllRecords();
	});

	describe('Lessons Still Planned', () => {
		it('Lessons Still Planned reports a group lesson of yesterday that nobody has completed or cancelled', async () => {
			const group = dailySchool.addGroup('Роботы Пн');
			const lesson = dailySchool.addLesson({
				date: YESTERDAY,
				from: '10:00',
				to: '11:00',
				group_ids: [group],
				teacher_ids: [PETROV],
			});

			const items = await dailySchool.runDailyCheck({ checks: ['stillPlanned'] });

			expect(items).toEqual([
				{
					check: 'stillPlanned',
					message:
						'The lesson of Роботы Пн on 2026-02-09 at 10:00–11:00 with Петров Лев is still planned: nobody has completed or cancelled it.',
					url: `${school.sandbox.url}/company/1/group/view?id=${group}`,
					date: YESTERDAY,
					time: '10:00',
					branch_id: 1,
					lesson_id: lesson,
					payment_id: null,
					group_id: group,
					customer_id: null,
					customer_name: null,
					teacher_name: 'Петров Лев',
				},
			]);
		});

		it('Lessons Still Planned names the customer of an individual lesson', async () => {
			const mia = addClient({ name: 'Орлова Мия' });
			const lesson = dailySchool.addLesson({
				date: YESTERDAY,
				from: '18:00',
				to: '19:00',
				customer_ids: [mia],
				teacher_ids: [SIDOROVA],
			});

			const items = await dailySchool.runDailyCheck({ checks: ['stillPlanned'] });

			expect(items).toMatchObject([
				{
					message:
						'The lesson of Орлова Мия on 2026-02-09 at 18:00–19:00 with Сидорова Ева is still planned: nobody has completed or cancelled it.',
					url: `${school.sandbox.url}/company/1/customer/view?id=${mia}`,
					lesson_id: lesson,
					group_id: null,
					customer_id: mia,
					customer_name: 'Орлова Мия',
				},
			]);
		});

		it('Lessons Still Planned lists the lessons in the order of their times', async () => {
			const eveningLesson = dailySchool.addLesson({ date: YESTERDAY, from: '18:00', to: '19:00' });
			const morningLesson = dailySchool.addLesson({ date: YESTERDAY, from: '10:00', to: '11:00' });

			const items = await dailySchool.runDailyCheck({ checks: ['stillPlanned'] });

			expect(items).toMatchObject([{ lesson_id: morningLesson }, { lesson_id: eveningLesson }]);
		});

		it('Lessons Still Planned reports a lesson of today only if it is over', async () => {
			const lessonUntilSix = dailySchool.addLesson({ date: TODAY, from: '05:00', to: '06:00' });
			dailySchool.addLesson({ date: TODAY, from: '05:30', to: '06:01' });
			dailySchool.addLesson({ date: TODAY, from: '06:30', to: '07:00' });

			const items = await dailySchool.runDailyCheck({ checks: ['stillPlanned'], day: TODAY });

			expect(items).toMatchObject([{ lesson_id: lessonUntilSix }]);
		});

		it('Lessons Still Planned ignores a regular lesson that is not in the calendar', async () => {
			const group = dailySchool.addGroup('Роботы Вт');
			const lesson = dailySchool.addLesson({
				date: TODAY,
				from: '04:00',
				to: '05:00',
				group_ids: [group],
			});
			dailySchool.addRegularLesson(group, {
				from: '03:00',
				to: '03:30',
				day: REGULAR_LESSON_DAY.tuesday,
			});

			// The check of overlaps is chosen as well, because it reads the regular lessons.
			const items = await dailySchool.runDailyCheck({ checks: ['stillPlanned', 'overlap'], day: TODAY });

			expect(items).toMatchObject([{ check: 'stillPlanned', lesson_id: lesson }]);
		});
	});

	describe('Overlaps', () => {
		let mia: number;
		let lev: number;

		beforeEach(() => {
			mia = addClient({ name: 'Орлова Мия' });
			lev = addClient({ name: 'Белов Лев' });
		});

		it('Overlaps reports two lessons of one teacher at the same time', async () => {
			dailySchool.addLesson({
				date: TOMORROW,
				from: '10:00',
				to: '11:00',
				customer_ids: [mia],
				teacher_ids: [PETROV],
				room_id: BLUE_ROOM,
			});
			const laterLesson = dailySchool.addLesson({
				date: TOMORROW,
				from: '10:30',
				to: '11:30',
				customer_ids: [lev],
				teacher_ids: [PETROV],
				room_id: RED_ROOM,
			});

			const items = await dailySchool.runDailyCheck({ checks: ['overlap'] });

			expect(items).toMatchObject([
				{
					message:
						'Петров Лев is booked twice on 2026-02-11: Орлова Мия at 10:00–11:00, and Белов Лев at 10:30–11:30.',
					lesson_id: laterLesson,
					teacher_name: 'Петров Лев',
					date: TOMORROW,
				},
			]);
		});

		it('Overlaps reports two lessons in one room at the same time, although their teachers differ', async () => {
			dailySchool.addLesson({
				date: TODAY,
				from: '08:00',
				to: '09:00',
				customer_ids: [mia],
				teacher_ids: [PETROV],
				room_id: RED_ROOM,
			});
			const secondLesson = dailySchool.addLesson({
				date: TODAY,
				from: '08:00',
				to: '08:30',
				customer_ids: [lev],
				teacher_ids: [SIDOROVA],
				room_id: RED_ROOM,
			});

			const items = await dailySchool.runDailyCheck({ checks: ['overlap'] });

			expect(items).toMatchObject([
				{
					message:
						'Room Красный is booked twice on 2026-02-10: Орлова Мия at 08:00–09:00, and Белов Лев at 08:00–08:30.',
					lesson_id: secondLesson,
					teacher_name: null,
					date: TODAY,
				},
			]);
		});

		it('Overlaps lists an overlap of today before one of tomorrow', async () => {
			dailySchool.addLesson({ date: TOMORROW, from: '08:00', to: '09:00', teacher_ids: [PETROV] });
			dailySchool.addLesson({ date: TOMORROW, from: '08:00', to: '09:00', teacher_ids: [PETROV] });
			dailySchool.addLesson({ date: TODAY, from: '10:00', to: '11:00', teacher_ids: [PETROV] });
			dailySchool.addLesson({ date: TODAY, from: '10:00', to: '11:00', teacher_ids: [PETROV] });

			const items = await dailySchool.runDailyCheck({ checks: ['overlap'] });

			expect(items).toMatchObject([{ date: TODAY }, { date: TOMORROW }]);
		});

		it('Overlaps reports a lesson at the time of a regular lesson that is not in the calendar yet', async () => {
			const group = dailySchool.addGroup('Роботы Ср');
			dailySchool.addRegularLesson(group, { from: '16:00', to: '17:00' });
			const lesson = dailySchool.addLesson({
				date: TOMORROW,
				from: '16:30',
				to: '17:30',
				customer_ids: [mia],
				teacher_ids: [PETROV],
				room_id: BLUE_ROOM,
			});

			const items = await dailySchool.runDailyCheck({ checks: ['overlap'] });

			expect(items).toMatchObject([
				{
					message:
						'Петров Лев and room Синий are booked twice on 2026-02-11: Роботы Ср at 16:00–17:00, and Орлова Мия at 16:30–17:30.',
					lesson_id: lesson,
					customer_id: mia,
					group_id: group,
				},
			]);
		});

		it('Overlaps ignores a regular lesson that has been moved to another time of the day', async () => {
			const group = dailySchool.addGroup('Роботы Ср');
			const regularLesson = dailySchool.addRegularLesson(group, { from: '12:00', to: '13:00' });
			dailySchool.addLesson({
				date: TOMORROW,
				from: '18:00',
				to: '19:00',
				regular_id: regularLesson,
				group_ids: [group],
				teacher_ids: [PETROV],
				room_id: BLUE_ROOM,
			});
			dailySchool.addLesson({
				date: TOMORROW,
				from: '12:30',
				to: '13:30',
				customer_ids: [mia],
				teacher_ids: [PETROV],
				room_id: BLUE_ROOM,
			});

			const items = await dailySchool.runDailyCheck({ checks: ['overlap'] });

			expect(items).toEqual([]);
		});
	});

	describe('Small Groups', () => {
		let mia: number;
		let lev: number;

		beforeEach(() => {
			mia = addClient({ name: 'Орлова Мия' });
			lev = addClient({ name: 'Белов Лев' });
		});

		it('Small Groups reports a group without members and a group with one, but no group with two', async () => {
			dailySchool.addGroup('Пустая');
			const groupOfOne = dailySchool.addGroup('Одна');
			dailySchool.addMembership(mia, groupOfOne);
			const groupOfTwo = dailySchool.addGroup('Двое');
			dailySchool.addMembership(mia, groupOfTwo);
			dailySchool.addMembership(lev, groupOfTwo);

			const items = await dailySchool.runDailyCheck({ checks: ['smallGroup'] });

			expect(items).toMatchObject([
				{ message: 'Group Одна has 1 member, fewer than 2.' },
				{ message: 'Group Пустая has no members, fewer than 2.' },
			]);
		});

		it('Small Groups reports a group of two when Fewest Members is three', async () => {
			const group = dailySchool.addGroup('Двое');
			dailySchool.addMembership(mia, group);
			dailySchool.addMembership(lev, group);

			const items = await dailySchool.runDailyCheck({ checks: ['smallGroup'], fewest: 3 });

			expect(items).toMatchObject([
				{
					message: 'Group Двое has 2 members, fewer than 3.',
					url: `${school.sandbox.url}/company/1/group/view?id=${group}`,
					date: TODAY,
					time: null,
					branch_id: 1,
					lesson_id: null,
					group_id: group,
				},
			]);
		});

		it('Small Groups ignores a group that begins later', async () => {
			dailySchool.addGroup('Начнётся', { b_date: '2026-03-01' });

			const items = await dailySchool.runDailyCheck({ checks: ['smallGroup'] });

			expect(items).toEqual([]);
		});

		it('Small Groups does not count an archived customer as a member', async () => {
			const archivedCustomer = addClient({ e_date: '2026-01-31' });
			const group = dailySchool.addGroup('Одна');
			dailySchool.addMembership(mia, group);
			dailySchool.addMembership(archivedCustomer, group);

			const items = await dailySchool.runDailyCheck({ checks: ['smallGroup'] });

			expect(items).toMatchObject([{ message: 'Group Одна has 1 member, fewer than 2.' }]);
		});

		it('Small Groups does not count an archived customer whose card is in a closed branch', async () => {
			changeRecord('branch', 2, { is_active: 0 });
			const archivedCustomer = addClient({ branch_ids: [2], e_date: '2026-01-31' });
			const group = dailySchool.addGroup('Одна');
			dailySchool.addMembership(mia, group);
			dailySchool.addMembership(archivedCustomer, group);

			const items = await dailySchool.runDailyCheck({ checks: ['smallGroup'] });

			expect(items).toMatchObject([{ message: 'Group Одна has 1 member, fewer than 2.' }]);
		});

		it('Small Groups does not count a customer whose membership begins later', async () => {
			const group = dailySchool.addGroup('Одна');
			dailySchool.addMembership(mia, group);
			dailySchool.addMembership(lev, group, { b_date: '01.03.2026' });

			const items = await dailySchool.runDailyCheck({ checks: ['smallGroup'] });

			expect(items).toMatchObject([{ message: 'Group Одна has 1 member, fewer than 2.' }]);
		});

		it('Small Groups counts a member whose card is in another branch', async () => {
			changeRecord('customer', lev, { branch_ids: [2] });
			const group = dailySchool.addGroup('Двое');
			dailySchool.addMembership(mia, group);
			dailySchool.addMembership(lev, group);

			const items = await dailySchool.runDailyCheck({ checks: ['smallGroup'] });

			expect(items).toEqual([]);
		});

		it('Small Groups counts a member whose card is in a branch that is not searched', async () => {
			changeRecord('customer', lev, { branch_ids: [2] });
			const group = dailySchool.addGroup('Двое');
			dailySchool.addMembership(mia, group);
			dailySchool.addMembership(lev, group);

			const items = await dailySchool.runDailyCheck({ checks: ['smallGroup'], searchBranches: [1] });

			expect(items).toEqual([]);
		});
	});

	describe('Attendance Not Marked', () => {
		it('Attendance Not Marked reports a completed lesson of yesterday in which nobody is marked', async () => {
			const mia = addClient({ name: 'Орлова Мия' });
			const lev = addClient({ name: 'Белов Лев' });
			dailySchool.addLesson({
				date: YESTERDAY,
				from: '10:00',
				to: '11:00',
				status: LESSON_STATUS.held,
				customer_ids: [lev, mia],
			});

			const items = await dailySchool.runDailyCheck({ checks: ['notMarked'] });

			expect(items).toMatchObject([
				{
					message:
						'The lesson of Белов Лев and Орлова Мия on 2026-02-09 at 10:00–11:00 is completed, but nobody is marked as present or absent.',
				},
			]);
		});
	});

	describe('Payments Without Payer', () => {
		it("Payments Without Payer reports an income of yesterday that has a payer's name but no customer", async () => {
			const payment = dailySchool.addIncomeWithoutCustomer({ payer_name: 'Орлова Анна' });

			const items = await dailySchool.runDailyCheck({ checks: ['noPayer'] });

			expect(items).toMatchObject([
				{
					message: `Payment ${payment} of 3872.70 from Орлова Анна on 2026-02-09 has no customer.`,
					payment_id: payment,
					branch_id: 1,
					url: null,
					date: YESTERDAY,
				},
			]);
		});

		it('Payments Without Payer reports an income whose customer is 0 and whose payer is empty', async () => {
			const payment = dailySchool.addIncomeWithoutCustomer({
				customer_id: 0,
				payer_name: '',
				branch_id: 2,
			});

			const items = await dailySchool.runDailyCheck({ checks: ['noPayer'] });

			expect(items).toMatchObject([
				{
					message: `Payment ${payment} of 3872.70 on 2026-02-09 has no customer.`,
					payment_id: payment,
					branch_id: 2,
				},
			]);
		});
	});

	describe('Unpaid Tomorrow', () => {
		it('Unpaid Tomorrow reports a client who comes tomorrow without a paid lesson', async () => {
			const client = addClient({ name: 'Пустова Аня', balance: '0.00', paid_lesson_count: 0 });
			const lesson = dailySchool.addLesson({
				date: TOMORROW,
				from: '09:00',
				to: '10:00',
				customer_ids: [client],
			});

			const items = await dailySchool.runDailyCheck({ checks: ['comesUnpaid'] });

			expect(items).toMatchObject([
				{
					message: 'Пустова Аня comes on 2026-02-11 at 09:00 and has no paid lessons left.',
					customer_id: client,
					customer_name: 'Пустова Аня',
					lesson_id: lesson,
					group_id: null,
				},
			]);
		});

		it('Unpaid Tomorrow reports a debtor whose group has a regular lesson tomorrow', async () => {
			const debtor = addClient({ name: 'Должник Олег', balance: '-1200.50', paid_lesson_count: 4 });
			const group = dailySchool.addGroup('Роботы Ср');
			dailySchool.addMembership(debtor, group);
			dailySchool.addRegularLesson(group, { from: '15:00', to: '16:00' });

			const items = await dailySchool.runDailyCheck({ checks: ['comesUnpaid'] });

			expect(items).toMatchObject([
				{
					message: 'Должник Олег comes on 2026-02-11 at 15:00 (Роботы Ср) and owes 1200.50.',
					url: `${school.sandbox.url}/company/1/customer/view?id=${debtor}`,
					customer_id: debtor,
					lesson_id: null,
					group_id: group,
					teacher_name: 'Петров Лев',
				},
			]);
		});

		it('Unpaid Tomorrow gives both reasons for a debtor without paid lessons', async () => {
			const debtor = addClient({ name: 'Минусов Ян', balance: '-800.00', paid_lesson_count: -1 });
			dailySchool.addLesson({ date: TOMORROW, from: '17:00', to: '18:00', customer_ids: [debtor] });

			const items = await dailySchool.runDailyCheck({ checks: ['comesUnpaid'] });

			expect(items).toMatchObject([
				{
					message: 'Минусов Ян comes on 2026-02-11 at 17:00 and owes 800.00 and has no paid lessons left.',
				},
			]);
		});

		it('Unpaid Tomorrow reports a client with two lessons once, with the first lesson', async () => {
			const client = addClient({ paid_lesson_count: 0 });
			dailySchool.addLesson({ date: TOMORROW, from: '17:00', to: '18:00', customer_ids: [client] });
			const firstLesson = dailySchool.addLesson({
				date: TOMORROW,
				from: '09:00',
				to: '10:00',
				customer_ids: [client],
			});

			const items = await dailySchool.runDailyCheck({ checks: ['comesUnpaid'] });

			expect(items).toMatchObject([{ customer_id: client, lesson_id: firstLesson }]);
		});

		it('Unpaid Tomorrow lists the clients in the order of their lessons', async () => {
			const laterClient = addClient({ paid_lesson_count: 0 });
			const earlierClient = addClient({ paid_lesson_count: 0 });
			dailySchool.addLesson({ date: TOMORROW, from: '17:00', to: '18:00', customer_ids: [laterClient] });
			dailySchool.addLesson({ date: TOMORROW, from: '09:00', to: '10:00', customer_ids: [earlierClient] });

			const items = await dailySchool.runDailyCheck({ checks: ['comesUnpaid'] });

			expect(items).toMatchObject([{ customer_id: earlierClient }, { customer_id: laterClient }]);
		});
	});
});

describe('Daily Check of a school with one problem of each kind', () => {
	beforeEach(() => {
		dailySchool.openOnTuesdayMorning();
		dailySchool.removeAllRecords();
		dailySchool.addOneProblemOfEachKind(1);
	});

	it('Daily Check lists the problems in the order of the checks', async () => {
		const items = await dailySchool.runDailyCheck();

		expect(items).toMatchObject([
			{ check: 'stillPlanned' },
			{ check: 'overlap' },
			{ check: 'smallGroup' },
			{ check: 'notMarked' },
			{ check: 'noPayer' },
			{ check: 'comesUnpaid' },
		]);
	});

	it('Daily Check makes all checks when Checks is empty', async () => {
		const items = await dailySchool.runDailyCheck({ checks: [] });

		expect(items).toMatchObject([
			{ check: 'stillPlanned' },
			{ check: 'overlap' },
			{ check: 'smallGroup' },
			{ check: 'notMarked' },
			{ check: 'noPayer' },
			{ check: 'comesUnpaid' },
		]);
	});

	it('Daily Check changes nothing in AlfaCRM', async () => {
		const before = school.sandbox.snapshot();

		await dailySchool.runDailyCheck();

		expect(school.sandbox.changes(before)).toEqual([]);
	});

	it('Daily Check reads only the payments when it looks for payments without a payer', async () => {
		dailySchool.closeOtherBranches();

		await dailySchool.runDailyCheck({ checks: ['noPayer'] });

		expect(dailySchool.readSortedCalls()).toEqual(['1/pay/index', 'auth/login', 'branch/index']);
	});

	it('Daily Check reads only the lessons of the chosen day in the chosen branch', async () => {
		await dailySchool.runDailyCheck({
			checks: ['stillPlanned', 'notMarked'],
			searchBranches: [2],
			day: '2026-01-05',
		});

		expect(dailySchool.readSortedCalls()).toEqual(['2/lesson/index', '2/lesson/index', 'auth/login']);
		expect(school.readJournal('lesson/index')).toMatchObject([
			{ body: { date_from: '2026-01-05' } },
			{ body: { date_from: '2026-01-05' } },
		]);
	});

	it('Daily Check returns the same findings for each item with the same form', async () => {
		const findings = await dailySchool.runDailyCheck();

		const items = await run(dailyCheckForm(), { ...IN_VLADIVOSTOK, items: [{}, {}, {}] });

		expect(items).toEqual([...findings, ...findings, ...findings]);
	});

	it('Daily Check sends as many calls for three items with one form as for one item', async () => {
		await dailySchool.runDailyCheck();
		school.sandbox.clearJournal();
		await dailySchool.runDailyCheck();
		const callsForOneItem = dailySchool.readSortedCalls();
		school.sandbox.clearJournal();

		await run(dailyCheckForm(), { ...IN_VLADIVOSTOK, items: [{}, {}, {}] });

		expect(dailySchool.readSortedCalls()).toEqual(callsForOneItem);
	});

	it('Daily Check finds a branch by its name', async () => {
		changeRecord('branch', 2, { name: 'Южный' });
		dailySchool.addOneProblemOfEachKind(2);

		const items = await dailySchool.runDailyCheck({
			checks: ['stillPlanned', 'smallGroup'],
			searchBranches: asExpression(['Южный']),
		});

		expect(items).toMatchObject([
			{ check: 'stillPlanned', branch_id: 2 },
			{ check: 'smallGroup', branch_id: 2 },
		]);
	});

	it('Daily Check accepts a day as AlfaCRM writes it', async () => {
		const items = await dailySchool.runDailyCheck({ checks: ['stillPlanned'], day: '09.02.2026' });

		expect(items).toMatchObject([{ check: 'stillPlanned', date: '2026-02-09' }]);
	});

	it('Daily Check reports no problems of a closed branch', async () => {
		dailySchool.addOneProblemOfEachKind(2);
		changeRecord('branch', 2, { is_active: 0 });

		const { json, hints } = await dailySchool.runDailyCheckToEnd({ checks: ['stillPlanned', 'noPayer'] });

		expect(json).toMatchObject([
			{ check: 'stillPlanned', branch_id: 1 },
			{ check: 'noPayer', branch_id: 1 },
		]);
		expect(hints).toEqual([]);
	});
});

describe('Daily Check for a user with few rights', () => {
	beforeEach(() => {
		dailySchool.openOnTuesdayMorning();
		dailySchool.removeAllRecords();
		dailySchool.addOneProblemOfEachKind(1);
	});

	it('Daily Check reports the problems of the branch that the user may see', async () => {
		dailySchool.addOneProblemOfEachKind(2);
		changeSettings({ forbiddenBranches: [2] });

		const { json, error } = await dailySchool.runDailyCheckToEnd();

		expect(error).toBeUndefined();
		expect(json).toMatchObject([
			{ check: 'stillPlanned', branch_id: 1 },
			{ check: 'overlap', branch_id: 1 },
			{ check: 'smallGroup', branch_id: 1 },
			{ check: 'notMarked', branch_id: 1 },
			{ check: 'noPayer', branch_id: 1 },
			{ check: 'comesUnpaid', branch_id: 1 },
		]);
	});

	it('Daily Check names in a hint the lists of a branch that the user may not see', async () => {
		changeSettings({ forbiddenBranches: [2] });

		const { hints } = await dailySchool.runDailyCheckToEnd({ checks: ['overlap'] });

		expect(hints).toEqual([
			"The check 'Overlaps' is not whole, because this user may not list all that it takes: lessons of branch 2; regular lessons of branch 2",
		]);
	});

	it('Daily Check names in a hint a participant whose card is in a closed branch that the user may not see', async () => {
		const customer = addClient({ branch_ids: [2], balance: '-1.00' });
		dailySchool.addLesson({ date: TOMORROW, from: '10:00', to: '11:00', customer_ids: [customer] });
		changeRecord('branch', 2, { is_active: 0 });
		changeSettings({ forbiddenBranches: [2] });

		const { hints } = await dailySchool.runDailyCheckToEnd();

		expect(hints).toEqual([
			`Some who are to come were left out, because AlfaCRM shows their card in no list: customer ${customer}`,
		]);
	});

	it('Daily Check makes the other checks when the user may list neither payments nor memberships', async () => {
		dailySchool.closeOtherBranches();
		changeSettings({ forbiddenCalls: ['pay/*', 'cgi/*'] });

		const { json, hints } = await dailySchool.runDailyCheckToEnd();

		expect(json).toMatchObject([{ check: 'stillPlanned' }, { check: 'overlap' }, { check: 'notMarked' }]);
		expect(hints.sort()).toEqual([
			"The check 'Payments Without Payer' is not whole, because this user may not list all that it takes: payments of branch 1",
			"The check 'Small Groups' is not whole, because this user may not list all that it takes: group members of branch 1",
			"The check 'Unpaid Tomorrow' is not whole, because this user may not list all that it takes: customers or members of groups of branch 1",
		]);
	});

	it('Daily Check refuses to run when the user may read none of the lists, and says what to do', async () => {
		changeSettings({ forbiddenCalls: ['pay/*'] });

		const { message, description } = await expectRefused(dailyCheckForm({ checks: ['noPayer'] }));

		expect(message).toBe('This user may list nothing that the checks take');
		expect(description).toMatch(/choose other checks or branches in 'Options'\.$/);
	});

	it('Daily Check refuses to run when the user may not list the branches', async () => {
		changeSettings({ forbiddenCalls: ['branch/*'] });

		const { message } = await expectRefused(dailyCheckForm());

		expect(message).toBe('This user may not list the branches of the account');
	});

	it('Daily Check checks a chosen branch although the user may not list the branches', async () => {
		changeSettings({ forbiddenCalls: ['branch/*'] });

		const items = await dailySchool.runDailyCheck({ checks: ['noPayer'], searchBranches: [1] });

		expect(items).toMatchObject([{ check: 'noPayer', branch_id: 1 }]);
	});
});

describe('Daily Check of a form that cannot be used', () => {
	it.each([
		{ label: 'Checks', parameter: 'checks', value: ['overlaps'], meaning: 'an unknown check' },
		{ label: 'Checks', parameter: 'checks', value: null, meaning: 'null' },
		{ label: 'Day', parameter: 'day', value: '', meaning: 'an empty text' },
		{ label: 'Day', parameter: 'day', value: 'вчера', meaning: 'a word' },
		{ label: 'Day', parameter: 'day', value: null, meaning: 'null' },
		{ label: 'Fewest Members', parameter: 'fewest', value: 0, meaning: 'zero' },
		{ label: 'Fewest Members', parameter: 'fewest', value: 'two', meaning: 'a word' },
	])(
		'Daily Check refuses $meaning as $label before it sends anything',
		async ({ label, parameter, value }) => {
			const form = dailyCheckForm({ [parameter]: asExpression(value) });

			const { message } = await expectRefusedUnsent(form, label);

			expect(message).toContain(label);
		},
	);

	it('Daily Check refuses an unknown branch after it has read only the branches', async () => {
		const form = dailyCheckForm({ searchBranches: asExpression(['Луна']) });

		const { message } = await expectRefused(form);

		expect(message).toContain('Search in Branch');
		expect(school.readCalls()).toEqual(['auth/login', 'branch/index']);
	});
});

describe('Daily Check of the whole school of the sandbox', () => {
	beforeEach(() => {
		// The school has worked until noon of that day in Moscow: its stamps must not lie in the future.
		stopClock('2026-02-10T03:00:00Z');
		dailySchool.addOneProblemOfEachKind(1);
	});

	it('Daily Check reports a problem of each kind in the whole school', async () => {
		const items = await dailySchool.runDailyCheck();

		const checks = new Set(items.map(({ check }) => check));
		expect(checks).toEqual(
			new Set(['stillPlanned', 'overlap', 'smallGroup', 'notMarked', 'noPayer', 'comesUnpaid']),
		);
	});

	it('Daily Check reads the members only of groups that are small or meet tomorrow, and each other list once or twice', async () => {
		dailySchool.closeOtherBranches();

		await dailySchool.runDailyCheck();

		expect(dailySchool.readSortedCalls()).toEqual([
			// Three groups meet tomorrow: their members take two calls each. One other group seems small.
			'1/cgi/index',
			'1/cgi/index',
			'1/cgi/index',
			'1/cgi/index',
			'1/cgi/index',
			'1/cgi/index',
			'1/cgi/index',
			// One customer who comes tomorrow has the card in a closed branch, so two more calls look for it.
			'1/customer/index',
			'1/customer/index',
			'1/group/index',
			// Lessons are listed by their status.
			'1/lesson/index',
			'1/lesson/index',
			'1/lesson/index',
			'1/pay/index',
			'1/regular-lesson/index',
			'1/room/index',
			'1/teacher/index',
			'2/customer/index',
			'auth/login',
			'branch/index',
		]);
	});

	it.each([
		{
			behaviour: 'ignores the size of pages and gives small ones',
			settings: { bodyPageSize: 'ignored', pageSize: 20 },
		},
		{
			behaviour: 'ignores the filters of lessons, payments and memberships',
			settings: { ignoredFilters: ['lesson.date_from', 'lesson.date_to', 'pay.*', 'cgi.*'] },
		},
		{
			behaviour: 'refuses a size of pages and does not count the rows',
			settings: { bodyPageSize: 'refused400', total: 'missing' },
		},
	])('Daily Check reports the same problems when AlfaCRM $behaviour', async ({ settings }) => {
		const usualFindings = await dailySchool.runDailyCheck();
		changeSettings(settings);

		const findings = await dailySchool.runDailyCheck();

		expect(findings).toEqual(usualFindings);
	});

	it('Daily Check reports the same problems when the cards of customers name no groups', async () => {
		const usualFindings = await dailySchool.runDailyCheck();
		for (const { id } of readRecords('customer')) {
			changeRecord('customer', id, { group_ids: [] });
		}

		const findings = await dailySchool.runDailyCheck();

		expect(findings).toEqual(usualFindings);
	});
});
