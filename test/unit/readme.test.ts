import fs from 'node:fs';

import { AlfaCrmApi } from '../../credentials/AlfaCrmApi.credentials';
import { eventTypes } from '../../nodes/AlfaCrm/entities/events';
import { entities } from '../../nodes/AlfaCrm/entities/registry';
import type { Entity } from '../../nodes/AlfaCrm/entities/types';
import { leaveOut } from '../../nodes/AlfaCrm/operations/school/leftOut';
import { pages } from '../../scripts/docs';
import { JOBS } from '../../scripts/lib/examples';
import { allPages, brokenLinks, isInCode, quotedMessages } from '../../scripts/lib/markdown';
import { inRepo } from '../../scripts/lib/paths';
import { HEADINGS } from '../support/readmeHeadings';

const written = pages();

describe('what the code writes', () => {
	it.each(written)(
		'in $file is what declarations, examples and imports say (npm run docs writes it)',
		({ text, tables, wanted }) => {
			for (const table of tables) expect(text).toContain(`<!-- ${table} -->`);
			expect(text).toBe(wanted);
		},
	);

	const tabled = written.filter(({ tables }) =>
		['operations', 'filters', 'examples', 'jobs'].some((table) => tables.some((one) => one === table)),
	);

	it.each(tabled)('in $file has a row for each resource and each job', ({ text, tables }) => {
		const hasEntities = tables.includes('operations') || tables.includes('filters');
		for (const { label } of hasEntities ? entities : []) expect(text).toContain(`| ${label} |`);
		const hasExamples = tables.includes('examples') || tables.includes('jobs');
		for (const { name } of hasExamples ? JOBS : []) expect(text).toContain(`examples/${name}.json) | `);
	});
});

/** `Lesson Created, Completed` is two: what follows a comma is without the first word. */
const namesIn = (cell: string) => {
	const [first, ...others] = cell.split(', ');
	const [subject] = first.split(' ');
	return [first, ...others.map((other) => `${subject} ${other}`)];
};

it.each(['README.md', 'docs/triggers.md', 'docs/ru/README.md', 'docs/ru/triggers.md'])(
	'the table of events in %s has those of the polling trigger, each once',
	(file) => {
		const [, table = ''] =
			/^\| Trigger On \|.*\n\| --- .*\n((?:\|.*\n)+)/m.exec(fs.readFileSync(inRepo(file), 'utf8')) ?? [];
		const named = [...table.matchAll(/^\| (.+?) \|/gm)].flatMap(([, cell]) => namesIn(cell));
		expect(named.sort()).toEqual(eventTypes.map(({ label }) => label).sort());
	},
);

it.each(allPages())('the links of %s lead somewhere', (file) => {
	expect(brokenLinks(file)).toEqual([]);
});

it.each(['docs/check.md', 'docs/ru/check.md'])('%s sends a bug report to a form that there is', (file) => {
	const [, form] = /\/issues\/new\?template=([\w.-]+)\)/.exec(fs.readFileSync(inRepo(file), 'utf8')) ?? [];
	expect(fs.readdirSync(inRepo('.github/ISSUE_TEMPLATE'))).toContain(form);
	// GitHub takes no file in a field that shows its text as code.
	const profile = fs.readFileSync(inRepo('.github/ISSUE_TEMPLATE', form), 'utf8').split('id: profile')[1];
	expect(profile).toContain('and paste it here');
});

it.each(allPages())('no table of %s has columns without a heading, but for the first', (file) => {
	const lines = fs.readFileSync(inRepo(file), 'utf8').split('\n');
	const headings = lines.filter((_line, index) => /^\|( -+:? \|)+$/.test(lines[index + 1] ?? ''));
	const bare = headings.filter((heading) =>
		heading
			.slice(1, -1)
			.split('|')
			.slice(1)
			.some((cell) => cell.trim() === ''),
	);
	expect(bare).toEqual([]);
});

describe('the pages of docs/', () => {
	const names = (folder: string) => fs.readdirSync(inRepo(folder)).filter((name) => name.endsWith('.md'));
	const top = (file: string) => fs.readFileSync(inRepo(file), 'utf8').split('\n').slice(0, 4).join('\n');
	const russian = names('docs/ru').filter((name) => name !== 'README.md');

	it.each(names('docs'))('%s leads back, and to the Russian page where there is one', (name) => {
		const text = top(`docs/${name}`);
		expect(text).toMatch(/\[Back to the (README|triggers)\]\((\.\.\/README|triggers)\.md\)/);
		expect(text.includes(` · [По-русски](ru/${name})`)).toBe(russian.includes(name));
	});

	it.each(russian)('ru/%s leads back, and to the English page', (name) => {
		expect(top(`docs/ru/${name}`)).toContain(`[К README](README.md) · [In English](../${name})`);
	});
});

describe('the README, which is packed with the nodes', () => {
	const readme = fs.readFileSync(inRepo('README.md'), 'utf8');

	it('is the only one, and English, as n8n demands of a package', () => {
		expect(fs.readdirSync(inRepo()).filter((file) => /^readme/i.test(file))).toEqual(['README.md']);
		expect(readme.match(/\p{Script=Cyrillic}+/gu)).toBeNull();
	});

	it('has the headings of n8n', () => {
		const headings = [...readme.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
		expect(headings).toEqual(['Quick start', ...HEADINGS]);
	});

	it('has a heading for each link of the nodes and the credential', () => {
		const codexes = fs.readdirSync(inRepo('nodes', 'AlfaCrm')).filter((file) => file.endsWith('.node.json'));
		const pages = codexes.flatMap((file) =>
			[...fs.readFileSync(inRepo('nodes', 'AlfaCrm', file), 'utf8').matchAll(/"url": "(.*?)"/g)].map(
				([, url]) => url,
			),
		);
		const anchors = [new AlfaCrmApi().documentationUrl, ...pages].map((url) => url.split('#')[1]);
		expect(anchors.length).toBeGreaterThan(6);
		const known = ['readme', ...HEADINGS.map((heading) => heading.toLowerCase().replace(' ', '-'))];
		expect(anchors.filter((anchor) => !known.includes(anchor))).toEqual([]);
	});
});

describe('the Russian glossary', () => {
	const page = fs.readFileSync(inRepo('docs/ru/README.md'), 'utf8');
	const [, section = ''] = /## Словарик([^]*?)\n## /.exec(page) ?? [];
	const named = [...section.matchAll(/\*\*(.*?)\*\*/g)].map(([, name]) => name);
	const resources = entities.map(({ label }) => label);

	it('has each resource, and no name that the node does not have', () => {
		const actions = entities.flatMap(({ actions: own = [] }: Entity) => own.map(({ label }) => label));
		expect(resources.filter((label) => !named.includes(label))).toEqual([]);
		expect(named.filter((name) => ![...resources, ...actions].includes(name))).toEqual([]);
	});
});

describe('the messages of the troubleshooting page', () => {
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
		['README.md', /([^;.]*) only if you let them in/, ENGLISH],
		['docs/ru/README.md', /([^;.]*) — только если вы их впустите/, RUSSIAN],
	])('is in %s what the form leaves out as it opens', (file, said, words) => {
		const text = fs.readFileSync(inRepo(file), 'utf8').replace(/\s+/g, ' ');
		const [, told] = said.exec(text) ?? [];
		const named = Object.keys(words).filter((part) => told.includes(words[part]));
		expect(named).toEqual(leaveOut.default);
	});
});
