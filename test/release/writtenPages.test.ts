import { entities } from '../../nodes/AlfaCrm/entities/registry';
import { renderPages } from '../../scripts/docs';

const written = renderPages();

describe('what the code writes', () => {
	it.each(written)(
		'in $file is what declarations, examples and imports say (npm run docs writes it)',
		({ text, tables, wanted }) => {
			for (const table of tables) expect(text).toContain(`<!-- ${table} -->`);
			expect(text).toBe(wanted);
		},
	);

	const tabled = written.filter(({ tables }) => tables.includes('operations'));

	it.each(tabled)('in $file has a row for each list', ({ text }) => {
		for (const { label, plural, listedIn } of entities)
			expect(text).toContain(listedIn ? ` → ${plural} |` : `| ${label} |`);
	});
});
