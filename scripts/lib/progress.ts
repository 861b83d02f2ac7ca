import ora from 'ora';
import prettyMs from 'pretty-ms';

export function say(line: string) {
	process.stdout.write(`${line}\n`);
}

/** Announces a long step, and says how long it took: in a terminal with a spinner meanwhile. */
export async function showProgress<T>(title: string, work: () => Promise<T>): Promise<T> {
	const started = Date.now();
	const spinner = ora({ text: title, stream: process.stdout, discardStdin: false }).start();
	try {
		const result = await work();
		spinner.succeed(`${title}: done after ${prettyMs(Date.now() - started)}`);
		return result;
	} catch (error) {
		spinner.fail();
		throw error;
	}
}
