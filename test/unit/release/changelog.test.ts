import fs from 'node:fs';

import { version } from '../../../package.json';
import { inRepo } from '../../../scripts/lib/paths';
import { changelogFaults, notesOf } from '../../../scripts/lib/release/changelog';

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

describe('the changelog', () => {
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
		['soon', '"soon" is no date such as 2026-01-31'],
	])('is wrong with the date %s', (date, fault) => {
		expect(faults(dated(date))).toEqual([fault]);
	});

	it('is wrong without the version, and with nothing to say of it', () => {
		expect(faults(CHANGELOG, '1.2.0')).toEqual(['its newest version is "1.1.0", not 1.2.0']);
		expect(faults('# Changelog\n')).toEqual(['it has no version']);
		expect(faults('## 1.1.0 - 2026-02-28\n\n## 1.0.0 - 2026-01-31\n\n- One.\n')).toEqual([
			'it says nothing of 1.1.0',
		]);
	});
});
