import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { readJson } from '../../scripts/lib/json';
import { ROOT } from '../../scripts/lib/paths';
import type { Manifest } from '../../scripts/lib/owner';
import { mailFaults, placeholdersIn, repositoryFaults, writeOwner } from '../../scripts/lib/owner';

const LEFT_OUT = ['node_modules', 'dist', '.git', 'images', 'coverage'];
const PLACEHOLDER: Manifest = {
	name: 'n8n-nodes-alfacrm',
	version: '1.0.0',
	author: { name: 'n8n-nodes-alfacrm contributors', email: 'maintainers@n8n-nodes-alfacrm.dev' },
	homepage: 'https://github.com/n8n-nodes-alfacrm/n8n-nodes-alfacrm#readme',
	repository: { type: 'git', url: 'git+https://github.com/n8n-nodes-alfacrm/n8n-nodes-alfacrm.git' },
	bugs: { url: 'https://github.com/n8n-nodes-alfacrm/n8n-nodes-alfacrm/issues' },
};

const noReply = (login: string) => `${login}@users.noreply.github.com`;

let root: string;
const read = (file: string) => fs.readFileSync(path.join(root, file), 'utf8');
const manifest = () => readJson<Manifest>(path.join(root, 'package.json'));

/** Each file of the copy with its text. */
function everything(): Record<string, string> {
	const entries = fs.readdirSync(root, { withFileTypes: true, recursive: true });
	const files = entries
		.filter((entry) => entry.isFile())
		.map((entry) => path.join(entry.parentPath, entry.name));
	return Object.fromEntries(files.map((file) => [path.relative(root, file), fs.readFileSync(file, 'utf8')]));
}
const holding = (text: string) =>
	Object.entries(everything())
		.filter(([file, content]) => !file.startsWith('test') && content.includes(text))
		.map(([file]) => file);

/** What the copy holds as each test begins. */
let begun: Array<[file: string, text: string]>;

beforeAll(() => {
	root = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-owner-'));
	const isWanted = (file: string) =>
		!LEFT_OUT.includes(path.basename(file)) && !/^test\/(?!unit(\/owner|$))/.test(path.relative(ROOT, file));
	fs.cpSync(ROOT, root, { recursive: true, filter: isWanted });
	// Badges, as a README may have them.
	fs.appendFileSync(
		path.join(root, 'README.md'),
		'\n![CI](https://github.com/first-owner/n8n-nodes-alfacrm/actions/workflows/ci.yml/badge.svg)' +
			'\n![stars](https://img.shields.io/github/stars/first-owner/n8n-nodes-alfacrm)' +
			'\nhttps://raw.githubusercontent.com/first-owner/n8n-nodes-alfacrm/main/docs/images/one.png\n',
	);
	// Whoever has been set in the repository.
	writeOwner(root, { login: 'first-owner', name: 'First Owner', email: noReply('first-owner') });
	begun = Object.entries(everything()).filter(([, text]) => /first-owner|First Owner/.test(text));
});
afterEach(() => begun.forEach(([file, text]) => fs.writeFileSync(path.join(root, file), text)));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

