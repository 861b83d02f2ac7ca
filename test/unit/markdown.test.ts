import { readFileSync } from 'node:fs';

import { markdownTable, withSection } from '../../scripts/lib/markdown';
import { inRepo } from '../../scripts/lib/paths';

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

	it('of the performance are one for each benchmark', () => {
		const performance = readFileSync(inRepo('docs', 'performance.md'), 'utf8');
		const jobs = withSection(performance, 'bench', 'jobs');
		const polls = withSection(performance, 'bench-poll', 'polls');
		expect(jobs).toContain('`npm run bench:poll -- --write`');
		expect(jobs).not.toContain('`npm run bench -- --write`');
		expect(polls).toContain('`npm run bench -- --write`');
		expect(polls).not.toContain('`npm run bench:poll -- --write`');
	});
});

it('a table aligns numbers to the right', () => {
	const table = markdownTable(['what', 'how many'], [['calls', 5]], (column) => column === 0);
	expect(table).toBe('| what | how many |\n| --- | --: |\n| calls | 5 |');
});
