'use strict';

const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
/** Headings of the table, by file. */
const READMES = {
	'README.md': ['Resource', 'Operations', 'Filters of Get Many'],
	'README.ru.md': ['Ресурс', 'Операции', 'Фильтры Get Many'],
};
const OPERATIONS = {
	create: 'Create',
	delete: 'Delete',
	get: 'Get',
	getAll: 'Get Many',
	update: 'Update',
};
const BLOCK = /(<!-- operations -->\n)[\s\S]*?(<!-- \/operations -->)/;

/**
 * The table of operations, as the declarations of the entities have it.
 * @param {readonly any[]} entities the registry
 * @param {string[]} headings
 */
function operationsTable(entities, headings) {
	const rows = entities.map(({ label, operations, views = [], filters }) => [
		label,
		operations.map((/** @type {keyof OPERATIONS} */ operation) => OPERATIONS[operation]).join(', '),
		[...views, ...filters]
			.map((/** @type {{ label: string }} */ filter) => filter.label)
			.sort((a, b) => a.localeCompare(b, 'en'))
			.join(', '),
	]);
	const lines = [headings, headings.map(() => '---'), ...rows];
	return `\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n`;
}

/**
 * Each README with the table that it should have.
 * @param {readonly any[]} entities the registry
 * @returns {Array<{ file: string, text: string, wanted: string }>}
 */
function readmes(entities) {
	return Object.entries(READMES).map(([file, headings]) => {
		const text = fs.readFileSync(path.join(ROOT, file), 'utf8');
		const wanted = text.replace(
			BLOCK,
			(_all, start, end) => start + operationsTable(entities, headings) + end,
		);
		return { file, text, wanted };
	});
}

if (require.main === module) {
	const { entities } = require('../dist/nodes/AlfaCrm/entities/registry.js');
	for (const { file, wanted } of readmes(entities)) fs.writeFileSync(path.join(ROOT, file), wanted);
}

module.exports = { readmes };
