import { allSchemas } from '../../../nodes/AlfaCrm/operations/schemas';
import { ATTENDANCE, LESSON_STATUS } from '../../support/codes';
import {
	CHESS_GROUP,
	LEV,
	MIA,
	MIA_IN_BRANCH_1,
	MIA_IN_BRANCH_2,
	MIA_OVERVIEW,
	NOW,
	omitFields,
	omitNotes,
	overviewByNameForm,
	overviewByPhoneForm,
	overviewForm,
	OverviewSchool,
	readErrorParts,
	readReasons,
	sortById,
	fullOverviewForm,
} from './overviewSchool';
import { PHONE } from './school';

const ANNA = 11;
const BORIS = 12;
const CHECKERS_GROUP = 42;
const UNKNOWN_CUSTOMER = 99_999;
const YESTERDAY = '2026-02-09';
const TODAY = '2026-02-10';
const TOMORROW = '2026-02-11';
const IN_THREE_DAYS = '2026-02-13';

let school: OverviewSchool;

beforeEach(() => {
	jest.useFakeTimers({ now: new Date(NOW), advanceTimers: true });
	school = new OverviewSchool();
});

afterEach(() => {
	jest.useRealTimers();
});

describe('Get Overview', () => {
	it('Get Overview returns the card, groups, lessons, payments, subscriptions and tasks of both branches', async () => {
		school.addMia();

		const overview = await school.getOverview(fullOverviewForm(MIA));

		expect(overview).toEqual(MIA_OVERVIEW);
	});

	it('Get Overview changes nothing in AlfaCRM', async () => {
		school.addMia();

		await school.getOverview(fullOverviewForm(MIA));

		expect(school.readWrites()).toEqual([]);
	});

	it.each([
		{ peculiarity: 'refuses a page size', settings: { bodyPageSize: 'refused400' as const } },
		{ peculiarity: 'shows no totals of lists', settings: { total: 'missing' as const } },
		{
			peculiarity: 'ignores the filters of lessons and payments by customer',
			settings: { ignoredFilters: ['lesson.customer_id', 'pay.customer_id'] },
		},
		{
			peculiarity: 'lists no ended subscriptions',
			settings: { deadDefault: 'current' as const, shownFields: ['customer-tariff.dead'] },
		},
		{
			peculiarity: 'shows attendances only in lists of the lessons of one customer',
			settings: { lessonDetails: 'withCustomer' as const },
		},
	])('Get Overview returns the same overview from an AlfaCRM that $peculiarity', async ({ settings }) => {
		school.addMia();
		school.changeSettings(settings);

		const overview = await school.getOverview(fullOverviewForm(MIA));

		expect(overview).toEqual(MIA_OVERVIEW);
		expect(school.readWrites()).toEqual([]);
	});

	it('Get Overview returns the fields of its output schema', async () => {
		school.addMia();

		const overview = await school.getOverview(fullOverviewForm(MIA));

		const schema = allSchemas()['customer/getOverview'];
		expect(Object.keys(overview).sort()).toEqual(Object.keys(schema.properties).sort());
	});

	it.each(['groups', 'subscriptions', 'attendance', 'payments', 'tasks'])(
		'Get Overview returns the items of %s with the fields of its output schema',
		async (list) => {
			school.addMia();

			const overview = await school.getOverview(fullOverviewForm(MIA));

			const [firstItem] = overview[list] as object[];
			const itemSchema = allSchemas()['customer/getOverview'].properties[list].items;
			expect(Object.keys(firstItem).sort()).toEqual(Object.keys(itemSchema?.properties ?? {}).sort());
		},
	);

	it('Get Overview returns a next lesson with the fields of its output schema', async () => {
		school.addMia();

		const overview = await school.getOverview(fullOverviewForm(MIA));

		const nextLesson = overview.next_lesson as object;
		const lessonSchema = allSchemas()['customer/getOverview'].properties.next_lesson;
		expect(Object.keys(nextLesson).sort()).toEqual(Object.keys(lessonSchema.properties ?? {}).sort());
	});

	it('Get Overview returns only the latest lesson and payment when Last Lessons and Payments is 1', async () => {
		// The records of branch 2 are a day younger than those of branch 1.
		school.addMia();

		const overview = await school.getOverview(overviewForm(MIA, { options: { last: 1 } }));

		expect(overview).toMatchObject({
			attendance: [{ lesson_id: MIA_IN_BRANCH_2.completedLesson }],
			payments: [{ id: MIA_IN_BRANCH_2.payment }],
		});
	});

	it('Get Overview finds the payments of the customer, although AlfaCRM lists 60 newer ones of another customer', async () => {
		school.addMia();
		school.changeSettings({ ignoredFilters: ['pay.customer_id'] });
		school.addPayments(60, { customer_id: LEV, document_date: '09.02.2026' });

		const overview = await school.getOverview(overviewForm(MIA));

		expect(overview.payments).toMatchObject([
			{ id: MIA_IN_BRANCH_2.payment },
			{ id: MIA_IN_BRANCH_1.payment },
		]);
	});

	it.each([
		{ is_confirmed: 0, confirmed: false },
		{ is_confirmed: null, confirmed: null },
	])(
		'Get Overview returns confirmed: $confirmed for a payment that AlfaCRM shows with is_confirmed: $is_confirmed',
		async ({ is_confirmed, confirmed }) => {
			school.addMia();
			school.changeRecord('pay', MIA_IN_BRANCH_1.payment, { is_confirmed });

			const overview = await school.getOverview(overviewForm(MIA));

			expect(overview.payments).toMatchObject([
				{ id: MIA_IN_BRANCH_2.payment, confirmed: true },
				{ id: MIA_IN_BRANCH_1.payment, confirmed },
			]);
		},
	);

	it('Get Overview returns attended: null when AlfaCRM does not show whether the customer was present', async () => {
		school.addClient({ id: ANNA });
		const lesson = school.addCompletedLesson({ date: YESTERDAY, customer_ids: [ANNA] });
		school.addAttendance(lesson, ANNA, { is_attend: null, grade: '5' });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.attendance).toMatchObject([{ attended: null, grade: '5' }]);
	});

	it('Get Overview fails when AlfaCRM keeps answering the list of payments with HTTP 500', async () => {
		school.addClient({ id: ANNA });
		school.failCallInBranch('pay/index', 1, 500);

		const run = school.runToEnd(overviewForm(ANNA));
		// The node repeats the call for less than a minute.
		await jest.advanceTimersByTimeAsync(60_000);
		const { error } = await run;

		expect(error?.message).toMatch(/payments/);
	});
});

