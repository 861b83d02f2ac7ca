import { Command, InvalidArgumentError } from 'commander';

/** What follows `npm run <script> --`; a wrong flag ends the process and shows all that there are. */
export function flagsOf(script: string): Command {
	return new Command(`npm run ${script} --`).showHelpAfterError();
}

export const list = (text: string) => text.split(',');
export const numbers = (text: string) => list(text).map(Number);

/** A whole number from 1 to so many. */
export function wholeNumber(most: number) {
	return (text: string): number => {
		const value = Number(text);
		if (Number.isInteger(value) && value > 0 && value <= most) return value;
		throw new InvalidArgumentError(`It takes a whole number from 1 to ${most}.`);
	};
}
