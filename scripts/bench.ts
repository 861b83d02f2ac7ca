import { measureJobs } from './lib/bench/jobs';
import { measurePolls } from './lib/bench/poll';
import { measureQueue } from './lib/bench/queue';
import { makeCommand, parseNamesAmong } from './lib/flags';

const PARTS = {
	jobs: measureJobs,
	poll: measurePolls,
	queue: measureQueue,
};

interface Flags {
	parts: Array<keyof typeof PARTS>;
	only: string;
}

/** `npm run bench`: measures what the nodes cost, and prints the tables of docs/performance.md. */
export async function main() {
	const names = Object.keys(PARTS);
	const partsHelp = `of ${names.join(', ')}: jobs beside HTTP Request nodes, polls of the trigger, queue mode`;
	const { parts, only } = makeCommand('bench')
		.option('--parts <list>', partsHelp, parseNamesAmong(names), ['jobs'])
		.option('--only <text>', 'the lines whose title contains it', '')
		.parse()
		.opts<Flags>();

	for (const part of parts) await PARTS[part](only);
	return 0;
}
