import fc from 'fast-check';
import { sleep } from 'n8n-workflow';

import { DEFAULT_REQUESTS_PER_SECOND as RATE, RateLimiter } from '../../../nodes/AlfaCrm/api/rateLimiter';
import { withRetries } from '../../../nodes/AlfaCrm/api/retry';
import { depth, isDeep, seed } from '../../support/depth';
import { makeAnswerError } from '../../support/nodeErrors';
import { randomFrom } from '../../support/random';
import { settle, stopTime, measureMs } from '../../unit/api/clock';

jest.setTimeout(600_000);

let random = randomFrom(seed);
stopTime({ random: () => random() });

/** Counts the calls in the fullest time window of a length, wherever it begins. */
function countInFullestWindow(arrivals: readonly number[], windowMs: number): number {
	const counts = arrivals.map(
		(start) => arrivals.filter((arrival) => arrival >= start && arrival < start + windowMs).length,
	);
	return Math.max(0, ...counts);
}

// ---------------------------------------------------------------- random users

/** One call of a user. */
interface UserCall {
	msToServer: number;
	msToAnswer: number;
	isAnswerLost: boolean;
	pauseAfterMs: number;
}

/** A user, who makes calls one after the other. */
interface User {
	startMs: number;
	calls: UserCall[];
}

/** The quickest call that the host can answer: 10 ms to the server and 40 ms for the answer. */
const QUICKEST_CALL: UserCall = { msToServer: 10, msToAnswer: 40, isAnswerLost: false, pauseAfterMs: 0 };

const userCall: fc.Arbitrary<UserCall> = fc.record({
	msToServer: fc.oneof(fc.constant(10), fc.integer({ min: 10, max: 310 }), fc.integer({ min: 10, max: 910 })),
	msToAnswer: fc.oneof(fc.constant(40), fc.integer({ min: 40, max: 340 }), fc.integer({ min: 40, max: 940 })),
	isAnswerLost: fc.boolean(),
	pauseAfterMs: fc.nat(400),
});

const user: fc.Arbitrary<User> = fc.record({
	startMs: fc.nat(5_000),
	calls: fc.array(userCall, { minLength: 1, maxLength: 8 }),
});

const users = fc.array(user, { minLength: 1, maxLength: 12 });

/** Makes calls through one limiter, and notes when each of them reaches the server. */
class LimitedServer {
	readonly arrivals: number[] = [];
	private readonly limiter = new RateLimiter();

	constructor(private readonly perSecond: number) {}

	/** Makes a call when the limiter lets it. A lost answer does not stop the user. */
	async makeCall(call: UserCall): Promise<void> {
		const options = { perSecond: this.perSecond, atOnce: 100 };
		await this.limiter.sendWhenAllowed(options, async () => await this.sendCall(call)).catch(() => {});
	}

	/** Makes the calls of a user at the user's own pace. */
	async makeCallsWithPauses({ startMs, calls }: User): Promise<void> {
		await sleep(startMs);
		for (const call of calls) {
			await this.makeCall(call);
			await sleep(call.pauseAfterMs);
		}
	}

	/** Makes the calls of a user at once and without pauses. */
	async makeCallsWithoutPauses({ calls }: User): Promise<void> {
		await sleep(0);
		for (const call of calls) {
			await this.makeCall(call);
		}
	}

	private async sendCall({ msToServer, msToAnswer, isAnswerLost }: UserCall): Promise<void> {
		await sleep(msToServer);
		this.arrivals.push(performance.now());
		await sleep(msToAnswer);
		if (isAnswerLost) throw new Error('socket hang up');
	}
}

