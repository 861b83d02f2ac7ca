import type { JsonObject, Settings } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import { describeScheduled } from '../support/version';
import {
	ClientCardSchool,
	DUE_DAY,
	OCCASIONS,
	OCCASIONS_WITH_DAY,
	START,
	startTrigger,
} from './clientCardSchool';

afterEach(() => jest.restoreAllMocks());

const ARCHIVED = { e_date: '2026-03-01' };

/** The fields of a simplified card of a client, which stand behind those of the event. */
const FIELDS_OF_CARD = [
	'id',
	'name',
	'phone',
	'email',
	'branch_ids',
	'branch_names',
	'balance',
	'paid_lesson_count',
	'url',
];

describe.each(OCCASIONS)('The trigger for $event', (occasion) => {
	// `cardWhenDue` makes something due on 14 March, and `cardDueEarlier` on 10 March, when most tests begin.
	const { event, cardBefore, cardWhenDue, cardDueEarlier, itemFields } = occasion;

	it('the trigger reports nobody before something is due', async () => {
		const { school } = await startTrigger(occasion);

		expect(await school.pollIdsAt('2026-03-12 09:00', '2026-03-13 23:59')).toEqual([]);
	});

	it('the trigger reports a client when something is due', async () => {
		const { school, client } = await startTrigger(occasion);
		school.changeClient(client, cardWhenDue);

		const items = await school.pollAt(DUE_DAY);

		expect(items).toMatchObject([{ ...itemFields, id: client, name: 'Мия', branch_names: 'Филиал 1' }]);
	});

	it("an item has the fields of the event before those of the client's card", async () => {
		const { school, client } = await startTrigger(occasion);
		school.changeClient(client, cardWhenDue);

		const [item] = await school.pollAt(DUE_DAY);

		expect(Object.keys(item)).toEqual([...Object.keys(itemFields), ...FIELDS_OF_CARD]);
	});

	it('the trigger reports a client only once', async () => {
		const { school, client } = await startTrigger(occasion);
		school.changeClient(client, cardWhenDue);
		await school.pollAt(DUE_DAY);

		expect(await school.pollIdsAt('2026-03-14 12:00', '2026-03-15 09:00')).toEqual([]);
	});

	it('the trigger does not report a client again after n8n has restarted', async () => {
		const { school, client } = await startTrigger(occasion);
		school.changeClient(client, cardWhenDue);
		await school.pollAt(DUE_DAY);
		school.poller.restart();

		expect(await school.pollIdsAt('2026-03-15 18:00')).toEqual([]);
	});

	it('the trigger reports a client again when the next occasion is due', async () => {
		const { school, client } = await startTrigger(occasion);
		school.changeClient(client, cardWhenDue);
		await school.pollAt(DUE_DAY);
		school.changeClient(client, occasion.cardWhenOver);
		expect(await school.pollIdsAt('2026-03-16 09:00')).toEqual([]);
		school.changeClient(client, occasion.cardWhenDueAgain);

		expect(await school.pollIdsAt(occasion.nextTime)).toEqual([client]);
	});

	it('the trigger does not report what was due before it started', async () => {
		const school = new ClientCardSchool({ now: START, parameters: { event } });
		school.addClient(cardDueEarlier);

		expect(await school.pollIdsAt(START, DUE_DAY)).toEqual([]);
	});

	it.each<{ habit: string; settings: Partial<Settings> }>([
		{ habit: 'ignores filters', settings: { ignoredFilters: ['customer.*'] } },
		{
			habit: 'sends one client a page and no totals',
			settings: { pageSize: 1, bodyPageSize: 'ignored', total: 'missing' },
		},
	])('the trigger reports a client once when AlfaCRM $habit', async ({ settings }) => {
		const school = new ClientCardSchool({ now: START, parameters: { event }, settings });
		const client = school.addClient(cardBefore);
		const lead = school.addClient({ ...cardBefore, is_study: CUSTOMER_TYPE.lead });
		school.addClient(cardDueEarlier);
		await school.pollAt(START);
		school.changeClients([client, lead], cardWhenDue);

		expect(await school.pollIdsAt(DUE_DAY, '2026-03-14 11:00')).toEqual([client]);
	});

	it.each([
		{ customer: 'a lead', card: { is_study: CUSTOMER_TYPE.lead } },
		{ customer: 'an archived client', card: { is_study: CUSTOMER_TYPE.client, removed: 1, ...ARCHIVED } },
	])(
		"the trigger does not report $customer, although AlfaCRM's list of clients shows the card",
		async ({ card }) => {
			const school = new ClientCardSchool({ now: START, parameters: { event } });
			await school.pollAt(START);
			school.showCardInLists({ id: 77, name: 'Мия', branch_ids: [1], ...cardWhenDue, ...card });

			expect(await school.pollIdsAt(DUE_DAY)).toEqual([]);
		},
	);

	it('the first poll reads the clients of each branch once', async () => {
		const { school } = await startTrigger(occasion);

		expect(school.readCallsForList('customer')).toMatchObject([
			{ call: '1/customer/index' },
			{ call: '2/customer/index' },
		]);
	});

	it('the trigger reads no clients until an hour has passed', async () => {
		const { school } = await startTrigger(occasion);
		school.clearCalls();

		await school.pollAt('2026-03-10 09:01');
		await school.pollAt('2026-03-10 09:50');

		expect(school.readCallsForList('customer')).toEqual([]);
	});

	it('the trigger reads the clients of each branch again after an hour', async () => {
		const { school } = await startTrigger(occasion);
		school.clearCalls();

		await school.pollAt('2026-03-10 10:00');

		expect(school.readCallsForList('customer')).toHaveLength(2);
	});

	it('the trigger reads the clients of each branch as soon as a new day begins', async () => {
		const { school } = await startTrigger(occasion);
		await school.pollAt('2026-03-13 23:59');
		school.clearCalls();

		await school.pollAt('2026-03-14 00:01');

		expect(school.readCallsForList('customer')).toHaveLength(2);
	});

	it('the first poll reports what is due on that day when the user has chosen so', async () => {
		const school = new ClientCardSchool({
			now: DUE_DAY,
			parameters: { event, options: { firstPoll: 'due' } },
		});
		const client = school.addClient(cardWhenDue);

		expect(await school.pollIdsAt(DUE_DAY, '2026-03-14 12:00')).toEqual([client]);
	});

	it('the first poll reports no archived client, although the user has chosen to begin with what is due', async () => {
		const school = new ClientCardSchool({
			now: DUE_DAY,
			parameters: { event, options: { firstPoll: 'due' } },
		});
		school.addClient({ ...cardWhenDue, ...ARCHIVED });

		expect(await school.pollIdsAt(DUE_DAY, '2026-03-14 12:00')).toEqual([]);
	});

	it('a test in the editor shows the clients for whom something is due', async () => {
		const school = new ClientCardSchool({ now: DUE_DAY, parameters: { event } });
		const client = school.addClient(cardWhenDue);

		expect(await school.poller.fetchTestEvent()).toMatchObject([{ ...itemFields, id: client }]);
	});

	it('a test in the editor names the parameter to change when it finds nobody', async () => {
		const school = new ClientCardSchool({ now: DUE_DAY, parameters: { event } });

		await expect(school.poller.fetchTestEvent()).rejects.toMatchObject({
			message: 'AlfaCRM has nothing yet that this trigger would report',
			description: expect.stringContaining(
				`'${occasion.limit}' says who counts: change it for the test`,
			) as string,
		});
	});

	it('the trigger does not report what was due in a branch before the user chose the branch', async () => {
		const school = new ClientCardSchool({ now: START, parameters: { event, branchIds: [1] } });
		await school.pollAt(START);
		school.addClient({ ...cardDueEarlier, branch_ids: [2] });
		school.poller.changeParameters({ event, branchIds: [1, 2] });

		expect(await school.pollIdsAt('2026-03-10 09:05', DUE_DAY)).toEqual([]);
	});

	it('the trigger reports what is due in a branch after the user has chosen the branch', async () => {
		const school = new ClientCardSchool({ now: START, parameters: { event, branchIds: [1] } });
		await school.pollAt(START);
		school.poller.changeParameters({ event, branchIds: [1, 2] });
		await school.pollAt('2026-03-10 09:05');
		const client = school.addClient({ ...cardBefore, branch_ids: [2] });
		await school.pollAt('2026-03-10 11:00');
		school.changeClient(client, cardWhenDue);

		expect(await school.pollIdsAt(DUE_DAY)).toEqual([client]);
	});

	it('the trigger reports a client who moved to another branch before something was due', async () => {
		const { school, client } = await startTrigger(occasion);
		school.changeClient(client, { branch_ids: [2] });
		expect(await school.pollIdsAt('2026-03-13 08:00')).toEqual([]);
		school.changeClient(client, cardWhenDue);

		expect(await school.pollIdsAt(DUE_DAY)).toEqual([client]);
	});

	it('the trigger does not report a client again who moves to another branch after the report', async () => {
		const { school, client } = await startTrigger(occasion);
		school.changeClient(client, cardWhenDue);
		await school.pollAt(DUE_DAY);
		school.changeClient(client, { branch_ids: [2] });

		expect(await school.pollIdsAt('2026-03-14 11:00')).toEqual([]);
	});

	it.each<{ customer: string; cardAtStart: JsonObject; cardLater: JsonObject }>([
		{
			customer: 'moves here from a branch that is not watched',
			cardAtStart: { branch_ids: [2] },
			cardLater: { branch_ids: [1] },
		},
		{
			customer: 'was a lead and becomes a client',
			cardAtStart: { is_study: CUSTOMER_TYPE.lead },
			cardLater: { is_study: CUSTOMER_TYPE.client },
		},
		{
			customer: 'comes back from the archive',
			cardAtStart: ARCHIVED,
			cardLater: { e_date: '2030-12-31' },
		},
	])(
		'the trigger reports once what is due for a customer who $customer',
		async ({ cardAtStart, cardLater }) => {
			const { school, client } = await startTrigger(occasion, { branchIds: [1] }, cardAtStart);
			school.changeClient(client, cardWhenDue);
			expect(await school.pollIdsAt(DUE_DAY)).toEqual([]);
			school.changeClient(client, cardLater);

			expect(await school.pollIdsAt('2026-03-14 11:00', '2026-03-14 13:00')).toEqual([client]);
		},
	);
});

