'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { countNodes, JOBS, withHttp, withPackage } = require('./lib/jobs.js');

const ROOT = path.join(__dirname, '..');
/** The words of the tables, by file. */
const READMES = {
	'README.md': {
		headings: ['Resource', 'Operations', 'Filters of Get Many', 'Facts'],
		certainty: { confirmed: 'confirmed', documented: 'documented', unconfirmed: 'unconfirmed' },
		except: 'unconfirmed',
		jobs: { language: 'en', headings: ['Job', 'Nodes with this package', 'Nodes with HTTP Request'] },
	},
	'README.ru.md': {
		headings: ['Ресурс', 'Операции', 'Фильтры Get Many', 'Факты'],
		certainty: { confirmed: 'подтверждены', documented: 'по документации', unconfirmed: 'не подтверждены' },
		except: 'не подтверждено',
		jobs: { language: 'ru', headings: ['Задача', 'Узлов с этим пакетом', 'Узлов с HTTP Request'] },
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
/** What stands between two marks of a README. */
const block = (/** @type {string} */ name) =>
	new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);

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
	return table(headings, rows);
}

/**
 * How many nodes each everyday job takes, counted in the workflows that the tests run.
 * @param {typeof READMES['README.md']['jobs']} words
 */
function jobsTable({ language, headings }) {
	const rows = JOBS.map(({ name, ...titles }) => [
		`[${titles[/** @type {'en'} */ (language)]}](examples/${name}.json)`,
		String(countNodes(withPackage(name))),
		String(countNodes(withHttp(name))),
	]);
	return table(headings, rows);
}

/**
 * @param {string[]} headings
 * @param {string[][]} rows
 */
function table(headings, rows) {
	const lines = [headings, headings.map(() => '---'), ...rows];
	return `\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n`;
}

/**
 * Each README with the tables that it should have.
 * @param {readonly any[]} entities the registry
 * @returns {Array<{ file: string, text: string, wanted: string }>}
 */
function readmes(entities) {
	return Object.entries(READMES).map(([file, words]) => {
		const text = fs.readFileSync(path.join(ROOT, file), 'utf8');
		const wanted = text
			.replace(block('operations'), (_all, start, end) => start + operationsTable(entities, words) + end)
			.replace(block('jobs'), (_all, start, end) => start + jobsTable(words.jobs) + end);
		return { file, text, wanted };
	});
}

if (require.main === module) {
	const { entities } = require('../dist/nodes/AlfaCrm/entities/registry.js');
	for (const { file, wanted } of readmes(entities)) fs.writeFileSync(path.join(ROOT, file), wanted);
}

module.exports = { readmes };
