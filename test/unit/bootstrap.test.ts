import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';

import { scripts } from '../../package.json';

const ROOT = join(__dirname, '..', '..');
const BOOTSTRAP = join(ROOT, 'scripts', 'bootstrap.js');
/** For the maintainers, by n8n's own tool. */
const RELEASES = ['release', 'prepublishOnly'];
const STARTS = Object.entries(scripts)
	.filter(([name]) => !RELEASES.includes(name))
	.flatMap(([name, line]) =>
		line.split(' && ').map((part, index): [string, string, number] => [name, part, index]),
	);
const started = STARTS.flatMap(([, part]) => /^node scripts\/bootstrap\.js (\S+)/.exec(part)?.[1] ?? []);

const requiredBy = (file: string) =>
	[...readFileSync(file, 'utf8').matchAll(/\b(?:require|import)\(\s*['"]([^'"]+)['"]\s*\)/g)].map(
		([, name]) => name,
	);

/** Every name that a file requires, directly or through files of this repository. */
function reach(file: string, seen = new Set<string>()): string[] {
	if (seen.has(file)) return [];
	seen.add(file);
	return requiredBy(file).flatMap((name) =>
		name.startsWith('.') ? reach(join(dirname(file), name), seen) : [name],
	);
}

/** In a fresh clone nothing is installed, whichever command comes first. */
describe('a fresh clone', () => {
	it('is made ready with nothing but what Node brings along', () => {
		const names = reach(BOOTSTRAP);
		expect(names).toEqual(expect.arrayContaining(['node:fs', 'node:child_process']));
		expect(names.filter((name) => !name.startsWith('node:') || !isBuiltin(name))).toEqual([]);
	});

	it.each(STARTS.filter(([, , index]) => index === 0))('is made ready first by npm run %s', (_name, part) => {
		expect(part).toMatch(/^node scripts\/bootstrap\.js( |$)/);
	});

	it.each([...new Set(started)])('can then be asked for %s', async (command) => {
		const file = join(ROOT, 'scripts', `${command}.js`);
		expect(existsSync(file)).toBe(true);
		const loaded = (await import(file)) as { main: unknown };
		expect(loaded.main).toBeInstanceOf(Function);
	});

	it('has these commands in its README', () => {
		const named = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/`npm (?:run )?([a-z0-9:]+)/g)];
		const commands = named.map(([, name]) => name).filter((name) => name !== 'install');
		expect(commands).toEqual(expect.arrayContaining(['demo', 'test', 'sandbox']));
		expect(commands.filter((name) => !(name in scripts))).toEqual([]);
	});
});
