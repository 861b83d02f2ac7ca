import fs from 'node:fs';
import path from 'node:path';

import type { Manifest } from '../../scripts/lib/owner';
import { mailFaults, placeholdersIn, repositoryFaults, writeOwner } from '../../scripts/lib/owner';
import { ROOT } from '../../scripts/lib/paths';
import { OwnedCopy } from './ownedCopy';

/** The manifest while nobody has published the package. */
const PLACEHOLDER: Manifest = {
	name: 'n8n-nodes-alfacrm',
	version: '1.0.0',
	author: { name: 'n8n-nodes-alfacrm contributors', email: 'maintainers@n8n-nodes-alfacrm.dev' },
	homepage: 'https://github.com/n8n-nodes-alfacrm/n8n-nodes-alfacrm#readme',
	repository: { type: 'git', url: 'git+https://github.com/n8n-nodes-alfacrm/n8n-nodes-alfacrm.git' },
	bugs: { url: 'https://github.com/n8n-nodes-alfacrm/n8n-nodes-alfacrm/issues' },
};

/** The manifest of a package that was published. */
const PUBLISHED: Manifest = {
	name: 'n8n-nodes-alfacrm',
	version: '1.0.0',
	author: { name: 'Ann Example', email: 'ann@example.com' },
	homepage: 'https://github.com/new-owner/n8n-nodes-alfacrm#readme',
	repository: { type: 'git', url: 'git+https://github.com/new-owner/n8n-nodes-alfacrm.git' },
	bugs: { url: 'https://github.com/new-owner/n8n-nodes-alfacrm/issues' },
};

/** A name with marks that a regular replacement would fill in. */
const NAME_WITH_MARKS = "Bed $& Board $1 $' Ltd";
const NEW_OWNER = { login: 'new-owner', name: NAME_WITH_MARKS, email: 'ann@example.com' };

let copy: OwnedCopy;

beforeAll(() => {
	copy = new OwnedCopy();
});

afterAll(() => {
	copy.deleteFolder();
});

