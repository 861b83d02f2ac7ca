import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import execa from 'execa';

import { AlfaCrmApi } from '../../credentials/AlfaCrmApi.credentials';
import { eventTypes } from '../../nodes/AlfaCrm/entities/events';
import { entities } from '../../nodes/AlfaCrm/entities/registry';
import { leaveOut } from '../../nodes/AlfaCrm/operations/customers/overviewForm';
import { sharedResources } from '../../nodes/AlfaCrm/operations/lists';
import manifest from '../../package.json';
import type { Outcome } from '../../scripts/lib/compat';
import { compatTable, withOutcome } from '../../scripts/lib/compat';
import { allPages, markdownTable, withSection } from '../../scripts/lib/markdown';
import { inRepo } from '../../scripts/lib/paths';
import { commandsOf } from '../support/printedCommands';
import {
	findAll,
	listEventsInTable,
	listNamesInGlossary,
	listPages,
	listQuotedMessages,
	listTableHeads,
	readFile,
	readSources,
	readTop,
} from './documentPages';

const allPageRows = allPages().map((page) => ({ page }));

describe('the pages for users', () => {
	it.each([{ page: 'docs/triggers.md' }, { page: 'docs/ru/triggers.md' }])(
		'the table of events in $page lists every event of the polling trigger once',
		({ page }) => {
			const labels = eventTypes.map(({ label }) => label);

			expect(listEventsInTable(page).sort()).toEqual(labels.sort());
		},
	);

	it.each(allPageRows)('every column of a table in $page has a heading, except the first', ({ page }) => {
		const headsWithEmptyCell = listTableHeads(page).filter(([, ...headings]) => headings.includes(''));

		expect(headsWithEmptyCell).toEqual([]);
	});

	it.each([{ page: 'docs/check.md' }, { page: 'docs/ru/check.md' }])(
		'$page sends a bug report to a form that exists and takes the output as text',
		({ page }) => {
			const [form] = findAll(readFile(page), /\/issues\/new\?template=([\w.-]+)\)/g);

			expect(fs.readdirSync(inRepo('.github/ISSUE_TEMPLATE'))).toContain(form);
			// GitHub takes no file in a field that shows its text as code.
			expect(readFile('.github/ISSUE_TEMPLATE', form)).toMatch(/id: check[^]*and paste it here/);
		},
	);

	it.each([
		{ page: 'README.md' },
		{ page: 'docs/ru/README.md' },
		{ page: 'docs/check.md' },
		{ page: 'docs/ru/check.md' },
	])('$page sends the report of Try Writes to the form for it', ({ page }) => {
		expect(readFile(page)).toContain('/issues/new?template=writes.yml)');
	});

	it('the form for the report of Try Writes asks for the report', () => {
		const form = readFile('.github/ISSUE_TEMPLATE', 'writes.yml');

		expect(form).toContain("The field 'report' of the last item");
	});

	it('every script that a page runs by npm exists', () => {
		const commands = allPages().flatMap((page) => commandsOf(readFile(page)));
		const scripts = commands.flatMap((command) => findAll(command, /npm run ([\w:-]+)/g));

		expect(scripts.length).toBeGreaterThan(40);
		expect(scripts.filter((script) => !(script in manifest.scripts))).toEqual([]);
	});
});

describe('the links at the top of a page', () => {
	const russianNames = listPages('docs/ru').filter((name) => name !== 'README.md');
	const englishNames = listPages('docs');
	const translatedPages = englishNames
		.filter((name) => russianNames.includes(name))
		.map((name) => ({ name }));
	const otherPages = englishNames.filter((name) => !russianNames.includes(name)).map((name) => ({ name }));
	const russianPages = russianNames.map((name) => ({ name }));

	it.each(englishNames.map((name) => ({ name })))('docs/$name leads back', ({ name }) => {
		expect(readTop(`docs/${name}`)).toMatch(
			/\[Back to the (README|triggers)\]\((\.\.\/README|triggers)\.md\)/,
		);
	});

	it.each(translatedPages)('docs/$name leads to its translation', ({ name }) => {
		expect(readTop(`docs/${name}`)).toContain(` · [По-русски](ru/${name})`);
	});

	it.each(otherPages)('docs/$name has no translation and leads to none', ({ name }) => {
		expect(readTop(`docs/${name}`)).not.toContain(` · [По-русски](ru/${name})`);
	});

	it.each(russianPages)('docs/ru/$name leads back and to the English page', ({ name }) => {
		expect(readTop(`docs/ru/${name}`)).toContain(`[К README](README.md) · [In English](../${name})`);
	});
});

