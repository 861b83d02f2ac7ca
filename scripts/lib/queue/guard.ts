import { spawn } from 'node:child_process';
import os from 'node:os';

/** What this is told: a program, who runs it if it is not who runs this, and what asks it to end at once, whoever is still connected. */
export interface Guarded {
	program: string;
	args: string[];
	user?: { uid: number; gid: number };
	stopSignal: NodeJS.Signals;
}

/** How long the program may take to end; whoever stops this one waits longer. */
const PATIENCE_MS = 7_000;

/**
 * Runs a program that cannot watch its parent, for it is not Node's: what is preloaded here (exitWithParent) asks this process to
 * end, and it takes the program with it.
 */
const { program, args, user, stopSignal } = JSON.parse(process.argv[2]) as Guarded;
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], ...user });

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
