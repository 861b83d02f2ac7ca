import { deliveries } from '../../scripts/lib/queue/deliveries';
import { forms, logins, pace } from '../../scripts/lib/queue/loads';
import { useQueueStage } from './support/queueStage';

const real = useQueueStage({ webhooks: 2, workers: 4 });

describe('24 executions of 10 calls, where AlfaCRM allows 5 calls in any second', () => {
	it('all succeed at nearly that rate, with less than one refused call in ten', async () => {
		const figures = await pace(real.stage, { executions: 24, calls: 10 });
		expect(figures).toMatchObject({ executions: 24, succeeded: 24, failures: [] });
		expect(figures.accepted).toBeGreaterThanOrEqual(240);
		expect(figures.perSecond).toBeGreaterThanOrEqual(4.3);
		expect(figures.refused).toBeLessThan(figures.accepted / 10);
	});

	it('all succeed where refused calls count too, at three calls a second', async () => {
		const load = { executions: 12, calls: 10, settings: { countRejected: true } };
		const figures = await pace(real.stage, load);
		expect(figures).toMatchObject({ executions: 12, succeeded: 12, failures: [] });
		expect(figures.accepted).toBeGreaterThanOrEqual(120);
		expect(figures.perSecond).toBeGreaterThanOrEqual(3);
	});
});

describe('forms of the same people at the same moment, in different processes', () => {
	it('make one customer of each phone', async () => {
		const figures = await forms(real.stage, { count: 300, phones: 90, isLimited: false });
		expect(figures).toMatchObject({ executions: 300, succeeded: 300, failures: [] });
		expect(figures).toMatchObject({ customers: 90, distinct: 90 });
	});

	it('make one customer of each phone where AlfaCRM allows 5 calls in any second', async () => {
		const figures = await forms(real.stage, { count: 60, phones: 18, isLimited: true });
		expect(figures).toMatchObject({ executions: 60, succeeded: 60, failures: [] });
		expect(figures).toMatchObject({ customers: 18, distinct: 18 });
	});
});

describe('200 executions of 3 calls while all tokens expire twice', () => {
	const load = { executions: 200, calls: 3, expiries: 2 };

	it('all succeed with at most three logins for each time, over all processes', async () => {
		const figures = await logins(real.stage, { ...load, singleToken: false });
		expect(figures).toMatchObject({ executions: 200, succeeded: 200, failures: [] });
		expect(figures.logins).toBeGreaterThanOrEqual(2);
		expect(figures.logins).toBeLessThanOrEqual(2 * 3);
	});

	it('all succeed with at most 12 logins where a login ends the older tokens', async () => {
		const figures = await logins(real.stage, { ...load, singleToken: true });
		expect(figures).toMatchObject({ executions: 200, succeeded: 200, failures: [] });
		expect(figures.logins).toBeGreaterThanOrEqual(2);
		expect(figures.logins).toBeLessThanOrEqual(12);
	});
});

describe('a delivery that reaches two webhook processes', () => {
	it.each([
		['at the same moment', 0],
		['3 seconds apart', 3_000],
	])('%s is told by its key, so that n8n lets it pass once', async (_when, apartMs) => {
		const figures = await deliveries(real.stage, { pairs: 20, apartMs });
		expect(figures).toMatchObject({ events: 20, passed: 20 });
	});
});
