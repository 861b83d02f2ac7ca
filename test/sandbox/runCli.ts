import { on } from 'node:events';
import { join } from 'node:path';

import type { ExecaChildProcess } from 'execa';
import execa from 'execa';

/** Runs the command line of the sandbox; what nobody has taken of its words is in `stdout` and `stderr` when it has ended. */
export function runCli(args: string[]): ExecaChildProcess {
	return execa.node('sandbox/cli.ts', args, {
		cwd: join(__dirname, '../..'),
		nodeOptions: ['--import', 'tsx'],
		reject: false,
		stripFinalNewline: false,
	});
}

/** Takes the lines that it says first, up to the one with such a part. */
export async function linesUntil({ stdout }: ExecaChildProcess, part: string): Promise<string[]> {
	let said = '';
	if (stdout === null) return [];
	for await (const [data] of on(stdout, 'data', { close: ['close'] })) {
		said += String(data);
		const lines = said.split('\n').slice(0, -1);
		if (lines.some((line) => line.includes(part))) return lines;
	}
	throw new Error(`Ended without "${part}": ${said}`);
}
