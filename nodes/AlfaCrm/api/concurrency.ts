import { sleep } from 'n8n-workflow';

import { Queue, unlessAborted } from './cancel';
import { cancelled } from './errors';

/** More would bring nothing at 5 calls a second, and make a server slow. */
export const MOST_AT_ONCE = 5;
/** Only the latest answers count, for ways and servers change. */
const LATEST_ANSWERS = 20;
/** An answer is slow when it takes so many times the fastest one, and so many milliseconds, longer. */
const SLOW_TIMES = 1.5;
const SLOW_MS = 25;
/** One slow answer may be chance. */
const SLOW_IN_A_ROW = 2;
const PROMPT_IN_A_ROW = 5;
/** Without a number of the user's, who hangs longer than this holds up nobody else. */
const PATIENCE_MS = 2_000;

interface Call {
	readonly at: number;
	readonly ended: Promise<void>;
}

/**
 * How many calls to one host may be under way at the same moment. One after another is enough as long as that reaches
 * the rate; where the way is long it takes as many as fit into a round trip. Fewer when answers slow down, for then the
 * server is the one that cannot follow.
 */
export class Concurrency {
	private readonly queue = new Queue();
	private readonly underWay = new Set<Call>();
	/** Milliseconds of the latest answers. */
	private readonly latest: number[] = [];
	private most = MOST_AT_ONCE;
	private slow = 0;
	private prompt = 0;

	/**
	 * How many calls the rate needs at this distance; one until that is known.
	 *
	 * @param perSecond 0 for no limit
	 */
	needed(perSecond: number): number {
		if (this.latest.length === 0) return 1;
		const inOrder = [...this.latest].sort((a, b) => a - b);
		const usual = inOrder[Math.floor(inOrder.length / 2)];
		const wanted = perSecond === 0 ? MOST_AT_ONCE : Math.ceil((usual * perSecond) / 1_000);
		return Math.max(1, Math.min(wanted, this.most));
	}

	/**
	 * Waits until one more call may be under way.
	 *
	 * @param atOnce how many may be in all; 0 for as many as the rate needs
	 * @returns to be called when the call has ended
	 */
	async enter(atOnce: number, perSecond: number, signal?: AbortSignal): Promise<() => void> {
		return await this.queue.join(async () => {
			while (this.holding(atOnce) >= (atOnce || this.needed(perSecond))) {
				const ends = [...this.underWay].map(({ ended }) => ended);
				await unlessAborted(Promise.race([...ends, sleep(PATIENCE_MS)]), signal);
			}
			if (signal?.aborted) throw cancelled();
			return this.begin();
		}, signal);
	}

	/** Notes how long an answer took. */
	answered(ms: number): void {
		this.latest.push(ms);
		if (this.latest.length > LATEST_ANSWERS) this.latest.shift();
		const isSlow = ms > Math.min(...this.latest) * SLOW_TIMES + SLOW_MS;
		this.slow = isSlow ? this.slow + 1 : 0;
		this.prompt = isSlow ? 0 : this.prompt + 1;
		if (this.slow >= SLOW_IN_A_ROW) this.lower();
		else if (this.prompt >= PROMPT_IN_A_ROW) this.raise();
	}

	/** Notes that the host found the calls too many. */
	lower(): void {
		this.most = Math.max(1, Math.floor(this.most / 2));
		this.slow = 0;
		this.prompt = 0;
	}

	private raise(): void {
		this.most = Math.min(MOST_AT_ONCE, this.most + 1);
		this.prompt = 0;
	}

	private holding(atOnce: number): number {
		if (atOnce > 0) return this.underWay.size;
		const since = Date.now() - PATIENCE_MS;
		return [...this.underWay].filter(({ at }) => at > since).length;
	}

	private begin(): () => void {
		let settle = () => {};
		const ended = new Promise<void>((resolve) => (settle = resolve));
		const call: Call = { at: Date.now(), ended };
		this.underWay.add(call);
		return () => {
			this.underWay.delete(call);
			settle();
		};
	}
}