describe.each(['income', 'expenditure'])('Get Overview of a payment that has its sum in %s', (sumField) => {
	it.each([
		{ payment: 'an income', pay_type_id: 1, incoming: true },
		{ payment: 'a sale of goods of earlier years', pay_type_id: 2, incoming: false },
		{ payment: 'a refund of earlier years', pay_type_id: 3, incoming: false },
		{ payment: 'a refund', pay_type_id: 5, incoming: false },
		{ payment: 'a correction', pay_type_id: 6, incoming: false },
		{ payment: 'a sale of goods', pay_type_id: 9, incoming: false },
		{ payment: 'cash put into the till', pay_type_id: 11, incoming: false },
		{ payment: 'cash taken out of the till', pay_type_id: 12, incoming: false },
		{ payment: 'a payment of a type that the school has added', pay_type_id: 13, incoming: null },
		{ payment: 'a payment without a type', pay_type_id: null, incoming: null },
	])(
		'Get Overview returns incoming: $incoming for $payment, type $pay_type_id',
		async ({ pay_type_id, incoming }) => {
			school.addClient({ id: ANNA });
			school.addPayment({ customer_id: ANNA, pay_type_id, income: '0.00', [sumField]: '5000.00' });

			const overview = await school.getOverview(overviewForm(ANNA));

			expect(overview.payments).toMatchObject([{ type_id: pay_type_id, incoming }]);
		},
	);
});

describe('Get Overview of tasks', () => {
	it('Get Overview returns a task only once when both branches list it', async () => {
		school.addClient({ id: ANNA, branch_ids: [1, 2] });
		const task = school.addTask({ customer_ids: [ANNA], branch_ids: [1, 2] });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.tasks).toMatchObject([{ id: task }]);
	});

	it('Get Overview leaves out a task that is archived', async () => {
		school.addClient({ id: ANNA });
		school.addTask({ customer_ids: [ANNA], is_archive: 1 });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.tasks).toEqual([]);
	});

	it('Get Overview leaves out a task that is done', async () => {
		school.addClient({ id: ANNA });
		school.addTask({ customer_ids: [ANNA], is_done: 1 });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.tasks).toEqual([]);
	});

	it('Get Overview reads only the first 20 tasks of a branch, and reports that there are more', async () => {
		school.addClient({ id: ANNA });
		// AlfaCRM lists the newest tasks first, so the task of Anna is the last of 31.
		school.addTask({ customer_ids: [ANNA] });
		school.addTasksOfNobody(30);

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.tasks).toEqual([]);
		expect(overview.overviewErrors).toEqual([
			{
				part: 'tasks',
				reason: expect.stringMatching(/only the first 20 of 31 were looked through/) as string,
			},
		]);
	});

	it('Get Overview finds a task after the first 20 when Search All Tasks is on', async () => {
		school.addClient({ id: ANNA });
		const task = school.addTask({ customer_ids: [ANNA] });
		school.addTasksOfNobody(30);

		const overview = await school.getOverview(overviewForm(ANNA, { options: { allTasks: true } }));

		expect(overview).toMatchObject({ tasks: [{ id: task }], overviewErrors: [] });
	});
});

