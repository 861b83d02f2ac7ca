import { spawn } from 'node:child_process';
import os from 'node:os';
import { noteProcess } from './folders';
import type { Guarded } from './guarded';

/** How long the program may take to end; whoever stops this one waits longer. */
const PATIENCE_MS = 7_000;

/**
 * Runs a program that cannot watch its parent, for it is not Node's: what is preloaded here (exitWithParent) asks this process to
 * end, and it takes the program with it.
 */
const { program, args, folder, user, stopSignal } = JSON.parse(process.argv[2]) as Guarded;
const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'], ...user });

for (const pid of [process.pid, child.pid]) if (pid !== undefined) noteProcess(folder, pid);

const stop = () => {
	child.kill(stopSignal);
	setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS).unref();
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);

child.once('error', (error) => {
	process.stderr.write(`${program}: ${error.message}\n`);
	process.exit(1);
});
child.once('close', (code, signal) => {
	process.exit(code ?? 128 + (signal ? os.constants.signals[signal] : 0));
});