describe('The rate limiter', () => {
	it.each([
		{ perSecond: 1, windowMs: 1_000, callsInWindow: 1 },
		{ perSecond: 2.5, windowMs: 1_200, callsInWindow: 3 },
		{ perSecond: 3, windowMs: 1_000, callsInWindow: 3 },
		{ perSecond: 5, windowMs: 1_000, callsInWindow: 5 },
		{ perSecond: 8, windowMs: 1_000, callsInWindow: 8 },
	])(
		'the rate limiter lets at most $callsInWindow calls reach the server in any $windowMs ms when the rate is $perSecond calls a second',
		async ({ perSecond, windowMs, callsInWindow }) => {
			const property = fc.asyncProperty(users, fc.boolean(), async (randomUsers, havePauses) => {
				const server = new LimitedServer(perSecond);
				// From this call, the limiter learns how quick the host can be.
				await settle(server.makeCall(QUICKEST_CALL));

				const work = randomUsers.map(async (randomUser) => {
					if (havePauses) return await server.makeCallsWithPauses(randomUser);
					return await server.makeCallsWithoutPauses(randomUser);
				});
				await settle(Promise.all(work));

				const callCount = randomUsers.flatMap(({ calls }) => calls).length;
				expect(server.arrivals).toHaveLength(1 + callCount);
				expect(countInFullestWindow(server.arrivals, windowMs)).toBeLessThanOrEqual(callsInWindow);
			});

			await fc.assert(property, { seed, numRuns: Math.ceil(depth.rate / 5) });
		},
	);
});

// ---------------------------------------------------------------- processes that share a service

interface ServiceRules {
	/** Milliseconds that a call and its answer take together, at least. */
	roundTrip?: number;
	/** Milliseconds that a call and its answer may take on top. */
	jitter?: number;
	/** Whether refused calls count towards the limit, too. It is not known whether AlfaCRM counts them. */
	countsRefused?: boolean;
}

/** A service that takes as many calls in any second as AlfaCRM does, and refuses the others with 429. */
class LimitedService {
	readonly arrivals: number[] = [];
	refusedCount = 0;
	private readonly countedArrivals: number[] = [];

	constructor(private readonly rules: ServiceRules = {}) {}

	get takenCount(): number {
		return this.arrivals.length - this.refusedCount;
	}

	async receiveCall(): Promise<void> {
		await this.waitHalfARoundTrip();
		const isTaken = this.noteArrival();
		await this.waitHalfARoundTrip();

		if (!isTaken) throw makeAnswerError(429);
	}

	/** Notes that a call arrives now, and tells whether the service takes it. */
	private noteArrival(): boolean {
		const now = performance.now();
		const countInLastSecond = this.countedArrivals.filter((arrival) => arrival > now - 1_000).length;
		const isTaken = countInLastSecond < RATE;

		this.arrivals.push(now);
		if (isTaken || this.rules.countsRefused === true) {
			this.countedArrivals.push(now);
		}
		if (!isTaken) {
			this.refusedCount += 1;
		}
		return isTaken;
	}

	private async waitHalfARoundTrip(): Promise<void> {
		const { roundTrip = 60, jitter = 20 } = this.rules;
		await sleep(Math.round((roundTrip + random() * jitter) / 2));
	}
}

const CALL_OPTIONS = { perSecond: RATE, isIdempotent: true, rateLimitWaitMs: 300_000, atOnce: 0 };
const EXECUTIONS_OF_PROCESS = 6;

/** Makes a call as the node does: within the rate, and again after a refusal. */
async function makeCall(service: LimitedService, limiter: RateLimiter): Promise<void> {
	await withRetries(limiter, CALL_OPTIONS, async () => await service.receiveCall());
}

/** Makes calls from several executions of one process, as fast as its limiter lets them. */
async function makeCalls(service: LimitedService, limiter: RateLimiter, count: number): Promise<void> {
	let callsToMake = count;
	const runExecution = async () => {
		while (callsToMake > 0) {
			callsToMake -= 1;
			await makeCall(service, limiter);
		}
	};
	await Promise.all(Array.from({ length: EXECUTIONS_OF_PROCESS }, runExecution));
}

/** Makes the first call of a process, which logs in before the call is sent. */
async function logInAndMakeCall(service: LimitedService, limiter: RateLimiter): Promise<void> {
	await limiter.sendWhenAllowed({ perSecond: RATE, atOnce: 0 }, async () => {
		await limiter.sendWhenAllowed(
			{ perSecond: RATE, isLogin: true },
			async () => await service.receiveCall(),
		);
		await service.receiveCall();
	});
}