describe('the owner of the package', () => {
	it('stands in every place that names one', () => {
		// A replacement would take the signs for marks of its own.
		const name = "Bed $& Board $1 $' Ltd";
		writeOwner(root, { login: 'new-owner', name, email: 'ann@example.com' });

		const url = 'https://github.com/new-owner/n8n-nodes-alfacrm';
		expect(manifest()).toMatchObject({
			author: { name, email: 'ann@example.com' },
			homepage: `${url}#readme`,
			repository: { type: 'git', url: `git+${url}.git` },
			bugs: { url: `${url}/issues` },
		});
		expect(read('credentials/AlfaCrmApi.credentials.ts')).toContain(`documentationUrl = '${url}#`);
		for (const node of ['AlfaCrm', 'AlfaCrmTrigger', 'AlfaCrmWebhookTrigger'])
			expect(read(`nodes/AlfaCrm/${node}.node.json`).split(url)).toHaveLength(3);
		expect(read('.github/CODEOWNERS')).toBe('* @new-owner\n');
		expect(read('LICENSE')).toMatch(/^Copyright \(c\) \d{4} Bed \$& Board \$1 \$' Ltd$/m);
		expect(read('docs/check.md')).toContain(`${url}/issues/new`);
		expect(read('README.md')).toContain(`${url}/actions/workflows/ci.yml/badge.svg`);
		expect(read('README.md')).toContain('shields.io/github/stars/new-owner/n8n-nodes-alfacrm');
		expect(read('README.md')).toContain('githubusercontent.com/new-owner/n8n-nodes-alfacrm/main');
		expect(holding('first-owner')).toEqual([]);
	});

	it('is no placeholder any more, and nothing else is left of that but what recognises it', () => {
		expect(placeholdersIn(manifest())).toEqual([]);
		const left = [...holding('n8n-nodes-alfacrm/n8n-nodes-alfacrm'), ...holding('@n8n-nodes-alfacrm')];
		expect(left.filter((file) => file !== 'scripts/lib/owner.ts')).toEqual([]);
	});

	it('is expected by no test but this one, so that they hold for every owner', () => {
		const tests = path.join(ROOT, 'test');
		const names = fs.readdirSync(tests, { recursive: true, encoding: 'utf8' });
		const texts = names.filter((name) => /\.(ts|js|json)$/.test(name));
		const naming = texts.filter((name) =>
			/alfacrm\\?\/n8n-nodes-alfacrm/.test(fs.readFileSync(path.join(tests, name), 'utf8')),
		);
		expect(naming).toEqual(['unit/owner.test.ts']);
	});

	it('leaves alone the tests, which try out owners', () => {
		writeOwner(root, { login: 'n8n-nodes-alfacrm' });
		const { changed } = writeOwner(root, { login: 'new-owner' });
		expect(changed.filter((file) => file.startsWith('test'))).toEqual([]);
		expect(read('test/unit/owner.test.ts')).toBe(fs.readFileSync(__filename, 'utf8'));
	});

	it('is set twice with the effect of once', () => {
		writeOwner(root, { login: 'new-owner', name: 'Ann Example', email: 'ann@example.com' });
		const before = everything();

		const { changed } = writeOwner(root, { login: 'new-owner' });

		expect(changed).toEqual([]);
		expect(everything()).toEqual(before);
	});

	it('may call the repository by another name, but not the package', () => {
		writeOwner(root, { login: 'new-owner', repository: 'alfacrm.n8n' });
		const url = 'https://github.com/new-owner/alfacrm.n8n';
		expect(manifest()).toMatchObject({
			name: 'n8n-nodes-alfacrm',
			homepage: `${url}#readme`,
			repository: { url: `git+${url}.git` },
		});
		expect(read('docs/check.md')).toContain(`${url}/issues/new`);
		expect(holding('new-owner/n8n-nodes-alfacrm')).toEqual([]);
		expect(repositoryFaults(manifest(), 'new-owner/alfacrm.n8n')).toEqual([]);

		writeOwner(root, { login: 'third-owner' });
		expect(manifest().repository.url).toBe('git+https://github.com/third-owner/alfacrm.n8n.git');
	});

	it('has the name and address of GitHub unless there are others', () => {
		const { name, email } = PLACEHOLDER.author;
		writeOwner(root, { login: 'n8n-nodes-alfacrm', name, email });
		expect(placeholdersIn(manifest())).toHaveLength(5);
		writeOwner(root, { login: 'new-owner' });
		expect(manifest().author).toEqual({ name: 'new-owner', email: noReply('new-owner') });
		writeOwner(root, { login: 'third-owner', name: 'Ann Example' });
		expect(manifest().author).toEqual({ name: 'Ann Example', email: noReply('third-owner') });
		writeOwner(root, { login: 'third-owner', email: 'ann@example.com' });
		writeOwner(root, { login: 'fourth-owner' });
		expect(manifest().author).toEqual({ name: 'Ann Example', email: 'ann@example.com' });
	});
});

it('a placeholder is each part of the owner that nobody has set', () => {
	const parts = ['repository', 'homepage', 'bugs', 'author.name', 'author.email'];
	expect(placeholdersIn(PLACEHOLDER)).toEqual(parts);
	expect(placeholdersIn({ ...manifest(), author: PLACEHOLDER.author })).toEqual(parts.slice(3));
	expect(placeholdersIn({ ...manifest(), homepage: PLACEHOLDER.homepage })).toEqual(['homepage']);
	expect(placeholdersIn({ ...manifest(), repository: { type: 'git', url: '' } })).toEqual(['repository']);
	expect(placeholdersIn(manifest())).toEqual([]);
});

it('the address of the author takes mail, since pages send people to it', () => {
	for (const page of ['SECURITY.md', 'CODE_OF_CONDUCT.md'])
		expect(fs.readFileSync(path.join(ROOT, page), 'utf8')).toMatch(/address\s+in\s+`package\.json`/);
	const by = (email: string): Manifest => ({ ...PLACEHOLDER, author: { name: 'Ann Example', email } });
	expect(mailFaults(by('ann@example.com'))).toEqual([]);
	expect(mailFaults(by(noReply('ann')))).toEqual([expect.stringContaining(noReply('ann'))]);
});

describe('the repository that a version is published from', () => {
	it('is the one of package.json to the letter, or npm would refuse it after all tests', () => {
		expect(repositoryFaults(PLACEHOLDER, 'n8n-nodes-alfacrm/n8n-nodes-alfacrm')).toEqual([]);
		expect(repositoryFaults(PLACEHOLDER, 'N8N-nodes-alfacrm/n8n-nodes-alfacrm')).toEqual([
			'package.json names n8n-nodes-alfacrm/n8n-nodes-alfacrm, and this is N8N-nodes-alfacrm/n8n-nodes-alfacrm',
		]);
	});
});
