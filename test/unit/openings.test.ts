import { nextOpening, openingEnd } from '../../nodes/AlfaCrm/api/openings';
import { RateLimiter } from '../../nodes/AlfaCrm/api/rateLimiter';
import { timed } from './limiterSupport';
import { randomFrom } from '../support/random';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const HOUR_MS = 3_600_000;

beforeEach(() => jest.useFakeTimers({ now: NOW }));
afterEach(() => {
	jest.restoreAllMocks();
	jest.useRealTimers();
});

const wallClockOffset = () => Date.now() - performance.now();

/** The moments to look for a place in an hour. */
function moments(): number[] {
	const found = [nextOpening(performance.now())];
	while (found.at(-1)! < performance.now() + HOUR_MS) found.push(nextOpening(found.at(-1)!));
	return found;
}

it('come every few seconds', () => {
	const found = moments();
	const gaps = found.slice(1).map((moment, index) => moment - found[index]);
	expect(Math.min(...gaps)).toBeGreaterThan(4_000);
	expect(Math.max(...gaps)).toBeLessThan(6_000);
	expect(found.length).toBeGreaterThan(HOUR_MS / 5_000 - 5);
});

it('are open some time before and after somebody looks for a place', () => {
	for (const moment of moments()) {
		const until = openingEnd(moment)!;
		expect(until - moment).toBeGreaterThan(40);
		expect(openingEnd(moment - 200)).toBe(until);
		expect(openingEnd(until - 1)).toBe(until);
		expect(openingEnd(until)).toBeUndefined();
		expect(openingEnd(until - 400)).toBeUndefined();
	}
});

it('come at another point of the second each time, so that they meet calls that come every second', () => {
	const points = moments()
		.slice(0, 12)
		.map((moment) => (moment + wallClockOffset()) % 1_000)
		.sort((one, other) => one - other);
	const gaps = points.map((point, index) =>
		index === 0 ? point + 1_000 - points[11] : point - points[index - 1],
	);
	expect(Math.max(...gaps)).toBeLessThan(200);
});

it('the next one is never the one that is passed, to the millisecond', () => {
	const random = randomFrom(20_261_127);
	for (let n = 0; n < 1_000; n++) {
		const after = random() * HOUR_MS;
		const next = nextOpening(after);
		expect(next).toBeGreaterThan(after);
		expect(next - after).toBeLessThan(6_000);
		expect(nextOpening(next)).toBeGreaterThan(next + 4_000);
		expect(nextOpening(next - 0.001)).toBeCloseTo(next, 3);
	}
});

it('are the same for all processes, whenever each was started', () => {
	const first = nextOpening(performance.now()) + wallClockOffset();
	const clock = performance.now();
	jest.spyOn(performance, 'now').mockImplementation(() => clock + 123_456.7);
	expect(nextOpening(performance.now()) + wallClockOffset()).toBeCloseTo(first, 3);
});
it.each([1, 0.8, 0.5, 0.2])(
	'whoever makes all calls of a rate leaves its only place at each of them: %f a second',
	async (perSecond) => {
		const limiter = new RateLimiter();
		const starts: number[] = [];
		const calls = Array.from({ length: 120 }, () => async () => {
			starts.push(performance.now());
			await Promise.resolve();
		});
		await timed(
			async () => await Promise.all(calls.map(async (call) => await limiter.run({ perSecond }, call))),
		);
		const settled = starts.slice(10);
		expect(settled).toHaveLength(110);
		expect(settled.filter((at) => openingEnd(at) !== undefined)).toEqual([]);
	},
);
