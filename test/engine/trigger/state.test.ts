import type { INodeParameters } from 'n8n-workflow';

import { PAY_TYPE } from '../../support/codes';
import { Engine } from '../support/engine';
import type { PollerOptions } from '../support/poller';
import { Poller } from '../support/poller';
import {
	CUSTOMER_CREATED,
	interceptCalls,
	isCallOfBranch,
	LARGE_PAGES,
	PolledSchool,
	RECORD_CHANGED,
} from '../support/polledSchool';
import type { RawAnswer, RawRequest } from '../support/rawServer';
import { useRawServer } from '../support/rawServer';
import { describeScheduled } from '../support/version';
import { answerEverything, failEverything } from './alfaCrmFailures';

afterEach(() => {
	jest.restoreAllMocks();
});

describe('Customer Created whose credential is changed while the workflow is active', () => {
	const server = useRawServer();
	const otherServer = useRawServer();
	let engine: Engine;
	let poller: Poller;

	const answerWithEmptyLists = ({ path }: RawRequest): RawAnswer => ({
		body: path === 'auth/login' ? { token: 'of the poll' } : { total: 0, items: [] },
	});

	function changeHostname(hostname: string): void {
		// Without its token, the node has to log in again.
		Object.assign(engine.credentials.stored, { hostname, token: '' });
	}

	beforeEach(() => {
		server.answer = answerWithEmptyLists;
		otherServer.answer = answerWithEmptyLists;
		engine = new Engine({
			hostname: 'not a host',
			email: 'poll@school.example',
			apiKey: 'key',
			requestsPerSecond: 0,
		});
		poller = new Poller(engine, { event: 'customerCreated', branchIds: [1] });
	});

	it("a poll fails while the credential's Hostname is not a host name", async () => {
		await expect(poller.poll()).rejects.toThrow("'Hostname' is not a host name");
	});

	it('the next poll uses the corrected host name of the credential', async () => {
		await expect(poller.poll()).rejects.toThrow("'Hostname' is not a host name");
		changeHostname(server.url);

		await poller.poll();

		expect(server.requests.map(({ path }) => path)).toContain('1/customer/index');
	});

	it('polls go only to the new host after the user has entered another one', async () => {
		changeHostname(server.url);
		await poller.poll();
		server.requests.length = 0;
		changeHostname(otherServer.url);

		await poller.poll();

		expect(otherServer.requests.map(({ path }) => path)).toContain('1/customer/index');
		expect(server.requests).toEqual([]);
	});
});

describeScheduled("Customer Created in n8n's durable scheduler", () => {
	let school: PolledSchool;

	/** Activates a trigger in a school of two branches that has 30 customers. */
	beforeEach(async () => {
		school = new PolledSchool({
			settings: { pageSize: 20 },
			branches: 2,
			parameters: { event: 'customerCreated' },
			poller: { isDurable: true },
		});
		for (let count = 1; count <= 15; count++) {
			school.addCustomer({ branch_ids: [2] }, { minutesAgo: 5_000 });
			school.addCustomer({ branch_ids: [1] }, { minutesAgo: 5_000 });
		}
		expect(await school.poll()).toEqual([]);
	});

	it('Customer Created reports a customer once who came between the activation and the first poll', async () => {
		const customer = school.addCustomer();

		expect(await school.poll()).toEqual([customer]);
		expect(await school.poll()).toEqual([]);
	});

	it('Customer Created reports a customer who came after the first poll', async () => {
		school.addCustomer();
		await school.poll();
		const laterCustomer = school.addCustomer();

		expect(await school.poll()).toEqual([laterCustomer]);
	});

	it('Customer Created reports a customer once when two polls overlap', async () => {
		const customer = school.addCustomer();

		const idsOfBothPolls = await Promise.all([school.poll(), school.poll()]);

		expect(idsOfBothPolls).toEqual([[customer], []]);
	});

	describe('when n8n has not stored the last poll before the next one begins', () => {
		/** Polls, and takes back the state that n8n has stored after this poll. */
		async function pollWithoutStoring(): Promise<number[]> {
			const stateBefore = school.poller.cursor;
			const ids = await school.poll();
			school.poller.cursor = stateBefore;
			return ids;
		}

		it('the next poll does not report a customer again when n8n has not stored the last poll yet', async () => {
			await school.poll();
			const customer = school.addCustomer();

			expect(await pollWithoutStoring()).toEqual([customer]);
			expect(await school.poll()).toEqual([]);
		});

		it.each([
			{ when: 'a minute later', minutes: 1 },
			{ when: 'after the clock was set back by an hour', minutes: -60 },
		])('a poll $when reports a customer again whose first report n8n has dropped', async ({ minutes }) => {
			await school.poll();
			const customer = school.addCustomer();
			// n8n drops the report of the first of these polls. The second one does not repeat it yet.
			await pollWithoutStoring();
			await school.poll();

			school.passMinutes(minutes);

			expect(await school.poll()).toEqual([customer]);
		});

		it('the trigger starts at once with another event that the user publishes before n8n has stored the last poll', async () => {
			await school.poll();
			school.addCustomer();
			await pollWithoutStoring();
			school.poller.reactivate({ event: 'paymentCreated' });
			expect(await school.poll()).toEqual([]);

			const payment = school.addRecord('pay', {
				branch_id: 1,
				customer_id: 1,
				pay_type_id: PAY_TYPE.income,
				income: 100,
			});

			expect(await school.poll()).toEqual([payment]);
		});
	});
});

