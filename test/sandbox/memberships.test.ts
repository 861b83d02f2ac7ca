import type { JsonObject } from '../../sandbox';
import { CUSTOMER_TYPE, LOG_EVENT } from '../support/codes';
import { allCustomers, requiredError, useSchool, yiiError } from './support';

const school = useSchool({ now: '2026-02-10 12:00:00', pageSize: 500 }, { customers: 120 });

const CUSTOMER = 1001;
const OTHER_CUSTOMER = 1002;
const GROUP = 1;
const OTHER_GROUP = 2;
const NOBODY = 9999;

/** Adds two customers who are in no group and have no subscription. */
function addCustomers(): void {
	school.addRecord('customer', { id: CUSTOMER, is_study: CUSTOMER_TYPE.lead });
	school.addRecord('customer', { id: OTHER_CUSTOMER, is_study: CUSTOMER_TYPE.lead });
}

/** A parameter in the query of a call, such as `customer_id` in "customer-tariff/index?customer_id=5". */
describe('a parameter of the query', () => {
	it.each<{ path: string; names: string }>([
		{ path: 'customer-tariff/index', names: 'customer_id' },
		{ path: 'customer-tariff/update', names: 'id, customer_id' },
		{ path: 'cgi/customer', names: 'customer_id' },
		{ path: 'cgi/create', names: 'group_id' },
		{ path: 'cgi/update', names: 'id, group_id' },
		{ path: 'communication/index', names: 'class, related_id' },
		{ path: 'communication/create?class=Customer', names: 'related_id' },
		{ path: 'calendar/teacher', names: 'id, date1, date2' },
		{ path: 'bonus/balance-bonus', names: 'customer_id' },
	])(
		'$path answers that $names must be in the query, although the body has them',
		async ({ path, names }) => {
			const body = { id: 1, customer_id: 1, group_id: 1, class: 'Customer', related_id: 1, amount: 5 };

			const { json } = await school.call(`1/${path}`, body);

			expect(json).toEqual({
				...yiiError(400, 'Bad Request'),
				message: `Отсутствуют обязательные параметры: ${names}`,
			});
		},
	);

	it.each(['update', 'delete'])(
		'%s of a subscription answers HTTP 404 when the query names another customer',
		async (action) => {
			addCustomers();
			const subscription = school.addRecord('customer-tariff', { customer_id: CUSTOMER, tariff_id: 1 });

			const { status } = await school.call(
				`1/customer-tariff/${action}?id=${subscription}&customer_id=${OTHER_CUSTOMER}`,
				{ note: 'х' },
			);

			expect(status).toBe(404);
		},
	);

	it('a parameter of the query wins over a field of the same name in the body', async () => {
		const subscription = await school.save('1/customer-tariff/create?customer_id=5', {
			customer_id: 7,
			tariff_id: 2,
		});

		expect(subscription).toMatchObject({ customer_id: 5 });
	});

	it.each<{ path: string; body: JsonObject; status: number }>([
		{ path: `cgi/create?group_id=${NOBODY}`, body: { customer_id: 1 }, status: 404 },
		{
			path: `communication/create?class=Task&related_id=${NOBODY}`,
			body: { comment: 'х' },
			status: 404,
		},
		{ path: 'communication/create?class=Room&related_id=1', body: { comment: 'х' }, status: 400 },
		{ path: `bonus/balance-bonus?customer_id=${NOBODY}`, body: {}, status: 404 },
	])('$path answers HTTP $status, because its query names no record', async ({ path, body, status }) => {
		const answer = await school.call(`1/${path}`, body);

		expect(answer.status).toBe(status);
	});

	it('the list of subscriptions of an unknown customer is empty', async () => {
		const { json } = await school.call(`1/customer-tariff/index?customer_id=${NOBODY}`);

		expect(json).toMatchObject({ items: [] });
	});

	it('the calendar of an unknown group is empty', async () => {
		const { text } = await school.call(`1/calendar/group?id=${NOBODY}&date1=01.01.2026&date2=01.01.2027`);

		expect(text).toBe('[]');
	});
});

