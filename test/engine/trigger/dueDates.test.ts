import type { JsonObject, Settings } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import { describeScheduled } from '../support/version';
import { ClientCardSchool, OCCASIONS, OCCASIONS_WITH_DAY, START, startTrigger } from './clientCardSchool';

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
	const { event, cardBefore, cardWhenDue, cardDueEarlier, itemFields } = occasion;

	it('reports nobody for whom nothing is due yet', async () => {
		const { school } = await startTrigger(occasion);

		expect(await school.pollIdsAt('2026-03-12 09:00', '2026-03-13 23:59')).toEqual([]);
	});

	it('reports a client for whom something falls due', async () => {
		const { school, client } = await startTrigger(occasion);
		school.changeClient(client, cardWhenDue);

		const items = await school.pollAt('2026-03-14 09:00');

		expect(items).toMatchObject([{ ...itemFields, id: client, name: 'Мия', branch_names: 'Филиал 1' }]);
	});

	it('puts the fields of the event before those of the card', async () => {
		const { school, client } = await startTrigger(occasion);
		school.changeClient(client, cardWhenDue);

		const [item] = await school.pollAt('2026-03-14 09:00');

		expect(Object.keys(item)).toEqual([...Object.keys(itemFields), ...FIELDS_OF_CARD]);
	});

	it('reports a client only once', async () => {
		const { school, client } = await startTrigger(occasion);
		school.changeClient(client, cardWhenDue);
		await school.pollAt('2026-03-14 09:00');

		expect(await school.pollIdsAt('2026-03-14 12:00', '2026-03-15 09:00')).toEqual([]);
	});

	it('does not report a client again after n8n has started again', async () => {
		const { school, client } = await startTrigger(occasion);
		school.changeClient(client, cardWhenDue);
		await school.pollAt('2026-03-14 09:00');
		school.poller.restart();

		expect(await school.pollIdsAt('2026-03-15 18:00')).toEqual([]);
	});

	it('reports a client again when the next occasion falls due', async () => {
		const { school, client } = await startTrigger(occasion);
		school.changeClient(client, cardWhenDue);
		await school.pollAt('2026-03-14 09:00');
		school.changeClient(client, occasion.cardWhenOver);
		expect(await school.pollIdsAt('2026-03-16 09:00')).toEqual([]);
		school.changeClient(client, occasion.cardWhenDueAgain);

		expect(await school.pollIdsAt(occasion.nextTime)).toEqual([client]);
	});

	it('does not report what was due when it began', async () => {
		const school = new ClientCardSchool({ now: START, parameters: { event } });
		school.addClient(cardDueEarlier);

		expect(await school.pollIdsAt(START, '2026-03-14 09:00')).toEqual([]);
	});

	it.each<{ habit: string; settings: Partial<Settings> }>([
		{ habit: 'ignores filters', settings: { ignoredFilters: ['customer.*'] } },
		{
			habit: 'sends one client a page and no totals',
			settings: { pageSize: 1, bodyPageSize: 'ignored', total: 'missing' },
		},
	])('reports a client once when AlfaCRM $habit', async ({ settings }) => {
		const school = new ClientCardSchool({ now: START, parameters: { event }, settings });
		const client = school.addClient(cardBefore);
		const lead = school.addClient({ ...cardBefore, is_study: CUSTOMER_TYPE.lead });
		school.addClient(cardDueEarlier);
		await school.pollAt(START);
		school.changeClients([client, lead], cardWhenDue);

		expect(await school.pollIdsAt('2026-03-14 09:00', '2026-03-14 11:00')).toEqual([client]);
	});

	it.each([
		{ customer: 'a lead', card: { is_study: CUSTOMER_TYPE.lead } },
		{ customer: 'an archived client', card: { is_study: CUSTOMER_TYPE.client, removed: 1, ...ARCHIVED } },
	])('does not report $customer whom the list of clients shows', async ({ card }) => {
		const school = new ClientCardSchool({ now: START, parameters: { event } });
		await school.pollAt(START);
		school.showCardInLists({ id: 77, name: 'Мия', branch_ids: [1], ...cardWhenDue, ...card });

		expect(await school.pollIdsAt('2026-03-14 09:00')).toEqual([]);
	});

	it('reads the clients of each branch once in the first poll', async () => {
		const { school } = await startTrigger(occasion);

		expect(school.readCallsForList('customer')).toMatchObject([
			{ call: '1/customer/index' },
			{ call: '2/customer/index' },
		]);
	});

	it('reads no clients until an hour has passed', async () => {
		const { school } = await startTrigger(occasion);
		school.clearCalls();

		await school.pollAt('2026-03-10 09:01');
		await school.pollAt('2026-03-10 09:50');

		expect(school.readCallsForList('customer')).toEqual([]);
	});

	it('reads the clients of each branch again after an hour', async () => {
		const { school } = await startTrigger(occasion);
		school.clearCalls();

		await school.pollAt('2026-03-10 10:00');

		expect(school.readCallsForList('customer')).toHaveLength(2);
	});

	it('reads the clients of each branch as soon as a new day begins', async () => {
		const { school } = await startTrigger(occasion);
		await school.pollAt('2026-03-13 23:59');
		school.clearCalls();

		await school.pollAt('2026-03-14 00:01');

		expect(school.readCallsForList('customer')).toHaveLength(2);
	});

	it('reports in the first poll what falls due on that day, if the user has chosen so', async () => {
		const school = new ClientCardSchool({
			now: '2026-03-14 09:00',
			parameters: { event, options: { firstPoll: 'due' } },
		});
		const client = school.addClient(cardWhenDue);

		expect(await school.pollIdsAt('2026-03-14 09:00', '2026-03-14 12:00')).toEqual([client]);
	});

	it('reports no archived client in the first poll', async () => {
		const school = new ClientCardSchool({
			now: '2026-03-14 09:00',
			parameters: { event, options: { firstPoll: 'due' } },
		});
		school.addClient({ ...cardWhenDue, ...ARCHIVED });

		expect(await school.pollIdsAt('2026-03-14 09:00', '2026-03-14 12:00')).toEqual([]);
	});

	it('shows clients for whom something is due as a test event', async () => {
		const school = new ClientCardSchool({ now: '2026-03-14 09:00', parameters: { event } });
		const client = school.addClient(cardWhenDue);

		expect(await school.poller.fetchTestEvent()).toMatchObject([{ ...itemFields, id: client }]);
	});

	it('says which parameter to change when a test finds nobody', async () => {
		const school = new ClientCardSchool({ now: '2026-03-14 09:00', parameters: { event } });

		await expect(school.poller.fetchTestEvent()).rejects.toMatchObject({
			message: 'AlfaCRM has nothing yet that this trigger would report',
			description: expect.stringContaining(
				`'${occasion.limit}' says who counts: change it for the test`,
			) as string,
		});
	});

	it('does not report what was due in a branch when the user chooses the branch', async () => {
		const school = new ClientCardSchool({ now: START, parameters: { event, branchIds: [1] } });
		await school.pollAt(START);
		school.addClient({ ...cardDueEarlier, branch_ids: [2] });
		school.poller.changeParameters({ event, branchIds: [1, 2] });

		expect(await school.pollIdsAt('2026-03-10 09:05', '2026-03-14 09:00')).toEqual([]);
	});

	it('reports what falls due in a branch after the user has chosen the branch', async () => {
		const school = new ClientCardSchool({ now: START, parameters: { event, branchIds: [1] } });
		await school.pollAt(START);
		school.poller.changeParameters({ event, branchIds: [1, 2] });
		await school.pollAt('2026-03-10 09:05');
		const client = school.addClient({ ...cardBefore, branch_ids: [2] });
		await school.pollAt('2026-03-10 11:00');
		school.changeClient(client, cardWhenDue);

		expect(await school.pollIdsAt('2026-03-14 09:00')).toEqual([client]);
	});

	it('reports a client who was moved to another branch before something falls due', async () => {
		const { school, client } = await startTrigger(occasion);
		school.changeClient(client, { branch_ids: [2] });
		expect(await school.pollIdsAt('2026-03-13 08:00')).toEqual([]);
		school.changeClient(client, cardWhenDue);

		expect(await school.pollIdsAt('2026-03-14 09:00')).toEqual([client]);
	});

	it('does not report a client again who is moved to another branch after the report', async () => {
		const { school, client } = await startTrigger(occasion);
		school.changeClient(client, cardWhenDue);
		await school.pollAt('2026-03-14 09:00');
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
	])('reports once what is due for a customer who $customer', async ({ cardAtStart, cardLater }) => {
		const { school, client } = await startTrigger(occasion, { branchIds: [1] }, cardAtStart);
		school.changeClient(client, cardWhenDue);
		expect(await school.pollIdsAt('2026-03-14 09:00')).toEqual([]);
		school.changeClient(client, cardLater);

		expect(await school.pollIdsAt('2026-03-14 11:00', '2026-03-14 13:00')).toEqual([client]);
	});
});