describe.each(OCCASIONS)('The trigger for $event, when a branch cannot be read', (occasion) => {
	/** Starts a trigger. Something is due for one client of each branch, but the user may not read branch 2. */
	async function startWithClientInEachBranch() {
		const { school, client } = await startTrigger(occasion);
		const clientOfBranch2 = school.addClient({ ...occasion.cardBefore, branch_ids: [2] });
		await school.pollAt('2026-03-10 11:00');
		school.changeClients([client, clientOfBranch2], occasion.cardWhenDue);
		school.changeSettings({ forbiddenBranches: [2] });
		return { school, client, clientOfBranch2 };
	}

	it('the trigger reports the clients of the other branches and names the unreadable branch in the log', async () => {
		const { school, client } = await startWithClientInEachBranch();

		expect(await school.pollIdsAt(DUE_DAY)).toEqual([client]);
		expect(school.poller.logLines.join()).toContain('could not look into branch 2');
	});

	it('the next poll reads only the branch that could not be read', async () => {
		const { school } = await startWithClientInEachBranch();
		await school.pollAt(DUE_DAY);
		school.clearCalls();

		expect(await school.pollAt('2026-03-14 09:05')).toEqual([]);
		expect(school.readCallsForList('customer')).toMatchObject([{ call: '2/customer/index' }]);
	});

	it('the trigger reports the clients of a branch once the branch can be read again', async () => {
		const { school, clientOfBranch2 } = await startWithClientInEachBranch();
		await school.pollIdsAt(DUE_DAY, '2026-03-14 09:05', '2026-03-14 11:00');
		school.changeSettings({ forbiddenBranches: [] });

		expect(await school.pollIdsAt('2026-03-15 09:00')).toEqual([clientOfBranch2]);
	});
});