describe('Get Overview of the next lesson', () => {
	it.each([
		{ timezone: 'Europe/Moscow', clock: '12:00', start: '13:00' },
		{ timezone: 'America/New_York', clock: '04:00', start: '10:00' },
	])(
		'Get Overview returns the lesson at $start as the next one when it is $clock in $timezone, where the workflow runs',
		async ({ timezone, start }) => {
			school.addClient({ id: ANNA });
			school.addPlannedLesson({ date: '2026-02-10', from: '10:00', to: '11:00', customer_ids: [ANNA] });
			school.addPlannedLesson({ date: '2026-02-10', from: '13:00', to: '14:00', customer_ids: [ANNA] });

			const { json } = await school.run(overviewForm(ANNA), { timezone });

			expect(json).toMatchObject([{ next_lesson: { date: '2026-02-10', start } }]);
		},
	);

	describe.each([
		{ behaviour: 'obeys', ignoredFilters: [] },
		{ behaviour: 'ignores', ignoredFilters: ['lesson.date_from', 'lesson.date_to'] },
	])('when AlfaCRM $behaviour the filter by day', ({ ignoredFilters }) => {
		it('Get Overview finds a next lesson in three days when Days Ahead is 3', async () => {
			school.addClient({ id: ANNA });
			school.addPlannedLesson({ date: IN_THREE_DAYS, customer_ids: [ANNA] });
			school.changeSettings({ ignoredFilters });

			const overview = await school.getOverview(overviewForm(ANNA, { options: { daysAhead: 3 } }));

			expect(overview.next_lesson).toMatchObject({ date: IN_THREE_DAYS });
		});

		it('Get Overview finds no next lesson in three days when Days Ahead is 2', async () => {
			school.addClient({ id: ANNA });
			school.addPlannedLesson({ date: IN_THREE_DAYS, customer_ids: [ANNA] });
			school.changeSettings({ ignoredFilters });

			const overview = await school.getOverview(overviewForm(ANNA, { options: { daysAhead: 2 } }));

			expect(overview.next_lesson).toBeNull();
		});
	});

	it.each([
		{ lesson: 'a lesson of another group', values: { group_ids: [CHECKERS_GROUP] } },
		{ lesson: 'a lesson of another customer', values: { customer_ids: [BORIS] } },
		{ lesson: 'a lesson that lists nobody', values: {} },
	])('Get Overview leaves out $lesson when AlfaCRM ignores the filter by customer', async ({ values }) => {
		school.addClient({ id: ANNA });
		school.addPlannedLesson({ date: '2026-02-12', ...values });
		school.changeSettings({ ignoredFilters: ['lesson.customer_id'] });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.next_lesson).toBeNull();
	});

	it('Get Overview finds a next lesson that lists the customer only among its attendances', async () => {
		school.addClient({ id: ANNA });
		const lesson = school.addPlannedLesson({ date: '2026-02-11' });
		school.addAttendance(lesson, ANNA);
		school.changeSettings({ ignoredFilters: ['lesson.customer_id'] });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.next_lesson).toMatchObject({ lesson_id: lesson });
	});
});

