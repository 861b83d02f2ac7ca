import execa from 'execa';
import { ROOT } from './paths';

/** Jest itself uses what Node calls experimental. */
const QUIET = process.allowedNodeEnvironmentFlags.has('--disable-warning')
	? ['--disable-warning=ExperimentalWarning']
	: [];

/**
 * Hands over to jest.
 * @param env added to the environment
 * @returns its exit code
 */
export async function runJest(args: string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
	const { exitCode = 1 } = await execa(
		process.execPath,
		[...QUIET, require.resolve('jest/bin/jest'), ...args],
		{
			cwd: ROOT,
			env,
			stdio: 'inherit',
			reject: false,
		},
	);
	return exitCode;
}