it('In Debt reports a new debt of a client in two branches, although it now reads the client only in a branch that it could not read before', async () => {
	const school = new ClientCardSchool({
		now: START,
		parameters: { event: 'inDebt' },
		settings: { forbiddenBranches: [2] },
	});
	const client = school.addClient({ balance: '0.00', branch_ids: [1, 2] });
	await school.pollAt(START);

	school.changeClient(client, { balance: '-0.50' });
	// From now on the trigger can read branch 2, which it has never read, but no longer branch 1.
	school.changeSettings({ forbiddenBranches: [1] });

	expect(await school.pollIdsAt('2026-03-11 09:00')).toEqual([client]);
});

describe.each(OCCASIONS_WITH_DAY)('The trigger for $event, which has a day,', (occasion) => {
	it('the trigger reports a client right after midnight', async () => {
		const { school, client } = await startTrigger(occasion);
		await school.pollAt('2026-03-13 23:59');

		expect(await school.pollIdsAt('2026-03-14 00:01')).toEqual([client]);
	});

	it('the first poll does not report what was due on an earlier day', async () => {
		const school = new ClientCardSchool({
			now: DUE_DAY,
			parameters: { event: occasion.event, options: { firstPoll: 'due' } },
		});
		school.addClient(occasion.cardDueEarlier);

		expect(await school.pollIdsAt(DUE_DAY, '2026-03-14 12:00')).toEqual([]);
	});
});