describe('Get Overview of the next lesson of a group', () => {
	beforeEach(() => {
		school.addClient({ id: ANNA });
		school.addGroup({ id: CHESS_GROUP, name: 'Шахматы' });
	});

	it('Get Overview shows a lesson of a group as the next lesson of its member, although the lesson lists only the group', async () => {
		// The lesson is on the last day of the membership.
		school.addMembership(ANNA, CHESS_GROUP, { b_date: '05.02.2026', e_date: '12.02.2026' });
		const lesson = school.addPlannedLesson({ date: '2026-02-12', group_ids: [CHESS_GROUP] });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview).toMatchObject({
			next_lesson: { lesson_id: lesson, group_id: CHESS_GROUP, date: '2026-02-12' },
			groups: [{ id: CHESS_GROUP, next_lesson: { lesson_id: lesson } }],
			overviewErrors: [],
		});
	});

	it('Get Overview shows a lesson of the group as the next lesson of a member whom the lesson does not list', async () => {
		school.addMembership(ANNA, CHESS_GROUP);
		const lesson = school.addPlannedLesson({
			date: '2026-02-13',
			group_ids: [CHESS_GROUP],
			customer_ids: [BORIS],
		});
		school.changeSettings({ ignoredFilters: ['lesson.customer_id'] });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.next_lesson).toMatchObject({ lesson_id: lesson });
	});

	it('Get Overview shows no lesson of the group after the last day of the membership', async () => {
		school.addMembership(ANNA, CHESS_GROUP, { b_date: '05.02.2026', e_date: '12.02.2026' });
		school.addPlannedLesson({ date: '2026-02-13', group_ids: [CHESS_GROUP] });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview).toMatchObject({
			next_lesson: null,
			groups: [{ id: CHESS_GROUP, next_lesson: null }],
		});
	});

	it('Get Overview shows the lesson of tomorrow to a customer whose membership begins tomorrow', async () => {
		school.addMembership(ANNA, CHESS_GROUP, { b_date: '11.02.2026', e_date: null });
		school.addPlannedLesson({ date: TODAY, from: '18:00', to: '19:00', group_ids: [CHESS_GROUP] });
		const lessonOfTomorrow = school.addPlannedLesson({ date: TOMORROW, group_ids: [CHESS_GROUP] });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview).toMatchObject({ next_lesson: { lesson_id: lessonOfTomorrow }, groups: [] });
	});

	it('Get Overview leaves out a lesson of another group when AlfaCRM ignores the filters by customer and group', async () => {
		school.addMembership(ANNA, CHESS_GROUP);
		school.addPlannedLesson({ date: '2026-02-11', group_ids: [CHECKERS_GROUP] });
		school.changeSettings({ ignoredFilters: ['lesson.customer_id', 'lesson.group_id'] });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.next_lesson).toBeNull();
	});
});

describe('Get Overview of groups', () => {
	const ROBOTICS_GROUP = 43;

	/** Adds Anna, who is in a group of each branch. */
	function addAnnaInTwoGroups(): void {
		school.addClient({ id: ANNA, branch_ids: [1, 2] });
		school.addGroup({ id: CHESS_GROUP, name: 'Шахматы' });
		school.addGroup({ id: ROBOTICS_GROUP, name: 'Роботы', branch: 2 });
		school.addMembership(ANNA, CHESS_GROUP);
		school.addMembership(ANNA, ROBOTICS_GROUP, { branch_id: 2 });
	}

	it('Get Overview returns the groups of both branches with their names', async () => {
		addAnnaInTwoGroups();

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(sortById(overview.groups)).toMatchObject([
			{ id: CHESS_GROUP, name: 'Шахматы' },
			{ id: ROBOTICS_GROUP, name: 'Роботы' },
		]);
		expect(overview.overviewErrors).toEqual([]);
	});

	it('Get Overview returns the groups of both branches although each branch lists only its own memberships', async () => {
		addAnnaInTwoGroups();
		school.listMembershipsByBranch();

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(sortById(overview.groups)).toMatchObject([
			{ id: CHESS_GROUP, name: 'Шахматы' },
			{ id: ROBOTICS_GROUP, name: 'Роботы' },
		]);
		expect(overview.overviewErrors).toEqual([]);
	});

	it('Get Overview reads the names of groups once in each branch', async () => {
		addAnnaInTwoGroups();

		await school.getOverview(overviewForm(ANNA));

		expect(school.readRequests('group/index')).toMatchObject([
			{ url: expect.stringContaining('/v2api/1/') as string },
			{ url: expect.stringContaining('/v2api/2/') as string },
		]);
	});

	it('Get Overview reads no names of groups for a customer without groups', async () => {
		school.addClient({ id: ANNA });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.groups).toEqual([]);
		expect(school.readRequests('group/index')).toEqual([]);
	});

	it('Get Overview reports an error of a branch in which the user may not read memberships', async () => {
		addAnnaInTwoGroups();
		// Branch 2 lists the memberships of both branches.
		school.failCallInBranch('cgi/customer', 1);

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(sortById(overview.groups)).toMatchObject([
			{ id: CHESS_GROUP, name: 'Шахматы' },
			{ id: ROBOTICS_GROUP, name: 'Роботы' },
		]);
		expect(overview.overviewErrors).toMatchObject([{ part: 'groups' }]);
	});

	it('Get Overview returns a group without its name when the user may not read groups in its branch', async () => {
		addAnnaInTwoGroups();
		school.failCallInBranch('group/index', 2);

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(sortById(overview.groups)).toMatchObject([
			{ id: CHESS_GROUP, name: 'Шахматы' },
			{ id: ROBOTICS_GROUP, name: null },
		]);
		expect(overview.overviewErrors).toEqual([]);
	});
});

