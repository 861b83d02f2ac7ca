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
	it("leaves nothing that is doubled when all is sent again, or by n8n's own Retry, nor anybody who waits for long", async () => {
		const figures = await killed(real.stage, { executions: 6, each: 5 });
		expect(figures.lost).toBeGreaterThan(0);
		expect(figures.before).toBeLessThan(30);
		expect(figures).toMatchObject({ phones: 30, customers: 30, distinct: 30, failures: [], afterRetry: 30 });
		expect(figures.seconds).toBeLessThan(MOST_SECONDS);
	});
});