describe.each(OCCASIONS)('The trigger for $event, when a branch cannot be read', (occasion) => {
	async function startWithClientInEachBranch() {
		const { school, client } = await startTrigger(occasion);
		const clientOfBranch2 = school.addClient({ ...occasion.cardBefore, branch_ids: [2] });
		await school.pollAt('2026-03-10 11:00');
		school.changeClients([client, clientOfBranch2], occasion.cardWhenDue);
		school.changeSettings({ forbiddenBranches: [2] });
		return { school, client, clientOfBranch2 };
	}

	it('reports the clients of the other branches, and names the branch in the log', async () => {
		const { school, client } = await startWithClientInEachBranch();

		expect(await school.pollIdsAt('2026-03-14 09:00')).toEqual([client]);
		expect(school.poller.logLines.join()).toContain('could not look into branch 2');
	});

	it('tries only this branch again in the next poll', async () => {
		const { school } = await startWithClientInEachBranch();
		await school.pollAt('2026-03-14 09:00');
		school.clearCalls();

		expect(await school.pollAt('2026-03-14 09:05')).toEqual([]);
		expect(school.readCallsForList('customer')).toMatchObject([{ call: '2/customer/index' }]);
	});

	it('reports the clients of the branch once it can be read again', async () => {
		const { school, clientOfBranch2 } = await startWithClientInEachBranch();
		await school.pollIdsAt('2026-03-14 09:00', '2026-03-14 09:05', '2026-03-14 11:00');
		school.changeSettings({ forbiddenBranches: [] });

		expect(await school.pollIdsAt('2026-03-15 09:00')).toEqual([clientOfBranch2]);
	});
});