/** Processes that make as many calls as their limiters let them, until they are stopped. */
class BusyProcesses {
	private isStopped = false;
	private readonly executions: Array<Promise<void>>;

	constructor(
		private readonly service: LimitedService,
		count: number,
	) {
		const limiters = Array.from({ length: count }, () => new RateLimiter());
		this.executions = limiters.flatMap((limiter) =>
			Array.from({ length: EXECUTIONS_OF_PROCESS }, async () => await this.runExecution(limiter)),
		);
	}

	/** Makes no more calls, and waits until the answers of the last ones have come. */
	async stop(): Promise<void> {
		this.isStopped = true;
		await settle(Promise.all(this.executions));
	}

	private async runExecution(limiter: RateLimiter): Promise<void> {
		await sleep(Math.round(random() * 700));
		while (!this.isStopped) {
			await makeCall(this.service, limiter);
		}
	}
}

/** Lets processes share a service for a minute in each of several runs, and counts what it took and refused. */
async function countSharedCalls(options: { processes: number; rules: ServiceRules; runs: number }) {
	let taken = 0;
	let refused = 0;
	for (let run = 0; run < options.runs; run++) {
		const service = new LimitedService(options.rules);
		const processes = new BusyProcesses(service, options.processes);
		await settle(sleep(60_000));
		taken += service.takenCount;
		refused += service.refusedCount;
		await processes.stop();
	}
	return { taken, refused };
}

/** Measures how long three calls of a newcomer take beside busy processes, in several runs. Sorts the slowest first. */
async function measureNewcomers(options: { busyProcesses: number; newcomers: number }): Promise<number[]> {
	const seconds: number[] = [];
	for (let run = 0; run < options.newcomers; run++) {
		const service = new LimitedService();
		const processes = new BusyProcesses(service, options.busyProcesses);
		await settle(sleep(20_000 + Math.round(random() * 8_000)));

		const limiter = new RateLimiter();
		const ms = await measureMs(async () => {
			await makeCall(service, limiter);
			await makeCall(service, limiter);
			await makeCall(service, limiter);
		});
		seconds.push(ms / 1_000);
		await processes.stop();
	}
	return seconds.sort((a, b) => b - a);
}

function computeMean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

