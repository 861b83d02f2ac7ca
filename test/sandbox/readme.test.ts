import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { faultPresets } from '../../sandbox';
import { faultKinds } from '../../sandbox/http/faults/schema';
import { defaultSettings, settingNames } from '../../sandbox/model/settings';

const readme = readFileSync(join(__dirname, '../../sandbox/README.md'), 'utf8');

/** Rows of the table under a heading, by the code in their first column. */
function table(heading: string): Map<string, string[]> {
	const [, section = ''] = readme.split(`\n## ${heading}\n`);
	const [text = ''] = section.split('\n## ');
	const rows = text.split('\n').filter((line) => line.startsWith('| `'));
	return new Map(
		rows.map((row) => {
			const [, name = '', ...rest] = row.split('|').map((cell) => cell.trim());
			return [name.replaceAll('`', ''), rest];
		}),
	);
}

describe('the README', () => {
	const settings = table('Settings');

	it('has a row for each setting, and no other', () => {
		expect([...settings.keys()].sort()).toEqual([...settingNames].sort());
	});

	it.each(settingNames)('gives the default of %s first', (name) => {
		const [values = ''] = settings.get(name) ?? [];
		const value = defaultSettings[name];
		const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
		if (name === 'ignoredFilters') {
			const listed = [...values.matchAll(/`([^`]+)`/g)].map(([, filter]) => filter);
			expect(listed.sort()).toEqual([...(value as string[])].sort());
		} else expect(values.replaceAll('`', '').split(', ')[0]).toBe(text);
	});

	it('has a row for each kind of fault, and names the ways to fail', () => {
		expect([...table('Faults').keys()].sort()).toEqual([...faultKinds].sort());
		for (const way of Object.keys(faultPresets)) expect(readme).toContain(`\`${way}\``);
	});
});
