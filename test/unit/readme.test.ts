import { entities } from '../../nodes/AlfaCrm/entities/registry';
import { readmes } from '../../scripts/docs';
import { JOBS } from '../../scripts/lib/jobs';

describe('the tables', () => {
	it.each(readmes(entities))(
		'in $file are what declarations and examples say (npm run docs writes them)',
		({ text, wanted }) => {
			expect(text).toContain('<!-- operations -->');
			expect(text).toContain('<!-- jobs -->');
			for (const { label } of entities) expect(text).toContain(`| ${label} |`);
			for (const { name } of JOBS) expect(text).toContain(`(examples/${name}.json) | `);
			expect(text).toBe(wanted);
		},
	);
});