// The bounds were measured with the fixed random delays. With new delays, `leeway` widens them.
describe.each([
	{ delays: 'fixed random delays', firstSeed: 20_261_126, runs: 6, newcomers: 48, leeway: 1 },
	{
		delays: 'new random delays and wider bounds',
		firstSeed: seed,
		runs: isDeep ? 30 : 2,
		newcomers: isDeep ? 60 : 16,
		leeway: 1.5,
	},
])('Calls with $delays', ({ firstSeed, runs, newcomers, leeway }) => {
	beforeEach(() => {
		random = randomFrom(firstSeed);
	});

	it.each([
		{ calls: 60, roundTrip: 60, jitter: 0, slowdown: 1.03 },
		{ calls: 60, roundTrip: 60, jitter: 15, slowdown: 1.05 },
		{ calls: 60, roundTrip: 405, jitter: 0, slowdown: 1.1 },
		{ calls: 60, roundTrip: 405, jitter: 20, slowdown: 1.12 },
		{ calls: 100, roundTrip: 405, jitter: 0, slowdown: 1.08 },
		{ calls: 100, roundTrip: 405, jitter: 20, slowdown: 1.1 },
		{ calls: 300, roundTrip: 405, jitter: 20, slowdown: 1.08 },
	])(
		'a login and $calls calls of $roundTrip to $roundTrip + $jitter ms take at most $slowdown times as long as the rate of five calls a second demands',
		async ({ calls, roundTrip, jitter, slowdown }) => {
			const service = new LimitedService({ roundTrip, jitter });
			const limiter = new RateLimiter();

			const ms = await measureMs(async () => {
				await logInAndMakeCall(service, limiter);
				await makeCalls(service, limiter, calls - 1);
			});

			const demandedSeconds = (1 + calls) / RATE;
			const allowedSlowdown = 1 + (slowdown - 1) * leeway;
			expect(ms / 1_000).toBeLessThanOrEqual(demandedSeconds * allowedSlowdown);
		},
	);

	it.each([
		{ roundTrip: 60, jitter: 15 },
		{ roundTrip: 150, jitter: 37 },
		{ roundTrip: 150, jitter: 90 },
		{ roundTrip: 400, jitter: 100 },
		{ roundTrip: 400, jitter: 240 },
		{ roundTrip: 800, jitter: 200 },
	])(
		'AlfaCRM never refuses a call of a single process when a call takes $roundTrip to $roundTrip + $jitter ms',
		async ({ roundTrip, jitter }) => {
			for (let run = 0; run < Math.ceil(runs / 2); run++) {
				const service = new LimitedService({ roundTrip, jitter });

				await settle(makeCalls(service, new RateLimiter(), 300));

				expect(countInFullestWindow(service.arrivals, 1_000)).toBeLessThanOrEqual(RATE);
				expect(service.refusedCount).toBe(0);
			}
		},
	);

	it.each([
		{ processes: 2, countsRefused: false, leastTaken: 86, mostRefused: 8 },
		{ processes: 4, countsRefused: false, leastTaken: 88, mostRefused: 16 },
		{ processes: 8, countsRefused: false, leastTaken: 92, mostRefused: 45 },
		{ processes: 4, countsRefused: true, leastTaken: 78, mostRefused: 16 },
		{ processes: 8, countsRefused: true, leastTaken: 25, mostRefused: 85 },
	])(
		'$processes processes together use at least $leastTaken % of the rate, and AlfaCRM refuses at most $mostRefused % of their calls (refused calls count towards the rate: $countsRefused)',
		async ({ processes, countsRefused, leastTaken, mostRefused }) => {
			const { taken, refused } = await countSharedCalls({ processes, rules: { countsRefused }, runs });

			const allowedByRate = 60 * runs * RATE;
			const takenPercent = (100 * taken) / allowedByRate;
			const refusedPercent = (100 * refused) / (taken + refused);
			expect(takenPercent).toBeGreaterThanOrEqual(leastTaken / leeway);
			expect(refusedPercent).toBeLessThanOrEqual(Math.min(mostRefused * leeway, 95));
		},
	);

	it.each([
		{ busyProcesses: 1, meanSeconds: 8, mostSeconds: 20 },
		{ busyProcesses: 4, meanSeconds: 10, mostSeconds: 25 },
	])(
		'three calls of a process that starts beside $busyProcesses busy ones take less than $meanSeconds s on average, and seldom $mostSeconds s or more',
		async ({ busyProcesses, meanSeconds, mostSeconds }) => {
			const slowestFirst = await measureNewcomers({ busyProcesses, newcomers });

			// One newcomer in twenty, or one in all, may take longer, because it has met no gap between the calls of the others.
			const exceptions = Math.max(1, Math.floor(newcomers / 20));
			expect(computeMean(slowestFirst)).toBeLessThan(meanSeconds * leeway);
			expect(slowestFirst[exceptions]).toBeLessThan(mostSeconds * leeway);
			expect(slowestFirst[0]).toBeLessThan(60);
		},
	);

	it('a process makes calls at the whole rate again soon after the other processes stop', async () => {
		const service = new LimitedService();
		const limiter = new RateLimiter();
		const otherProcesses = new BusyProcesses(service, 2);
		await settle(makeCalls(service, limiter, 60));
		await otherProcesses.stop();
		// During these calls, the limiter notices that it is alone.
		await settle(makeCalls(service, limiter, 100));

		const ms = await measureMs(async () => await makeCalls(service, limiter, 100));

		// A tenth more than the rate demands for a hundred calls.
		const mostSeconds = (1.1 * 100) / RATE;
		expect(ms / 1_000).toBeLessThanOrEqual(mostSeconds);
	});
});
