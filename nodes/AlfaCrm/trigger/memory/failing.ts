/** How long a record that AlfaCRM fails to show holds up what comes after it. */
const LONGEST_MS = 24 * 3_600_000;
const MOST_KNOWN = 1_000;

/**
 * Since when AlfaCRM fails to show something, n8n's time in milliseconds, the oldest first. In this process only, since
 * n8n keeps nothing of polls that fail.
 */
const since = new Map<string, number>();

/** Notes a failure. @returns whether it has failed for so long that nothing waits for it any more */
export function failsForLong(what: string): boolean {
	const now = Date.now();
	// n8n's clock may have been put back.
	const first = Math.min(since.get(what) ?? now, now);
	since.set(what, first);
	const [oldest] = since.keys();
	if (since.size > MOST_KNOWN) since.delete(oldest);
	return now - first >= LONGEST_MS;
}

export function failsNoMore(what: string): void {
	since.delete(what);
}