interface WatchedList {
	event: string;
	parameters: INodeParameters;
	/** Adds a record that the event reports, and returns its ID. */
	addRecord: (school: PolledSchool) => number;
}

describe.each<WatchedList>([
	{
		event: 'Record Changed',
		parameters: RECORD_CHANGED,
		addRecord: (school) => school.addLogEntry(),
	},
	{
		event: 'Customer Created',
		parameters: CUSTOMER_CREATED,
		addRecord: (school) => school.addCustomer(),
	},
])('$event in a workflow that is published again during a poll', ({ parameters, addRecord }) => {
	/** Starts a trigger in a school with one old record, and lets it report two new ones. */
	async function startTrigger(poller: PollerOptions = {}): Promise<PolledSchool> {
		const school = new PolledSchool({ settings: LARGE_PAGES, branches: 2, parameters, poller });
		addRecord(school);
		await school.poll();
		await school.pollRepeatedly(2, { minutesApart: 5 }, () => addRecord(school));
		school.passMinutes(5);

		expect(school.reportedIds).toHaveLength(2);
		school.reportedIds.length = 0;
		return school;
	}

	/** Lets `act` run once during the next poll, when it has read branch 1 and asks for branch 2. */
	function actDuringNextPoll(school: PolledSchool, act: () => Promise<void>): void {
		let hasActed = false;
		interceptCalls(school, async (call, askAlfaCrm) => {
			if (!hasActed && isCallOfBranch(call, 2)) {
				hasActed = true;
				await act();
				school.passMinutes(0.1);
			}
			return await askAlfaCrm();
		});
	}

	/** Publishes the workflow, which n8n activates with a poll. */
	async function publishWorkflow(school: PolledSchool): Promise<void> {
		school.poller.reactivate();
		await school.poll();
	}

	/** Publishes the workflow while AlfaCRM fails, so that n8n does not activate it. */
	async function failToPublishWorkflow(school: PolledSchool): Promise<void> {
		school.poller.reactivate();
		failEverything(school);
		await expect(school.poll()).rejects.toThrow('500');
		answerEverything(school);
	}

	/** Polls the old workflow. It must report nothing, because newer versions of n8n drop its items. */
	async function pollOldWorkflow(school: PolledSchool): Promise<void> {
		expect(await school.poll()).toEqual([]);
	}

	it('the trigger reports a record once when the old and the new workflow have both found it', async () => {
		const school = await startTrigger();
		const record = addRecord(school);
		actDuringNextPoll(school, async () => await publishWorkflow(school));

		await pollOldWorkflow(school);
		await school.pollRepeatedly(3, { minutesApart: 5 });

		expect(school.reportedIds).toEqual([record]);
	});

	it('the trigger reports a record once that only the new workflow has found, although a poll of the old one ends later', async () => {
		const school = await startTrigger();
		let record: number | undefined;
		actDuringNextPoll(school, async () => {
			record = addRecord(school);
			await publishWorkflow(school);
		});

		await pollOldWorkflow(school);
		await school.pollRepeatedly(3, { minutesApart: 5 });

		expect(school.reportedIds).toEqual([record]);
	});

	it('the trigger reports the records of the old workflow when n8n could not activate the new one', async () => {
		const school = await startTrigger();
		const firstRecord = addRecord(school);
		const secondRecord = addRecord(school);
		actDuringNextPoll(school, async () => await failToPublishWorkflow(school));

		await pollOldWorkflow(school);
		await school.pollRepeatedly(3, { minutesApart: 5 });

		expect(school.reportedIds).toEqual([firstRecord, secondRecord]);
	});

	describeScheduled("under n8n's durable scheduler", () => {
		it("the trigger reports a record once when the old and the new workflow have both found it in n8n's durable scheduler", async () => {
			const school = await startTrigger({ isDurable: true });
			const record = addRecord(school);
			actDuringNextPoll(school, async () => await publishWorkflow(school));

			await pollOldWorkflow(school);
			await school.pollRepeatedly(3, { minutesApart: 5 });

			expect(school.reportedIds).toEqual([record]);
		});
	});
});
