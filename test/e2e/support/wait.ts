import { sleep } from 'n8n-workflow';

/**
 * Reads an answer again and again until it is there, and returns it.
 * @param description names the answer in the error when it does not come
 * @param readAnswer returns undefined as long as there is no answer
 * @param timeout milliseconds
 * @param interval milliseconds
 */
export async function waitFor<T>(
	description: string,
	readAnswer: () => Promise<T | undefined>,
	timeout = 120_000,
	interval = 500,
): Promise<T> {
	const deadline = Date.now() + timeout;
	for (;;) {
		const answer = await readAnswer();
		if (answer !== undefined) return answer;

		if (Date.now() > deadline) {
			throw new Error(`Waited ${timeout / 1_000} s in vain for ${description}`);
		}
		await sleep(interval);
	}
}
