import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Milliseconds of work that this process has done so far, whatever else the machine does. */
export function worked(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1_000;
}

/** Bytes that are still in use. */
export function heap(): number {
	collectGarbage();
	return process.memoryUsage().heapUsed;
}