describe('memberships', () => {
	/** Memberships that are over, that end in May, and that have no end. */
	const PAST = 1001;
	const CURRENT = 1002;
	const OPEN = 1003;

	const TODAY = '10.02.2026';
	const LAST_DAY_OF_GROUP = '31.05.2035';

	const EVERY_DAY = { b_date: '01.01.2000', e_date: '31.12.2099' };

	/**
	 * Adds a past, a current and an open membership in the group. The open one is that of another customer.
	 */
	function addMembershipsOfGroup(): void {
		school.removeAllRecords('cgi');
		school.addRecord('cgi', {
			id: PAST,
			customer_id: CUSTOMER,
			group_id: GROUP,
			b_date: '01.02.2025',
			e_date: '30.06.2025',
		});
		school.addRecord('cgi', {
			id: CURRENT,
			customer_id: CUSTOMER,
			group_id: GROUP,
			b_date: '01.09.2025',
			e_date: '31.05.2026',
		});
		school.addRecord('cgi', {
			id: OPEN,
			customer_id: OTHER_CUSTOMER,
			group_id: GROUP,
			b_date: '01.09.2025',
			e_date: null,
		});
	}

	/** Makes the customer a member of the group through the API. */
	async function addMembership(): Promise<JsonObject> {
		return await school.save(`1/cgi/create?group_id=${GROUP}`, { customer_id: CUSTOMER });
	}

	/** Changes a membership of the group through the API. */
	async function updateMembership({ id }: JsonObject, body: JsonObject): Promise<JsonObject> {
		return await school.save(`1/cgi/update?id=${String(id)}&group_id=${GROUP}`, body);
	}

	beforeEach(() => {
		addCustomers();
	});

	it.each<{ days: string; body: JsonObject; memberships: number[] }>([
		{ days: 'today when no days are given', body: {}, memberships: [CURRENT, OPEN] },
		{ days: 'the given days', body: EVERY_DAY, memberships: [PAST, CURRENT, OPEN] },
		{ days: 'the days from b_date on', body: { b_date: '11.02.2026' }, memberships: [CURRENT, OPEN] },
		{ days: 'the days up to e_date', body: { e_date: '31.05.2025' }, memberships: [PAST] },
		{
			days: 'today when the given day is written as ISO',
			body: { b_date: '2026-02-11' },
			memberships: [CURRENT, OPEN],
		},
	])('the memberships of a group are listed for $days', async ({ body, memberships }) => {
		addMembershipsOfGroup();

		expect(await school.listIds(`1/cgi/index?group_id=${GROUP}`, body)).toEqual(memberships);
	});

	it.each<{ days: string; body: JsonObject; memberships: number[] }>([
		{ days: 'today when no days are given', body: {}, memberships: [CURRENT] },
		{ days: 'the given days', body: EVERY_DAY, memberships: [PAST, CURRENT] },
	])(
		'the memberships of a customer are listed in another branch as well, for $days',
		async ({ body, memberships }) => {
			addMembershipsOfGroup();

			expect(await school.listIds(`2/cgi/customer?customer_id=${CUSTOMER}`, body)).toEqual(memberships);
		},
	);

	it('a new membership begins today and ends with the group when no dates are given', async () => {
		const membership = await addMembership();

		expect(membership).toMatchObject({
			customer_id: CUSTOMER,
			group_id: GROUP,
			b_date: TODAY,
			e_date: LAST_DAY_OF_GROUP,
		});
	});

	it('a new membership adds the group to the groups of the customer', async () => {
		await addMembership();

		expect(school.readRecord('customer', CUSTOMER)?.group_ids).toEqual([GROUP]);
	});

	it('a deleted membership removes the group from the groups of the customer', async () => {
		const { id } = await addMembership();

		await school.call(`1/cgi/delete?id=${String(id)}`);

		expect(school.readRecord('customer', CUSTOMER)?.group_ids).toEqual([]);
	});

	it('a new membership is refused while the customer is a member', async () => {
		await addMembership();

		const errors = await school.expectRefused(`1/cgi/create?group_id=${GROUP}`, { customer_id: CUSTOMER });

		expect(errors).toEqual({ group_id: [expect.stringMatching(/^Клиент уже состоит в группе/)] });
	});

	it('a new membership is accepted after one that is over', async () => {
		const earlier = await addMembership();
		await updateMembership(earlier, { b_date: '01.02.2026', e_date: '09.02.2026' });

		const later = await addMembership();

		expect(later).toMatchObject({ b_date: TODAY, customer_id: CUSTOMER, group_id: GROUP });
	});

	it('a new membership is accepted before one that begins later', async () => {
		const later = await addMembership();
		await updateMembership(later, { b_date: '01.04.2026' });

		const earlier = await school.save(`1/cgi/create?group_id=${GROUP}`, {
			customer_id: CUSTOMER,
			e_date: '31.03.2026',
		});

		expect(earlier).toMatchObject({ b_date: TODAY, e_date: '31.03.2026' });
	});

	it('a membership has no end when its e_date is set to null', async () => {
		const membership = await addMembership();

		const updated = await updateMembership(membership, { e_date: null });

		expect(updated.e_date).toBeNull();
	});

	it('the filter of customers by group lists the current members when the account honours it', async () => {
		addMembershipsOfGroup();
		school.changeRecord('cgi', CURRENT, { group_id: OTHER_GROUP });
		school.changeSettings({ ignoredFilters: [] });

		const ids = await school.listIds('customer/index', { ...allCustomers, group_id: GROUP });

		expect(ids).toEqual([OTHER_CUSTOMER]);
	});
});

