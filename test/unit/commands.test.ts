import fs from 'node:fs';

import { scripts } from '../../package.json';
import { inRepo } from '../../scripts/lib/paths';
import { commandsOf, printedCommands } from '../../scripts/lib/printedCommands';
import { NOT_RUN, RUN } from '../support/printedCommands';

const printed = printedCommands();

/** Whoever prints a command says in test/support/printedCommands.ts what runs it, or why nothing does. */
describe('the commands that the pages print', () => {
	it('are each run by a test or by CI, or known not to be', () => {
		const known = [...Object.keys(RUN), ...Object.keys(NOT_RUN)];
		const unknown = [...printed].filter(([command]) => !known.includes(command));
		expect(unknown.map(([command, files]) => `${command} (${files.join(', ')})`)).toEqual([]);
		expect(known.filter((command) => !printed.has(command))).toEqual([]);
	});

	it.each(Object.entries(RUN))('%s is run', (_command, { file, text }) => {
		expect(fs.readFileSync(inRepo(file), 'utf8')).toContain(text);
	});

	it('are scripts of this repository, where they are npm run', () => {
		const named = [...printed.keys()].flatMap((command) => [...command.matchAll(/npm run ([\w:-]+)/g)]);
		expect(named.length).toBeGreaterThan(20);
		expect(named.map(([, name]) => name).filter((name) => !(name in scripts))).toEqual([]);
	});

	it('not run have a reason', () => {
		expect(Object.values(NOT_RUN).filter((reason) => reason.length < 20)).toEqual([]);
		expect(Object.keys(NOT_RUN).filter((command) => command in RUN)).toEqual([]);
	});
});

describe('a page', () => {
	const page = [
		'| `npm run one` | of `docs/` (`-- --once` stops) |',
		'Beside `--flag` alone, `npmrc` and `npm test`:',
		'```sh',
		'npm run two     # a note',
		'',
		'cd there && npm pack',
		'```',
		'```json',
		'{ "npm": "run three" }',
		'```',
	].join('\n');

	it('prints the lines of its shell blocks, and what stands inline with a tool in front', () => {
		expect(commandsOf(page)).toEqual([
			'npm run two',
			'cd there && npm pack',
			'npm run one',
			'npm run one -- --once',
			'npm test',
		]);
	});
});
