import { deliveries } from '../../scripts/lib/queue/deliveries';
import { besideLoad, forms, logins, pace, sameLesson } from '../../scripts/lib/queue/loads';
import { useQueueStage } from './support/queueStage';

const real = useQueueStage({ webhooks: 2, workers: 4 });

describe('24 executions of 10 calls, where AlfaCRM allows 5 calls in any second', () => {
	it('all succeed at nearly that rate, with less than one refused call in ten', async () => {
		const figures = await pace(real.stage, { executions: 24, calls: 10 });
		expect(figures).toMatchObject({ executions: 24, succeeded: 24, failures: [] });
		expect(figures.accepted).toBeGreaterThanOrEqual(240);
		// 4.1 to 4.6 a second, 4.4 on average, and 0.8 to 0.95 refused of ten, where nothing else is at work on two cores.
		expect(figures.perSecond).toBeGreaterThanOrEqual(3.8);
		expect(figures.refused).toBeLessThan(figures.accepted / 7);
	});

	it('all succeed where refused calls count too, at nearly three calls a second', async () => {
		const load = { executions: 8, calls: 10, settings: { countRejected: true } };
		const figures = await pace(real.stage, load);
		expect(figures).toMatchObject({ executions: 8, succeeded: 8, failures: [] });
		expect(figures.accepted).toBeGreaterThanOrEqual(80);
		expect(figures.perSecond).toBeGreaterThanOrEqual(2.7);
	});
});

describe('an execution of 3 calls while another process makes all the calls that AlfaCRM allows', () => {
	it('comes through within seconds', async () => {
		const figures = await besideLoad(real.stage, { calls: 3 });
		expect(figures).toMatchObject({ executions: 1, succeeded: 1, failures: [] });
		// Usually 4 to 8, since a place is left every five seconds.
		expect(figures.seconds).toBeLessThan(25);
		// The load goes on at nearly four a second at least.
		expect(figures.accepted).toBeGreaterThan(4 * figures.seconds - 5);
	});
});

describe('forms of the same people at the same moment, in different processes', () => {
	it('make one customer of each phone', async () => {
		const figures = await forms(real.stage, { count: 150, phones: 45, isLimited: false });
		expect(figures).toMatchObject({ executions: 150, succeeded: 150, failures: [] });
		expect(figures).toMatchObject({ customers: 45, distinct: 45 });
	});

	it('make one customer of each phone where AlfaCRM allows 5 calls in any second', async () => {
		const figures = await forms(real.stage, { count: 30, phones: 9, isLimited: true });
		expect(figures).toMatchObject({ executions: 30, succeeded: 30, failures: [] });
		expect(figures).toMatchObject({ customers: 9, distinct: 9 });
	});
});

describe('executions in different processes that complete the same lesson at the same moment', () => {
	it('send it once', async () => {
		const figures = await sameLesson(real.stage, { executions: 8 });
		expect(figures).toMatchObject({ executions: 8, succeeded: 8, failures: [], sent: 1 });
	});
});

describe('100 executions of 3 calls while all tokens expire twice', () => {
	const load = { executions: 100, calls: 3, expiries: 2 };

	it('all succeed with at most three logins for each time, over all processes', async () => {
		const figures = await logins(real.stage, { ...load, singleToken: false });
		expect(figures).toMatchObject({ executions: 100, succeeded: 100, failures: [] });
		expect(figures.logins).toBeGreaterThanOrEqual(2);
		expect(figures.logins).toBeLessThanOrEqual(2 * 3);
	});

	it('all succeed with at most 12 logins where a login ends the older tokens', async () => {
		const figures = await logins(real.stage, { ...load, singleToken: true });
		expect(figures).toMatchObject({ executions: 100, succeeded: 100, failures: [] });
		expect(figures.logins).toBeGreaterThanOrEqual(2);
		expect(figures.logins).toBeLessThanOrEqual(12);
	});

	it('all succeed with at most 12 logins where AlfaCRM besides allows 5 calls in any second', async () => {
		const figures = await logins(real.stage, { ...load, executions: 40, singleToken: true, isLimited: true });
		expect(figures).toMatchObject({ executions: 40, succeeded: 40, failures: [] });
		expect(figures.logins).toBeGreaterThanOrEqual(2);
		expect(figures.logins).toBeLessThanOrEqual(12);
	});
});

describe('a delivery that reaches two webhook processes', () => {
	it('at the same moment has the same key in both', async () => {
		const figures = await deliveries(real.stage, { pairs: 20, apartMs: 0 });
		expect(figures).toMatchObject({ keys: 20, events: 20 });
	});

	it('3 seconds apart gets past Remove Duplicates once, by its key', async () => {
		const figures = await deliveries(real.stage, { pairs: 8, apartMs: 3_000 });
		expect(figures).toMatchObject({ keys: 8, events: 8, passed: 8 });
	});
});
