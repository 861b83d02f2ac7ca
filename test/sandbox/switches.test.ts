import type { Json, JsonObject, Row, Settings } from '../../sandbox';
import { defaultSettings } from '../../sandbox/model/settings';
import { ATTENDANCE, CUSTOMER_TYPE, LESSON_STATUS, LIVE_PAY_TYPE, PAY_TYPE } from '../support/codes';
import { allCustomers, useSchool } from './support';

const ADMIN_EMAIL = 'admin@school.example';
const PETROV = 1;
const SUNDAY = 7;
const TODAY = '10.02.2026';
const ISO_TODAY = '2026-02-10';
/** The last day of a customer or teacher who is not archived. */
const OPEN_END = '2030-12-31';

const school = useSchool({ now: `${ISO_TODAY} 12:00:00` }, { customers: 130 });

/** Sends a call and returns the HTTP status of its answer. */
const readStatus = async (path: string, body: JsonObject = {}): Promise<number> =>
	(await school.call(path, body)).status;

/** Lists branches with a token and returns the HTTP status. */
const readStatusWithToken = async (token: string): Promise<number> =>
	(await school.call('branch/index', {}, { token })).status;

/** Lists records and returns the first row. */
const readFirstItem = async (path: string, body: JsonObject = {}): Promise<JsonObject> =>
	(await school.call(path, body)).items[0];

/** Lists records and counts the rows of the first page. */
const countItems = async (path: string, body: JsonObject = {}): Promise<number> =>
	(await school.call(path, body)).items.length;

/** Finds the first record of the sandbox that passes a test. */
const findRecord = (entity: string, test: (row: Row) => boolean): Row =>
	school.readRecords(entity).find(test) as Row;

it('each switch of the sandbox has its documented default', () => {
	expect(defaultSettings).toMatchObject({
		loginRejection: 'forbidden403',
		tokenTtlSeconds: 900,
		expiredTokenStatus: 401,
		singleToken: false,
		requireAppKey: null,
		forbiddenCalls: [],
		forbiddenBranches: [],
		branchless: 'all',
		mainBranch: 'on',
		pooledBranches: [],
		otherBranch: 'allowed',
		phoneSearch: 'digits',
		deadDefault: 'all',
		payDefault: 'all',
		refundSum: 'income',
		removedZero: 'active',
		bodyPageSize: 'ignored',
		total: 'present',
		discountPages: 'honoured',
		removedWrite: 'archives',
		shownFields: [],
		deleteMode: 'destroy',
		groupTeachers: 'ids',
		bonusAnswer: 'envelope',
		lessonDetails: 'always',
		sunday: 7,
		recordOutside: true,
		logScope: 'branch',
		logFields: 'objects',
		logLesson: true,
	} satisfies Partial<Settings>);
});

