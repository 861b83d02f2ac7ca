// @ts-check
'use strict';

/**
 * Preloaded (`node --require`) into every long-running process that these scripts start, whatever Node that runs in. The
 * channel to the parent closes when that ends, however it ends; this process then stops too, so nothing is ever left
 * running. (What execa does at the end of a parent is not done for one that is killed.)
 */
if (process.channel) {
	process.once('disconnect', () => {
		process.kill(process.pid, 'SIGTERM');
		setTimeout(() => process.exit(1), 10_000).unref();
	});
	process.channel.unref();
}
