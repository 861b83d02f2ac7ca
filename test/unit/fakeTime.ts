import { sleep } from 'n8n-workflow';

/** Before each test of a file: a clock that the test moves, for what waits with a signal as well. */
export function stopTime(): void {
	beforeEach(() => {
		jest.useFakeTimers();
		jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
			const controller = new AbortController();
			void sleep(ms).then(() => controller.abort());
			return controller.signal;
		});
	});
	afterEach(() => {
		jest.restoreAllMocks();
		jest.useRealTimers();
	});
}

/** Lets the time go on until all is done. */
export async function settle<T>(work: Promise<T>): Promise<T> {
	let isDone = false;
	void work.finally(() => (isDone = true)).catch(() => {});
	while (!isDone) await jest.advanceTimersByTimeAsync(50);
	return await work;
}
