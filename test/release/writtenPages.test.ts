import { entities } from '../../nodes/AlfaCrm/entities/registry';
import { pages } from '../../scripts/docs';
import { JOBS } from '../../scripts/lib/examples';

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
