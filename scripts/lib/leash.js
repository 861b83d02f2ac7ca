'use strict';

/**
 * Preloaded (`node --require`) into every long-running process that these scripts start. The channel to the starting process closes when
 * that process ends, however it ends; this process then stops too, so nothing is ever left running.
 */
if (process.channel) {
	process.once('disconnect', () => {
		process.kill(process.pid, 'SIGTERM');
		setTimeout(() => process.exit(1), 10_000).unref();
	});
	process.channel.unref();
}
