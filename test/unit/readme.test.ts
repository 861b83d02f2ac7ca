import { entities } from '../../nodes/AlfaCrm/entities/registry';
import { pages } from '../../scripts/docs';
import { JOBS } from '../../scripts/lib/examples';
import { allPages, brokenLinks, isInCode, quotedMessages } from '../../scripts/lib/markdown';

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
		for (const { name } of jobs) expect(text).toContain(`(examples/${name}.json) | `);
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
		expect(quotedMessages('README.ru.md', 'Если что-то не получается')).toEqual(english);
	});
});
