import { abortable } from './cancel';

/** Gives everybody what they came for in the order they came; who leaves holds up nobody. */
export class Queue {
	private last: Promise<unknown> = Promise.resolve();

	/**
	 * @param serve called when it is one's turn; the next one waits until it is done
	 * @param release called with what somebody was served who had just left
	 */
	async join<T>(serve: () => Promise<T>, release: (served: T) => void, signal?: AbortSignal): Promise<T> {
		const turn = this.last.then(serve);
		this.last = turn.catch(() => undefined);
		const served = abortable(turn, signal);
		served.catch(() => void turn.then(release, () => {}));
		return await served;
	}
}