describe('the README, which is packed with the nodes', () => {
	const readme = readFile('README.md');

	it('the README is the only README, as n8n demands of a package', () => {
		const readmes = fs.readdirSync(inRepo()).filter((file) => /^readme/i.test(file));

		expect(readmes).toEqual(['README.md']);
	});

	it('the README is in English, as n8n demands of a package', () => {
		expect(readme.match(/\p{Script=Cyrillic}+/gu)).toBeNull();
	});

	it("the README has the headings of n8n's template after the quick start", () => {
		expect(findAll(readme, /^## (.*)$/gm)).toEqual([
			'Quick start',
			'Installation',
			'Operations',
			'Credentials',
			'Compatibility',
			'Usage',
			'Resources',
			'Version history',
		]);
	});

	it('the README has a heading for each link of the nodes and the credential', () => {
		const anchorsOfHeadings = [
			'readme',
			'installation',
			'operations',
			'credentials',
			'compatibility',
			'usage',
			'resources',
			'version-history',
		];
		const codexFiles = fs.readdirSync(inRepo('nodes/AlfaCrm')).filter((file) => file.endsWith('.node.json'));
		const urlsOfNodes = codexFiles.flatMap((file) =>
			findAll(readFile('nodes/AlfaCrm', file), /"url": "(.*?)"/g),
		);

		const anchors = [new AlfaCrmApi().documentationUrl, ...urlsOfNodes].map((url) => url.split('#')[1]);
		expect(anchors.length).toBeGreaterThan(6);
		expect(anchors.filter((anchor) => !anchorsOfHeadings.includes(anchor))).toEqual([]);
	});
});

describe('the codex file of a node, which n8n reads for its search and its help', () => {
	const nodes = manifest.n8n.nodes.map((compiledFile) => ({ name: path.basename(compiledFile, '.node.js') }));

	it.each(nodes)('the codex file of $name names the node, its version and the category Sales', ({ name }) => {
		const nodeName = `${name[0].toLowerCase()}${name.slice(1)}`;

		expect(JSON.parse(readFile(`nodes/AlfaCrm/${name}.node.json`))).toMatchObject({
			node: `${manifest.name}.${nodeName}`,
			nodeVersion: expect.any(String) as string,
			codexVersion: '1.0',
			categories: expect.arrayContaining(['Sales']) as string[],
		});
	});

	// Without these two, n8n ignores the whole file.
	it.each(nodes)('the codex file of $name has two links to the documentation', ({ name }) => {
		const codex = JSON.parse(readFile(`nodes/AlfaCrm/${name}.node.json`)) as { resources: object };

		expect(Object.keys(codex.resources).sort()).toEqual(['credentialDocumentation', 'primaryDocumentation']);
	});
});

describe('the Russian glossary', () => {
	const resourceNames = entities.map(({ label, plural, listedIn }) =>
		listedIn ? `${sharedResources.get(listedIn)?.label} → ${plural}` : label,
	);
	const actionNames = entities.flatMap(({ actions = [] }) => actions.map(({ label }) => label));

	it('the Russian glossary has every resource', () => {
		const namesInGlossary = listNamesInGlossary();

		expect(resourceNames.filter((name) => !namesInGlossary.includes(name))).toEqual([]);
	});

	it('the Russian glossary has no name that the node does not have', () => {
		const namesOfNode = [...resourceNames, ...actionNames];

		expect(listNamesInGlossary().filter((name) => !namesOfNode.includes(name))).toEqual([]);
	});
});

