import { entities } from '../../nodes/AlfaCrm/entities/registry';
import { renderPages } from '../../scripts/docs';

const writtenPages = renderPages();
const pagesWithOperations = writtenPages.filter(({ sections }) => sections.includes('operations'));

const sharedLists = entities.filter(({ listedIn }) => listedIn);
const ownResources = entities.filter(({ listedIn }) => !listedIn);

it.each(writtenPages)('$file is up to date (`npm run docs` writes it)', ({ text, renderedText }) => {
	expect(text).toBe(renderedText);
});

it.each(writtenPages)('$file has a marker for each of its sections', ({ text, sections }) => {
	for (const section of sections) {
		expect(text).toContain(`<!-- ${section} -->`);
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