describe('switches of the login', () => {
	it.each([
		{ loginRejection: 'forbidden403', status: 403, message: 'Not Authorized' },
		{
			loginRejection: 'unauthorized401',
			status: 401,
			message: 'Your request was made with invalid credentials.',
		},
	] as const)(
		'loginRejection = $loginRejection answers the key of another user with HTTP $status',
		async ({ loginRejection, status, message }) => {
			school.changeSettings({ loginRejection });

			const answer = await school.tryLogin(ADMIN_EMAIL, school.sandbox.account.noRights.apiKey);

			expect(answer.status).toBe(status);
			expect(answer.json.message).toBe(message);
		},
	);

	it.each([
		{ loginRejection: 'forbidden403', status: 403 },
		{ loginRejection: 'unauthorized401', status: 401 },
	] as const)(
		'loginRejection = $loginRejection answers an unknown email with HTTP $status',
		async ({ loginRejection, status }) => {
			school.changeSettings({ loginRejection });

			const answer = await school.tryLogin('nobody@school.example', school.sandbox.account.apiKey);

			expect(answer.status).toBe(status);
		},
	);

	it.each([
		{ tokenTtlSeconds: 900, status: 200 },
		{ tokenTtlSeconds: 0, status: 401 },
	])(
		'tokenTtlSeconds = $tokenTtlSeconds lets the next call with a new token end in HTTP $status',
		async ({ tokenTtlSeconds, status }) => {
			school.changeSettings({ tokenTtlSeconds });

			const token = await school.login();

			expect(await readStatusWithToken(token)).toBe(status);
		},
	);

	it.each([
		{ expiredTokenStatus: 401, httpStatus: 401, bodyStatus: 401 },
		{ expiredTokenStatus: 403, httpStatus: 403, bodyStatus: 403 },
		{ expiredTokenStatus: 200, httpStatus: 200, bodyStatus: 401 },
	] as const)(
		'expiredTokenStatus = $expiredTokenStatus answers an expired token with HTTP $httpStatus and $bodyStatus in the body',
		async ({ expiredTokenStatus, httpStatus, bodyStatus }) => {
			school.changeSettings({ expiredTokenStatus });
			school.sandbox.expireTokens();

			const { status, json } = await school.call('branch/index');

			expect(status).toBe(httpStatus);
			expect(json.status).toBe(bodyStatus);
		},
	);

	it.each([401, 403, 200] as const)(
		'expiredTokenStatus = %i leaves HTTP 401 as the answer to an unknown token',
		async (expiredTokenStatus) => {
			school.changeSettings({ expiredTokenStatus });

			expect(await readStatusWithToken('unknown')).toBe(401);
		},
	);

	it.each([
		{ singleToken: false, status: 200 },
		{ singleToken: true, status: 401 },
	])(
		'singleToken = $singleToken answers the older token of a user with HTTP $status',
		async ({ singleToken, status }) => {
			school.changeSettings({ singleToken });
			const olderToken = school.token;

			const newerToken = await school.login();

			expect(await readStatusWithToken(olderToken)).toBe(status);
			expect(await readStatusWithToken(newerToken)).toBe(200);
		},
	);

	it('singleToken = true keeps the token of a user when another user logs in', async () => {
		school.changeSettings({ singleToken: true });
		const managerToken = await school.login(school.sandbox.account.noSubjects);

		await school.login();

		expect(await readStatusWithToken(managerToken)).toBe(200);
	});

	it.each([
		{ requireAppKey: null, appKey: 'other', status: 200 },
		{ requireAppKey: 'partner', appKey: 'other', status: 403 },
		{ requireAppKey: 'partner', appKey: 'partner', status: 200 },
	])(
		'requireAppKey = $requireAppKey answers a call with the app key $appKey with HTTP $status',
		async ({ requireAppKey, appKey, status }) => {
			school.changeSettings({ requireAppKey });

			const answer = await school.call('branch/index', {}, { headers: { 'x-app-key': appKey } });

			expect(answer.status).toBe(status);
		},
	);

	it.each<{ requireAppKey: string | null; headers: Record<string, string>; status: number }>([
		{ requireAppKey: null, headers: {}, status: 200 },
		{ requireAppKey: 'partner', headers: {}, status: 403 },
		{ requireAppKey: 'partner', headers: { 'x-app-key': 'partner' }, status: 200 },
	])(
		'requireAppKey = $requireAppKey answers a login with the headers $headers with HTTP $status',
		async ({ requireAppKey, headers, status }) => {
			school.changeSettings({ requireAppKey });

			const { apiKey } = school.sandbox.account;
			const answer = await school.tryLogin(ADMIN_EMAIL, apiKey, { headers });

			expect(answer.status).toBe(status);
		},
	);
});

