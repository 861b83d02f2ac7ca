import { flagsOf } from './lib/flags';
import { runJest } from './lib/jest';

/**
 * `npm run test:deep`: the properties of `npm test` at full depth, see test/support/depth.ts. Arguments go to jest, `--seed=<n>`
 * among them, which plays a run again.
 */
export async function main() {
	const command = flagsOf('test:deep')
		.argument('[tests...]', 'only the test files whose path matches')
		.option('--times <n>', 'as deep as usual so many times', Number, 1)
		.allowUnknownOption()
		.parse();
	const { times } = command.opts<{ times: number }>();
	return await runJest(['--selectProjects', 'properties', '--config', 'jest.config.js', ...command.args], {
		TEST_DEPTH: String(times),
	});
}
