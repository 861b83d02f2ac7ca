import { LOG_EVENT } from '../support/codes';
import { ENGINES, pollTimesEvery, PolledWorkflow } from './support/polled';
import { useRealN8n } from './support/realN8n';
import { waitFor } from './support/wait';

const BACKLOG_SIZE = 5_000;
const ITEMS_PER_POLL = 1_000;

/** The entries of the change log have this distance, so that the backlog covers about three days. */
const MS_BETWEEN_ENTRIES = 50_000;

describe.each(ENGINES)('a backlog of 5,000 changes in $engine', ({ env, seconds }) => {
	const real = useRealN8n({ customers: 20, settings: { rateLimit: 0 } }, env);

	/** Adds the entry of a new task to the change log, so many milliseconds ago. */
	function addLogEntry(taskId: number, ageMs: number): void {
		const time = new Date(Date.now() - ageMs);
		real.sandbox.store.insert('log', {
			entity: 'Task',
			entity_id: taskId,
			event: LOG_EVENT.created,
			date_time: time.toISOString().slice(0, 19).replace('T', ' '),
			branch_ids: [1],
		});
	}

	/** Adds ten entries that are older than the backlog. */
	function addEarlierEntries(): void {
		for (let entriesBefore = 10; entriesBefore >= 1; entriesBefore--) {
			addLogEntry(-entriesBefore, (BACKLOG_SIZE + 10_000 + entriesBefore) * MS_BETWEEN_ENTRIES);
		}
	}

	/** Adds the backlog, oldest entry first, and returns the IDs of its tasks. */
	function addBacklog(): number[] {
		const taskIds: number[] = [];
		for (let taskId = 1; taskId <= BACKLOG_SIZE; taskId++) {
			addLogEntry(taskId, (BACKLOG_SIZE + 1 - taskId) * MS_BETWEEN_ENTRIES);
			taskIds.push(taskId);
		}
		return taskIds;
	}

	/** Reads the IDs that the workflow has reported in all of its executions. */
	async function readReportedIds(polled: PolledWorkflow): Promise<number[]> {
		const items = await polled.readItems();
		return items.map(({ id }) => Number(id));
	}

	async function waitForReportedIds(polled: PolledWorkflow, count: number): Promise<void> {
		await waitFor(`${count} reported changes`, async () => {
			const ids = await readReportedIds(polled);
			return ids.length >= count ? true : undefined;
		});
	}

	it('the trigger reports every change once and in order though n8n is killed twice', async () => {
		real.credential = await real.createCredentialWith({ requestsPerSecond: 0 });
		const polled = await PolledWorkflow.importTrigger(real, {
			event: 'recordChanged',
			entities: ['Task'],
			fetchRecord: false,
			options: { maxPerPoll: ITEMS_PER_POLL },
			pollTimes: pollTimesEvery(seconds),
		});
		addEarlierEntries();
		await polled.publish();
		expect(await readReportedIds(polled)).toEqual([]);

		const taskIds = addBacklog();
		await waitForReportedIds(polled, 1_000);
		await real.n8n.restart({ kill: true });
		await waitForReportedIds(polled, 3_000);
		await real.n8n.restart({ kill: true });
		await waitForReportedIds(polled, BACKLOG_SIZE);

		expect(await readReportedIds(polled)).toEqual(taskIds);
	});
});