describe('switches of rights and branches', () => {
	it.each([
		{ path: '1/branch/index', status: 403 },
		{ path: '1/pay/delete?id=1', status: 403 },
		{ path: 'branch/update?id=1', status: 200 },
		{ path: '1/pay-type/index', status: 200 },
	])('forbiddenCalls = branch/index and pay/* answers $path with HTTP $status', async ({ path, status }) => {
		school.changeSettings({ forbiddenCalls: ['branch/index', 'pay/*'] });

		expect(await readStatus(path)).toBe(status);
	});

	it.each(['1/branch/index', '1/pay/delete?id=1'])('forbiddenCalls allows %s by default', async (path) => {
		expect(await readStatus(path)).toBe(200);
	});

	it.each([
		{ path: '2/customer/index', status: 403 },
		{ path: '2/customer/update?id=1', status: 403 },
		{ path: '1/customer/index', status: 200 },
		{ path: 'customer/index', status: 200 },
	])('forbiddenBranches = branch 2 answers $path with HTTP $status', async ({ path, status }) => {
		school.changeSettings({ forbiddenBranches: [2] });

		expect(await readStatus(path)).toBe(status);
	});

	it.each(['2/customer/index', '2/customer/update?id=1'])(
		'forbiddenBranches allows %s by default',
		async (path) => {
			expect(await readStatus(path)).toBe(200);
		},
	);

	it('branchless = all lists the customers of all branches for a path without a branch', async () => {
		school.changeSettings({ branchless: 'all' });

		const withoutBranch = await school.call('customer/index');

		const allBranches = await school.call('0/customer/index');
		const firstBranch = await school.call('1/customer/index');
		expect(withoutBranch.ids).toEqual(allBranches.ids);
		expect(withoutBranch.ids).not.toEqual(firstBranch.ids);
	});

	it('branchless = first lists the customers of the first branch for a path without a branch', async () => {
		school.changeSettings({ branchless: 'first' });

		const withoutBranch = await school.call('customer/index');

		const allBranches = await school.call('0/customer/index');
		const firstBranch = await school.call('1/customer/index');
		expect(withoutBranch.ids).toEqual(firstBranch.ids);
		expect(withoutBranch.ids).not.toEqual(allBranches.ids);
	});

	it.each(['customer/index', 'branch/index', 'company/index'])(
		'branchless = first answers %s with HTTP 200',
		async (path) => {
			school.changeSettings({ branchless: 'first' });

			expect(await readStatus(path)).toBe(200);
		},
	);

	it.each([
		{ mainBranch: 'on', path: 'branch/index', status: 200 },
		{ mainBranch: 'off', path: 'branch/index', status: 403 },
		{ mainBranch: 'off', path: '2/branch/index', status: 200 },
		{ mainBranch: 'off', path: 'company/index', status: 200 },
		{ mainBranch: 'off', path: 'customer/index', status: 200 },
	] as const)(
		'mainBranch = $mainBranch answers $path with HTTP $status',
		async ({ mainBranch, path, status }) => {
			school.changeSettings({ mainBranch });

			expect(await readStatus(path)).toBe(status);
		},
	);

	it.each([
		{ pooledBranches: [], path: '2/customer/index', isShown: false },
		{ pooledBranches: [], path: '2/pay/index', isShown: false },
		{ pooledBranches: [2], path: '2/customer/index', isShown: true },
		{ pooledBranches: [2], path: '2/pay/index', isShown: true },
		{ pooledBranches: [2], path: '2/group/index', isShown: false },
		{ pooledBranches: [2], path: '3/customer/index', isShown: false },
	])(
		'with pooledBranches = $pooledBranches, $path shows records that are only of branch 1: $isShown',
		async ({ pooledBranches, path, isShown }) => {
			school.changeSettings({ pooledBranches });

			const rows = await school.listEveryPage(path, { is_study: CUSTOMER_TYPE.all });

			const isOfBranchOneAlone = ({ branch_ids, branch_id }: JsonObject) =>
				String(branch_ids ?? branch_id) === '1';
			expect(rows.some(isOfBranchOneAlone)).toBe(isShown);
		},
	);

	it.each([
		{ otherBranch: 'allowed', path: '1/customer/update?id=4', status: 200 },
		{ otherBranch: 'missing', path: '1/customer/update?id=4', status: 404 },
		{ otherBranch: 'missing', path: '2/customer/update?id=4', status: 200 },
		{ otherBranch: 'missing', path: 'customer/update?id=4', status: 200 },
	] as const)(
		'otherBranch = $otherBranch answers $path for a customer of branch 2 with HTTP $status',
		async ({ otherBranch, path, status }) => {
			school.changeSettings({ otherBranch });
			// The paths name customer 4.
			school.changeRecord('customer', 4, { branch_ids: [2] });

			expect(await readStatus(path)).toBe(status);
		},
	);
});

