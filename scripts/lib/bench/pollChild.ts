import { Engine } from '../../../test/engine/support/engine';
import { Poller } from '../../../test/engine/support/poller';

type Credential = ConstructorParameters<typeof Engine>[0];

/**
 * A trigger in n8n's own poll context; a credential makes another one. Polls whenever the parent process asks, at the
 * time that it names if any, and answers with what that took. Started with --expose-gc: what a poll needs at most is told
 * by the heap while it runs, garbage included. Where time does not count, nor does memory, for collecting garbage takes
 * longer than a poll.
 */
const { now: realNow } = Date;
let poller: Poller;

const heapUsed = () => process.memoryUsage().heapUsed;

process.on('message', async ({ credential, now }: { credential?: Credential; now?: number }) => {
	if (credential !== undefined) {
		poller = new Poller(new Engine(credential), { event: 'customerCreated' });
		process.send?.('ready');
		return;
	}
	Date.now = now === undefined ? realNow : () => now;
	if (now === undefined) globalThis.gc?.();
	const before = heapUsed();
	let peak = before;
	const watch = setInterval(() => (peak = Math.max(peak, heapUsed())), 2);
	const started = performance.now();
	const items = await poller.tick();
	clearInterval(watch);
	process.send?.({
		items: items.length,
		seconds: (performance.now() - started) / 1_000,
		stateBytes: JSON.stringify(poller.state).length,
		peakBytes: peak - before,
		hasBegun: poller.hasBegun,
	});
});
process.send?.('ready');