describe('writeOwner with a new owner', () => {
	beforeAll(() => {
		copy.restoreFirstOwner();
		writeOwner(copy.root, NEW_OWNER);
	});

	it('writeOwner writes the author and the addresses into package.json', () => {
		expect(copy.readManifest()).toMatchObject({
			author: { name: NAME_WITH_MARKS, email: 'ann@example.com' },
			homepage: 'https://github.com/new-owner/n8n-nodes-alfacrm#readme',
			repository: { type: 'git', url: 'git+https://github.com/new-owner/n8n-nodes-alfacrm.git' },
			bugs: { url: 'https://github.com/new-owner/n8n-nodes-alfacrm/issues' },
		});
	});

	it('writeOwner writes the address of the documentation into the credential', () => {
		expect(copy.readFile('credentials/AlfaCrmApi.credentials.ts')).toContain(
			"documentationUrl = 'https://github.com/new-owner/n8n-nodes-alfacrm#",
		);
	});

	it.each([{ node: 'AlfaCrm' }, { node: 'AlfaCrmTrigger' }, { node: 'AlfaCrmWebhookTrigger' }])(
		'writeOwner writes both addresses of the documentation of $node',
		({ node }) => {
			const addresses = copy
				.readFile(`nodes/AlfaCrm/${node}.node.json`)
				.match(/https:\/\/github\.com\/new-owner\/n8n-nodes-alfacrm/g);
			expect(addresses).toHaveLength(2);
		},
	);

	it('writeOwner makes the new owner the reviewer of all changes', () => {
		expect(copy.readFile('.github/CODEOWNERS')).toBe('* @new-owner\n');
	});

	it('writeOwner writes the name of the owner into the license, to the letter', () => {
		expect(copy.readFile('LICENSE')).toMatch(/^Copyright \(c\) \d{4} Bed \$& Board \$1 \$' Ltd$/m);
	});

	it('after writeOwner, the pages send bug reports to the repository of the new owner', () => {
		expect(copy.readFile('docs/check.md')).toContain(
			'https://github.com/new-owner/n8n-nodes-alfacrm/issues/new',
		);
	});

	it.each([
		{ address: 'https://github.com/new-owner/n8n-nodes-alfacrm/actions/workflows/ci.yml/badge.svg' },
		{ address: 'https://img.shields.io/github/stars/new-owner/n8n-nodes-alfacrm' },
		{ address: 'https://raw.githubusercontent.com/new-owner/n8n-nodes-alfacrm/main' },
	])('writeOwner writes the address of a badge or an image, $address', ({ address }) => {
		expect(copy.readFile('README.md')).toContain(address);
	});

	it('after writeOwner, no file names the former owner', () => {
		expect(copy.listFilesWith('first-owner')).toEqual([]);
	});
});

describe('writeOwner', () => {
	beforeEach(() => {
		copy.restoreFirstOwner();
	});

	it('writeOwner changes no test, since tests try out owners', () => {
		writeOwner(copy.root, { login: 'n8n-nodes-alfacrm' });

		const { changed } = writeOwner(copy.root, { login: 'new-owner' });

		expect(changed).toContain('package.json');
		expect(changed.join('\n')).not.toMatch(/^test/m);
		expect(copy.readFile('test/unit/owner.test.ts')).toBe(fs.readFileSync(__filename, 'utf8'));
	});

	it('writeOwner changes nothing when it writes the same owner again', () => {
		writeOwner(copy.root, { login: 'new-owner', name: 'Ann Example', email: 'ann@example.com' });
		const filesBefore = copy.readAllFiles();

		const { changed } = writeOwner(copy.root, { login: 'new-owner' });

		expect(changed).toEqual([]);
		expect(copy.readAllFiles()).toEqual(filesBefore);
	});
});

describe('writeOwner with another name for the repository', () => {
	beforeAll(() => {
		copy.restoreFirstOwner();
		writeOwner(copy.root, { login: 'new-owner', repository: 'alfacrm.n8n' });
	});

	it('writeOwner changes the addresses to a renamed repository, and keeps the name of the package', () => {
		expect(copy.readManifest()).toMatchObject({
			name: 'n8n-nodes-alfacrm',
			homepage: 'https://github.com/new-owner/alfacrm.n8n#readme',
			repository: { url: 'git+https://github.com/new-owner/alfacrm.n8n.git' },
		});
	});

	it('after writeOwner, the pages send bug reports to the renamed repository', () => {
		expect(copy.readFile('docs/check.md')).toContain('https://github.com/new-owner/alfacrm.n8n/issues/new');
	});

	it('after writeOwner, no address has the former name of the repository', () => {
		expect(copy.listFilesWith('new-owner/n8n-nodes-alfacrm')).toEqual([]);
	});

	it('after writeOwner, a version can be published from the renamed repository', () => {
		expect(repositoryFaults(copy.readManifest(), 'new-owner/alfacrm.n8n')).toEqual([]);
	});

	it('writeOwner keeps the name of a renamed repository when the owner changes again', () => {
		writeOwner(copy.root, { login: 'third-owner' });

		expect(copy.readManifest().repository.url).toBe('git+https://github.com/third-owner/alfacrm.n8n.git');
	});
});

describe('writeOwner without a name or an email', () => {
	beforeEach(() => {
		copy.restoreFirstOwner();
	});

	it('writeOwner replaces the placeholders by what GitHub calls the owner', () => {
		writeOwner(copy.root, {
			login: 'n8n-nodes-alfacrm',
			name: 'n8n-nodes-alfacrm contributors',
			email: 'maintainers@n8n-nodes-alfacrm.dev',
		});

		writeOwner(copy.root, { login: 'new-owner' });

		expect(copy.readManifest().author).toEqual({
			name: 'new-owner',
			email: 'new-owner@users.noreply.github.com',
		});
	});

	it("writeOwner replaces an address of GitHub's by that of the new owner", () => {
		writeOwner(copy.root, { login: 'new-owner', name: 'Ann Example' });

		expect(copy.readManifest().author).toEqual({
			name: 'Ann Example',
			email: 'new-owner@users.noreply.github.com',
		});
	});

	it('writeOwner keeps the name and the email of a person', () => {
		writeOwner(copy.root, { login: 'new-owner', name: 'Ann Example', email: 'ann@example.com' });

		writeOwner(copy.root, { login: 'third-owner' });

		expect(copy.readManifest().author).toEqual({ name: 'Ann Example', email: 'ann@example.com' });
	});
});

describe('placeholdersIn', () => {
	it('placeholdersIn lists every placeholder of a package that nobody has published', () => {
		expect(placeholdersIn(PLACEHOLDER)).toEqual([
			'repository',
			'homepage',
			'bugs',
			'author.name',
			'author.email',
		]);
	});

	it('placeholdersIn lists the name and the email of an author who is a placeholder', () => {
		const manifest = { ...PUBLISHED, author: PLACEHOLDER.author };

		expect(placeholdersIn(manifest)).toEqual(['author.name', 'author.email']);
	});

	it('placeholdersIn lists a homepage that is a placeholder', () => {
		const manifest = { ...PUBLISHED, homepage: PLACEHOLDER.homepage };

		expect(placeholdersIn(manifest)).toEqual(['homepage']);
	});

	it('placeholdersIn lists a repository without an address', () => {
		const manifest = { ...PUBLISHED, repository: { type: 'git', url: '' } };

		expect(placeholdersIn(manifest)).toEqual(['repository']);
	});

	it('placeholdersIn lists nothing for a package that was published', () => {
		expect(placeholdersIn(PUBLISHED)).toEqual([]);
	});
});

describe('placeholdersIn a copy of this repository', () => {
	beforeEach(() => {
		copy.restoreFirstOwner();
	});

	it('placeholdersIn lists every placeholder of a copy that gets the placeholder as its owner', () => {
		writeOwner(copy.root, {
			login: 'n8n-nodes-alfacrm',
			name: 'n8n-nodes-alfacrm contributors',
			email: 'maintainers@n8n-nodes-alfacrm.dev',
		});

		expect(placeholdersIn(copy.readManifest())).toHaveLength(5);
	});

	it('placeholdersIn lists nothing for a copy that has an owner', () => {
		expect(placeholdersIn(copy.readManifest())).toEqual([]);
	});
});

describe('this repository', () => {
	beforeAll(() => {
		copy.restoreFirstOwner();
	});

	it('this repository names the placeholder only in the script that recognises it', () => {
		expect(copy.listFilesWith('n8n-nodes-alfacrm/n8n-nodes-alfacrm')).toEqual([]);
		expect(copy.listFilesWith('@n8n-nodes-alfacrm')).toEqual(['scripts/lib/owner.ts']);
	});

	it('this repository names its owner in no other test, so that the tests pass for every owner', () => {
		const testFolder = path.join(ROOT, 'test');
		const files = fs.readdirSync(testFolder, { recursive: true, encoding: 'utf8' });
		const sources = files.filter((file) => /\.(ts|js|json)$/.test(file));

		const filesWithOwner = sources.filter((file) => {
			const text = fs.readFileSync(path.join(testFolder, file), 'utf8');
			return /alfacrm\\?\/n8n-nodes-alfacrm/.test(text);
		});
		expect(filesWithOwner).toEqual(['unit/owner.test.ts']);
	});

	it.each([{ page: 'SECURITY.md' }, { page: 'CODE_OF_CONDUCT.md' }])(
		'this repository sends readers of $page to the address of the author',
		({ page }) => {
			const text = fs.readFileSync(path.join(ROOT, page), 'utf8');

			expect(text).toMatch(/address\s+in\s+`package\.json`/);
		},
	);
});

describe('mailFaults', () => {
	it('mailFaults accepts an author whose address takes mail', () => {
		expect(mailFaults(PUBLISHED)).toEqual([]);
	});

	it('mailFaults refuses an address of GitHub, which takes no mail', () => {
		const email = 'ann@users.noreply.github.com';
		const manifest = { ...PUBLISHED, author: { name: 'Ann Example', email } };

		expect(mailFaults(manifest)).toEqual([
			'SECURITY.md sends people to ann@users.noreply.github.com, which takes no mail',
		]);
	});
});

describe('repositoryFaults', () => {
	it('repositoryFaults accepts the repository that package.json names', () => {
		expect(repositoryFaults(PUBLISHED, 'new-owner/n8n-nodes-alfacrm')).toEqual([]);
	});

	it('repositoryFaults refuses a repository that differs in a capital letter, as npm does', () => {
		expect(repositoryFaults(PUBLISHED, 'New-owner/n8n-nodes-alfacrm')).toEqual([
			'package.json names new-owner/n8n-nodes-alfacrm, and this is New-owner/n8n-nodes-alfacrm',
		]);
	});
});
