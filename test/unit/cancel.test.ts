import { abortable, onAbort } from '../../nodes/AlfaCrm/api/cancel';

describe('the end of an execution', () => {
	it('is listened to once, however many calls wait for it', async () => {
		const stop = new AbortController();
		const listen = jest.spyOn(stop.signal, 'addEventListener');
		const never = new Promise<never>(() => {});
		const waits = Array.from({ length: 30 }, async () => await abortable(never, stop.signal));
		const ends = Promise.allSettled(waits);
		expect(listen).toHaveBeenCalledTimes(1);
		stop.abort();
		expect((await ends).map(({ status }) => status)).toEqual(Array(30).fill('rejected'));
	});

	it('is told to who comes after it, at once', async () => {
		const told = jest.fn();
		onAbort(AbortSignal.abort(), told);
		expect(told).toHaveBeenCalledTimes(1);
		await expect(abortable(Promise.resolve(1), AbortSignal.abort())).rejects.toThrow();
	});

	it('is not told to who has left', async () => {
		const stop = new AbortController();
		const [left, stays] = [jest.fn(), jest.fn()];
		onAbort(stop.signal, left)();
		onAbort(stop.signal, stays);
		stop.abort();
		expect([left.mock.calls.length, stays.mock.calls.length]).toEqual([0, 1]);
		await expect(abortable(Promise.resolve(7), new AbortController().signal)).resolves.toBe(7);
	});

	it('leaves it to the caller when a wait is given up, which may end by itself before', async () => {
		const stop = new AbortController();
		const never = new Promise<never>(() => {});
		const late = abortable(never, stop.signal, (giveUp) => giveUp(new Error('given up')));
		const ends = abortable(Promise.resolve(7), stop.signal, () => {});
		stop.abort();
		await expect(late).rejects.toThrow('given up');
		await expect(ends).resolves.toBe(7);
	});
});
