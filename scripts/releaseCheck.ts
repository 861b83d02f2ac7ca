import { flagsOf } from './lib/flags';
import { say } from './lib/progress';
import type { ReleaseFlags } from './lib/release/checks';
import { releaseChecks } from './lib/release/checks';
import { printed } from './lib/release/table';

/** `npm run release:check`: all that a reviewer of n8n, or of this repository, would look at before a release. */
export async function main() {
	const flags = flagsOf('release:check')
		.option('--tag <tag>', 'of the release that is being made, such as v1.0.0')
		.option('--allow-placeholder-owner', 'for the CI of a repository that nobody publishes from yet')
		.parse()
		.opts<ReleaseFlags>();
	const rows = [];
	for (const { name, find, advice } of await releaseChecks(flags)) {
		const faults = await find().catch((error: Error) => [error.message]);
		const row = { name, faults, advice };
		say(printed(row));
		rows.push(row);
	}
	const failed = rows.filter(({ faults }) => faults.length > 0);
	say(failed.length === 0 ? '\nReady to be released.' : `\n${failed.length} of ${rows.length} failed.`);
	return failed.length === 0 ? 0 : 1;
}
