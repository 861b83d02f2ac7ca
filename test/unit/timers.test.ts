import { sleep } from 'n8n-workflow';

import { Concurrency } from '../../nodes/AlfaCrm/api/concurrency';
import { RateLimiter } from '../../nodes/AlfaCrm/api/rateLimiter';

/** Milliseconds of the timers that such work has started and that are not over when it is. */
async function timersLeftBy(work: () => Promise<unknown>): Promise<number[]> {
	const started = jest.spyOn(globalThis, 'setTimeout');
	const begun = performance.now();
	await work();
	const took = performance.now() - begun;
	const lengths = started.mock.calls.map(([, ms = 0]) => ms);
	started.mockRestore();
	// A timer may end a fraction of a millisecond early.
	return lengths.filter((ms) => ms > Math.ceil(took));
}

describe('a call leaves no timer behind that keeps the process alive', () => {
	it('once another one has ended for which it waited', async () => {
		const left = await timersLeftBy(async () => {
			const concurrency = new Concurrency();
			const first = await concurrency.enter(1, 5);
			const second = concurrency.enter(1, 5);
			await sleep(5);
			first();
			(await second)();
		});
		expect(left).toEqual([]);
	});

	it('once its turn has come earlier than it had to expect', async () => {
		const left = await timersLeftBy(async () => {
			const limiter = new RateLimiter();
			const slow = limiter.run({ perSecond: 1 }, async () => await sleep(20));
			await Promise.all([slow, limiter.run({ perSecond: 1 }, async () => await sleep(0))]);
		});
		expect(left).toEqual([]);
	});
});