describe('switches of lists', () => {
	it.each([
		{ phoneSearch: 'digits', phone: '9000000012', count: 1 },
		{ phoneSearch: 'digits', phone: '(900)000-00-12', count: 1 },
		{ phoneSearch: 'text', phone: '9000000012', count: 0 },
		{ phoneSearch: 'text', phone: '(900)000-00-12', count: 1 },
	] as const)(
		'phoneSearch = $phoneSearch finds $count customers by the phone $phone',
		async ({ phoneSearch, phone, count }) => {
			school.changeSettings({ phoneSearch });

			expect(await countItems('customer/index', { ...allCustomers, phone })).toBe(count);
		},
	);

	it.each<{ deadDefault: Settings['deadDefault']; filter: JsonObject; count: number }>([
		{ deadDefault: 'all', filter: {}, count: 2 },
		{ deadDefault: 'all', filter: { dead: true }, count: 1 },
		{ deadDefault: 'all', filter: { dead: false }, count: 2 },
		{ deadDefault: 'current', filter: {}, count: 1 },
		{ deadDefault: 'current', filter: { dead: true }, count: 1 },
		{ deadDefault: 'current', filter: { dead: false }, count: 2 },
	])(
		'deadDefault = $deadDefault lists $count of two subscriptions, of which one has ended, by the filter $filter',
		async ({ deadDefault, filter, count }) => {
			school.changeSettings({ deadDefault });
			const endedSubscription = findRecord('customer-tariff', ({ e_date }) => e_date === '31.05.2025');
			const path = `1/customer-tariff/index?customer_id=${String(endedSubscription.customer_id)}`;

			expect(await countItems(path, filter)).toBe(count);
		},
	);

	it('payDefault = all lists payments of every type when no type is asked for', async () => {
		const { cashCollectionIn, cashCollectionOut } = LIVE_PAY_TYPE;
		school.changeSettings({ payDefault: 'all' });

		const payments = await school.listEveryPage('pay/index');

		const types = new Set(payments.map(({ pay_type_id }) => pay_type_id));
		expect(types).toEqual(new Set([PAY_TYPE.income, PAY_TYPE.refund, cashCollectionIn, cashCollectionOut]));
	});

	it('payDefault = income lists only income when no type is asked for', async () => {
		school.changeSettings({ payDefault: 'income' });

		const payments = await school.listEveryPage('pay/index');

		const types = new Set(payments.map(({ pay_type_id }) => pay_type_id));
		expect(types).toEqual(new Set([PAY_TYPE.income]));
	});

	it.each(['all', 'income'] as const)(
		'payDefault = %s lists refunds when refunds are asked for',
		async (payDefault) => {
			school.changeSettings({ payDefault });

			const payment = await readFirstItem('pay/index', { pay_type_id: PAY_TYPE.refund });

			expect(payment).toMatchObject({ pay_type_id: PAY_TYPE.refund });
		},
	);

	it.each([
		{ refundSum: 'income', shown: { income: '1234.00', expenditure: '0.00' } },
		{ refundSum: 'expenditure', shown: { income: '0.00', expenditure: '1234.00' } },
	] as const)('refundSum = $refundSum shows a refund with $shown', async ({ refundSum, shown }) => {
		school.changeSettings({ refundSum });
		const { id } = findRecord('pay', ({ pay_type_id }) => pay_type_id === PAY_TYPE.refund);
		school.changeRecord('pay', id, { income: '1234.00' });

		const refund = await readFirstItem('pay/index', { id });

		expect(refund).toMatchObject(shown);
	});

	it.each([
		{ removedZero: 'active', isShown: true },
		{ removedZero: 'hidesUnsorted', isShown: false },
	] as const)(
		'with removedZero = $removedZero, a list with removed = 0 shows leads without a stage: $isShown',
		async ({ removedZero, isShown }) => {
			school.changeSettings({ removedZero });

			const leads = await school.listEveryPage('customer/index', {
				is_study: CUSTOMER_TYPE.lead,
				removed: 0,
			});

			expect(leads.some(({ lead_status_id }) => lead_status_id === null)).toBe(isShown);
		},
	);

	it.each<{ bodyPageSize: Settings['bodyPageSize']; filters: JsonObject; count: number }>([
		{ bodyPageSize: 'ignored', filters: { pageSize: 100, page: 0 }, count: 20 },
		{ bodyPageSize: 'ignored', filters: { pageSize: 100, page: 1 }, count: 20 },
		{ bodyPageSize: 'ignored', filters: { pageSize: 0 }, count: 20 },
		{ bodyPageSize: 'honoured', filters: { pageSize: 100, page: 0 }, count: 100 },
		{ bodyPageSize: 'honoured', filters: { pageSize: 100, page: 1 }, count: 30 },
		{ bodyPageSize: 'honoured', filters: { pageSize: 0 }, count: 20 },
	])(
		'bodyPageSize = $bodyPageSize lists $count of 130 customers for $filters',
		async ({ bodyPageSize, filters, count }) => {
			school.changeSettings({ bodyPageSize });

			expect(await countItems('customer/index', { ...allCustomers, ...filters })).toBe(count);
		},
	);

	it.each<JsonObject>([{ pageSize: 100, page: 0 }, { pageSize: 100, page: 1 }, { pageSize: 0 }])(
		'bodyPageSize = refused400 answers %j with HTTP 400',
		async (filters) => {
			school.changeSettings({ bodyPageSize: 'refused400' });

			expect(await readStatus('customer/index', { ...allCustomers, ...filters })).toBe(400);
		},
	);

	it.each([
		{ total: 'present', page: 'first', filters: {}, shownTotal: 130 },
		{ total: 'present', page: 'last', filters: { page: 6 }, shownTotal: 130 },
		{ total: 'present', page: 'empty', filters: { page: 7 }, shownTotal: 130 },
		{ total: 'present', page: 'only', filters: { id: 5 }, shownTotal: 1 },
		{ total: 'missing', page: 'first', filters: {}, shownTotal: undefined },
		{ total: 'missing', page: 'last', filters: { page: 6 }, shownTotal: undefined },
		{ total: 'missing', page: 'empty', filters: { page: 7 }, shownTotal: undefined },
		{ total: 'missing', page: 'only', filters: { id: 5 }, shownTotal: undefined },
		{ total: 'pageSize', page: 'first', filters: {}, shownTotal: 20 },
		{ total: 'pageSize', page: 'last', filters: { page: 6 }, shownTotal: 130 },
		{ total: 'pageSize', page: 'empty', filters: { page: 7 }, shownTotal: 130 },
		{ total: 'pageSize', page: 'only', filters: { id: 5 }, shownTotal: 1 },
	] as const)(
		'total = $total shows the total $shownTotal on the $page page',
		async ({ total, filters, shownTotal }) => {
			school.changeSettings({ total });

			const { json } = await school.call('customer/index', { ...allCustomers, ...filters });

			expect(json.total).toBe(shownTotal);
		},
	);

	it('discountPages = honoured lists only the rest of the discounts on the second page', async () => {
		school.changeSettings({ discountPages: 'honoured', pageSize: 2 });

		const { ids } = await school.call('discount/index', { page: 1 });

		expect(ids.length).toBeLessThan(school.readRecords('discount').length);
	});

	it('discountPages = ignored lists all discounts on every page', async () => {
		school.changeSettings({ discountPages: 'ignored', pageSize: 2 });

		const { ids } = await school.call('discount/index', { page: 1 });

		expect(ids).toHaveLength(school.readRecords('discount').length);
	});
});

