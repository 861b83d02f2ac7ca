import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import execa from 'execa';

import { AlfaCrmApi } from '../../credentials/AlfaCrmApi.credentials';
import { eventTypes } from '../../nodes/AlfaCrm/entities/events';
import { entities } from '../../nodes/AlfaCrm/entities/registry';
import { sharedResources } from '../../nodes/AlfaCrm/operations/lists';
import type { Entity } from '../../nodes/AlfaCrm/entities/types';
import { leaveOut } from '../../nodes/AlfaCrm/operations/customers/overviewForm';
import manifest from '../../package.json';
import type { Outcome } from '../../scripts/lib/compat';
import { compatTable, withOutcome } from '../../scripts/lib/compat';
import { allPages, filesIn, markdownTable, withSection } from '../../scripts/lib/markdown';
import { inRepo } from '../../scripts/lib/paths';
import { commandsOf } from '../support/printedCommands';

const read = (...file: string[]) => fs.readFileSync(inRepo(...file), 'utf8');
const markdownIn = (folder: string) => fs.readdirSync(inRepo(folder)).filter((name) => name.endsWith('.md'));

/** `Lesson Created, Completed` is two: what follows a comma is without the first word. */
const namesIn = (cell: string) => {
	const [first, ...others] = cell.split(', ');
	const [subject] = first.split(' ');
	return [first, ...others.map((other) => `${subject} ${other}`)];
};

it.each(['docs/triggers.md', 'docs/ru/triggers.md'])(
	'the table of events in %s has those of the polling trigger, each once',
	(file) => {
		const [, table = ''] = /^\| Trigger On \|.*\n\| --- .*\n((?:\|.*\n)+)/m.exec(read(file)) ?? [];
		const named = [...table.matchAll(/^\| (.+?) \|/gm)].flatMap(([, cell]) => namesIn(cell));
		expect(named.sort()).toEqual(eventTypes.map(({ label }) => label).sort());
	},
);

it.each(allPages())('columns of the tables of %s have a heading, but for the first', (file) => {
	const lines = read(file).split('\n');
	const headings = lines.filter((_line, index) => /^\|( -+:? \|)+$/.test(lines[index + 1] ?? ''));
	const cells = (heading: string) => heading.slice(1, -1).split('|').slice(1);
	expect(headings.filter((heading) => cells(heading).some((cell) => cell.trim() === ''))).toEqual([]);
});

it.each(['docs/check.md', 'docs/ru/check.md'])('%s sends a bug report to a form that there is', (file) => {
	const [, form] = /\/issues\/new\?template=([\w.-]+)\)/.exec(read(file)) ?? [];
	expect(fs.readdirSync(inRepo('.github/ISSUE_TEMPLATE'))).toContain(form);
	// GitHub takes no file in a field that shows its text as code.
	const output = read('.github/ISSUE_TEMPLATE', form).split('id: check')[1];
	expect(output).toContain('and paste it here');
});

it.each(['README.md', 'docs/ru/README.md', 'docs/check.md', 'docs/ru/check.md'])(
	'%s sends the report of Try Writes to a form that there is',
	(file) => {
		expect(read(file)).toContain('/issues/new?template=writes.yml)');
		expect(read('.github/ISSUE_TEMPLATE', 'writes.yml')).toContain("The field 'report' of the last item");
	},
);

describe('the pages of docs/', () => {
	const top = (file: string) => read(file).split('\n').slice(0, 4).join('\n');
	const russian = markdownIn('docs/ru').filter((name) => name !== 'README.md');

	it.each(markdownIn('docs'))('%s leads back, and to the Russian page where there is one', (name) => {
		const text = top(`docs/${name}`);
		expect(text).toMatch(/\[Back to the (README|triggers)\]\((\.\.\/README|triggers)\.md\)/);
		expect(text.includes(` · [По-русски](ru/${name})`)).toBe(russian.includes(name));
	});

	it.each(russian)('ru/%s leads back, and to the English page', (name) => {
		expect(top(`docs/ru/${name}`)).toContain(`[К README](README.md) · [In English](../${name})`);
	});
});

