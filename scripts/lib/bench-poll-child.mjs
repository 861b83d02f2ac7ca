import { Engine } from '../../test/engine/support/engine.ts';
import { Poller } from '../../test/engine/support/poller.ts';

/**
 * A trigger in n8n's own poll context. Polls whenever the parent process asks, and answers with what that took.
 * Started with --expose-gc: what a poll needs at most is told by the heap while it runs, garbage included.
 */
const credential = JSON.parse(process.argv[2]);
const poller = new Poller(new Engine(credential), { event: 'customerCreated' });

process.on('message', async () => {
	globalThis.gc();
	const before = process.memoryUsage().heapUsed;
	let peak = before;
	const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().heapUsed)), 2);
	const started = Date.now();
	const items = await poller.tick();
	clearInterval(watch);
	process.send({
		items: items.length,
		seconds: (Date.now() - started) / 1_000,
		stateBytes: JSON.stringify(poller.state).length,
		peakBytes: peak - before,
	});
});
process.send('ready');
