import { testInEngines } from './engine';
import { makeCommand } from './lib/flags';
import { runJest } from './lib/jest';
import { say } from './lib/progress';

interface Flags {
	times: number;
	seed?: string;
	engines: boolean;
}

/**
 * `npm run test:deep`: what `npm test` tries by sample, at the depth that test/support/depth.ts names; then the engine tests in the
 * older engines. Further options go to jest.
 */
export async function main() {
	const command = makeCommand('test:deep')
		.argument('[tests...]', 'only the properties whose path matches')
		.option('--times <n>', 'how many times as deep as usual', Number, 1)
		.option('--seed <n>', 'plays a run again; each prints its own')
		.option('--no-engines', 'only the properties')
		.allowUnknownOption()
		.parse();
	const { times, seed, engines } = command.opts<Flags>();
	const seeded = seed === undefined ? [] : [`--seed=${seed}`];
	const isChosen = command.args.some((argument) => !argument.startsWith('-'));
	say(`The properties${times === 1 ? '' : `, ${times} times as deep as usual`}`);
	const properties = await runJest(
		[
			'--selectProjects',
			'properties',
			'sandbox',
			'unit',
			'--config',
			'jest.config.js',
			...seeded,
			// The others have no depth: `npm test` runs them as they are.
			...(isChosen ? [] : ['--findRelatedTests', 'test/support/depth.ts']),
			...command.args,
		],
		{ TEST_DEPTH: String(times) },
	);
	return engines && command.args.length === 0 ? Math.max(properties, await testInEngines('all')) : properties;
}
