import { CUSTOMER_TYPE } from '../support/codes';
import { ENGINES, pollTimesEvery, PolledWorkflow } from './support/polled';
import { useRealN8n } from './support/realN8n';
import { waitFor } from './support/wait';

const WRONG_KEY = ['not', 'the', 'key', 'of', 'anyone'].join('-');
const UNAVAILABLE = /^AlfaCRM could not .* \(HTTP 503\)$/;

describe.each(ENGINES)('with $engine', ({ env, seconds }) => {
	const real = useRealN8n({ customers: 60, settings: { rateLimit: 0 } }, env);
	const pollTimes = pollTimesEvery(seconds);
	/** The IDs of all leads that the tests have added, in their order. */
	const leadIds: number[] = [];
	/** Reads the list of customers. */
	let listTrigger: PolledWorkflow;
	/** Reads the log of changes. */
	let logTrigger: PolledWorkflow;
	/** Reads the list of customers once in a minute. */
	let slowListTrigger: PolledWorkflow;

	/** Adds leads to one branch: the log has no order for what happens in two branches within a second. */
	function addLeads(count: number, branch = 1): void {
		for (let added = 0; added < count; added++) {
			const { id } = real.sandbox.store.insert('customer', {
				name: `Проверка ${leadIds.length + 1}`,
				branch_ids: [branch],
				is_study: CUSTOMER_TYPE.lead,
			});
			leadIds.push(id);
		}
	}

	/** Waits for polls of the trigger that reads the log. The other trigger polls as often. */
	async function waitForPolls(count: number): Promise<void> {
		const countPolls = () => real.sandbox.journal.filter(({ path }) => path.endsWith('/log/index')).length;
		const pollsBefore = countPolls();
		await waitFor(`${count} polls`, async () =>
			Promise.resolve(countPolls() >= pollsBefore + count ? true : undefined),
		);
	}

	/** Waits until both triggers have failed three times. A lead comes at each look until both have failed once. */
	async function waitForThreeFailures(): Promise<string[]> {
		return await waitFor('three failed polls of each trigger', async () => {
			const listFailures = await listTrigger.readFailedRuns();
			const logFailures = await logTrigger.readFailedRuns();
			if (listFailures.length === 0 || logFailures.length === 0) {
				addLeads(1);
			}
			const haveFailedThrice = listFailures.length >= 3 && logFailures.length >= 3;
			const failures = [...listFailures, ...logFailures];
			return haveFailedThrice ? failures.map(({ message }) => String(message)) : undefined;
		});
	}

	async function expectEachLeadReportedOnce(): Promise<void> {
		const itemsOfList = await listTrigger.waitForItems(leadIds.length);
		const itemsOfLog = await logTrigger.waitForItems(leadIds.length);

		expect(itemsOfList.map(({ id }) => id)).toEqual(leadIds);
		expect(itemsOfLog.map(({ id }) => id)).toEqual(leadIds);
		expect(itemsOfLog.map(({ name }) => name)).toEqual(itemsOfList.map(({ name }) => name));
	}

	it('a workflow with a wrong API key cannot be published, and the error says so', async () => {
		const credential = await real.createCredentialWith({ apiKey: WRONG_KEY });
		const parameters = { event: 'customerCreated', pollTimes };
		const polled = await PolledWorkflow.importTrigger(real, parameters, credential);

		const publication = real.client.publishWorkflow(polled.id);

		await expect(publication).rejects.toThrow(
			/AlfaCRM did not accept the login\. Check 'Email' and 'API Key'/,
		);
		await real.client.unpublishWorkflow(polled.id);
		expect(JSON.stringify(await polled.readStaticData())).not.toContain('state');
		expect(await polled.readRuns()).toEqual([]);
	});

	it('the triggers report each new lead once, and no customer from before', async () => {
		real.credential = await real.createCredentialWith({ requestsPerSecond: 0 });
		[listTrigger, logTrigger] = await PolledWorkflow.publishLeadTriggers(real, pollTimes);
		slowListTrigger = await PolledWorkflow.importTrigger(real, {
			event: 'customerCreated',
			pollTimes: { item: [{ mode: 'everyMinute' }] },
		});
		await slowListTrigger.publish();

		addLeads(1);
		await expectEachLeadReportedOnce();

		addLeads(2, 2);
		await expectEachLeadReportedOnce();
	});

	it('the triggers report the leads that came while n8n was stopped', async () => {
		addLeads(1);
		await expectEachLeadReportedOnce();

		const restart = real.n8n.restart({ kill: false });
		addLeads(2);
		await restart;
		addLeads(1);

		await expectEachLeadReportedOnce();
	});

	it('the triggers report the leads that came after n8n was killed', async () => {
		addLeads(1);
		await expectEachLeadReportedOnce();
		// A crash may repeat what a trigger is just handing over. Two polls later, nothing is being handed over.
		await waitForPolls(2);

		const restart = real.n8n.restart({ kill: true });
		addLeads(2);
		await restart;
		addLeads(1);

		await expectEachLeadReportedOnce();
	});

	it('the triggers fail while AlfaCRM is down, and report the leads of that time afterwards', async () => {
		real.sandbox.faults.add({ kind: 'status', status: 503, times: 0 });
		const messages = await waitForThreeFailures();
		addLeads(1);
		real.sandbox.faults.clear();
		await expectEachLeadReportedOnce();

		addLeads(1);
		await expectEachLeadReportedOnce();

		expect(messages).toEqual(expect.arrayOf(expect.stringMatching(UNAVAILABLE)));
	});

	it('a trigger that polls once in a minute has reported each of these leads once, too', async () => {
		const items = await slowListTrigger.waitForItems(leadIds.length);

		expect(items.map(({ id }) => id)).toEqual(leadIds);
	});

	it("the editor's test event has the newest leads, and the next poll reports them nevertheless", async () => {
		addLeads(1);

		const items = await listTrigger.fetchTestEvent();

		expect(items.map(({ id }) => id)).toEqual(leadIds.slice(-3));
		await expectEachLeadReportedOnce();
	});
});
