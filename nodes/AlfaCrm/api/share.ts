/** A call as far as it tells what others leave. */
interface Call {
	/** When it was sent. */
	readonly at: number;
	readonly isProbe: boolean;
}

/** How long a process waits between two probes, for each place that it has: whoever has few looks for more the soonest. */
const PROBE_MS = 8_000;
/** The same without any place; twice as long after each refusal, up to the most. */
const ENTRY_MS = 1_000;
const MAX_ENTRY_MS = 4_000;
/** Nobody else seems to be there when no call was refused for so long. */
const QUIET_MS = 60_000;
/** By how much of it a wait is shorter or longer, since others wait as well. */
const JITTER = 0.3;

/**
 * How many of the calls that the service takes in a second are left to this process, when other processes or programs use
 * the account too. Nobody tells; a call that is refused does.
 *
 * Whoever makes no more calls in any second than were taken in the last one is not refused, as long as all others do the
 * same: so many **places** it has. A **probe** is a call beyond them. If it is taken, there is one place more, and the next
 * probe follows at once; if not, it waits for long. So hardly a call is refused while all places are taken, and those that
 * somebody leaves are found soon.
 *
 * Times are those of `performance.now()`.
 */
export class Share {
	/** From when on a probe may be sent. */
	probeAt = 0;
	/** Left out while the whole rate may be used. */
	private own?: number;
	/** Calls that were sent before were part of the rush that ended then. */
	private since = 0;
	private refusedAt = 0;
	private entryWait = ENTRY_MS;

	/** @returns undefined for the whole rate */
	places(now: number): number | undefined {
		if (now - this.refusedAt > QUIET_MS) this.own = undefined;
		return this.own;
	}

	/** Notes that a probe is sent. What comes of it decides about the next one; a login may be needed before anything does. */
	probing(now: number): void {
		this.waitToProbe(this.own ?? 0, now);
	}

	/**
	 * Notes that a call was taken.
	 *
	 * @param most places that make up the whole rate
	 */
	taken({ at, isProbe }: Call, now: number, most: number): void {
		if (this.own === undefined || (!isProbe && at >= this.since)) return;
		this.own += 1;
		this.entryWait = ENTRY_MS;
		if (this.own >= most) this.own = undefined;
		else if (isProbe) this.probeAt = now;
		else this.waitToProbe(this.own, now);
	}

	/**
	 * Notes that a call was refused.
	 *
	 * @param takenBefore calls that were taken in the second before it was sent
	 */
	refused({ at, isProbe }: Call, now: number, takenBefore: number): void {
		this.refusedAt = now;
		if (this.own === undefined) {
			this.own = takenBefore;
			this.since = now;
			this.entryWait = ENTRY_MS;
		} else if (isProbe) {
			this.entryWait = Math.min(this.entryWait * 2, MAX_ENTRY_MS);
		} else if (at >= this.since) {
			this.own = Math.max(0, this.own - 1);
		} else {
			return;
		}
		this.waitToProbe(this.own, now);
	}

	private waitToProbe(places: number, now: number): void {
		const wait = places === 0 ? this.entryWait : places * PROBE_MS;
		this.probeAt = now + wait * (1 - JITTER + 2 * JITTER * Math.random());
	}
}