describeScheduled('In Debt, when n8n ends the poll before all clients are read', () => {
	/**
	 * Starts a trigger. Twelve clients come into debt, and a poll with ten seconds reads one client a second.
	 */
	async function pollWithTooLittleTime() {
		const school = new ClientCardSchool({
			now: START,
			parameters: { event: 'inDebt' },
			settings: { pageSize: 1, bodyPageSize: 'ignored' },
			poller: { budgetMs: 10_000 },
		});
		const clients = school.addClients(12, { balance: '0.00' });
		await school.pollAt(START);
		school.changeClients(clients, { balance: '-1.00' });
		school.answerMs = 1_000;
		const pollResult = school.pollAt('2026-03-11 09:00');
		return { school, clients, pollResult };
	}

	it('a poll of In Debt fails when there is not enough time to read all clients', async () => {
		const { pollResult } = await pollWithTooLittleTime();

		await expect(pollResult).rejects.toThrow(
			'There was not enough time to look through the clients in branch 1',
		);
	});

	it('In Debt reports each client once when the next poll has enough time', async () => {
		const { school, clients, pollResult } = await pollWithTooLittleTime();
		await expect(pollResult).rejects.toThrow();
		school.answerMs = 0;

		expect(await school.pollIdsAt('2026-03-12 09:00', '2026-03-12 11:00')).toEqual(clients);
	});
});

