import fs from 'node:fs';

import { entities } from '../../nodes/AlfaCrm/entities/registry';
import { leaveOut } from '../../nodes/AlfaCrm/operations/school/leftOut';
import { pages } from '../../scripts/docs';
import { JOBS } from '../../scripts/lib/examples';
import { allPages, brokenLinks, isInCode, quotedMessages } from '../../scripts/lib/markdown';
import { inRepo } from '../../scripts/lib/paths';

const written = pages();

describe('what the code writes', () => {
	it.each(written)(
		'in $file is what declarations, examples and imports say (npm run docs writes it)',
		({ text, tables, wanted }) => {
			for (const table of tables) expect(text).toContain(`<!-- ${table} -->`);
			expect(text).toBe(wanted);
		},
	);

	const tabled = written.filter(({ tables }) => tables.includes('operations') || tables.includes('filters'));

	it.each(tabled)('in $file has a row for each resource and each job', ({ text, tables }) => {
		for (const { label } of entities) expect(text).toContain(`| ${label} |`);
		const jobs = tables.includes('jobs') ? JOBS : [];
		for (const { name } of jobs) expect(text).toContain(`examples/${name}.json) | `);
	});
});

it.each(allPages())('the links of %s lead somewhere', (file) => {
	expect(brokenLinks(file)).toEqual([]);
});

describe('the messages under troubleshooting', () => {
	const english = quotedMessages('README.md', 'Troubleshooting');

	it('are those of the code, with … for what is filled in', () => {
		expect(english.length).toBeGreaterThan(20);
		expect(english.filter((message) => !isInCode(message))).toEqual([]);
	});

	it('are the same in Russian', () => {
		expect(quotedMessages('docs/ru/README.md', 'Если что-то не получается')).toEqual(english);
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