describe('subscriptions', () => {
	const SUBSCRIPTION = 1001;
	const OTHER_SUBSCRIPTION = 1002;

	/** Adds a subscription of the customer that lasts until May, unless the values differ. */
	function addSubscription(values: JsonObject): void {
		school.addRecord('customer-tariff', {
			customer_id: CUSTOMER,
			tariff_id: 3,
			b_date: '01.09.2025',
			e_date: '31.05.2026',
			balance: '0.00',
			is_separate_balance: 0,
			...values,
		});
	}

	beforeEach(() => {
		addCustomers();
	});

	it.each(['', '1/', '2/', '3/'])(
		'%scustomer-tariff/index lists all subscriptions of the customer, whatever its branch',
		async (branch) => {
			addSubscription({ id: SUBSCRIPTION });
			addSubscription({ id: OTHER_SUBSCRIPTION });

			const ids = await school.listIds(`${branch}customer-tariff/index?customer_id=${CUSTOMER}`);

			expect(ids).toEqual([SUBSCRIPTION, OTHER_SUBSCRIPTION]);
		},
	);

	it('the list of subscriptions leaves out those of another customer', async () => {
		addSubscription({ id: SUBSCRIPTION });
		addSubscription({ id: OTHER_SUBSCRIPTION, customer_id: OTHER_CUSTOMER });

		const ids = await school.listIds(`1/customer-tariff/index?customer_id=${CUSTOMER}`);

		expect(ids).toEqual([SUBSCRIPTION]);
	});

	it.each<{ filter: JsonObject; match: JsonObject; other: JsonObject }>([
		{ filter: { dead: true }, match: { e_date: '31.05.2025' }, other: { e_date: '31.05.2026' } },
		{ filter: { tariff_id: 1 }, match: { tariff_id: 1 }, other: { tariff_id: 2 } },
		{ filter: { tariff_type: 2 }, match: { tariff_id: 2 }, other: { tariff_id: 1 } },
		{ filter: { balance: [1, 100_000] }, match: { balance: '1.00' }, other: { balance: '0.00' } },
		{
			filter: { is_separate_balance: 1 },
			match: { is_separate_balance: 1 },
			other: { is_separate_balance: 0 },
		},
		{ filter: { id: SUBSCRIPTION }, match: {}, other: {} },
	])(
		'the filter $filter lists a subscription with $match, and not one with $other',
		async ({ filter, match, other }) => {
			addSubscription({ id: SUBSCRIPTION, ...match });
			addSubscription({ id: OTHER_SUBSCRIPTION, ...other });

			const ids = await school.listIds(`1/customer-tariff/index?customer_id=${CUSTOMER}`, filter);

			expect(ids).toEqual([SUBSCRIPTION]);
		},
	);

	it('the filter dead = false lists current subscriptions and those that are over', async () => {
		addSubscription({ id: SUBSCRIPTION, e_date: '31.05.2025' });
		addSubscription({ id: OTHER_SUBSCRIPTION, e_date: '31.05.2026' });

		const ids = await school.listIds(`1/customer-tariff/index?customer_id=${CUSTOMER}`, { dead: false });

		expect(ids).toEqual([SUBSCRIPTION, OTHER_SUBSCRIPTION]);
	});
});

