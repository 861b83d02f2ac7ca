import { abortable, timeout } from './cancel';
import { deferred } from './deferred';
import { cancelled } from './errors';
import { boundedPush, lruSet } from './bounded';
import { Queue } from './queue';

/** More would bring nothing at 5 calls a second, and make a server slow. */
export const MOST_AT_ONCE = 5;
/** Only the latest answers count, for ways and servers change. */
const LATEST_ANSWERS = 20;
/** Far more than there are actions; an API Call may name any. */
const MOST_ACTIONS = 200;
/** An answer is slow when it takes so many times the fastest one to that action, and so many milliseconds, longer. */
const SLOW_TIMES = 1.5;
const SLOW_MS = 25;
/** One slow answer may be chance. */
const SLOW_IN_A_ROW = 2;
const PROMPT_IN_A_ROW = 5;
/** Without a number of the user's, who hangs longer than this holds up nobody else, as long as few do. */
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
	/** The same for each action: one that takes longer than another tells nothing about the server. */
	private readonly byAction = new Map<string, number[]>();
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
		const serve = async () => {
			while (this.isFull(atOnce, perSecond)) {
				const ends = [...this.underWay].map(({ ended }) => ended);
				await abortable(Promise.race([...ends, timeout(PATIENCE_MS)]), signal);
			}
			if (signal?.aborted) throw cancelled();
			return this.begin();
		};
		return await this.queue.join(serve, (leave) => leave(), signal);
	}

	/** Notes how long the answer to an action took. */
	answered(ms: number, action: string): void {
		const same = this.byAction.get(action) ?? [];
		lruSet(this.byAction, action, same, MOST_ACTIONS);
		for (const times of [this.latest, same]) boundedPush(times, ms, LATEST_ANSWERS);
		const isSlow = ms > Math.min(...same) * SLOW_TIMES + SLOW_MS;
		this.slow = isSlow ? this.slow + 1 : 0;
		this.prompt = isSlow ? 0 : this.prompt + 1;
		if (this.slow >= SLOW_IN_A_ROW) this.decrease();
		else if (this.prompt >= PROMPT_IN_A_ROW) this.increase();
	}

	/** Notes that the host found the calls too many. */
	decrease(): void {
		this.most = Math.max(1, Math.floor(this.most / 2));
		this.slow = 0;
		this.prompt = 0;
	}

	private increase(): void {
		this.most = Math.min(MOST_AT_ONCE, this.most + 1);
		this.prompt = 0;
	}

	private isFull(atOnce: number, perSecond: number): boolean {
		const { size } = this.underWay;
		if (size >= (atOnce || MOST_AT_ONCE)) return true;
		const since = performance.now() - PATIENCE_MS;
		const prompt = [...this.underWay].filter(({ at }) => at > since);
		return atOnce === 0 && prompt.length >= this.needed(perSecond);
	}

	private begin(): () => void {
		const { promise: ended, resolve: settle } = deferred();
		const call: Call = { at: performance.now(), ended };
		this.underWay.add(call);
		return () => {
			this.underWay.delete(call);
			settle();
		};
	}
}
