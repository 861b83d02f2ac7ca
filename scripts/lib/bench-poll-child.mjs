import { Engine } from '../../test/engine/support/engine.ts';
import { Poller } from '../../test/engine/support/poller.ts';

/**
 * A trigger in n8n's own poll context; a credential makes another one. Polls whenever the parent process asks, at the
 * time that it names if any, and answers with what that took. Started with --expose-gc: what a poll needs at most is told
 * by the heap while it runs, garbage included. Where time does not count, nor does memory, for collecting garbage takes
 * longer than a poll.
 */
const { now: realNow } = Date;
let poller;

process.on('message', async ({ credential, now }) => {
	if (credential !== undefined) {
		poller = new Poller(new Engine(credential), { event: 'customerCreated' });
		return process.send('ready');
	}
	Date.now = now === undefined ? realNow : () => now;
	if (now === undefined) globalThis.gc();
	const before = process.memoryUsage().heapUsed;
	let peak = before;
	const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().heapUsed)), 2);
	const started = performance.now();
	const items = await poller.tick();
	clearInterval(watch);
	process.send({
		items: items.length,
		seconds: (performance.now() - started) / 1_000,
		stateBytes: JSON.stringify(poller.state).length,
		peakBytes: peak - before,
		hasBegun: poller.hasBegun,
	});
});
process.send('ready');