describe('Get Overview of an AlfaCRM that lists records of other customers', () => {
	beforeEach(() => {
		school.addClient({ id: ANNA });
		school.addClient({ id: BORIS });
		school.changeSettings({ ignoredFilters: ['lesson.customer_id', 'pay.customer_id'] });
	});

	it('Get Overview returns only the groups of the customer', async () => {
		school.answerWithRows('cgi/customer', [
			{ id: 1, customer_id: ANNA, group_id: CHESS_GROUP },
			{ id: 2, customer_id: BORIS, group_id: CHECKERS_GROUP },
		]);

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.groups).toMatchObject([{ id: CHESS_GROUP }]);
	});

	it('Get Overview returns only the subscriptions of the customer that are neither over nor archived', async () => {
		const currentSubscription = { id: 1, customer_id: ANNA };
		const subscriptionOfBoris = { id: 2, customer_id: BORIS };
		const endedSubscription = { id: 3, customer_id: ANNA, dead: true };
		const archivedSubscription = { id: 4, customer_id: ANNA, removed: 1 };
		school.answerWithRows('customer-tariff/index', [
			currentSubscription,
			subscriptionOfBoris,
			endedSubscription,
			archivedSubscription,
		]);

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.subscriptions).toMatchObject([{ id: currentSubscription.id }]);
	});

	it('Get Overview returns only the completed lessons of the customer', async () => {
		const lesson = school.addCompletedLesson({ date: YESTERDAY, customer_ids: [ANNA] });
		school.addCompletedLesson({ date: YESTERDAY, customer_ids: [BORIS] });
		school.addCompletedLesson({ date: YESTERDAY, customer_ids: [] });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.attendance).toMatchObject([{ lesson_id: lesson }]);
	});

	it('Get Overview returns only the payments of the customer', async () => {
		const payment = school.addPayment({ customer_id: ANNA });
		school.addPayment({ customer_id: BORIS });
		school.addPayment({ customer_id: null });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.payments).toMatchObject([{ id: payment }]);
	});
});

describe('Get Overview with few calls', () => {
	it('Get Overview reads the customer first, and then each list of the branch once', async () => {
		school.addMia();

		await school.getOverview(overviewForm(MIA, { options: { searchBranches: [1] } }));

		expect(school.calls[0]).toBe('customer/index');
		expect(school.countCalls()).toEqual({
			'customer/index': 1,
			// The current memberships, and those of all times.
			'cgi/customer': 2,
			'customer-tariff/index': 1,
			'group/index': 1,
			// The planned lessons of the customer, the planned lessons of the group, and the completed lessons.
			'lesson/index': 3,
			'pay/index': 1,
			'tariff/index': 1,
			'task/index': 1,
			'user/index': 1,
		});
	});

	it('Get Overview reads the customer first, and then each list of both branches once', async () => {
		school.addMia();

		await school.getOverview(overviewForm(MIA));

		expect(school.calls[0]).toBe('customer/index');
		expect(school.countCalls()).toEqual({
			// Lists of the whole account.
			'customer/index': 1,
			'customer-tariff/index': 1,
			'tariff/index': 1,
			'user/index': 1,
			// Lists of a branch, which are read twice as often as for a single branch.
			'cgi/customer': 4,
			'group/index': 2,
			'lesson/index': 6,
			'pay/index': 2,
			'task/index': 2,
		});
	});

	it('Get Overview reads the lists of plans and users for the names in the overview of a client', async () => {
		school.addClient({ id: ANNA, assigned_id: 1, study_status_id: 1 });

		await school.getOverview(overviewForm(ANNA));

		expect(school.readCallsOfNames()).toEqual(['tariff/index', 'user/index']);
	});

	it('Get Overview reads the lists of stages and users for the names in the overview of a lead', async () => {
		school.addLead({ id: ANNA, assigned_id: 1, lead_status_id: 1 });

		await school.getOverview(overviewForm(ANNA));

		expect(school.readCallsOfNames()).toEqual(['lead-status/index', 'user/index']);
	});

	it.each([
		{ call: 'branch/index', branches: 'the account', requests: 1 },
		{ call: 'study-status/index', branches: 'the account', requests: 1 },
		{ call: 'tariff/index', branches: 'the account', requests: 1 },
		{ call: 'user/index', branches: 'the account', requests: 1 },
		{ call: 'group/index', branches: 'each branch', requests: 2 },
		{ call: 'task/index', branches: 'each branch', requests: 2 },
	])(
		'Get Overview sends $call once for $branches, although there are three items',
		async ({ call, requests }) => {
			school.addMia();

			const forms = [fullOverviewForm(MIA), fullOverviewForm(LEV), fullOverviewForm(MIA)];

			await school.run({}, { parametersByItem: forms });

			expect(school.readRequests(call)).toHaveLength(requests);
		},
	);
});

