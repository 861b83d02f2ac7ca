// What this process has used so far; community nodes may not look at it, so their linter keeps it out of TypeScript.
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** Milliseconds of work, whatever else the machine does. */
function worked() {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1_000;
}

/** Bytes that are still in use. */
function heap() {
	collectGarbage();
	return process.memoryUsage().heapUsed;
}

module.exports = { heap, worked };
