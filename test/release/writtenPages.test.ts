import { entities } from '../../nodes/AlfaCrm/entities/registry';
import { renderPages } from '../../scripts/docs';

const writtenPages = renderPages();
const pagesWithOperations = writtenPages.filter(({ tables }) => tables.includes('operations'));

const sharedLists = entities.filter(({ listedIn }) => listedIn);
const ownResources = entities.filter(({ listedIn }) => !listedIn);

it.each(writtenPages)('$file is up to date (`npm run docs` writes it)', ({ text, wanted }) => {
	expect(text).toBe(wanted);
});

it.each(writtenPages)('$file has a marker for each of its tables', ({ text, tables }) => {
	for (const table of tables) {
		expect(text).toContain(`<!-- ${table} -->`);
	}
});

describe.each(pagesWithOperations)('$file', ({ text }) => {
	it.each(ownResources)('the table of operations has a row for the resource $label', ({ label }) => {
		expect(text).toContain(`| ${label} |`);
	});

	it.each(sharedLists)('the table of operations has a row for the shared list $plural', ({ plural }) => {
		expect(text).toContain(` → ${plural} |`);
	});
});