describe('Get Overview for a user who may not read everything', () => {
	it.each([
		{
			list: 'memberships',
			call: 'cgi/customer',
			part: 'groups',
			errorParts: ['groups', 'groups', 'next_lesson'],
		},
		{
			list: 'subscriptions',
			call: 'customer-tariff/index',
			part: 'subscriptions',
			errorParts: ['subscriptions'],
		},
		{ list: 'payments', call: 'pay/index', part: 'payments', errorParts: ['payments', 'payments'] },
		{ list: 'tasks', call: 'task/index', part: 'tasks', errorParts: ['tasks', 'tasks'] },
	])(
		'Get Overview returns $part: null and a reason when the user may not list $list',
		async ({ call, part, errorParts }) => {
			school.addMia();
			school.changeSettings({ forbiddenCalls: [call] });

			const overview = await school.getOverview(fullOverviewForm(MIA));

			expect(overview).toEqual({
				...MIA_OVERVIEW,
				[part]: null,
				overviewErrors: expect.any(Array) as unknown,
			});
			// A list that belongs to a branch is reported for each of the two branches.
			expect(readErrorParts(overview)).toEqual(errorParts);
			expect(readReasons(overview)[0]).toMatch(/denied access.*may not list/);
		},
	);

	it('Get Overview reports that a lesson of a group may come earlier when the user may not read memberships', async () => {
		school.addClient({ id: ANNA });
		school.addGroup({ id: CHESS_GROUP, name: 'Шахматы' });
		school.addMembership(ANNA, CHESS_GROUP);
		school.addPlannedLesson({ date: '2026-02-11', group_ids: [CHESS_GROUP] });
		const lessonOfAnna = school.addPlannedLesson({ date: '2026-02-12', customer_ids: [ANNA] });
		school.changeSettings({
			forbiddenCalls: ['cgi/customer'],
			ignoredFilters: ['lesson.customer_id'],
		});

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.next_lesson).toMatchObject({ lesson_id: lessonOfAnna });
		expect(overview.overviewErrors).toContainEqual({
			part: 'next_lesson',
			reason: expect.stringContaining('the groups of the customer cannot be read') as string,
		});
	});

	it('Get Overview returns groups without next lessons, and reports it, when the user may not list lessons', async () => {
		school.addMia();
		school.changeSettings({ forbiddenCalls: ['lesson/index'] });

		const overview = await school.getOverview(overviewForm(MIA, { options: { searchBranches: [1] } }));

		expect(overview).toMatchObject({
			next_lesson: null,
			attendance: null,
			groups: [{ id: CHESS_GROUP, name: 'Шахматы', next_lesson: null }],
		});
		expect(readErrorParts(overview)).toEqual(['next_lesson', 'attendance']);
	});

	it('Get Overview returns IDs without names, and a hint, when the user may not read the lists of names', async () => {
		school.addMia();
		school.changeSettings({
			forbiddenCalls: ['user/index', 'study-status/index', 'tariff/index', 'branch/index'],
		});

		const { json, hints } = await school.run(fullOverviewForm(MIA));

		expect(json).toMatchObject([
			{
				manager_id: 1,
				manager_name: null,
				stage_id: 1,
				stage_name: null,
				branch_ids: '1, 2',
				branch_names: null,
				overviewErrors: [],
			},
		]);
		expect(hints).toEqual([
			expect.stringContaining('Names are missing, because this user may not read the lists of them'),
		]);
	});

	it('Get Overview returns only the values of the card when the user may read only customers', async () => {
		school.addMia();
		school.changeSettings({
			forbiddenCalls: ['lesson/*', 'cgi/*', 'pay/*', 'task/*', 'customer-tariff/*', 'user/*', 'tariff/*'],
		});

		const overview = await school.getOverview(overviewForm(MIA));

		expect(overview).toMatchObject({
			id: MIA,
			name: 'Орлова Мия',
			next_lesson: null,
			groups: null,
			subscriptions: null,
			attendance: null,
			payments: null,
			tasks: null,
		});
	});

	it('Get Overview fails when the user may not read customers', async () => {
		school.addMia();
		school.changeSettings({ forbiddenCalls: ['customer/index'] });

		const { error } = await school.runToEnd(overviewForm(MIA));

		expect(error?.httpCode).toBe('403');
	});

	it.each([
		{ openBranch: 1, deniedBranch: 2, records: MIA_IN_BRANCH_1 },
		{ openBranch: 2, deniedBranch: 1, records: MIA_IN_BRANCH_2 },
	])(
		'Get Overview returns the records of branch $openBranch and an error for each list of the forbidden branch $deniedBranch',
		async ({ openBranch, deniedBranch, records }) => {
			school.addMia();
			school.changeSettings({ forbiddenBranches: [deniedBranch] });

			const overview = await school.getOverview(fullOverviewForm(MIA, { branchId: openBranch }));

			const reason = expect.stringContaining(`branch ${deniedBranch}`) as string;
			expect(overview).toMatchObject({
				next_lesson: { lesson_id: records.nextLesson },
				attendance: [{ lesson_id: records.completedLesson }],
				payments: [{ id: records.payment }],
				tasks: [{ id: records.task }],
				overviewErrors: [
					{ part: 'groups', reason },
					{ part: 'next_lesson', reason },
					{ part: 'attendance', reason },
					{ part: 'payments', reason },
					{ part: 'tasks', reason },
				],
			});
		},
	);
});

