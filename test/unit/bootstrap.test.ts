import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import execa from 'execa';

import { scripts } from '../../package.json';
import { inRepo } from '../../scripts/lib/paths';

/** For the maintainers, by n8n's own tool. */
const RELEASES = ['release', 'prepublishOnly'];
const COMMANDS = Object.entries(scripts).filter(([name]) => !RELEASES.includes(name));
const SCRIPTS = COMMANDS.flatMap(([, line]) =>
	[...line.matchAll(/node scripts\/bootstrap\.js (?!&)(\S+)/g)].map(([, script]) => script),
);

/** The commands that the page for developers speaks of, without `npm` and `run`. */
const commandsOfReadme = () =>
	[...readFileSync(inRepo('docs', 'development.md'), 'utf8').matchAll(/`npm (?:run )?([a-z0-9:]+)/g)].map(
		([, name]) => name,
	);

/** In a fresh clone nothing is installed, whichever command comes first. */
describe('a fresh clone', () => {
	it.each(COMMANDS)('is made ready first by npm run %s', (_name, line) => {
		expect(line).toMatch(/^node scripts\/bootstrap\.js( |$)/);
	});

	// Loading one may take as long as compiling all that it reaches.
	it.each([...new Set(SCRIPTS)])(
		'can then be asked for %s',
		async (script) => {
			const { main } = (await import(inRepo('scripts', `${script}.ts`))) as { main: unknown };
			expect(main).toBeInstanceOf(Function);
		},
		180_000,
	);

	it('has the commands of its page for developers', () => {
		const named = commandsOfReadme().filter((name) => name !== 'install');
		expect(named).toEqual(expect.arrayContaining(['demo', 'test', 'sandbox']));
		expect(named.filter((name) => !(name in scripts))).toEqual([]);
	});
});

describe('the bootstrap', () => {
	let clone: string;
	const packages = (version: string) =>
		JSON.stringify({ packages: { '': {}, 'node_modules/one': { version } } });
	/** As npm, which answers pings, and of which anything else is expected to do what it is told. */
	const npm = (work: string) =>
		writeFileSync(
			join(clone, 'npm-cli.js'),
			`const fs = require('node:fs');
			if (process.argv[2] === 'ping') process.exit();
			fs.appendFileSync('npm.log', process.argv.slice(2, 4).join(' ') + '\\n');
			${work}`,
		);
	const installs = `fs.mkdirSync('node_modules', { recursive: true });
		fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');`;
	const run = async () =>
		await execa('node', ['scripts/bootstrap.js'], {
			cwd: clone,
			env: { npm_execpath: join(clone, 'npm-cli.js') },
			reject: false,
		});
	const asked = () => readFileSync(join(clone, 'npm.log'), 'utf8').trim().split('\n');

	beforeEach(() => {
		clone = mkdtempSync(join(tmpdir(), 'alfacrm-clone-'));
		mkdirSync(join(clone, 'scripts'));
		for (const part of ['bootstrap.js', 'bootstrap'])
			cpSync(inRepo('scripts', part), join(clone, 'scripts', part), { recursive: true });
		writeFileSync(join(clone, 'package-lock.json'), packages('1.0.0'));
	});
	afterEach(() => rmSync(clone, { recursive: true }));

	it('needs nothing but Node to install what package-lock.json asks for, once', async () => {
		npm(installs);
		expect(await run()).toMatchObject({ exitCode: 0, stderr: '' });
		expect(await run()).toMatchObject({ exitCode: 0, stdout: '' });
		expect(asked()).toEqual(['ci --loglevel=error']);
	});

	it('installs anew when that changes', async () => {
		npm(installs);
		await run();
		writeFileSync(join(clone, 'package-lock.json'), packages('2.0.0'));
		expect(await run()).toMatchObject({ exitCode: 0 });
		expect(asked()).toHaveLength(2);
	});

	it('installs one at a time', async () => {
		npm(`setTimeout(() => { ${installs} }, 1000);`);
		const outcomes = await Promise.all([run(), run()]);
		expect(outcomes).toEqual(Array(2).fill(expect.objectContaining({ exitCode: 0, stderr: '' })));
		expect(asked()).toHaveLength(1);
	});

	it('does not wait for one that was killed', async () => {
		npm(installs);
		const gone = execa('node', ['--version']);
		await gone;
		writeFileSync(join(clone, '.npm-ci.lock'), String(gone.pid));
		expect(await run()).toMatchObject({ exitCode: 0 });
	});

	it.each([
		[
			'says so when the registry is out of reach',
			'ENOTFOUND',
			/^Could not install .* registry is not reachable/,
		],
		['says so when the disk is full', 'ENOSPC', /^Could not install .* the disk is full/],
		[
			'shows what else npm said, without secrets',
			'E401 //user:secret@registry/',
			/npm stopped\.\n\n {2}E401 \/\/\*\*\*@registry/,
		],
	])('%s', async (_what, said, message) => {
		npm(`console.error(${JSON.stringify(said)}); process.exitCode = 1;`);
		const { exitCode, stderr } = await run();
		expect(exitCode).toBe(1);
		expect(stderr.trim()).toMatch(message);
	});
});
