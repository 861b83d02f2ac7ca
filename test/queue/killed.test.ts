import { killed } from '../../scripts/lib/queue/killed';
import { useQueueStage } from './support/queueStage';

/** n8n takes a worker for dead that has been silent for so long; by default it is a minute. */
const env = {
	QUEUE_WORKER_LOCK_DURATION: '15000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '5000',
	QUEUE_WORKER_STALLED_INTERVAL: '10000',
};
const real = useQueueStage({ webhooks: 1, workers: 1, env });

/** A lock may hold others back for a minute; the rest is the work itself. */
const MOST_SECONDS = 60 + 20;

describe('a worker that is killed while it creates customers', () => {
	const load = { executions: 6, each: 5 };
	const whole = { phones: 30, customers: 30, distinct: 30, failures: [] };

	it('leaves nothing that is doubled when everything is sent again, nor anybody who waits for long', async () => {
		const figures = await killed(real.stage, { ...load, again: 'rerun' });
		expect(figures.lost).toBeGreaterThan(0);
		expect(figures.before).toBeLessThan(figures.phones);
		expect(figures).toMatchObject(whole);
		expect(figures.seconds).toBeLessThan(MOST_SECONDS);
	});

	it("leaves nothing that is doubled when its executions are run again by n8n's own Retry", async () => {
		const figures = await killed(real.stage, { ...load, again: 'retry' });
		expect(figures.lost).toBeGreaterThan(0);
		expect(figures.before).toBeLessThan(figures.phones);
		expect(figures).toMatchObject(whole);
	});
});
