import { sleep } from 'n8n-workflow';

import { openingEnd } from '../../nodes/AlfaCrm/api/openings';
import { RateLimiter } from '../../nodes/AlfaCrm/api/rateLimiter';
import { Share } from '../../nodes/AlfaCrm/api/share';
import { startAll, timed } from './limiterSupport';
import { answered } from '../support/nodeErrors';

beforeEach(() => {
	jest.useFakeTimers({ now: 0 });
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
			const call = { at, isProbe: false };
			if (isTaken) share.taken(call, now);
			else share.refused(call, now, 5);
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
		await Promise.all([jest.advanceTimersByTimeAsync(7_000), limiter.run({ perSecond: 1 }, taken)]);
		await jest.advanceTimersByTimeAsync(2_000);
		const sent = startAll(limiter, 5, 5, never);
		await jest.advanceTimersByTimeAsync(100);
		// Its own place, and a probe.
		expect(sent.length).toBeLessThanOrEqual(2);
	});
});

it('what a slow process sends in its own place is no probe, so it does not believe that the others are gone', async () => {
	const limiter = await starved();
	await jest.advanceTimersByTimeAsync(7_000);
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
		// Until the second opening.
		await jest.advanceTimersByTimeAsync(12_000);
		expect(sent).toHaveLength(1);
	});
});

it('whoever finds no place at several openings tries in between as well', async () => {
	const limiter = await starved();
	const starts: number[] = [];
	await timed(async () => {
		for (let index = 0; index < 8; index++)
			await limiter
				.run(RATE, async () => {
					starts.push(performance.now());
					await Promise.reject(answered(429));
				})
				.catch(() => {});
	});
	const gaps = starts.slice(1).map((at, index) => at - starts[index]);
	expect(starts.slice(0, 2).map(openingEnd)).not.toContain(undefined);
	expect(gaps[0]).toBeGreaterThan(4_000);
	expect(gaps[1]).toBeCloseTo(2_000, -2);
	expect(gaps[3]).toBeCloseTo(2_000, -2);
});

it('whoever is asked to wait and finds no place after that looks for one at an opening after the next wait', async () => {
	const limiter = await starved();
	const starts: number[] = [];
	const send = async () => {
		starts.push(performance.now());
		await Promise.reject(answered(429));
	};
	const asked: number[] = [];
	await timed(async () => {
		for (const ms of [20_000, 7_000, 9_000, 11_000]) {
			limiter.pauseFor(ms);
			asked.push(performance.now() + ms);
			await limiter.run(RATE, send).catch(() => {});
		}
	});
	expect(starts[0] - asked[0]).toBeLessThanOrEqual(5_000);
	starts.forEach((at, index) => expect(at).toBeGreaterThanOrEqual(asked[index]));
	expect(starts.slice(1).filter((at) => openingEnd(at) === undefined)).toEqual([]);
});

it.each([0.1, 0.5, 2.5])(
	'refused calls are no closer to each other than the rate allows: %f a second',
	async (perSecond) => {
		const limiter = new RateLimiter();
		const starts: number[] = [];
		const send = async () => {
			starts.push(performance.now());
			await Promise.reject(answered(429));
		};
		await timed(async () => {
			for (let index = 0; index < 12; index++) await limiter.run({ perSecond }, send).catch(() => {});
		});
		const places = Math.ceil(perSecond);
		const spans = starts.slice(places).map((at, index) => at - starts[index]);
		expect(spans).toHaveLength(12 - places);
		expect(Math.min(...spans)).toBeGreaterThanOrEqual((places / perSecond) * 1_000);
	},
);

