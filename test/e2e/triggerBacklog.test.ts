import { ENGINES, pollTimesEvery, PolledWorkflow } from './support/polled';
import { useRealN8n } from './support/realN8n';
import { waitFor } from './support/wait';

const ENTRIES = 5_000;
const AT_ONCE = 1_000;

describe.each(ENGINES)('a backlog of 5,000 changes in $engine', ({ env, seconds }) => {
	const real = useRealN8n({ customers: 20, settings: { rateLimit: 0 } }, env);

	/** Writes changes of the last three days, one after the other. */
	const write = (count: number, from: number) =>
		Array.from({ length: count }, (_, index) => {
			const time = new Date(Date.now() - (ENTRIES - from - index) * 50_000);
			const date_time = time.toISOString().slice(0, 19).replace('T', ' ');
			const entity_id = from + index + 1;
			const entry = { entity: 'Task', entity_id, event: 1, date_time, branch_ids: [1] };
			real.sandbox.store.insert('log', entry);
			return entity_id;
		});

	it('comes whole, once and in order though n8n is killed in the middle of it', async () => {
		real.credential = await real.createCredentialWith({ requestsPerSecond: 0 });
		const polled = await PolledWorkflow.importTrigger(real, {
			event: 'recordChanged',
			entities: ['Task'],
			fetchRecord: false,
			options: { maxPerPoll: AT_ONCE },
			pollTimes: pollTimesEvery(seconds),
		});
		write(10, -10_000);
		await real.client.publishWorkflow(polled.id);
		const reported = async () => (await polled.readRuns()).flatMap(({ items }) => items.map(({ id }) => id));
		expect(await reported()).toEqual([]);

		const ids = write(ENTRIES, 0);
		for (const parts of [1, 3]) {
			await waitFor(`${parts} parts`, async () => (await reported()).length >= parts * AT_ONCE || undefined);
			await real.n8n.restart({ kill: true });
		}
		await waitFor('all of them', async () => (await reported()).length >= ENTRIES || undefined);
		expect(await reported()).toEqual(ids);
	});
});