describe('A trigger, when AlfaCRM counts clients but sends an empty list,', () => {
	/** The cards of clients for whom something is due on 10 March. */
	const DUE_CARDS: Array<{ event: string; cardWhenDue: JsonObject }> = [
		{ event: 'customerBirthday', cardWhenDue: { dob: '10.03.2015' } },
		{ event: 'subscriptionEnding', cardWhenDue: { paid_till: '2026-03-13 18:00:00' } },
		{ event: 'notSeen', cardWhenDue: { last_attend_date: '2026-02-24' } },
		{ event: 'lessonsRunningOut', cardWhenDue: { paid_lesson_count: 2 } },
		{ event: 'inDebt', cardWhenDue: { balance: '-0.50' } },
	];

	it.each(DUE_CARDS)(
		'a new trigger for $event refuses to start when AlfaCRM counts clients but sends none',
		async ({ event, cardWhenDue }) => {
			const school = new ClientCardSchool({ now: START, parameters: { event } });
			school.addClients(25, cardWhenDue);
			school.emptyLists();

			await expect(school.pollAt(START)).rejects.toThrow(
				'AlfaCRM sent an empty list when asked to look through the clients',
			);
		},
	);

	it.each(DUE_CARDS)(
		'a trigger for $event does not report later what was due while AlfaCRM sent an empty list',
		async ({ event, cardWhenDue }) => {
			const school = new ClientCardSchool({ now: START, parameters: { event } });
			school.addClients(25, cardWhenDue);
			school.emptyLists();
			await expect(school.pollAt(START)).rejects.toThrow();
			school.showTrueLists();

			expect(await school.pollIdsAt('2026-03-10 10:00', '2026-03-10 12:00')).toEqual([]);
		},
	);
});

it('Birthday spreads the birthdays of its first poll over later polls when a poll may report only two', async () => {
	const school = new ClientCardSchool({
		now: '2026-03-16 09:00',
		parameters: { event: 'customerBirthday', options: { firstPoll: 'due', maxPerPoll: 2 } },
	});
	const clients = school.addClients(5, { dob: '16.03.2015' });
	// This birthday was over when the trigger began.
	school.addClient({ dob: '15.03.2015' });

	expect(await school.pollIdsAt('2026-03-16 09:00')).toEqual([clients[0], clients[1]]);
	expect(await school.pollIdsAt('2026-03-17 09:00')).toEqual([clients[2], clients[3]]);
	expect(await school.pollIdsAt('2026-03-18 09:00')).toEqual([clients[4]]);
	expect(await school.pollIdsAt('2026-03-19 09:00')).toEqual([]);
});

it('Birthday reports in the next year a birthday that was over when the trigger started', async () => {
	const school = new ClientCardSchool({ now: START, parameters: { event: 'customerBirthday' } });
	const client = school.addClient({ dob: '10.03.2015' });
	expect(await school.pollIdsAt(START, '2026-03-16 09:00')).toEqual([]);

	expect(await school.pollIdsAt('2027-03-15 09:00')).toEqual([client]);
});

describe('Birthday', () => {
	it("Birthday reports a birthday once on its day, which begins and ends at midnight in the workflow's time zone", async () => {
		const school = new ClientCardSchool({
			now: '2026-03-15 12:00',
			parameters: { event: 'customerBirthday' },
			zone: 'Asia/Vladivostok',
		});
		const client = school.addClient({ dob: '16.03.2015' });

		expect(await school.pollIdsAt('2026-03-15 12:00', '2026-03-15 23:50')).toEqual([]);
		expect(await school.pollAt('2026-03-16 00:10')).toMatchObject([{ id: client, days_left: 0 }]);
		expect(await school.pollIdsAt('2026-03-16 23:50', '2026-03-17 00:10')).toEqual([]);
	});

	it("Birthday fails with the name of the workflow's time zone when that is unknown", async () => {
		const school = new ClientCardSchool({
			now: START,
			parameters: { event: 'customerBirthday' },
			workflowZone: 'Moscow',
		});

		await expect(school.pollAt(START)).rejects.toThrow('The workflow\'s time zone is none: "Moscow"');
	});

	it('Birthday reports no birthday again when the clock is put back by two days', async () => {
		const school = new ClientCardSchool({ now: START, parameters: { event: 'customerBirthday' } });
		const client = school.addClient({ dob: '11.03.2015' });
		expect(await school.pollIdsAt(START, '2026-03-11 09:00')).toEqual([client]);

		const idsAfterwards = await school.pollIdsAt('2026-03-09 09:00', '2026-03-11 19:00', '2026-03-12 09:00');

		expect(idsAfterwards).toEqual([]);
	});

	it('Birthday reports a birthday although the clock was ten years ahead for a while', async () => {
		const school = new ClientCardSchool({ now: START, parameters: { event: 'customerBirthday' } });
		await school.pollIdsAt(START, '2036-03-10 09:00', '2026-03-10 10:00');
		const client = school.addClient({ dob: '16.03.2015' });

		expect(await school.pollIdsAt('2026-03-16 09:00', '2026-03-17 09:00')).toEqual([client]);
	});
});

