/**
 * n8n's polls come a little early or late, so an interval counts as over after this share of it.
 */
const SHARE_OF_INTERVAL = 0.9;

/**
 * Whether an interval has passed since something was done last, so that it is time to do it again.
 * All times are n8n's, in milliseconds.
 *
 * @param lastTime when it was done last
 */
export function isIntervalOver(lastTime: number, intervalMs: number, now: number): boolean {
	// If the clock of n8n was set back, the last time is in the future. The trigger must not wait for
	// it.
	const passedMs = Math.abs(now - lastTime);
	const shortestIntervalMs = intervalMs * SHARE_OF_INTERVAL;
	return passedMs >= shortestIntervalMs;
}
