import { jobs } from './lib/bench/jobs';
import { picker } from './lib/bench/picker';
import { poll } from './lib/bench/poll';
import { queue } from './lib/bench/queue';
import { flagsOf, someOf } from './lib/flags';

const PARTS = { jobs, picker, poll, queue };

/** `npm run bench`: prints what the nodes cost, as the tables of docs/performance.md. */
export async function main() {
	const names = Object.keys(PARTS);
	const about = `of ${names.join(', ')}: jobs beside HTTP Request nodes, a picker, polls of the trigger, queue mode`;
	const { parts, only } = flagsOf('bench')
		.option('--parts <list>', about, someOf(names), ['jobs'])
		.option('--only <text>', 'the lines whose title holds it', '')
		.parse()
		.opts<{ parts: Array<keyof typeof PARTS>; only: string }>();
	for (const part of parts) await PARTS[part](only);
	return 0;
}