describe('switches of the shape of records', () => {
	const SHOWN_FIELDS = [
		'customer.lead_status_ids',
		'customer-tariff.dead',
		'customer.removed',
		'group.removed',
	];

	/** Gives a customer a stage, and reads the customer from a list. */
	const listCustomerWithStage = async (): Promise<JsonObject> => {
		const { id } = findRecord('customer', ({ group_ids }) => (group_ids as Json[]).length > 0);
		school.changeRecord('customer', id, { lead_status_id: 2 });
		return await readFirstItem('customer/index', { ...allCustomers, id });
	};

	/** Reads a subscription that has ended from a list. */
	const listEndedSubscription = async (): Promise<JsonObject> => {
		const { customer_id } = findRecord('customer-tariff', ({ e_date }) => e_date === '31.05.2025');
		const path = `1/customer-tariff/index?customer_id=${String(customer_id)}`;
		return await readFirstItem(path, { dead: true });
	};

	it('shownFields adds stages and "removed" to a customer', async () => {
		school.changeSettings({ shownFields: SHOWN_FIELDS });

		expect(await listCustomerWithStage()).toMatchObject({
			lead_status_ids: [2],
			removed: expect.any(Number) as number,
		});
	});

	it('shownFields adds "dead" to a subscription', async () => {
		school.changeSettings({ shownFields: SHOWN_FIELDS });

		expect(await listEndedSubscription()).toMatchObject({ dead: 1 });
	});

	it('shownFields adds "removed" to a group, and not to a teacher', async () => {
		school.changeSettings({ shownFields: SHOWN_FIELDS });

		expect(await readFirstItem('group/index')).toHaveProperty('removed');
		expect(await readFirstItem('teacher/index')).not.toHaveProperty('removed');
	});

	it('shownFields adds nothing by default', async () => {
		const customer = await listCustomerWithStage();

		expect(customer).not.toHaveProperty('lead_status_ids');
		expect(customer).not.toHaveProperty('removed');
		expect(await listEndedSubscription()).not.toHaveProperty('dead');
		expect(await readFirstItem('group/index')).not.toHaveProperty('removed');
		expect(await readFirstItem('teacher/index')).not.toHaveProperty('removed');
	});

	it.each([
		{ groupTeachers: 'ids', teacher_ids: [PETROV], teachers: undefined },
		{ groupTeachers: 'names', teacher_ids: ['Петров Лев'], teachers: undefined },
		{
			groupTeachers: 'objects',
			teacher_ids: [PETROV],
			teachers: [{ id: PETROV, name: 'Петров Лев' }],
		},
	] as const)(
		'groupTeachers = $groupTeachers shows the teachers of a group as $teacher_ids and $teachers',
		async ({ groupTeachers, teacher_ids, teachers }) => {
			school.changeSettings({ groupTeachers });

			const group = await readFirstItem('group/index', { teacher_id: PETROV });

			expect(group.teacher_ids).toEqual(teacher_ids);
			expect(group.teachers).toEqual(teachers);
		},
	);

	it.each([
		{ lessonDetails: 'always', isShown: true },
		{ lessonDetails: 'withCustomer', isShown: false },
	] as const)(
		'with lessonDetails = $lessonDetails, a list without the filter customer_id shows the details of a lesson: $isShown',
		async ({ lessonDetails, isShown }) => {
			school.changeSettings({ lessonDetails });
			const [detail] = school.readRecords('lesson-details');

			const lesson = await readFirstItem('lesson/index', { id: detail.lesson_id as number });

			expect((lesson.details as Json[]).length > 0).toBe(isShown);
		},
	);

	it.each(['always', 'withCustomer'] as const)(
		'with lessonDetails = %s, a list with the filter customer_id shows the details of a lesson',
		async (lessonDetails) => {
			school.changeSettings({ lessonDetails });
			const [detail] = school.readRecords('lesson-details');

			const lesson = await readFirstItem('lesson/index', {
				id: detail.lesson_id as number,
				customer_id: detail.customer_id as number,
			});

			expect((lesson.details as Json[]).length).toBeGreaterThan(0);
		},
	);

	it.each([7, 0] as const)(
		'with sunday = %i, a list shows that number as the weekday of a regular lesson on Sunday',
		async (sunday) => {
			school.changeSettings({ sunday });
			const { id } = findRecord('regular-lesson', ({ day }) => day === SUNDAY);

			const rows = await school.listEveryPage('regular-lesson/index');

			expect(rows).toContainEqual(expect.objectContaining({ id, day: sunday }));
		},
	);

	it.each([7, 0] as const)(
		'with sunday = %i, an update returns that number as the weekday of a regular lesson on Sunday',
		async (sunday) => {
			school.changeSettings({ sunday });
			const { id } = findRecord('regular-lesson', ({ day }) => day === SUNDAY);

			const regularLesson = await school.save(`1/regular-lesson/update?id=${id}`, { day: SUNDAY });

			expect(regularLesson.day).toBe(sunday);
		},
	);
});

