'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { ensureBuilt } = require('./lib');
const { countNodes, JOBS, withHttp, withPackage } = require('./lib/jobs.js');

const ROOT = path.join(__dirname, '..');
/** The words of the tables, by language. */
const WORDS = {
	en: {
		operations: ['Resource', 'Operations', 'Facts'],
		filters: ['Resource', 'Filters of Get Many'],
		jobs: ['Job', 'Nodes with this package', 'Nodes with HTTP Request'],
		certainty: { confirmed: 'confirmed', documented: 'documented', unconfirmed: 'unconfirmed' },
		except: 'unconfirmed',
	},
	ru: {
		operations: ['Ресурс', 'Операции', 'Факты'],
		filters: ['Ресурс', 'Фильтры Get Many'],
		jobs: ['Задача', 'Узлов с этим пакетом', 'Узлов с HTTP Request'],
		certainty: { confirmed: 'подтверждены', documented: 'по документации', unconfirmed: 'не подтверждены' },
		except: 'не подтверждено',
	},
};
/**
 * Which tables each page has.
 * @type {Array<{ file: string, language: 'en' | 'ru', tables: Array<keyof TABLES> }>}
 */
const PAGES = [
	{ file: 'README.md', language: 'en', tables: ['operations', 'jobs'] },
	{ file: 'README.ru.md', language: 'ru', tables: ['operations', 'jobs'] },
	{ file: 'docs/operations.md', language: 'en', tables: ['filters'] },
	{ file: 'docs/ru/operations.md', language: 'ru', tables: ['filters'] },
];
const TABLES = { operations: operationsTable, filters: filtersTable, jobs: jobsTable };
const OPERATIONS = {
	create: 'Create',
	delete: 'Delete',
	find: 'Find',
	get: 'Get',
	getAll: 'Get Many',
	update: 'Update',
	upsert: 'Create or Update',
};
/** What stands between two marks of a page. */
const block = (/** @type {string} */ name) =>
	new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
const sorted = (/** @type {string[]} */ names) =>
	[...names].sort((a, b) => a.localeCompare(b, 'en')).join(', ');
const labels = (/** @type {Array<{ label: string }>} */ things) => things.map((thing) => thing.label);

/**
 * The table of operations, as the declarations of the entities have it.
 * @param {readonly any[]} entities the registry
 * @param {'en' | 'ru'} language
 */
function operationsTable(entities, language) {
	const { operations: headings, certainty, except } = WORDS[language];
	const usual = (/** @type {Array<keyof OPERATIONS>} */ names) => names.map((name) => OPERATIONS[name]);
	const rows = entities.map(({ label, operations, unconfirmed = [], actions = [], ...entity }) => {
		const doubtful = actions.filter((/** @type {any} */ action) => action.certainty === 'unconfirmed');
		const exceptions = [...usual(unconfirmed), ...labels(doubtful)];
		const sure = certainty[/** @type {'confirmed'} */ (entity.certainty)];
		const all = entity.certainty === 'unconfirmed' || exceptions.length === 0;
		return [
			label,
			sorted([...usual(operations), ...labels(actions)]),
			all ? sure : `${sure}; ${except}: ${sorted(exceptions)}`,
		];
	});
	return table(headings, rows);
}

/**
 * What each list can be narrowed down by, whether it is always in the form or added under 'Filters'.
 * @param {readonly any[]} entities the registry
 * @param {'en' | 'ru'} language
 */
function filtersTable(entities, language) {
	const rows = entities.map(({ label, defaultFilters = [], partitionBy, filters }) => [
		label,
		sorted(labels([...defaultFilters, ...(partitionBy ? [partitionBy] : []), ...filters])) || '–',
	]);
	return table(WORDS[language].filters, rows);
}

/**
 * How many nodes each everyday job takes, counted in the workflows that the tests run.
 * @param {readonly any[]} _entities
 * @param {'en' | 'ru'} language
 */
function jobsTable(_entities, language) {
	const rows = JOBS.map((job) => [
		`[${job[language]}](examples/${job.name}.json)`,
		String(countNodes(withPackage(job.name))),
		String(countNodes(withHttp(job.name))),
	]);
	return table(WORDS[language].jobs, rows);
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
 * Each page with the tables that it should have.
 * @param {readonly any[]} entities the registry
 */
function pages(entities) {
	return PAGES.map(({ file, language, tables }) => {
		const text = fs.readFileSync(path.join(ROOT, file), 'utf8');
		const wanted = tables.reduce(
			(page, name) =>
				page.replace(block(name), (_all, start, end) => start + TABLES[name](entities, language) + end),
			text,
		);
		return { file, text, tables, wanted };
	});
}

/** `npm run docs`: writes the tables of the READMEs and of docs/. */
async function main() {
	await ensureBuilt();
	const { entities } = require('../dist/nodes/AlfaCrm/entities/registry.js');
	for (const { file, wanted } of pages(entities)) fs.writeFileSync(path.join(ROOT, file), wanted);
	return 0;
}

module.exports = { main, pages };
