import ora from 'ora';
import prettyMs from 'pretty-ms';

const EVERY_MS = 30_000;

export function say(line: string) {
	process.stdout.write(`${line}\n`);
}

/**
 * Announces a long step, shows that it is still alive, and says how long it took: in a terminal by a spinner, in a log by
 * plain lines.
 * @param expected for example "about 3 min"
 */
export async function step<T>(title: string, expected: string, work: () => Promise<T>): Promise<T> {
	const started = Date.now();
	const soFar = () => prettyMs(Date.now() - started, { secondsDecimalDigits: 0 });
	const text = `${title} (${expected})`;
	const spinner = ora({ text, stream: process.stdout, discardStdin: false }).start();
	const isTerminal = spinner.isSpinning;
	const timer = setInterval(
		() => {
			if (isTerminal) spinner.text = `${text} ${soFar()}`;
			else say(`  ${soFar()} so far`);
		},
		isTerminal ? 1_000 : EVERY_MS,
	);
	try {
		const result = await work();
		spinner.succeed(`${title}: done after ${soFar()}`);
		return result;
	} catch (error) {
		spinner.fail(`${title}: stopped after ${soFar()}`);
		throw error;
	} finally {
		clearInterval(timer);
	}
}
