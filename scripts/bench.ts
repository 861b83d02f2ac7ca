import type { BenchFlags } from './lib/bench/jobs';
import { jobs } from './lib/bench/jobs';
import { poll } from './lib/bench/poll';
import { queue } from './lib/bench/queue';
import { CONTESTANTS } from './lib/bench/workflows';
import { flagsOf, numbers, someOf } from './lib/flags';

const PARTS = { jobs, poll, queue };

/** `npm run bench`: prints what the nodes cost, as the tables of docs/performance.md. */
export async function main() {
	const [parts, contestants] = [Object.keys(PARTS), Object.keys(CONTESTANTS)];
	const flags = flagsOf('bench')
		.option(
			'--parts <list>',
			`of ${parts.join(', ')}: jobs beside HTTP Request nodes, polls of the trigger, queue mode`,
			someOf(parts),
			['jobs'],
		)
		.option('--only <text>', 'the lines whose title holds it', '')
		.option('--with <list>', `jobs, of ${contestants.join(', ')} (all)`, someOf(contestants), contestants)
		.option('--latency <list>', 'jobs: milliseconds a call', numbers, [60, 400])
		.option(
			'--limit <list>',
			'jobs: calls in any second that AlfaCRM allows, 0 for no limit',
			numbers,
			[0, 5],
		)
		.parse()
		.opts<BenchFlags & { parts: Array<keyof typeof PARTS> }>();
	for (const part of flags.parts) await PARTS[part](flags);
	return 0;
}