it('reports a new debt of a client in two branches when only the branch that was never read shows the client', async () => {
	const school = new ClientCardSchool({
		now: START,
		parameters: { event: 'inDebt' },
		settings: { forbiddenBranches: [2] },
	});
	const client = school.addClient({ balance: '0.00', branch_ids: [1, 2] });
	await school.pollAt(START);
	school.changeClient(client, { balance: '-0.50' });
	school.changeSettings({ forbiddenBranches: [1] });

	expect(await school.pollIdsAt('2026-03-11 09:00')).toEqual([client]);
});

describe.each(OCCASIONS_WITH_DAY)('The trigger for $event, which has a day,', (occasion) => {
	it('reports a client right after midnight', async () => {
		const { school, client } = await startTrigger(occasion);
		await school.pollAt('2026-03-13 23:59');

		expect(await school.pollIdsAt('2026-03-14 00:01')).toEqual([client]);
	});

	it('does not report in the first poll what fell due on an earlier day', async () => {
		const school = new ClientCardSchool({
			now: '2026-03-14 09:00',
			parameters: { event: occasion.event, options: { firstPoll: 'due' } },
		});
		school.addClient(occasion.cardDueEarlier);

		expect(await school.pollIdsAt('2026-03-14 09:00', '2026-03-14 12:00')).toEqual([]);
	});
});

describeScheduled('The trigger for inDebt, when n8n ends the poll before all clients are read', () => {
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

	it('fails and says that there was not enough time', async () => {
		const { pollResult } = await pollWithTooLittleTime();

		await expect(pollResult).rejects.toThrow(
			'There was not enough time to look through the clients in branch 1',
		);
	});

	it('reports each client once when the next poll has enough time', async () => {
		const { school, clients, pollResult } = await pollWithTooLittleTime();
		await expect(pollResult).rejects.toThrow();
		school.answerMs = 0;

		expect(await school.pollIdsAt('2026-03-12 09:00', '2026-03-12 11:00')).toEqual(clients);
	});
});

describe('The trigger, when AlfaCRM counts clients but sends an empty list,', () => {
	const CASES: Array<{ event: string; cardWhenDue: JsonObject }> = [
		{ event: 'customerBirthday', cardWhenDue: { dob: '10.03.2015' } },
		{ event: 'subscriptionEnding', cardWhenDue: { paid_till: '2026-03-13 18:00:00' } },
		{ event: 'notSeen', cardWhenDue: { last_attend_date: '2026-02-24' } },
		{ event: 'lessonsRunningOut', cardWhenDue: { paid_lesson_count: 2 } },
		{ event: 'inDebt', cardWhenDue: { balance: '-0.50' } },
	];

	it.each(CASES)('does not begin: $event', async ({ event, cardWhenDue }) => {
		const school = new ClientCardSchool({ now: START, parameters: { event } });
		school.addClients(25, cardWhenDue);
		school.emptyLists();

		await expect(school.pollAt(START)).rejects.toThrow(
			'AlfaCRM sent an empty list when asked to look through the clients',
		);
	});

	it.each(CASES)('does not report later what was due then: $event', async ({ event, cardWhenDue }) => {
		const school = new ClientCardSchool({ now: START, parameters: { event } });
		school.addClients(25, cardWhenDue);
		school.emptyLists();
		await expect(school.pollAt(START)).rejects.toThrow();
		school.showTrueLists();

		expect(await school.pollIdsAt('2026-03-10 10:00', '2026-03-10 12:00')).toEqual([]);
	});
});

