import { RateLimiter } from '../../nodes/AlfaCrm/api/rateLimiter';
import { Share } from '../../nodes/AlfaCrm/api/share';
import { startAll } from './limiterSupport';
import { answered } from '../support/nodeErrors';

beforeEach(() => {
	jest.useFakeTimers();
	// Waits of their middle length.
	jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
	jest.restoreAllMocks();
	jest.useRealTimers();
});

const RATE = { perSecond: 5 };
const never = async () => await new Promise<never>(() => {});
const taken = async () => await Promise.resolve();

/** One that others leave nothing to. */
async function starved(): Promise<RateLimiter> {
	const limiter = new RateLimiter();
	await limiter.run(RATE, async () => await Promise.reject(answered(429))).catch(() => {});
	return limiter;
}

describe('places', () => {
	/** Sends calls that are answered after a while, and notes what becomes of them in the order in which that is known. */
	function placesAfter(calls: ReadonlyArray<[at: number, isTaken: boolean, answeredAt: number]>): number {
		const share = new Share();
		const end = Math.max(...calls.map(([, , answeredAt]) => answeredAt));
		for (const [at, isTaken, now] of [...calls].sort((one, other) => one[2] - other[2])) {
			if (isTaken) share.taken({ at, isProbe: false }, now);
			else share.refused({ at, isProbe: false }, now, 5);
		}
		return share.places(end);
	}

	it('are not counted twice where the first refusal is known late: four of five, 800 ms away', () => {
		const starts = Array.from({ length: 9 }, (_, index) => index * 200);
		const before = starts.filter((at) => at < 1_600);
		expect(placesAfter(before.map((at) => [at, at !== 800, at + 800]))).toBe(4);
	});

	it('are those of a handful that was sent together, whichever is refused first', () => {
		for (let first = 0; first < 5; first++) {
			const last = (first + 3) % 5;
			const calls = [0, 1, 2, 3, 4].map((at): [number, boolean, number] => [
				at,
				at !== first && at !== last,
				at === first ? 60 : 70 + at,
			]);
			expect(placesAfter(calls)).toBe(3);
		}
	});

	it('are not raised by one that hung since long before', () => {
		expect(
			placesAfter([
				[10_000, false, 10_060],
				[0, true, 20_000],
			]),
		).toBe(0);
	});

	it('that another credential with a lower rate has enough of do not set free those with a higher one', async () => {
		const limiter = await starved();
		await Promise.all([jest.advanceTimersByTimeAsync(2_000), limiter.run({ perSecond: 1 }, taken)]);
		await jest.advanceTimersByTimeAsync(2_000);
		const sent = startAll(limiter, 5, 5, never);
		await jest.advanceTimersByTimeAsync(100);
		// Its own place, and a probe.
		expect(sent.length).toBeLessThanOrEqual(2);
	});
});

it('what a slow process sends in its own place is no probe, so it does not believe that the others are gone', async () => {
	const limiter = await starved();
	await jest.advanceTimersByTimeAsync(2_000);
	for (let index = 0; index < 8; index++) {
		await limiter.run(RATE, taken);
		await jest.advanceTimersByTimeAsync(3_000);
	}
	const sent = startAll(limiter, 5, 5, never);
	await jest.advanceTimersByTimeAsync(100);
	// The place that the first one found, and a probe.
	expect(sent).toHaveLength(2);
});

describe('a probe of which nothing becomes known does not keep the others waiting for longer than a refused one', () => {
	const cases: Array<[what: string, probe: (limiter: RateLimiter) => Promise<unknown>]> = [
		['one that hangs', async (limiter) => await limiter.run(RATE, never)],
		['one that somebody else sends', async (limiter) => await limiter.reserve(5)],
	];

	it.each(cases)('%s', async (_what, probe) => {
		const limiter = await starved();
		void probe(limiter);
		const sent = startAll(limiter, 5, 1);
		await jest.advanceTimersByTimeAsync(5_000);
		expect(sent).toHaveLength(1);
	});
});