describe('Get Overview by phone', () => {
	/** Adds an archived lead, a lead and a client with the same phone. */
	function addThreeCustomersWithPhone() {
		return {
			archivedLead: school.addLead({ phone: [PHONE], e_date: '2025-01-31' }),
			lead: school.addLead({ phone: [PHONE] }),
			client: school.addClient({ phone: [PHONE] }),
		};
	}

	it('Get Overview finds a customer by a phone that is written in another way', async () => {
		const client = school.addClient({ phone: ['+7(900)555-00-01'] });

		const overview = await school.getOverview(overviewByPhoneForm('8 900 555 00 01'));

		expect(overview.id).toBe(client);
	});

	it('Get Overview returns all customers with the phone: active before archived ones, clients before leads', async () => {
		const { archivedLead, lead, client } = addThreeCustomersWithPhone();

		const { json } = await school.run(overviewByPhoneForm(PHONE));

		expect(json).toMatchObject([{ id: client }, { id: lead }, { id: archivedLead }]);
	});

	it('Get Overview by phone leaves out an archived customer when Include Archived is off', async () => {
		const { lead, client } = addThreeCustomersWithPhone();

		const { json } = await school.run(overviewByPhoneForm(PHONE, { options: { archived: false } }));

		expect(json).toMatchObject([{ id: client }, { id: lead }]);
	});

	it('Get Overview returns only the first customer when If Several Match is Return the First', async () => {
		const { client } = addThreeCustomersWithPhone();

		const { json } = await school.run(overviewByPhoneForm(PHONE, { options: { ifSeveral: 'newest' } }));

		expect(json).toMatchObject([{ id: client }]);
	});

	it('Get Overview fails for a phone that three customers have when If Several Match is Stop', async () => {
		addThreeCustomersWithPhone();

		const { error } = await school.runToEnd(overviewByPhoneForm(PHONE, { options: { ifSeveral: 'refuse' } }));

		expect(error?.message).toContain('3 customers match by Phone');
	});
});

describe('Get Overview by name', () => {
	it('Get Overview finds a customer by the exact name, and not one who has a patronymic besides', async () => {
		const anna = school.addClient({ name: 'Ёлкина Анна' });
		school.addClient({ name: 'Елкина Анна Ивановна' });

		const { json } = await school.run(overviewByNameForm('елкина  анна'));

		expect(json).toMatchObject([{ id: anna }]);
	});
});

describe('Get Overview by ID', () => {
	it('Get Overview finds a customer of branch 2 from a form with branch 1, and returns the lessons of branch 2', async () => {
		school.addClient({ id: ANNA, branch_ids: [2] });
		const lesson = school.addCompletedLesson({ date: YESTERDAY, branch_id: 2, customer_ids: [ANNA] });
		school.addAttendance(lesson, ANNA, { is_attend: ATTENDANCE.missed, note: 'Болезнь' });

		const overview = await school.getOverview(overviewForm(ANNA, { branchId: 1 }));

		expect(overview).toMatchObject({
			id: ANNA,
			branch_ids: '2',
			url: `https://demo.s20.online/company/2/customer/view?id=${ANNA}`,
			attendance: [{ attended: false, note: 'Болезнь' }],
		});
	});

	it.each([
		{ customer: 'an archived customer', e_date: '2025-01-31', options: {} },
		{
			customer: 'an active customer when Include Archived is off',
			e_date: '2030-12-31',
			options: { archived: false },
		},
		{
			customer: 'a customer of one of the branches in Search in Branch',
			e_date: '2030-12-31',
			options: { searchBranches: [2, 1] },
		},
	])('Get Overview finds $customer', async ({ e_date, options }) => {
		school.addClient({ id: ANNA, branch_ids: [1], e_date });

		const { json } = await school.run(overviewForm(ANNA, { options }));

		expect(json).toMatchObject([{ id: ANNA }]);
	});

	it('Get Overview by ID leaves out an archived customer when Include Archived is off', async () => {
		school.addClient({ id: ANNA, e_date: '2025-01-31' });

		const { json } = await school.run(
			overviewForm(ANNA, { options: { ifNone: 'nothing', archived: false } }),
		);

		expect(json).toEqual([]);
	});

	it('Get Overview leaves out a customer who is in none of the branches in Search in Branch', async () => {
		school.addClient({ id: ANNA, branch_ids: [1] });

		const { json } = await school.run(
			overviewForm(ANNA, { options: { ifNone: 'nothing', searchBranches: [2] } }),
		);

		expect(json).toEqual([]);
	});
});