it('a test of Birthday in the editor shows the birthdays of the next 30 days when Days Before the Birthday is 30', async () => {
	const school = new ClientCardSchool({
		now: DUE_DAY,
		parameters: { event: 'customerBirthday', birthdayIn: 30 },
	});
	const clientOfMarch = school.addClient({ dob: '20.03.2015' });
	const clientOfApril = school.addClient({ dob: '12.04.2015' });
	school.addClient({ dob: '01.06.2015' });

	expect(await school.poller.fetchTestEvent()).toMatchObject([
		{ id: clientOfMarch, days_left: 6 },
		{ id: clientOfApril, days_left: 29 },
	]);
});

it('Lessons Running Out reads all clients of each branch every ten minutes when Look Every is 10', async () => {
	const school = new ClientCardSchool({
		now: START,
		parameters: { event: 'lessonsRunningOut', options: { lookEvery: 10 } },
	});
	await school.pollAt(START);
	school.clearCalls();

	await school.pollAt('2026-03-10 09:10');

	const body = { is_study: CUSTOMER_TYPE.client, page: 0, pageSize: 500 };
	expect(school.readCallsForList('customer')).toEqual([
		{ call: '1/customer/index', body },
		{ call: '2/customer/index', body },
	]);
});

describe.each([
	{ event: 'customerBirthday', field: 'dob', meaning: 'date of birth' },
	{ event: 'inDebt', field: 'balance', meaning: 'balance' },
	{ event: 'lessonsRunningOut', field: 'paid_lesson_count', meaning: 'number of lessons left' },
	{ event: 'notSeen', field: 'last_attend_date', meaning: 'day of the last visit' },
	{ event: 'subscriptionEnding', field: 'paid_till', meaning: 'end of what is paid' },
])('The trigger for $event, when cards lack $field,', ({ event, field, meaning }) => {
	const reason = `AlfaCRM shows no ${meaning} of the clients, so nobody would ever be reported`;
	let school: ClientCardSchool;

	beforeEach(() => {
		school = new ClientCardSchool({ now: START, parameters: { event } });
	});

	it('a new trigger refuses to start when no card shows its field, and names the field', async () => {
		school.addClients(3, { [field]: null });
		school.hideField(field);

		await expect(school.pollAt(START)).rejects.toMatchObject({
			message: reason,
			description: expect.stringContaining(
				`The field "${field}" is missing on all 3 cards of clients that were read.`,
			) as string,
		});
	});

	it("a poll fails when no card shows the trigger's field any more", async () => {
		school.addClients(3, { [field]: null });
		expect(await school.pollAt(START)).toEqual([]);
		school.hideField(field);

		await expect(school.pollAt('2026-03-10 12:00')).rejects.toThrow(reason);
	});

	it("a test in the editor fails when no card shows the trigger's field", async () => {
		school.addClients(3, { [field]: null });
		school.hideField(field);

		await expect(school.poller.fetchTestEvent()).rejects.toThrow(reason);
	});

	it('a trigger starts when one card shows its field, although the field is empty there', async () => {
		const [client] = school.addClients(3, { [field]: null });
		school.hideField(field, client);

		expect(await school.pollAt(START)).toEqual([]);
	});

	it('a trigger starts when the school has no clients', async () => {
		school.addClient({ is_study: CUSTOMER_TYPE.lead });
		school.hideField(field);

		expect(await school.pollAt(START)).toEqual([]);
	});
});