describe('comments', () => {
	const AUTHOR = 3;
	const USER_WITHOUT_COMMENTS = 99;
	const COMMENT_ON_CUSTOMER = '1/communication/create?class=Customer&related_id=1';
	const COMMENTS_OF_CUSTOMER = '1/communication/index?class=Customer&related_id=1';
	const COMMENTS_OF_GROUP = '1/communication/index?class=Group&related_id=1';

	/** Adds a comment to a customer through the API. */
	async function addComment(body: JsonObject): Promise<JsonObject> {
		return await school.save(COMMENT_ON_CUSTOMER, { comment: 'Звонили', user_id: AUTHOR, ...body });
	}

	it.each([
		{ related: 'Customer', path: COMMENTS_OF_CUSTOMER },
		{ related: 'Group', path: COMMENTS_OF_GROUP },
	])(
		'the list of comments on a $related has only the comments with its class and ID',
		async ({ related, path }) => {
			const { items } = await school.call(path);

			expect(items).toMatchObject([{ class: related, related_id: 1 }]);
		},
	);

	it('the list of comments has the newest comment first', async () => {
		await addComment({ comment: 'Второй' });

		const { items } = await school.call(COMMENTS_OF_CUSTOMER);

		expect(items).toMatchObject([{ comment: 'Второй', user_id: AUTHOR }, { related_id: 1 }]);
	});

	it.each<{ filter: JsonObject }>([
		{ filter: { comment: 'втор' } },
		{ filter: { type_id: 2 } },
		{ filter: { user_id: AUTHOR } },
	])('the filter $filter finds the comment that fits it', async ({ filter }) => {
		school.removeAllRecords('communication');
		await addComment({ comment: 'Первый', type_id: 1, user_id: 1 });
		const { id } = await addComment({ comment: 'Второй', type_id: 2, user_id: AUTHOR });

		expect(await school.listIds(COMMENTS_OF_CUSTOMER, filter)).toEqual([id]);
	});

	it('the filter of comments by user finds nothing for a user who has written none', async () => {
		await addComment({});

		expect(await school.listIds(COMMENTS_OF_CUSTOMER, { user_id: USER_WITHOUT_COMMENTS })).toEqual([]);
	});

	it('a comment without an author is refused', async () => {
		const errors = await school.expectRefused(COMMENT_ON_CUSTOMER, { comment: 'Звонили' });

		expect(errors).toEqual({ user_id: requiredError('Пользователь') });
	});

	it('a comment gets the user of the call as its author when a setting makes the author optional', async () => {
		school.changeSettings({ requiredFields: { 'communication.user_id': false } });

		const comment = await school.save(COMMENT_ON_CUSTOMER, { comment: 'Звонили' });

		expect(comment.user_id).toBe(1);
	});

	it('a comment may have 2048 characters', async () => {
		const comment = await addComment({ comment: 'ы'.repeat(2048) });

		expect(comment.comment).toBe('ы'.repeat(2048));
	});

	it('a comment with 2049 characters is refused', async () => {
		const errors = await school.expectRefused(COMMENT_ON_CUSTOMER, {
			comment: 'ы'.repeat(2049),
			user_id: AUTHOR,
		});

		expect(errors).toHaveProperty('comment');
	});
});

describe('tasks', () => {
	it('a task gets the user of the call as its author', async () => {
		const task = await school.save('1/task/create', { title: 'Перезвонить' });

		expect(task.user_id).toBe(1);
	});

	it('a task without an author is refused when a setting requires one', async () => {
		school.changeSettings({ requiredFields: { 'task.user_id': true } });

		const errors = await school.expectRefused('1/task/create', { title: 'Перезвонить' });

		expect(errors).toEqual({ user_id: requiredError('Автор') });
	});
});

describe('bonuses', () => {
	const BALANCE = '1/bonus/balance-bonus?customer_id=1';
	const ADD = '1/bonus/bonus-add?customer_id=1';
	const SPEND = '1/bonus/bonus-spend?customer_id=1';

	/** Sets the bonuses of the customer past the API. */
	function setBonuses(balance: number): void {
		school.changeRecord('customer', 1, { balance_bonus: balance });
	}

	it('balance-bonus returns the bonuses of the customer', async () => {
		setBonuses(70);

		expect((await school.call(BALANCE)).json).toEqual({ balance_bonus: 70 });
	});

	it('bonus-add adds bonuses to those that the customer has', async () => {
		setBonuses(70);

		const { json } = await school.call(ADD, { amount: 150, note: 'За отзыв' });

		expect(json).toMatchObject({ success: true, errors: [], model: { balance_bonus: 220 } });
		expect(school.readRecord('customer', 1)?.balance_bonus).toBe(220);
	});

	it('bonus-spend takes bonuses from the customer, and accepts the amount as a text', async () => {
		setBonuses(150);

		const { json } = await school.call(SPEND, { amount: '50' });

		expect(json).toMatchObject({ success: true });
		expect(school.readRecord('customer', 1)?.balance_bonus).toBe(100);
	});

	it('bonus-spend is logged as a change of the customer', async () => {
		setBonuses(150);

		await school.call(SPEND, { amount: 50 });

		const { items } = await school.call('log/index', {
			entity: 'Customer',
			entity_id: 1,
			event: LOG_EVENT.updated,
		});
		expect(items[0]).toMatchObject({
			fields_old: { balance_bonus: 150 },
			fields_new: { balance_bonus: 100 },
		});
	});

	it.each<{ action: string; path: string; body: JsonObject }>([
		{ action: 'bonus-add', path: ADD, body: { amount: -5 } },
		{ action: 'bonus-add', path: ADD, body: { amount: 'много' } },
		{ action: 'bonus-spend', path: SPEND, body: { amount: 100_000 } },
	])('$action refuses $body and changes no bonuses', async ({ path, body }) => {
		setBonuses(150);

		const errors = await school.expectRefused(path, body);

		expect(errors).toEqual({ amount: [expect.any(String)] });
	});
});