describe('the README, which is packed with the nodes', () => {
	const readme = read('README.md');
	/** Of n8n's template for the README of a package, in its order. */
	const HEADINGS = [
		'Installation',
		'Operations',
		'Credentials',
		'Compatibility',
		'Usage',
		'Resources',
		'Version history',
	];

	it('is the only one, and English, as n8n demands of a package', () => {
		expect(fs.readdirSync(inRepo()).filter((file) => /^readme/i.test(file))).toEqual(['README.md']);
		expect(readme.match(/\p{Script=Cyrillic}+/gu)).toBeNull();
	});

	it('has the headings of n8n', () => {
		const headings = [...readme.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
		expect(headings).toEqual(['Quick start', ...HEADINGS]);
	});

	it('has a heading for each link of the nodes and the credential', () => {
		const codexes = fs.readdirSync(inRepo('nodes/AlfaCrm')).filter((file) => file.endsWith('.node.json'));
		const pages = codexes.flatMap((file) =>
			[...read('nodes/AlfaCrm', file).matchAll(/"url": "(.*?)"/g)].map(([, url]) => url),
		);
		const anchors = [new AlfaCrmApi().documentationUrl, ...pages].map((url) => url.split('#')[1]);
		expect(anchors.length).toBeGreaterThan(6);
		const known = ['readme', ...HEADINGS.map((heading) => heading.toLowerCase().replace(' ', '-'))];
		expect(anchors.filter((anchor) => !known.includes(anchor))).toEqual([]);
	});
});

it.each(manifest.n8n.nodes)('n8n finds %s by its search, and its pages by its help', (compiled) => {
	const name = path.basename(compiled, '.node.js');
	const codex = JSON.parse(read(`nodes/AlfaCrm/${name}.node.json`)) as { resources: object };
	expect(codex).toMatchObject({
		node: `${manifest.name}.${name[0].toLowerCase()}${name.slice(1)}`,
		nodeVersion: expect.any(String) as string,
		codexVersion: '1.0',
		categories: expect.arrayContaining(['Sales']) as string[],
	});
	// Without these, n8n drops the whole file.
	expect(Object.keys(codex.resources).sort()).toEqual(['credentialDocumentation', 'primaryDocumentation']);
});

describe('the Russian glossary', () => {
	const page = read('docs/ru/README.md');
	const [, section = ''] = /## Словарь: что как называется([^]*?)\n## /.exec(page) ?? [];
	const named = [...section.matchAll(/\*\*(.*?)\*\*( → [A-Z][A-Za-z ]+)?/g)].map(
		([, name, list = '']) => name + list.trimEnd(),
	);

	it('has each resource, and no name that the node does not have', () => {
		const resources = entities.map(({ label, plural, listedIn }) =>
			listedIn ? `${sharedResources.get(listedIn)?.label} → ${plural}` : label,
		);
		const actions = entities.flatMap(({ actions: own = [] }: Entity) => own.map(({ label }) => label));
		expect(resources.filter((label) => !named.includes(label))).toEqual([]);
		expect(named.filter((name) => ![...resources, ...actions].includes(name))).toEqual([]);
	});
});

/** The messages that the rows of a page's tables begin with. */
const quotedMessages = (file: string) =>
	[...read(file).matchAll(/^\| `([^`]+)`/gm)].map(([, message]) => message);

describe('the messages of the troubleshooting page', () => {
	const code = ['nodes', 'credentials'].flatMap((folder) => filesIn(folder, '.ts').map((file) => read(file)));
	const all = code.join('\n').replaceAll("\\'", "'");
	const isInCode = (message: string) => message.split('…').every((piece) => all.includes(piece.trim()));
	const english = quotedMessages('docs/troubleshooting.md');

	it('are those of the code, with … for what is filled in', () => {
		expect(english.length).toBeGreaterThan(20);
		expect(english.filter((message) => !isInCode(message))).toEqual([]);
	});

	it('are the same in Russian', () => {
		expect(quotedMessages('docs/ru/troubleshooting.md')).toEqual(english);
	});
});

describe('what Get Overview tells only if it is let in', () => {
	const ENGLISH = { attendance: 'attendance', notes: 'notes', payments: 'payments', tasks: 'tasks' };
	const RUSSIAN = { attendance: 'посещения', notes: 'заметки', payments: 'платежи', tasks: 'задачи' };

	it.each<[file: string, said: RegExp, words: Record<string, string>]>([
		['README.md', /([^;.,]*) are excluded by default/, ENGLISH],
		['docs/ru/README.md', /([^;.,]*) не попадают в ответ, если вы их не включите/, RUSSIAN],
	])('is in %s what the form leaves out as it opens', (file, said, words) => {
		const text = read(file).replace(/\s+/g, ' ');
		const [, told] = said.exec(text) ?? [];
		const named = Object.keys(words).filter((part) => told.includes(words[part]));
		expect(named).toEqual(leaveOut.default);
	});
});

it('each promise names its fact and the tests that hold it', () => {
	const rows = read('docs/promises.md').match(/^\| \*\*.*$/gm) ?? [];
	expect(rows.length).toBeGreaterThan(9);
	for (const [, , , , fact, tests] of rows.map((row) => row.split(/ \| |^\| /))) {
		expect(fact).toMatch(/^\[API notes [\d.]+\]\(alfacrm-api\.md#|^n8n, \[measured\]\(/);
		expect(tests).toMatch(/^(\[[^\]]+\]\(\.\.\/test\/[\w/]+\.test\.ts\)(, | \|$))+$/);
	}
});

it('what the code cites of the API notes is there', () => {
	const sections = [...read('docs/alfacrm-api.md').matchAll(/^##+ ([\d.]*\d+a?)\b/gm)].map(
		([, name]) => name,
	);
	const cited = ['nodes', 'sandbox'].flatMap((folder) =>
		filesIn(folder, '.ts').flatMap((file) =>
			[...read(file).matchAll(/API notes (\d[\d.]*\d|\d)a?/g)].map(([, name]) => name),
		),
	);
	expect(cited.length).toBeGreaterThan(100);
	expect(cited.filter((name) => !sections.includes(name))).toEqual([]);
});

it('the files that recipes for contributors name are there', () => {
	const named = [...read('CONTRIBUTING.md').matchAll(/`([\w./]+\/[\w.]+\.\w+)`/g)].map(([, file]) => file);
	expect(named.length).toBeGreaterThan(40);
	const isThere = (file: string) => ['', 'nodes/AlfaCrm'].some((room) => fs.existsSync(inRepo(room, file)));
	expect(named.filter((file) => !isThere(file))).toEqual([]);
});

it('the commands that pages print are scripts of this repository, where they are npm run', () => {
	const printed = allPages().flatMap((page) => commandsOf(read(page)));
	const named = printed.flatMap((command) => [...command.matchAll(/npm run ([\w:-]+)/g)]);
	expect(named.length).toBeGreaterThan(40);
	expect(named.map(([, name]) => name).filter((name) => !(name in manifest.scripts))).toEqual([]);
});

describe('the sections of a page', () => {
	const page =
		'# Figures\n\n<!-- one -->\n\nold\n\n<!-- /one -->\n\n<!-- two -->\n\nother\n\n<!-- /two -->\n';

	it('are written one by one, and what stands outside stays', () => {
		const changed = withSection(page, 'one', 'new, for $& and $1');
		expect(changed).toBe(page.replace('old', () => 'new, for $& and $1'));
		expect(withSection(withSection(changed, 'two', 'more'), 'one', 'old')).toBe(
			page.replace('other', 'more'),
		);
	});

	it('have to be there', () => {
		expect(() => withSection(page, 'three', 'new')).toThrow('"three"');
	});
});

it('a table aligns numbers to the right', () => {
	const table = markdownTable(['what', 'how many'], [['calls', 5]], (column) => column === 0);
	expect(table).toBe('| what | how many |\n| --- | --: |\n| calls | 5 |');
});

const outcome = (n8n: string, checks: Record<string, boolean>, date = '2026-01-31'): Outcome => ({
	...{ n8n, node: '24.1.0', date, version: '1.0.0', checks },
});

describe('the table of versions of n8n', () => {
	it('has a column for each version, oldest first, with its last outcome, and a row for each check of the newest', () => {
		const earlier = outcome('2.20.12', { Loads: false, Polls: false }, '2025-12-31');
		const outcomes = [
			earlier,
			outcome('2.20.12', { Loads: true, Polls: true }),
			outcome('1.123.81', { Loads: true }),
		];
		const newest = outcome('2.3.0', { Loads: true, Polls: false });
		expect(compatTable([...outcomes, newest].reduce(withOutcome, [] as Outcome[])).split('\n')).toEqual([
			'|  | n8n 1.123.81 | n8n 2.3.0 | n8n 2.20.12 |',
			'| --- | --- | --- | --- |',
			'| Loads | yes | yes | yes |',
			'| Polls | not tried | **no** | yes |',
			'| Version of this package | 1.0.0 | 1.0.0 | 1.0.0 |',
			'| Node.js that it ran in | 24.1.0 | 24.1.0 | 24.1.0 |',
			'| tried on | 2026-01-31 | 2026-01-31 | 2026-01-31 |',
		]);
	});
});

/** Git for Windows turns the ends of lines into its own, unless a repository says otherwise. */
describe('a clone by git for Windows', () => {
	const clone = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-lines-'));
	const git = async (...args: string[]) =>
		await execa('git', ['-c', 'core.autocrlf=true', '-c', 'core.safecrlf=false', ...args], { cwd: clone });

	afterAll(() => fs.rmSync(clone, { recursive: true }));

	// A script that Docker runs in Linux, a hook, a source, a page, a picture.
	const files = [
		...['examples/docker/install.sh', '.githooks/pre-commit', 'index.js', 'README.md'],
		'docs/images/example-light.png',
	];

	it('has the same bytes', async () => {
		const copies = files.map((file) => path.basename(file));
		fs.copyFileSync(inRepo('.gitattributes'), path.join(clone, '.gitattributes'));
		files.forEach((file, index) => fs.copyFileSync(inRepo(file), path.join(clone, copies[index])));
		await git('init', '--quiet');
		await git('add', ...copies);
		for (const copy of copies) fs.rmSync(path.join(clone, copy));
		await git('checkout-index', ...copies);

		const isSame = (file: string, index: number) =>
			fs.readFileSync(path.join(clone, copies[index])).equals(fs.readFileSync(inRepo(file)));
		expect(files.filter((file, index) => !isSame(file, index))).toEqual([]);
	});
});