describe('switches of writes', () => {
	it.each([
		{ removedWrite: 'archives', lastDay: ISO_TODAY },
		{ removedWrite: 'ignored', lastDay: OPEN_END },
	] as const)(
		'with removedWrite = $removedWrite, an update with removed = 1 gives a customer the last day $lastDay',
		async ({ removedWrite, lastDay }) => {
			school.changeSettings({ removedWrite });
			school.changeRecord('customer', 1, { e_date: OPEN_END });

			const customer = await school.save('1/customer/update?id=1', { removed: 1 });

			expect(customer.e_date).toBe(lastDay);
		},
	);

	it.each(['customer', 'group', 'subject'])(
		'deleteMode = destroy lets a delete remove a %s',
		async (entity) => {
			school.changeSettings({ deleteMode: 'destroy' });

			await school.call(`1/${entity}/delete?id=1`);

			expect(school.readRecord(entity, 1)).toBeUndefined();
		},
	);

	it('deleteMode = archive lets a delete set the last day of a customer to today', async () => {
		school.changeSettings({ deleteMode: 'archive' });
		school.changeRecord('customer', 1, { e_date: OPEN_END });

		await school.call('1/customer/delete?id=1');

		expect(school.readRecord('customer', 1)).toMatchObject({ e_date: ISO_TODAY });
	});

	it('deleteMode = archive lets a delete mark a group as removed', async () => {
		school.changeSettings({ deleteMode: 'archive' });

		await school.call('1/group/delete?id=1');

		expect(school.readRecord('group', 1)).toMatchObject({ removed: 1 });
	});

	it('deleteMode = archive lets a delete remove a subject, which has no archive', async () => {
		school.changeSettings({ deleteMode: 'archive' });

		await school.call('1/subject/delete?id=1');

		expect(school.readRecord('subject', 1)).toBeUndefined();
	});

	it('bonusAnswer = envelope answers a bonus with "success"', async () => {
		school.changeSettings({ bonusAnswer: 'envelope' });

		const { json } = await school.call('1/bonus/bonus-add?customer_id=1', { amount: 150 });

		expect(json).toMatchObject({ success: true });
	});

	it('bonusAnswer = bare answers a bonus with the balance alone', async () => {
		school.changeSettings({ bonusAnswer: 'bare' });
		school.changeRecord('customer', 1, { balance_bonus: 100 });

		const { json } = await school.call('1/bonus/bonus-add?customer_id=1', { amount: 150 });

		expect(json).toEqual({ balance_bonus: 250 });
	});
});

