import { Command, InvalidArgumentError } from 'commander';

/** What follows `npm run <script> --`; a wrong flag ends the process and shows all that there are. */
export function makeCommand(script: string): Command {
	return new Command(`npm run ${script} --`).showHelpAfterError();
}

/** Some of these names, with commas. */
export function parseNamesAmong(names: readonly string[]) {
	return (text: string): string[] => {
		const given = text.split(',');
		const stranger = given.find((name) => !names.includes(name));
		if (stranger === undefined) return given;
		throw new InvalidArgumentError(`There is no "${stranger}", only ${names.join(', ')}.`);
	};
}

/** A whole number from 1 to so many. */
export function parseWholeNumberUpTo(most: number) {
	return (text: string): number => {
		const value = Number(text);
		if (Number.isInteger(value) && value > 0 && value <= most) return value;
		throw new InvalidArgumentError(`It takes a whole number from 1 to ${most}.`);
	};
}
