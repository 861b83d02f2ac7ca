import type { RateLimiter } from '../../nodes/AlfaCrm/api/rateLimiter';

const answer = () => Promise.resolve();

/** Runs what is given to its end and tells how many milliseconds it took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
	const begun = Date.now();
	const done = work();
	await jest.runAllTimersAsync();
	await done;
	return Date.now() - begun;
}

/** Starts `count` requests at once and notes when each of them is sent, in ms from now. */
export function startAll(
	limiter: RateLimiter,
	perSecond: number,
	count: number,
	send: () => Promise<unknown> = answer,
) {
	const begun = Date.now();
	const sent: number[] = [];
	for (let index = 0; index < count; index++) {
		void limiter.run({ perSecond }, async () => {
			sent.push(Date.now() - begun);
			await send();
		});
	}
	return sent;
}

/** Before each test of a file: a clock that the test moves, and nothing of what is waited so that others go on at other times. */
export function stopJitter(): void {
	beforeEach(() => {
		jest.useFakeTimers({ now: 0 });
		jest.spyOn(Math, 'random').mockReturnValue(0);
	});
	afterEach(() => {
		jest.restoreAllMocks();
		jest.useRealTimers();
	});
}
