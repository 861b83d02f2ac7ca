import { isFree, HOST } from '../../scripts/lib/ports';
import { startGuarded } from '../../scripts/lib/queue/guarded';

/** A process of its own that starts a guarded program at a port, and waits. */
const port = Number(process.argv[2]);
const program = `require('node:net').createServer().listen(${port}, '${HOST}')`;
void startGuarded('Test', async () => ({
	program: process.execPath,
	args: ['--eval', program],
	stopSignal: 'SIGKILL',
	isReady: async () => !(await isFree(port)),
}));
