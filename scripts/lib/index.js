'use strict';

/** What the demo, the benchmark and the end-to-end tests use: a real n8n, this package in it, and an AlfaCRM to talk to. */
module.exports = {
	...require('./build.js'),
	...require('./cache.js'),
	...require('./client.js'),
	...require('./jobs.js'),
	...require('./n8n-install.js'),
	...require('./node24.js'),
	...require('./paths.js'),
	...require('./ports.js'),
	...require('./problem.js'),
	...require('./progress.js'),
	...require('./sandbox.js'),
	...require('./start-n8n.js'),
};