describe('switches of the log', () => {
	it.each([
		{ recordOutside: true, count: 2 },
		{ recordOutside: false, count: 1 },
	])(
		'recordOutside = $recordOutside logs $count of two changes, of which one was made past the API',
		async ({ recordOutside, count }) => {
			school.changeSettings({ recordOutside });
			school.changeRecord('room', 2, { note: 'у' });
			await school.save('1/room/update?id=1', { note: 'х' });

			expect(await countItems('log/index', { date_from: TODAY })).toBe(count);
		},
	);

	it('logScope = branch leaves the changes of another branch out of the log', async () => {
		school.changeSettings({ logScope: 'branch' });
		await school.save('1/room/update?id=1', { note: 'х' });
		await school.save('1/subject/update?id=1', { name: 'х' });

		const { items } = await school.call('2/log/index', { date_from: TODAY });

		expect(items).toMatchObject([{ entity: 'Subject' }]);
	});

	it('logScope = account shows the changes of all branches', async () => {
		school.changeSettings({ logScope: 'account' });
		await school.save('1/room/update?id=1', { note: 'х' });
		await school.save('1/subject/update?id=1', { name: 'х' });

		const { items } = await school.call('2/log/index', { date_from: TODAY });

		expect(items).toMatchObject([{ entity: 'Subject' }, { entity: 'Room' }]);
	});

	it.each([
		{ logFields: 'objects', fields: { name: 'Х' } },
		{ logFields: 'jsonText', fields: '{"name":"Х"}' },
	] as const)('logFields = $logFields shows changed fields as $fields', async ({ logFields, fields }) => {
		school.changeSettings({ logFields });
		await school.save('1/subject/update?id=1', { name: 'Х' });

		const entry = await readFirstItem('log/index');

		expect(entry.fields_new).toEqual(fields);
	});

	it.each([
		{ logLesson: true, namesLesson: true },
		{ logLesson: false, namesLesson: false },
	])(
		'with logLesson = $logLesson, the log entry of an attendance names the lesson: $namesLesson',
		async ({ logLesson, namesLesson }) => {
			school.changeSettings({ logLesson });
			const { id } = findRecord('lesson', ({ status }) => status === LESSON_STATUS.planned);
			await school.call(`lesson/teach?id=${id}`, {
				status: LESSON_STATUS.held,
				details: [{ customer_id: 1, is_attend: ATTENDANCE.attended }],
			});

			const entry = await readFirstItem('log/index', { date_from: TODAY, entity: 'LessonDetails' });

			expect((entry.fields_new as JsonObject).lesson_id === id).toBe(namesLesson);
		},
	);
});
