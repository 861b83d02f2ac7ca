import { Concurrency, MOST_AT_ONCE } from '../../nodes/AlfaCrm/api/concurrency';

/** Answers that took so long, one after the other. */
const answered = (concurrency: Concurrency, count: number, ms: number) => {
	for (let index = 0; index < count; index++) concurrency.answered(ms, 'customer/index');
};

describe('how many calls are needed', () => {
	it.each([
		[0, 5, 1],
		[60, 5, 1],
		[199, 5, 1],
		[201, 5, 2],
		[400, 5, 2],
		[401, 5, 3],
		[800, 5, 4],
		[3_000, 5, 5],
		[800, 1, 1],
		[800, 2, 2],
		[60, 50, 3],
		[1, 0, 5],
	])('with round trips of %i ms and %i calls a second: %i', (ms, perSecond, needed) => {
		const concurrency = new Concurrency();
		expect(concurrency.needed(perSecond)).toBe(1);
		answered(concurrency, 3, ms);
		expect(concurrency.needed(perSecond)).toBe(needed);
	});

	it('is told by the usual round trip, not by one that took long', () => {
		const concurrency = new Concurrency();
		answered(concurrency, 4, 100);
		concurrency.answered(5_000, 'customer/index');
		answered(concurrency, 1, 100);
		expect(concurrency.needed(5)).toBe(1);
	});
});

describe('answers that slow down', () => {
	it('bring it down to one within ten calls, and prompt ones up again', () => {
		const concurrency = new Concurrency();
		answered(concurrency, 5, 800);
		expect(concurrency.needed(5)).toBe(4);
		answered(concurrency, 10, 1_600);
		expect(concurrency.needed(5)).toBe(1);
		const seen = Array.from({ length: 20 }, () => {
			concurrency.answered(800, 'customer/index');
			return concurrency.needed(5);
		});
		expect([...new Set(seen)]).toEqual([1, 2, 3, 4]);
	});

	it('do not count where only one does, or by a little', () => {
		const concurrency = new Concurrency();
		for (let index = 0; index < 10; index++) {
			answered(concurrency, 1, 800);
			answered(concurrency, 1, 1_600);
		}
		answered(concurrency, 20, 1_000);
		expect(concurrency.needed(0)).toBe(MOST_AT_ONCE);
	});

	it('are the usual ones where they stay slow', () => {
		const concurrency = new Concurrency();
		answered(concurrency, 10, 300);
		answered(concurrency, 20, 900);
		expect(concurrency.needed(0)).toBe(1);
		answered(concurrency, 40, 900);
		expect(concurrency.needed(0)).toBe(MOST_AT_ONCE);
	});

	it('are told from those of an action that takes longer than others', () => {
		const concurrency = new Concurrency();
		for (let count = 0; count < 10; count++) concurrency.decrease();
		for (let index = 0; index < 20; index++) {
			concurrency.answered(300, 'customer/index');
			concurrency.answered(900, 'customer/create');
			concurrency.answered(900, 'pay/create');
		}
		expect(concurrency.needed(5)).toBe(MOST_AT_ONCE);
	});

	it('so do refusals for too many calls', () => {
		const concurrency = new Concurrency();
		answered(concurrency, 3, 800);
		for (let count = 0; count < 10; count++) concurrency.decrease();
		expect(concurrency.needed(5)).toBe(1);
	});
});

describe('a place', () => {
	beforeEach(() => void jest.useFakeTimers());
	afterEach(() => void jest.useRealTimers());
	const settled = async () => await jest.advanceTimersByTimeAsync(0);
	/** Asks for a place, and tells when it came. */
	const ask = (
		concurrency: Concurrency,
		atOnce: number,
		order: string[],
		name: string,
		signal?: AbortSignal,
	) =>
		concurrency.enter(atOnce, 5, signal).then(
			(leave) => {
				order.push(name);
				return leave;
			},
			(error: Error) => {
				order.push(`${name}: ${error.message}`);
				return () => {};
			},
		);

	it('is given in the order of asking, so many at a time', async () => {
		const concurrency = new Concurrency();
		const order: string[] = [];
		const first = ask(concurrency, 2, order, 'first');
		const second = ask(concurrency, 2, order, 'second');
		const third = ask(concurrency, 2, order, 'third');
		void ask(concurrency, 2, order, 'fourth');
		await settled();
		expect(order).toEqual(['first', 'second']);
		(await second)();
		await settled();
		expect(order).toEqual(['first', 'second', 'third']);
		(await first)();
		(await third)();
		await settled();
		expect(order).toEqual(['first', 'second', 'third', 'fourth']);
	});

	it('is left by who is cancelled while waiting, at once, and the next one is not held up', async () => {
		const concurrency = new Concurrency();
		const order: string[] = [];
		const stop = new AbortController();
		const first = ask(concurrency, 1, order, 'first');
		void ask(concurrency, 1, order, 'second', stop.signal);
		void ask(concurrency, 1, order, 'third');
		await settled();
		stop.abort();
		await settled();
		expect(order).toEqual(['first', 'second: The execution was cancelled']);
		(await first)();
		await settled();
		expect(order.at(-1)).toBe('third');
	});

	it.each([
		['automatically', 0, ['hanging', 'next']],
		['by a number', 1, ['hanging']],
	])(
		'that hangs is passed over after two seconds only where it is chosen %s',
		async (_how, atOnce, order) => {
			const concurrency = new Concurrency();
			const came: string[] = [];
			void ask(concurrency, atOnce, came, 'hanging');
			void ask(concurrency, atOnce, came, 'next');
			await jest.advanceTimersByTimeAsync(1_900);
			expect(came).toEqual(['hanging']);
			await jest.advanceTimersByTimeAsync(20_000);
			expect(came).toEqual(order);
		},
	);

	it('is not lost where somebody is cancelled in the very moment in which it is given', async () => {
		for (let ticks = 0; ticks < 20; ticks++) {
			const concurrency = new Concurrency();
			const order: string[] = [];
			const stop = new AbortController();
			const first = await ask(concurrency, 1, order, 'first');
			const second = ask(concurrency, 1, order, 'second', stop.signal);
			await settled();
			first();
			for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
			stop.abort();
			(await second)();
			void ask(concurrency, 1, order, 'third');
			await settled();
			expect(order.at(-1)).toBe('third');
		}
	});

	it('is given to no more than five at once, though they hang', async () => {
		const concurrency = new Concurrency();
		answered(concurrency, 5, 3_000);
		const order: string[] = [];
		const places = Array.from({ length: 12 }, (_, index) => ask(concurrency, 0, order, String(index)));
		await jest.advanceTimersByTimeAsync(30_000);
		expect(order).toEqual(['0', '1', '2', '3', '4']);
		(await places[2])();
		await jest.advanceTimersByTimeAsync(30_000);
		expect(order).toEqual(['0', '1', '2', '3', '4', '5']);
	});
});
