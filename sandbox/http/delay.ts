/* eslint-disable @n8n/community-nodes/no-restricted-globals -- the sandbox is a program of its own, never part of a node */

/** Resolves after `ms`, or at once when the signal is aborted. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const end = () => {
			clearTimeout(timer);
			signal.removeEventListener('abort', end);
			resolve();
		};
		const timer = setTimeout(end, signal.aborted ? 0 : ms);
		signal.addEventListener('abort', end);
	});
}
