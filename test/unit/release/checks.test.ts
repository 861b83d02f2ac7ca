import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { version } from '../../../package.json';
import { readJson, writeJson } from '../../../scripts/lib/json';
import { inRepo, ROOT } from '../../../scripts/lib/paths';
import { changelogFaults, notesOf } from '../../../scripts/lib/release/changelog';
import type { Package } from '../../../scripts/lib/release/manifest';
import {
	codexFaults,
	iconFaults,
	manifestFaults,
	versionFaults,
} from '../../../scripts/lib/release/manifest';
import { packedFileFaults, readmeFaults } from '../../../scripts/lib/release/readme';
import { printed } from '../../../scripts/lib/release/table';
import { publishFaults } from '../../../scripts/lib/release/workflows';
import { HEADINGS } from '../../support/readmeHeadings';

const manifest = readJson<Package>(inRepo('package.json'));
const { version: locked } = readJson<Package>(inRepo('package-lock.json'));

describe('package.json', () => {
	it('is as n8n wants it, in a version that can be published', () => {
		expect(manifestFaults(manifest)).toEqual([]);
		expect(versionFaults(manifest, locked)).toEqual([]);
	});

	it.each<[string, Partial<Package>]>([
		['it depends on axios, sharp', { dependencies: { axios: '1' }, optionalDependencies: { sharp: '1' } }],
		['it bundles dependencies', { bundledDependencies: ['axios'] }],
		['it has overrides', { overrides: {} }],
		['n8n-workflow "*" is not its only peer', { peerDependencies: { 'n8n-workflow': '*', 'n8n-core': '*' } }],
		['the keyword of community packages is missing', { keywords: ['n8n'] }],
		['the license is not MIT', { license: 'ISC' }],
		['it has no description', { description: '' }],
		['"files" is not dist alone', { files: ['dist', 'sandbox'] }],
		['n8n.n8nNodesApiVersion is not 1, or n8n.strict is not on', { n8n: { ...manifest.n8n, strict: false } }],
		['the nodes are not all in dist', { n8n: { ...manifest.n8n, nodes: ['nodes/AlfaCrm/AlfaCrm.node.js'] } }],
		['it runs a script where it is installed', { scripts: { postinstall: 'node .' } }],
	])('is refused: %s', (fault, change) => {
		expect(manifestFaults({ ...manifest, ...change })).toEqual([fault]);
	});

	it.each([
		['0.1.0', '0.1.0', undefined, '0.1.0 is a placeholder; the first release is 1.0.0'],
		['1.0.1', '1.0.0', undefined, 'package-lock.json says 1.0.0: run npm install'],
		['1.0.0', '1.0.0', 'v1.0.1', 'the tag is v1.0.1, and the version 1.0.0'],
	])('in version %s, locked as %s and tagged %s is refused', (version, lock, tag, fault) => {
		expect(versionFaults({ ...manifest, version }, lock, tag)).toEqual([fault]);
	});

	it('is taken with the tag of its version', () => {
		expect(versionFaults({ ...manifest, version: '1.2.3' }, '1.2.3', 'v1.2.3')).toEqual([]);
		expect(versionFaults({ ...manifest, version: '2.0.0-rc.1' }, '2.0.0-rc.1', 'v2.0.0-rc.1')).toEqual([]);
	});
});

describe('what n8n shows of the nodes', () => {
	let root: string;
	const codex = 'nodes/AlfaCrm/AlfaCrmTrigger.node.json';
	beforeEach(() => {
		root = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-release-'));
		for (const part of ['package.json', 'icons', 'nodes/AlfaCrm'])
			fs.cpSync(path.join(ROOT, part), path.join(root, part), { recursive: true });
	});
	afterEach(() => fs.rmSync(root, { recursive: true }));

	it('is complete', () => {
		expect(codexFaults(root)).toEqual([]);
		expect(iconFaults(root)).toEqual([]);
	});

	it.each([
		['it is about the node alfaCrm', { node: 'alfaCrm' }],
		['nodeVersion or codexVersion is missing', { nodeVersion: undefined }],
		['it has no category', { categories: [] }],
		// Without it n8n drops the whole file.
		['a link to the documentation is missing', { resources: undefined }],
	])('is refused: %s', (fault, change) => {
		const file = path.join(root, codex);
		writeJson(file, { ...readJson<object>(file), ...change });
		expect(codexFaults(root)).toEqual([`${codex}: ${fault}`]);
	});

	it('is refused without a codex file or an icon, and with an icon that is not square or for both themes', () => {
		fs.rmSync(path.join(root, codex));
		expect(codexFaults(root)).toEqual([`${codex} is missing`]);

		const [light, dark] = ['alfacrm.svg', 'alfacrm.dark.svg'].map((name) => path.join(root, 'icons', name));
		const drawn = fs.readFileSync(light, 'utf8');
		fs.writeFileSync(dark, drawn);
		expect(iconFaults(root)).toEqual(['the icon for the dark theme is that for the light one']);
		fs.writeFileSync(light, drawn.replace('0 0 60 60', '0 0 60 40'));
		expect(iconFaults(root)).toEqual(['icons/alfacrm.svg is not square']);
		fs.rmSync(dark);
		expect(iconFaults(root)).toEqual(['icons/alfacrm.dark.svg is missing']);
	});
});

