import { Command, InvalidArgumentError } from 'commander';

/** Makes the command line of an npm script. A wrong flag ends the process and shows the help. */
export function makeCommand(script: string): Command {
	return new Command(`npm run ${script} --`).showHelpAfterError();
}

/** Makes a parser of a flag that takes some of these names, separated by commas. */
export function parseNamesAmong(allowedNames: readonly string[]) {
	return (text: string): string[] => {
		const names = text.split(',');
		const unknownName = names.find((name) => !allowedNames.includes(name));
		if (unknownName === undefined) return names;
		throw new InvalidArgumentError(`There is no "${unknownName}", only ${allowedNames.join(', ')}.`);
	};
}

/** Makes a parser of a flag that takes a whole number from 1 to `max`. */
export function parseWholeNumberUpTo(max: number) {
	return (text: string): number => {
		const number = Number(text);
		if (Number.isInteger(number) && number > 0 && number <= max) return number;
		throw new InvalidArgumentError(`It takes a whole number from 1 to ${max}.`);
	};
}
