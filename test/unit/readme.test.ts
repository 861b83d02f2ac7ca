import { entities } from '../../nodes/AlfaCrm/entities/registry';
import { readmes } from '../../scripts/docs';

describe('the table of operations', () => {
	it.each(readmes(entities))(
		'in $file is what the declarations say (npm run docs writes it)',
		({ text, wanted }) => {
			expect(text).toContain('<!-- operations -->');
			for (const { label } of entities) expect(text).toContain(`| ${label} |`);
			expect(text).toBe(wanted);
		},
	);
});