it('reports the birthdays of the first poll over several polls when there are more than a poll may report', async () => {
	const school = new ClientCardSchool({
		now: '2026-03-16 09:00',
		parameters: { event: 'customerBirthday', options: { firstPoll: 'due', maxPerPoll: 2 } },
	});
	for (const id of [501, 502, 503, 504, 505]) {
		school.addClient({ id, dob: '16.03.2015' });
	}
	school.addClient({ id: 506, dob: '15.03.2015' });

	expect(await school.pollIdsAt('2026-03-16 09:00')).toEqual([501, 502]);
	expect(await school.pollIdsAt('2026-03-17 09:00')).toEqual([503, 504]);
	expect(await school.pollIdsAt('2026-03-18 09:00')).toEqual([505]);
	expect(await school.pollIdsAt('2026-03-19 09:00')).toEqual([]);
});

it('reports a birthday that was over when the trigger began in the next year', async () => {
	const school = new ClientCardSchool({ now: START, parameters: { event: 'customerBirthday' } });
	const client = school.addClient({ dob: '10.03.2015' });
	expect(await school.pollIdsAt(START, '2026-03-16 09:00')).toEqual([]);

	expect(await school.pollIdsAt('2027-03-15 09:00')).toEqual([client]);
});

describe('The trigger for customerBirthday', () => {
	it('reports a birthday once on its day, which begins and ends at midnight in the time zone of the workflow', async () => {
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

	it('fails when the workflow has an unknown time zone, and names that time zone', async () => {
		const school = new ClientCardSchool({
			now: START,
			parameters: { event: 'customerBirthday' },
			workflowZone: 'Moscow',
		});

		await expect(school.pollAt(START)).rejects.toThrow('The workflow\'s time zone is none: "Moscow"');
	});

	it('reports no birthday again when the clock is put back by two days', async () => {
		const school = new ClientCardSchool({ now: START, parameters: { event: 'customerBirthday' } });
		const client = school.addClient({ dob: '11.03.2015' });
		expect(await school.pollIdsAt(START, '2026-03-11 09:00')).toEqual([client]);

		const idsAfterwards = await school.pollIdsAt('2026-03-09 09:00', '2026-03-11 19:00', '2026-03-12 09:00');

		expect(idsAfterwards).toEqual([]);
	});

	it('reports a birthday although the clock was ten years ahead for a while', async () => {
		const school = new ClientCardSchool({ now: START, parameters: { event: 'customerBirthday' } });
		await school.pollIdsAt(START, '2036-03-10 09:00', '2026-03-10 10:00');
		const client = school.addClient({ dob: '16.03.2015' });

		expect(await school.pollIdsAt('2026-03-16 09:00', '2026-03-17 09:00')).toEqual([client]);
	});
});

it('shows the clients with a birthday in the next 30 days as a test event when Days Before the Birthday is 30', async () => {
	const school = new ClientCardSchool({
		now: '2026-03-14 09:00',
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

it('asks AlfaCRM for the cards of all clients of a branch, as often as the form says', async () => {
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

	it('fails its activation if no card shows the field, and names the field', async () => {
		school.addClients(3, { [field]: null });
		school.hideField(field);

		await expect(school.pollAt(START)).rejects.toMatchObject({
			message: reason,
			description: expect.stringContaining(
				`The field "${field}" is missing on all 3 cards of clients that were read.`,
			) as string,
		});
	});

	it('fails a later poll in which no card shows the field any more', async () => {
		school.addClients(3, { [field]: null });
		expect(await school.pollAt(START)).toEqual([]);
		school.hideField(field);

		await expect(school.pollAt('2026-03-10 12:00')).rejects.toThrow(reason);
	});

	it('fails a test in the editor if no card shows the field', async () => {
		school.addClients(3, { [field]: null });
		school.hideField(field);

		await expect(school.poller.fetchTestEvent()).rejects.toThrow(reason);
	});

	it('begins if one card shows the field, although it is empty there', async () => {
		const [client] = school.addClients(3, { [field]: null });
		school.hideField(field, client);

		expect(await school.pollAt(START)).toEqual([]);
	});

	it('begins if the school has no clients', async () => {
		school.addClient({ is_study: CUSTOMER_TYPE.lead });
		school.hideField(field);

		expect(await school.pollAt(START)).toEqual([]);
	});
});
