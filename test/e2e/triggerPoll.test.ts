import { ENGINES, pollTimesEvery, PolledWorkflow } from './support/polled';
import { useRealN8n } from './support/realN8n';
import { waitFor } from './support/wait';

const WRONG = ['not', 'the', 'key', 'of', 'anyone'].join('-');

describe.each(ENGINES)('the polling trigger in $engine', ({ env, seconds }) => {
	const real = useRealN8n({ customers: 60, settings: { rateLimit: 0 } }, env);
	const pollTimes = pollTimesEvery(seconds);
	/** Of all leads that the test made, in the order of their coming. */
	const ids: number[] = [];
	let created: PolledWorkflow;
	let changed: PolledWorkflow;
	let everyMinute: PolledWorkflow;

	/** In one branch, because the change log tells no order of what two branches did in the same second. */
	const newLeads = (count: number, branch = 1) => {
		for (let left = count; left > 0; left--) {
			const name = `Проверка ${ids.length + 1}`;
			const row = real.sandbox.store.insert('customer', { name, branch_ids: [branch], is_study: 0 });
			ids.push(row.id);
		}
	};
	/** So many more looks of the trigger that reads the change log; the other one looks as often. */
	const morePolls = async (count: number) => {
		const looks = () => real.sandbox.journal.filter(({ path }) => path.endsWith('/log/index')).length;
		const before = looks();
		await waitFor('more polls', async () => Promise.resolve(looks() >= before + count || undefined));
	};
	const expectEachOnce = async () => {
		const items = await created.waitForItems(ids.length);
		expect(items.map(({ id }) => id)).toEqual(ids);
		const changes = await changed.waitForItems(ids.length);
		expect(changes.map(({ id }) => id)).toEqual(ids);
		expect(changes.map(({ name }) => name)).toEqual(items.map(({ name }) => name));
	};

	it('does not start with a wrong key, and says why', async () => {
		const wrong = await real.createCredentialWith({ apiKey: WRONG });
		const polled = await PolledWorkflow.importTrigger(real, { event: 'customerCreated', pollTimes }, wrong);
		await expect(real.client.publishWorkflow(polled.id)).rejects.toThrow(
			/AlfaCRM did not accept the login\. Check 'Email' and 'API Key'/,
		);
		await real.client.unpublishWorkflow(polled.id);
		expect(JSON.stringify(await polled.readStaticData())).not.toContain('state');
		expect(await polled.readRuns()).toEqual([]);
	});

	it('reports each new lead once, and nothing that was there before', async () => {
		real.credential = await real.createCredentialWith({ requestsPerSecond: 0 });
		[created, changed] = await PolledWorkflow.publishLeadTriggers(real, pollTimes);
		everyMinute = await PolledWorkflow.importTrigger(real, {
			event: 'customerCreated',
			pollTimes: { item: [{ mode: 'everyMinute' }] },
		});
		await everyMinute.publish();

		newLeads(1);
		await expectEachOnce();
		newLeads(2, 2);
		await expectEachOnce();
	});

	it.each([{ kill: false }, { kill: true }])(
		'reports what came while n8n was down (killed: $kill)',
		async ({ kill }) => {
			newLeads(1);
			await expectEachOnce();
			// In the very moment of handing over a crash may repeat what is handed over; two polls later it is over.
			if (kill) await morePolls(2);
			const restarted = real.n8n.restart({ kill });
			newLeads(2);
			await restarted;
			newLeads(1);
			await expectEachOnce();
		},
	);

	it('reports what came while AlfaCRM was down, once it is back', async () => {
		real.sandbox.faults.add({ kind: 'status', status: 503, times: 0 });
		const failures = await waitFor('three polls of each workflow that do not succeed', async () => {
			const both = [await created.readFailedRuns(), await changed.readFailedRuns()];
			if (both.some(({ length }) => length < 1)) newLeads(1);
			return both.every(({ length }) => length >= 3) ? both : undefined;
		});
		newLeads(1);
		real.sandbox.faults.clear();
		await expectEachOnce();
		newLeads(1);
		await expectEachOnce();
		for (const { message } of failures[0]) expect(message).toMatch(/^AlfaCRM could not .* \(HTTP 503\)$/);
		for (const { message } of failures[1]) expect(message).toMatch(/^AlfaCRM could not .* \(HTTP 503\)$/);
	});

	it('has reported each lead once with one poll a minute, too', async () => {
		const items = await everyMinute.waitForItems(ids.length);
		expect(items.map(({ id }) => id)).toEqual(ids);
	});

	it('shows the newest records in the editor, which changes nothing for the next poll', async () => {
		newLeads(1);
		const shown = await created.fetchTestEvent();
		expect(shown.map(({ id }) => id)).toEqual(ids.slice(-3));
		await expectEachOnce();
	});
});