describe.each([
	{ key: 'an unknown ID', form: overviewForm(UNKNOWN_CUSTOMER) },
	{ key: 'a phone that nobody has', form: overviewByPhoneForm(PHONE) },
])('Get Overview by $key', ({ form }) => {
	it('Get Overview fails by default when there is no such customer', async () => {
		const { error } = await school.runToEnd(form);

		expect(error?.httpCode).toBe('404');
	});

	it('Get Overview returns matchFound: false for no customer when If None Matches is Return an Item', async () => {
		const { json } = await school.run({ ...form, options: { ifNone: 'item' } });

		expect(json).toEqual([{ matchFound: false }]);
	});

	it('Get Overview returns no item for no customer when If None Matches is Return Nothing', async () => {
		const { json } = await school.run({ ...form, options: { ifNone: 'nothing' } });

		expect(json).toEqual([]);
	});
});

describe('Get Overview of an archived customer', () => {
	it('Get Overview returns archived: true for a customer whose last day is over', async () => {
		school.addClient({ id: ANNA, e_date: YESTERDAY });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.archived).toBe(true);
	});

	it('Get Overview returns archived: true for a customer whom AlfaCRM shows as removed', async () => {
		school.addClient({ id: ANNA, e_date: YESTERDAY });
		school.changeSettings({ shownFields: ['customer.removed'] });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.archived).toBe(true);
	});

	it('Get Overview returns archived: false for a customer whom AlfaCRM shows as not removed', async () => {
		school.addClient({ id: ANNA, e_date: '2030-12-31' });
		school.changeSettings({ shownFields: ['customer.removed'] });

		const overview = await school.getOverview(overviewForm(ANNA));

		expect(overview.archived).toBe(false);
	});
});

describe('Get Overview with Leave Out', () => {
	it.each([null, 'everything', ['note']])(
		'Get Overview refuses %j as Leave Out before it sends anything',
		async (leaveOut) => {
			const { message } = await school.expectRefusedUnsent(overviewForm(ANNA, { leaveOut }));

			expect(message).toContain('Leave Out');
		},
	);

	it('Get Overview leaves out only the notes of the staff when nobody has changed Leave Out', async () => {
		school.addMia();
		const untouchedForm = omitFields(fullOverviewForm(MIA), ['leaveOut']);

		const overview = await school.getOverview(untouchedForm);

		expect(overview).toEqual(omitNotes(MIA_OVERVIEW));
	});

	it.each([
		{ choice: 'attendance', fields: ['attendance'] },
		{ choice: 'contacts', fields: ['phone', 'email', 'payer_name'] },
		{ choice: 'manager', fields: ['manager_id', 'manager_name', 'stage_id', 'stage_name'] },
		{ choice: 'payments', fields: ['payments'] },
		{ choice: 'tasks', fields: ['tasks'] },
	])('Get Overview leaves out $fields when Leave Out is $choice', async ({ choice, fields }) => {
		school.addMia();

		const overview = await school.getOverview(fullOverviewForm(MIA, { leaveOut: [choice] }));

		expect(overview).toEqual(omitFields(MIA_OVERVIEW, fields));
	});

	it.each([
		{ choice: 'manager', call: 'user/index' },
		{ choice: 'payments', call: 'pay/index' },
		{ choice: 'tasks', call: 'task/index' },
	])('Get Overview sends no $call when Leave Out is $choice', async ({ choice, call }) => {
		school.addMia();

		await school.getOverview(fullOverviewForm(MIA, { leaveOut: [choice] }));

		expect(school.readRequests(call)).toEqual([]);
	});

	it('Get Overview reads no completed lessons when Leave Out is attendance', async () => {
		school.addMia();

		await school.getOverview(
			overviewForm(MIA, { leaveOut: ['attendance'], options: { searchBranches: [1] } }),
		);

		expect(school.readRequests('lesson/index')).toMatchObject([
			{ body: { status: LESSON_STATUS.planned, customer_id: MIA } },
			{ body: { status: LESSON_STATUS.planned, group_id: CHESS_GROUP } },
		]);
	});

	it('Get Overview reports no error about payments and tasks that Leave Out excludes', async () => {
		school.addMia();
		school.changeSettings({ forbiddenCalls: ['task/index', 'pay/index'] });

		const overview = await school.getOverview(overviewForm(MIA, { leaveOut: ['payments', 'tasks'] }));

		expect(overview.overviewErrors).toEqual([]);
	});
});
