import pWaitFor from 'p-wait-for';

/**
 * Asks again and again until there is an answer.
 * @param what for the message
 * @param timeout milliseconds
 * @param interval milliseconds
 */
export async function waitFor<T>(
	what: string,
	ask: () => Promise<T | undefined>,
	timeout = 120_000,
	interval = 500,
): Promise<T> {
	const answers: T[] = [];
	const look = async () => {
		const answer = await ask();
		if (answer !== undefined) answers.push(answer);
		return answer !== undefined;
	};
	await pWaitFor(look, { interval, timeout }).catch((error: Error) => {
		throw error.name === 'TimeoutError'
			? new Error(`Waited ${timeout / 1_000} s in vain for ${what}`)
			: error;
	});
	return answers[0];
}