describe('the README that is packed', () => {
	const whole = ['# Name', ...HEADINGS.map((heading) => `## ${heading}`)];

	it("has the headings of n8n's template and is English", () => {
		const faults = (lines: string[]) => readmeFaults(lines.join('\n'));
		expect(faults(whole)).toEqual([]);
		expect(faults([...whole, 'По-русски'])).toEqual(['line 9 is not English']);
		expect(faults(whole.filter((line) => !line.includes('Usage')))).toEqual(['"## Usage" is missing']);
	});
});

describe('a page that says how to install from a file', () => {
	const page = 'copy `n8n-nodes-alfacrm-1.0.0.tgz`, then `npm install /path/to/n8n-nodes-alfacrm-1.0.0.tgz`';

	it('names the file that npm pack makes of the version', () => {
		expect(packedFileFaults(page, 'n8n-nodes-alfacrm', '1.0.0')).toEqual([]);
		expect(packedFileFaults(page, 'n8n-nodes-alfacrm', '1.1.0-beta.1')).toEqual([
			'it names n8n-nodes-alfacrm-1.0.0.tgz, not n8n-nodes-alfacrm-1.1.0-beta.1.tgz',
		]);
		expect(packedFileFaults('n8n-nodes-alfacrm-2.0.0-rc.1.tgz', 'n8n-nodes-alfacrm', '2.0.0-rc.1')).toEqual(
			[],
		);
	});
});

describe('the table', () => {
	it('says of each check how it went, and of one that failed what to do and what it found', () => {
		expect(printed({ name: 'Types', faults: [], advice: 'mend them' })).toMatch(/^Types +passed$/);
		const faults = Array.from({ length: 14 }, (_, index) => `fault ${index + 1}`);
		const lines = printed({ name: 'Types', faults, advice: 'mend them' }).split('\n');
		expect(lines[0]).toMatch(/^Types +failed +mend them$/);
		expect(lines.slice(1)).toEqual([...faults.slice(0, 12), 'and 2 more'].map((line) => `    ${line}`));
	});
});

describe('the changelog', () => {
	const CHANGELOG = `# Changelog

All notable changes.

## 1.1.0 - 2026-02-28

### Added

- Something.

## [1.0.0] - 2026-01-31

- The beginning.
`;
	const faults = (text: string, of = '1.1.0', isTagged = true) =>
		changelogFaults(text, of, isTagged, '2026-03-01');
	const dated = (date: string) => CHANGELOG.replace('2026-02-28', date);

	it('tells of the version that comes next', () => {
		const text = fs.readFileSync(inRepo('CHANGELOG.md'), 'utf8');
		expect(changelogFaults(text, version, false, '2999-01-01')).toEqual([]);
		expect(notesOf(text, version)).toContain('### Added');
	});

	it('gives the notes of one version', () => {
		expect(notesOf(CHANGELOG, '1.1.0')).toBe('### Added\n\n- Something.');
		expect(notesOf(CHANGELOG, '1.0.0')).toBe('- The beginning.');
		expect(notesOf(CHANGELOG, '1.0')).toBe('');
	});

	it('is right with a date that has come', () => {
		expect(faults(CHANGELOG)).toEqual([]);
		expect(faults(dated('2026-03-01'))).toEqual([]);
	});

	it('may lack the date until the version has its tag', () => {
		expect(faults(dated('unreleased'), '1.1.0', false)).toEqual([]);
		expect(faults(dated('unreleased'))).toEqual(['"unreleased" stands where the date of 1.1.0 should']);
	});

	it.each([
		['2026-03-02', '2026-03-02 has not come yet'],
		['2026-02-31', '"2026-02-31" is no date such as 2026-01-31'],
	])('is wrong with the date %s', (date, fault) => {
		expect(faults(dated(date))).toEqual([fault]);
	});

	it('is wrong without the version, and with nothing to say of it', () => {
		expect(faults(CHANGELOG, '1.2.0')).toEqual(['its newest version is "1.1.0", not 1.2.0']);
		expect(faults('# Changelog\n')).toEqual(['it has no version']);
		const silent = '## 1.1.0 - 2026-02-28\n\n## 1.0.0 - 2026-01-31\n\n- One.\n';
		expect(faults(silent)).toEqual(['it says nothing of 1.1.0']);
	});
});

const PUBLISH = fs.readFileSync(inRepo('.github/workflows/publish.yml'), 'utf8');

describe('the workflow that publishes', () => {
	it('does it as n8n demands', () => {
		expect(publishFaults(PUBLISH)).toEqual([]);
	});

	it.each<[fault: string, part: string | RegExp, other: string]>([
		['npm publish goes without --provenance', / --provenance/g, ''],
		['a version such as 1.1.0-beta.1 has no tag of its own, without which npm refuses it', ' --tag next', ''],
		['the job that publishes may not have an ID token', 'id-token: write', 'id-token: none'],
		[
			'the job that publishes has rights that it does not need',
			'contents: read\n      # npm',
			'contents: write\n      # npm',
		],
		['it publishes what no job before it has tested', 'run: npm test', 'run: npm run check'],
		['it publishes what no job before it has tested', '    needs: [test, deep]\n', ''],
		['nothing before it checks that tag, version and owner are real', ' --tag "$GITHUB_REF_NAME"', ''],
		['it does not start from tags alone', "tags: ['v*']", 'branches: [main]'],
		['no job makes a release on GitHub', 'gh release create', 'echo'],
		['no job runs npm publish', /npm publish/g, 'npm pack'],
	])('%s: is found', (fault, part, other) => {
		expect(PUBLISH.replace(part, other)).not.toBe(PUBLISH);
		expect(publishFaults(PUBLISH.replace(part, other))).toContain(fault);
	});
});
