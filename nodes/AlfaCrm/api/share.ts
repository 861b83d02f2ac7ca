import { boundedPush } from './bounded';
import { nextOpening } from './openings';
import { SECOND_MS } from './time';

/** A call as far as it tells what others leave. */
export interface Call {
	/** When it was sent. */
	readonly at: number;
	/** Beyond what is known to be left to this process. */
	readonly isProbe: boolean;
}

/** More than any rate needs. */
export const LATEST_CALLS = 1_000;
/**
 * How long a process with one place waits after a probe that was refused. With more it waits longer, by the square root
 * of their number: whoever has few looks for more the soonest, and one that is left alone with some does not take long.
 */
const PROBE_MS = 8_000;
/** The same where a refused call takes a place. */
const COUNTED_PROBE_MS = 15_000;
/**
 * Whoever has no place tries at so many openings first. After that every other try is beside one, by what clocks that are set
 * by the network may differ, and every other one in between, for other programs know of no openings.
 */
const OPENINGS_FIRST = 2;
const CLOCKS_DIFFER_MS = 300;
const BETWEEN_MS = 2_000;
/** The most that passes from a probe that was taken to the next one, since others find the same places. */
const NEXT_PROBE_MS = 1_000;
/** Nobody else seems to be there when no call was refused for so long. */
const QUIET_MS = 60_000;
/** After that it is found out anew whether refused calls count, for what told that they do may have been another's call. */
const COUNTED_MS = 120_000;
/** By how much of it a wait with places is shorter or longer, since others wait as well. */
const JITTER = 0.3;

/**
 * How many of the calls that the service takes in a second are left to this process, when other processes or programs use
 * the account too. Nobody tells; a call that is refused does.
 *
 * Whoever makes no more calls in any second than were taken in the last one is not refused, as long as all others do the
 * same: so many **places** it has. A **probe** is a call beyond them. If it is taken, there is one place more, and the next
 * probe follows within a second; if not, it waits for long. So hardly a call is refused while all places are taken, and those that
 * somebody leaves are found soon.
 *
 * A refused call has no place, and the others go on in theirs. Where the service counts it all the same, it takes the place
 * of whoever comes next: then a call in its own place is refused soon after, and for some minutes a refused call holds a
 * place like any other.
 *
 * Times are those of `performance.now()`.
 */
export class Share {
	private probeAt = 0;
	/** Infinite as long as nothing is known of others. */
	private own = Infinity;
	/** When the first refused call was sent, and when that was known: what was sent before then did not reckon with others. */
	private rush = { from: 0, until: 0 };
	/** When the latest refused call was sent, and when that was known. */
	private latest = { at: -Infinity, known: -Infinity };
	private countsRefusedUntil = 0;
	/** Probes that were refused one after the other, without any place. */
	private refusedInARow = 0;
	/** When the latest calls were sent that were taken. */
	private readonly takenAt: number[] = [];

	places(now: number): number {
		if (now - this.latest.known > QUIET_MS) {
			this.own = Infinity;
			this.countsRefusedUntil = 0;
			this.refusedInARow = 0;
		}
		return this.own;
	}

	/** Whether a refused call takes a place as well, as far as is known. */
	countsRefused(now: number): boolean {
		return now < this.countsRefusedUntil;
	}

	/**
	 * When a probe may be sent.
	 *
	 * @param earliest for other reasons, such as a wait that the service asked for
	 * @param windowMs that pass after a call that was refused, since that one has arrived as well
	 */
	nextProbe(earliest: number, windowMs: number): number {
		const after = Math.max(earliest, this.latest.known + windowMs);
		if (after <= this.probeAt) return this.probeAt;
		// Where the service asked for a wait, there should be a place after it, unless that was tried before.
		return this.refusedInARow > 0 ? nextOpening(after) : after;
	}

	/** Notes that a call was taken. */
	taken({ at, isProbe }: Call, now: number): void {
		boundedPush(this.takenAt, at, LATEST_CALLS);
		if (isProbe) this.own += 1;
		else if (at > this.rush.from - SECOND_MS && at < this.rush.until)
			this.own = Math.max(this.own, this.mostInASecond());
		else return;
		this.refusedInARow = 0;
		if (isProbe) this.probeAt = now + NEXT_PROBE_MS * Math.random();
		else this.waitToProbe(now);
	}

	/**
	 * Notes that a call was refused.
	 *
	 * @param most places that make up the whole rate
	 */
	refused({ at, isProbe }: Call, now: number, most: number): void {
		// Sent after a refusal was known, within a second of the refused call: the only one too many is that call.
		const followsRefused = at >= this.latest.known && at - this.latest.at < SECOND_MS;
		this.latest = { at, known: now };
		if (!isProbe && followsRefused && !this.countsRefused(now)) {
			// It was refused for the one before it, so its place is still there.
			this.countsRefusedUntil = now + COUNTED_MS;
		} else if (this.own >= most) {
			this.rush = { from: at, until: now };
			this.own = this.mostInASecond();
		} else if (isProbe) {
			if (this.own === 0) this.refusedInARow += 1;
		} else if (at >= this.rush.until) {
			this.own = Math.max(0, this.own - 1);
		} else {
			return;
		}
		this.waitToProbe(now);
	}

	/** Calls taken of the rush, as far as is known by now. */
	private mostInASecond(): number {
		const { from, until } = this.rush;
		const times = this.takenAt.filter((at) => at > from - SECOND_MS && at < until);
		return Math.max(
			0,
			...times.map((last) => times.filter((at) => at <= last && at > last - SECOND_MS).length),
		);
	}

	/** Notes that a probe is sent. What comes of it decides about the next one; a login may come before, or nothing ever. */
	waitToProbe(now: number): void {
		if (this.own === 0) {
			this.probeAt = this.nextEntry(now);
		} else {
			const wait = Math.sqrt(this.own) * (this.countsRefused(now) ? COUNTED_PROBE_MS : PROBE_MS);
			this.probeAt = now + wait * (1 - JITTER + 2 * JITTER * Math.random());
		}
	}

	private nextEntry(now: number): number {
		const isFirst = this.refusedInARow < OPENINGS_FIRST;
		if (!isFirst && this.refusedInARow % 2 === 0) return now + BETWEEN_MS * (0.5 + Math.random());
		const beside = isFirst ? 0 : CLOCKS_DIFFER_MS * (2 * Math.random() - 1);
		// Not the opening at which a call has just been refused.
		return nextOpening(now + SECOND_MS - beside) + beside;
	}
}