describe('after a call that was refused', () => {
	/** Sends calls as soon as each may start, and notes when that is; the test says what becomes of each. */
	function sender(limiter: RateLimiter) {
		const starts: number[] = [];
		const send = async (becomes: 'taken' | 'refused') =>
			await limiter
				.run(RATE, async () => {
					starts.push(performance.now());
					await sleep(60);
					if (becomes === 'refused') throw answered(429);
				})
				.catch(() => {});
		return { starts, send };
	}

	/** One place that was found, whose latest call begins now. */
	async function onePlace() {
		const limiter = await starved();
		const { starts, send } = sender(limiter);
		await timed(async () => await send('taken'));
		expect(starts).toHaveLength(1);
		return { starts, send };
	}

	it('the place goes on as if there had been no probe', async () => {
		const { starts, send } = await onePlace();
		await timed(async () => {
			await send('refused');
			await send('taken');
		});
		const [place, probe, next] = starts;
		expect(probe - place).toBeLessThan(900);
		expect(next - place).toBeGreaterThanOrEqual(1_000);
		expect(next - place).toBeLessThan(1_100);
	});

	it('a place is used in time though a probe is under way meanwhile', async () => {
		const { starts, send } = await onePlace();
		await timed(async () => {
			// A second place, then the first one again.
			await send('taken');
			await send('taken');
			await Promise.all([send('refused'), send('taken')]);
		});
		const [first, second, firstAgain, probe, next] = starts;
		expect(firstAgain - first).toBeLessThan(1_100);
		expect(probe).toBeLessThan(second + 900);
		expect(next - second).toBeGreaterThanOrEqual(1_000);
		expect(next - second).toBeLessThan(1_100);
	});

	it('the place goes on though two calls were refused that were under way together', async () => {
		const limiter = new RateLimiter();
		const { starts, send } = sender(limiter);
		await timed(async () => await Promise.all([send('refused'), send('refused'), send('refused')]));
		const first = starts.length;
		await timed(async () => {
			await send('taken');
			await send('refused');
			await send('taken');
		});
		const [place, probe, next] = starts.slice(first);
		expect(probe - place).toBeLessThan(900);
		expect(next - place).toBeLessThan(1_100);
	});

	it('while it had a place, or before, the first tries are at openings when that is lost', async () => {
		const { starts, send } = sender(await starved());
		await timed(async () => {
			for (let index = 0; index < 3; index++) await send('refused');
			await send('taken');
			for (let index = 0; index < 3; index++) {
				await sleep(12_000);
				await Promise.all([send('taken'), send('refused')]);
			}
			await sleep(5_000);
			// In its place.
			await send('refused');
			await send('refused');
			await send('refused');
		});
		expect(starts.slice(-2).map(openingEnd)).not.toContain(undefined);
	});

	describe('where the service counts refused calls, which shows in the one after it', () => {
		/** The next one has a place; it was refused for the one before it. */
		async function counted() {
			const { starts, send } = await onePlace();
			await timed(async () => {
				await send('refused');
				await send('refused');
			});
			const next = async (...calls: Array<'taken' | 'refused'>) => {
				const before = starts.length;
				await timed(async () => await Promise.all(calls.map(send)));
				return starts.slice(before);
			};
			return { latest: starts[2], next };
		}

		it('the refused call has the place instead', async () => {
			const { latest, next } = await counted();
			const [inPlace] = await next('taken');
			expect(inPlace - latest).toBeGreaterThanOrEqual(1_000);
			expect(inPlace - latest).toBeLessThan(1_200);
			await jest.advanceTimersByTimeAsync(20_000);
			const [, probe, afterProbe] = await next('taken', 'refused', 'taken');
			expect(afterProbe - probe).toBeGreaterThanOrEqual(1_000);
		});

		it('there are fewer probes', async () => {
			const { next } = await counted();
			await jest.advanceTimersByTimeAsync(12_000);
			const [first, second] = await next('taken', 'taken');
			expect(second - first).toBeGreaterThanOrEqual(1_000);
		});

		/** Whether the place goes on as if a probe in the middle had not been refused. */
		async function goesOn(next: Awaited<ReturnType<typeof counted>>['next']) {
			const [place] = await next('taken');
			await jest.advanceTimersByTimeAsync(400);
			const [, inPlace] = await next('refused', 'taken');
			return inPlace - place < 1_100;
		}

		it('that is found out anew after some minutes', async () => {
			const { next } = await counted();
			// Each time a probe is refused, so it is never quiet for a minute.
			for (let round = 0; round < 2; round++) {
				await jest.advanceTimersByTimeAsync(40_000);
				expect(await goesOn(next)).toBe(false);
			}
			await jest.advanceTimersByTimeAsync(55_000);
			expect(await goesOn(next)).toBe(true);
		});

		it('that is found out anew once no call was refused for a minute', async () => {
			const { next } = await counted();
			await jest.advanceTimersByTimeAsync(70_000);
			// All of the rate seems to be there.
			await next('refused');
			expect(await goesOn(next)).toBe(true);
		});
	});
});