describe('the messages on the troubleshooting page', () => {
	const englishMessages = listQuotedMessages('docs/troubleshooting.md');

	it('the messages on the troubleshooting page are in the code, with "…" for the parts that are filled in', () => {
		const code = readSources('nodes', 'credentials').replaceAll("\\'", "'");
		const isInCode = (message: string) => message.split('…').every((piece) => code.includes(piece.trim()));

		expect(englishMessages.length).toBeGreaterThan(20);
		expect(englishMessages.filter((message) => !isInCode(message))).toEqual([]);
	});

	it('the messages on the troubleshooting page are the same on the Russian page', () => {
		expect(listQuotedMessages('docs/ru/troubleshooting.md')).toEqual(englishMessages);
	});
});

describe('the parts that Get Overview leaves out by default', () => {
	const parts = ['attendance', 'notes', 'payments', 'tasks'];
	const russianParts = new Map([
		['attendance', 'посещения'],
		['notes', 'заметки'],
		['payments', 'платежи'],
		['tasks', 'задачи'],
	]);

	it('the parts that Get Overview leaves out by default are listed in the README', () => {
		const text = readFile('README.md').replace(/\s+/g, ' ');
		const [sentence = ''] = findAll(text, /([^;.,]*) are excluded by default/g);

		expect(parts.filter((part) => sentence.includes(part))).toEqual(leaveOut.default);
	});

	it('the parts that Get Overview leaves out by default are listed in the Russian README', () => {
		const text = readFile('docs/ru/README.md').replace(/\s+/g, ' ');
		const [sentence = ''] = findAll(text, /([^;.,]*) не попадают в ответ, если вы их не включите/g);

		const namedParts = parts.filter((part) => sentence.includes(russianParts.get(part) ?? part));
		expect(namedParts).toEqual(leaveOut.default);
	});
});

