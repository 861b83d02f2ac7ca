import { say } from './progress';

/** What a demo promises, held against what the sandbox has: a line for each. */
export class Checks {
	/** How many did not hold. */
	wrong = 0;

	check(title: string, shown: string, holds: boolean) {
		if (!holds) this.wrong += 1;
		say(`  ${holds ? 'ok   ' : 'WRONG'}  ${title.padEnd(20)} ${shown}`);
	}

	/** @param took since the command began */
	sum(took: string) {
		say(
			`\n${this.wrong === 0 ? 'Everything holds' : `${this.wrong} check(s) did not hold`}; ${took} in all.`,
		);
	}
}
