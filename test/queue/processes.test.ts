import { deliverTwice } from '../../scripts/lib/queue/deliverTwice';
import { killWorker } from '../../scripts/lib/queue/killWorker';
import {
	bookSameSlots,
	completeSameLesson,
	runAtRateLimit,
	runWhileTokensExpire,
	sendForms,
	takeSamePayments,
} from '../../scripts/lib/queue/loads';
import { QueueStage } from '../../scripts/lib/queue/stage';

/** Starts n8n in queue mode before the tests of a group, and stops it after them. */
function useQueueStage(options: Parameters<typeof QueueStage.open>[0]): { stage: QueueStage } {
	const real = {} as { stage: QueueStage };

	beforeAll(async () => {
		real.stage = await QueueStage.open(options);
	}, 400_000);

	afterAll(async () => {
		await real.stage?.close();
	}, 60_000);

	return real;
}

describe('four workers and two webhook processes', () => {
	const real = useQueueStage({ webhooks: 2, workers: 4 });

	it('24 executions of 10 calls keep nearly the rate of 5 calls a second, and few calls are refused', async () => {
		const figures = await runAtRateLimit(real.stage, { executions: 24, calls: 10 });

		expect(figures).toMatchObject({ executions: 24, succeeded: 24, failures: [] });
		expect(figures.accepted).toBeGreaterThanOrEqual(240);
		expect(figures.perSecond).toBeGreaterThanOrEqual(3.8);
		// One refused call for four accepted ones is one in five.
		expect(figures.refused).toBeLessThan(figures.accepted / 4);
	});

	it('150 forms with 45 phones that reach different processes at once make 45 customers', async () => {
		const figures = await sendForms(real.stage, { count: 150, phones: 45, isLimited: false });

		expect(figures).toMatchObject({ executions: 150, succeeded: 150, failures: [] });
		expect(figures).toMatchObject({ customers: 45, distinct: 45 });
	});

	it('30 forms with 9 phones make 9 customers where AlfaCRM allows 5 calls a second', async () => {
		const figures = await sendForms(real.stage, { count: 30, phones: 9, isLimited: true });

		expect(figures).toMatchObject({ executions: 30, succeeded: 30, failures: [] });
		expect(figures).toMatchObject({ customers: 9, distinct: 9 });
	});

	it('eight executions that complete one lesson at the same moment send it to AlfaCRM once', async () => {
		const figures = await completeSameLesson(real.stage, { executions: 8 });

		expect(figures).toMatchObject({ executions: 8, succeeded: 8, failures: [], sent: 1 });
	});

	it('two customers who book a slot of a teacher at the same moment get one lesson and one error', async () => {
		const figures = await bookSameSlots(real.stage, { slots: 10 });

		expect(figures).toMatchObject({ executions: 20, succeeded: 10 });
		expect(figures.booked).toHaveLength(10);
		expect(new Set(figures.booked).size).toBe(10);
		for (const failure of figures.failures) {
			expect(failure).toContain('has another lesson');
		}
	});

	it('three notices of a payment that reach different processes at once enter it once', async () => {
		const figures = await takeSamePayments(real.stage, { payments: 10, notices: 3 });

		expect(figures).toMatchObject({ executions: 30, succeeded: 30, failures: [] });
		expect(figures.notes).toEqual([
			'[ID inv-10]',
			'[ID inv-1]',
			'[ID inv-2]',
			'[ID inv-3]',
			'[ID inv-4]',
			'[ID inv-5]',
			'[ID inv-6]',
			'[ID inv-7]',
			'[ID inv-8]',
			'[ID inv-9]',
		]);
	});

	it('100 executions succeed with at most three logins for each of two expiries of all tokens', async () => {
		const figures = await runWhileTokensExpire(real.stage, {
			executions: 100,
			calls: 3,
			expiries: 2,
			singleToken: false,
		});

		expect(figures).toMatchObject({ executions: 100, succeeded: 100, failures: [] });
		expect(figures.logins).toBeGreaterThanOrEqual(2);
		expect(figures.logins).toBeLessThanOrEqual(6);
	});

	it('100 executions succeed with at most 12 logins where each login ends the older tokens', async () => {
		const figures = await runWhileTokensExpire(real.stage, {
			executions: 100,
			calls: 3,
			expiries: 2,
			singleToken: true,
		});

		expect(figures).toMatchObject({ executions: 100, succeeded: 100, failures: [] });
		expect(figures.logins).toBeGreaterThanOrEqual(2);
		expect(figures.logins).toBeLessThanOrEqual(12);
	});

	it('a delivery that reaches two webhook processes at the same moment gets the same key in both', async () => {
		const figures = await deliverTwice(real.stage, { pairs: 20, apartMs: 0 });

		expect(figures).toMatchObject({ keys: 20, events: 20 });
	});

	it('a delivery that arrives twice, 3 seconds apart, gets past Remove Duplicates once by its key', async () => {
		const figures = await deliverTwice(real.stage, { pairs: 8, apartMs: 3_000 });

		expect(figures).toMatchObject({ keys: 8, events: 8, passed: 8 });
	});
});

describe('a worker that is killed while it creates customers', () => {
	/** n8n takes a silent worker for dead after this time instead of a minute. */
	const env = {
		QUEUE_WORKER_LOCK_DURATION: '15000',
		QUEUE_WORKER_LOCK_RENEW_TIME: '5000',
		QUEUE_WORKER_STALLED_INTERVAL: '10000',
	};
	const real = useQueueStage({ webhooks: 1, workers: 1, env });

	/** The lock of a dead worker holds others back for 65 to 75 seconds, seldom 90. */
	const LONGEST_LOCK_SECONDS = 90;
	const WORK_SECONDS = 20;

	it('the other executions create each customer once and soon, and so does a Retry of the lost ones', async () => {
		const figures = await killWorker(real.stage, { executions: 6, each: 5 });

		expect(figures.lost).toBeGreaterThan(0);
		expect(figures.before).toBeLessThan(30);
		expect(figures).toMatchObject({ phones: 30, customers: 30, distinct: 30, failures: [], afterRetry: 30 });
		expect(figures.seconds).toBeLessThan(LONGEST_LOCK_SECONDS + WORK_SECONDS);
	});
});
