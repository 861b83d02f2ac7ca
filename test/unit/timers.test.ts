import { sleep } from 'n8n-workflow';

import { Concurrency } from '../../nodes/AlfaCrm/api/concurrency';
import { RateLimiter } from '../../nodes/AlfaCrm/api/rateLimiter';
import { timersLeftBy } from '../support/timers';

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