describe('the page of promises', () => {
	const rows = readFile('docs/promises.md').match(/^\| \*\*.*$/gm) ?? [];
	const promises = rows.map((row) => {
		const [, promise, , , fact, tests] = row.split(/ \| |^\| /);
		return { promise, fact, tests };
	});

	it('the page of promises has at least ten promises', () => {
		expect(promises.length).toBeGreaterThan(9);
	});

	it.each(promises)(
		'the page of promises names the fact on which the promise "$promise" rests',
		({ fact }) => {
			expect(fact).toMatch(/^\[API notes [\d.]+\]\(alfacrm-api\.md#|^n8n, \[measured\]\(/);
		},
	);

	it.each(promises)('the page of promises links to the tests of the promise "$promise"', ({ tests }) => {
		expect(tests).toMatch(/^(\[[^\]]+\]\(\.\.\/test\/[\w/]+\.test\.ts\)(, | \|$))+$/);
	});
});

describe('the pages for contributors', () => {
	it('the API notes have every section that the code cites', () => {
		const sections = findAll(readFile('docs/alfacrm-api.md'), /^##+ ([\d.]*\d+a?)\b/gm);
		const citedSections = findAll(readSources('nodes', 'sandbox'), /API notes (\d[\d.]*\d|\d)a?/g);

		expect(citedSections.length).toBeGreaterThan(100);
		expect(citedSections.filter((section) => !sections.includes(section))).toEqual([]);
	});

	it('every file that CONTRIBUTING.md names exists, at the top or in nodes/AlfaCrm', () => {
		const files = findAll(readFile('CONTRIBUTING.md'), /`([\w./]+\/[\w.]+\.\w+)`/g);
		const missingFiles = files.filter(
			(file) => !fs.existsSync(inRepo(file)) && !fs.existsSync(inRepo('nodes/AlfaCrm', file)),
		);

		expect(files.length).toBeGreaterThan(40);
		expect(missingFiles).toEqual([]);
	});
});

describe('withSection', () => {
	const page =
		'# Figures\n\n<!-- one -->\n\nold\n\n<!-- /one -->\n\n<!-- two -->\n\nother\n\n<!-- /two -->\n';

	it('withSection replaces the text of one section to the letter and keeps the rest of the page', () => {
		expect(withSection(page, 'one', 'new, for $& and $1')).toBe(
			'# Figures\n\n<!-- one -->\n\nnew, for $& and $1\n\n<!-- /one -->\n\n<!-- two -->\n\nother\n\n<!-- /two -->\n',
		);
	});

	it('withSection replaces the text of a section again', () => {
		const changedPage = withSection(page, 'one', 'new, for $& and $1');

		expect(withSection(changedPage, 'one', 'old')).toBe(page);
	});

	it('withSection replaces the text of the last section', () => {
		expect(withSection(page, 'two', 'more')).toBe(
			'# Figures\n\n<!-- one -->\n\nold\n\n<!-- /one -->\n\n<!-- two -->\n\nmore\n\n<!-- /two -->\n',
		);
	});

	it('withSection refuses a section that the page does not have, and names it', () => {
		expect(() => withSection(page, 'three', 'new')).toThrow('"three"');
	});
});

describe('markdownTable', () => {
	it('markdownTable aligns a column of numbers to the right', () => {
		const isText = (column: number) => column === 0;

		expect(markdownTable(['what', 'how many'], [['calls', 5]], isText)).toBe(
			'| what | how many |\n| --- | --: |\n| calls | 5 |',
		);
	});
});

describe('the table of versions of n8n', () => {
	it('the table of versions has a column for each version of n8n with its last outcome, and a row for each check', () => {
		// The second outcome of 2.20.12 is a later trial, which replaces the first one.
		const outcomes: Outcome[] = [
			outcomeOf({ n8n: '2.20.12', date: '2025-12-31', checks: { Loads: false, Polls: false } }),
			outcomeOf({ n8n: '2.20.12', checks: { Loads: true, Polls: true } }),
			outcomeOf({ n8n: '1.123.81', checks: { Loads: true } }),
			outcomeOf({ n8n: '2.3.0', checks: { Loads: true, Polls: false } }),
		];

		const table = compatTable(outcomes.reduce(withOutcome, [] as Outcome[]));

		expect(table.split('\n')).toEqual([
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

/** The outcome of a trial with a version of n8n. */
function outcomeOf(outcome: Pick<Outcome, 'n8n' | 'checks'> & Partial<Outcome>): Outcome {
	return { node: '24.1.0', date: '2026-01-31', version: '1.0.0', ...outcome };
}

/** Git for Windows changes the ends of lines to those of Windows, unless a repository forbids it. */
describe('a clone by git for Windows', () => {
	const clone = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-lines-'));
	const files = [
		{ kind: 'script that Docker runs in Linux', file: 'examples/docker/install.sh', copy: 'install.sh' },
		{ kind: 'hook', file: '.githooks/pre-commit', copy: 'pre-commit' },
		{ kind: 'source', file: 'index.js', copy: 'index.js' },
		{ kind: 'page', file: 'README.md', copy: 'README.md' },
		{ kind: 'picture', file: 'docs/images/example-light.png', copy: 'example-light.png' },
	];

	async function runGit(...args: string[]): Promise<void> {
		const windowsSettings = ['-c', 'core.autocrlf=true', '-c', 'core.safecrlf=false'];
		await execa('git', [...windowsSettings, ...args], { cwd: clone });
	}

	beforeAll(async () => {
		const copies = files.map(({ copy }) => copy);
		fs.copyFileSync(inRepo('.gitattributes'), path.join(clone, '.gitattributes'));
		for (const { file, copy } of files) {
			fs.copyFileSync(inRepo(file), path.join(clone, copy));
		}
		await runGit('init', '--quiet');
		await runGit('add', ...copies);
		for (const copy of copies) {
			fs.rmSync(path.join(clone, copy));
		}
		await runGit('checkout-index', ...copies);
	});

	afterAll(() => {
		fs.rmSync(clone, { recursive: true });
	});

	it.each(files)(
		'a clone by git for Windows has the same bytes as the original in a $kind, $file',
		({ file, copy }) => {
			const clonedBytes = fs.readFileSync(path.join(clone, copy));

			expect(clonedBytes.equals(fs.readFileSync(inRepo(file)))).toBe(true);
		},
	);
});
