'use strict';

const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
/** The words of the table, by file. */
const READMES = {
	'README.md': {
		headings: ['Resource', 'Operations', 'Filters of Get Many', 'Facts'],
		certainty: { confirmed: 'confirmed', documented: 'documented', unconfirmed: 'unconfirmed' },
		except: 'unconfirmed',
	},
	'README.ru.md': {
		headings: ['Ресурс', 'Операции', 'Фильтры Get Many', 'Факты'],
		certainty: { confirmed: 'подтверждены', documented: 'по документации', unconfirmed: 'не подтверждены' },
		except: 'не подтверждено',
	},
};
const OPERATIONS = {
	create: 'Create',
	delete: 'Delete',
	find: 'Find',
	get: 'Get',
	getAll: 'Get Many',
	update: 'Update',
	upsert: 'Create or Update',
};
const BLOCK = /(<!-- operations -->\n)[\s\S]*?(<!-- \/operations -->)/;

/**
 * The table of operations, as the declarations of the entities have it.
 * @param {readonly any[]} entities the registry
 * @param {typeof READMES['README.md']} words
 */
function operationsTable(entities, { headings, certainty, except }) {
	const sorted = (/** @type {string[]} */ names) =>
		[...names].sort((a, b) => a.localeCompare(b, 'en')).join(', ');
	const usual = (/** @type {Array<keyof OPERATIONS>} */ names) => names.map((name) => OPERATIONS[name]);
	const rows = entities.map(
		({ label, operations, unconfirmed = [], actions = [], views = [], sweep, filters, ...entity }) => {
			const labels = (/** @type {Array<{ label: string }>} */ things) => things.map((thing) => thing.label);
			const doubtful = actions.filter((/** @type {any} */ action) => action.certainty === 'unconfirmed');
			const exceptions = [...usual(unconfirmed), ...labels(doubtful)];
			const sure = certainty[/** @type {'confirmed'} */ (entity.certainty)];
			const all = entity.certainty === 'unconfirmed' || exceptions.length === 0;
			return [
				label,
				sorted([...usual(operations), ...labels(actions)]),
				sorted(labels([...views, ...(sweep ? [sweep] : []), ...filters])) || '–',
				all ? sure : `${sure}; ${except}: ${sorted(exceptions)}`,
			];
		},
	);
	const lines = [headings, headings.map(() => '---'), ...rows];
	return `\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n`;
}

/**
 * Each README with the table that it should have.
 * @param {readonly any[]} entities the registry
 * @returns {Array<{ file: string, text: string, wanted: string }>}
 */
function readmes(entities) {
	return Object.entries(READMES).map(([file, words]) => {
		const text = fs.readFileSync(path.join(ROOT, file), 'utf8');
		const wanted = text.replace(BLOCK, (_all, start, end) => start + operationsTable(entities, words) + end);
		return { file, text, wanted };
	});
}

if (require.main === module) {
	const { entities } = require('../dist/nodes/AlfaCrm/entities/registry.js');
	for (const { file, wanted } of readmes(entities)) fs.writeFileSync(path.join(ROOT, file), wanted);
}

module.exports = { readmes };
