import { scripts } from '../../package.json';
import { commandsOfReadme, isPartOfNode, loadCommand, reach } from '../../scripts/lib/commands';

/** For the maintainers, by n8n's own tool. */
const RELEASES = ['release', 'prepublishOnly'];
const COMMANDS = Object.entries(scripts).filter(([name]) => !RELEASES.includes(name));
const SCRIPTS = COMMANDS.flatMap(([, line]) =>
	[...line.matchAll(/node scripts\/bootstrap\.js (?!&)(\S+)/g)].map(([, script]) => script),
);

/** In a fresh clone nothing is installed, whichever command comes first. */
describe('a fresh clone', () => {
	it('is made ready with nothing but what Node brings along', () => {
		const names = reach('scripts/bootstrap.js');
		expect(names).toEqual(expect.arrayContaining(['node:fs', 'node:child_process']));
		expect(names.filter((name) => !isPartOfNode(name))).toEqual([]);
	});

	it.each(COMMANDS)('is made ready first by npm run %s', (_name, line) => {
		expect(line).toMatch(/^node scripts\/bootstrap\.js( |$)/);
	});

	it.each([...new Set(SCRIPTS)])('can then be asked for %s', (script) => {
		expect((loadCommand(script) as { main: unknown }).main).toBeInstanceOf(Function);
	});

	it('has the commands of its README', () => {
		const named = commandsOfReadme().filter((name) => name !== 'install');
		expect(named).toEqual(expect.arrayContaining(['demo', 'test', 'sandbox']));
		expect(named.filter((name) => !(name in scripts))).toEqual([]);
	});
});
