import { timeout } from './cancel';
import { deferred } from './deferred';

/** How often it is looked who waits for too long: a timer for each wait would be left behind when that has ended. */
const LOOK_MS = 1_000;

interface Wait {
	readonly since: number;
	readonly giveUp: () => void;
}

/** Gives up what is not answered within a time, or a second later. */
export class Patience {
	private readonly waits = new Set<Wait>();
	private looking?: Promise<void>;

	constructor(private readonly ms: number) {}

	/** @throws Error when it takes too long; whether it ends later nobody is told */
	async waitFor<T>(answer: Promise<T>): Promise<T> {
		const { promise: end, resolve: giveUp } = deferred();
		const wait = { since: performance.now(), giveUp };
		this.waits.add(wait);
		this.looking ??= this.look().finally(() => (this.looking = undefined));
		try {
			return await Promise.race([answer, end.then(noAnswer)]);
		} finally {
			this.waits.delete(wait);
		}
	}

	private async look(): Promise<void> {
		while (this.waits.size > 0) {
			await timeout(LOOK_MS);
			const now = performance.now();
			for (const { since, giveUp } of this.waits) {
				if (now - since >= this.ms) giveUp();
			}
		}
	}
}

function noAnswer(): never {
	throw new Error('No answer');
}
