/** How long this process remembers which records it has written. */
const REMEMBERED_MS = 600_000;
const MOST_REMEMBERED = 100_000;

/** Whose write it is: an execution knows what it has written itself. */
type Writer = symbol;

interface Write {
	order: number;
	at: number;
	by: Writer;
	/** The latest write of anybody else, for its writer to know of. */
	before: number;
}

/** The latest write of each record, the oldest first. */
const writes = new Map<string, Write>();
let latest = 0;
/** Up to here it is no longer known which records were written. */
let forgotten = 0;

/** How many writes there were, to compare later ones with: taken before records are read. */
export function currentVersion(): number {
	return latest;
}

/** To be called before and after each write, for its answer may come late or never. */
export function recordWrite(keys: readonly string[], by: Writer): void {
	latest += 1;
	const at = performance.now();
	for (const key of keys) {
		const known = writes.get(key);
		const before = known === undefined ? 0 : known.by === by ? known.before : known.order;
		writes.delete(key);
		writes.set(key, { order: latest, at, by, before });
	}
	forget(at);
}

/** Whether anybody else in this process may have written one of the records since; what was read then may be stale. */
export function wasWrittenSince(keys: readonly string[], since: number, by: Writer): boolean {
	forget(performance.now());
	return since < forgotten || keys.some((key) => lastOfOthers(writes.get(key), by) > since);
}

function lastOfOthers(write: Write | undefined, by: Writer): number {
	if (write === undefined) return 0;
	return write.by === by ? write.before : write.order;
}

function forget(now: number): void {
	for (const [key, { order, at }] of writes) {
		const isRecent = now - at < REMEMBERED_MS;
		if (isRecent && writes.size <= MOST_REMEMBERED) return;
		writes.delete(key);
		forgotten = order;
	}
}
