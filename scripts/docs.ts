import fs from 'node:fs';
import execa from 'execa';
import type { Entity, OperationName } from '../nodes/AlfaCrm/entities/types';
import { entities } from '../nodes/AlfaCrm/entities/registry';
import { sharedResources } from '../nodes/AlfaCrm/operations/lists';
import { faultRows, settingRows } from '../sandbox/reference';
import { compatTable, triedVersions } from './lib/compat';
import { markdownTable, withSection } from './lib/markdown';
import { inRepo, ROOT } from './lib/paths';

type Language = 'en' | 'ru';

/** The words of the tables, by language. */
const WORDS = {
	en: {
		operations: ['Resource', 'Operations', 'Facts'],
		filters: ['Resource', 'Filters of Get Many'],
		certainty: { confirmed: 'confirmed', documented: 'documented', unconfirmed: 'unconfirmed' },
		except: 'unconfirmed',
		tried: (versions: string) =>
			`The packed package has been tried in n8n ${versions}, each with an AlfaCRM sandbox beside it ([how, and what holds](docs/compatibility.md)).`,
	},
	ru: {
		operations: ['Ресурс', 'Операции', 'Факты'],
		filters: ['Ресурс', 'Фильтры Get Many'],
		certainty: { confirmed: 'подтверждены', documented: 'по документации', unconfirmed: 'не подтверждены' },
		except: 'не подтверждено',
		tried: (versions: string) =>
			`Готовый пакет проверен в n8n версий ${versions}: [что именно и с каким результатом](../compatibility.md) (на английском).`,
	},
};
/** What is written by the code itself; the drawing has no words, and the sandbox speaks English only. */
const TABLES = {
	operations: operationsTable,
	filters: filtersTable,
	rooms: drawing,
	compat: () => compatTable(),
	versions: versionsLine,
	settings: () => markdownTable(['setting', 'values', 'meaning', 'fact'], settingRows()),
	faults: () => markdownTable(['kind', 'fields', 'the client sees'], faultRows()),
};
/** Which of them each page has. */
const PAGES: Array<{ file: string; language: Language; tables: Array<keyof typeof TABLES> }> = [
	{ file: 'README.md', language: 'en', tables: ['versions'] },
	{ file: 'docs/ru/README.md', language: 'ru', tables: ['versions'] },
	{ file: 'docs/compatibility.md', language: 'en', tables: ['compat'] },
	{ file: 'docs/operations.md', language: 'en', tables: ['filters', 'operations'] },
	{ file: 'docs/ru/operations.md', language: 'ru', tables: ['filters', 'operations'] },
	{ file: 'docs/architecture.md', language: 'en', tables: ['rooms'] },
	{ file: 'sandbox/README.md', language: 'en', tables: ['settings', 'faults'] },
];
const OPERATIONS: Record<OperationName, string> = {
	create: 'Create',
	delete: 'Delete',
	find: 'Find',
	get: 'Get',
	getAll: 'Get Many',
	update: 'Update',
	upsert: 'Create or Update',
};
const sorted = (names: string[]) => [...names].sort((a, b) => a.localeCompare(b, 'en')).join(', ');
const labels = (things: ReadonlyArray<{ label: string }>) => things.map(({ label }) => label);
const usual = (names: readonly OperationName[]) => names.map((name) => OPERATIONS[name]);

/** Rows by what the form calls the lists, those that share a resource by the choice in it too. */
function rowsOf(rowOf: (entity: Entity) => string[]): string[][] {
	const called = ({ label, plural, listedIn }: Entity) =>
		listedIn ? `${sharedResources.get(listedIn)?.label} → ${plural}` : label;
	return entities
		.map((entity) => [called(entity), ...rowOf(entity)])
		.sort(([one], [other]) => one.localeCompare(other, 'en'));
}

/** The table of operations, as the declarations of the entities have it. */
function operationsTable(language: Language): string {
	const { operations: headings, certainty: words, except } = WORDS[language];
	const rows = rowsOf(({ operations, certainty, unconfirmed = [], actions = [] }) => {
		const doubtful = actions.filter((action) => action.unconfirmed);
		const exceptions = [...usual(unconfirmed), ...labels(doubtful)];
		const isPlain = certainty === 'unconfirmed' || exceptions.length === 0;
		return [
			sorted([...usual(operations), ...labels(actions)]),
			isPlain ? words[certainty] : `${words[certainty]}; ${except}: ${sorted(exceptions)}`,
		];
	});
	return markdownTable(headings, rows);
}

/** The versions of n8n that `npm run compat` has tried. */
function versionsLine(language: Language): string {
	const versions = new Intl.ListFormat(language, { style: 'long' }).format(triedVersions());
	return WORDS[language].tried(versions);
}

/** What each list can be narrowed down by, whether it is always in the form or added under 'Filters'. */
function filtersTable(language: Language): string {
	const rows = rowsOf(({ hidden: { views = [], partition } = {}, filters }) => [
		sorted(labels([...views, ...(partition ? [partition] : []), ...filters])) || '–',
	]);
	return markdownTable(WORDS[language].filters, rows);
}

/** The rooms of the house and who imports whom, as Mermaid draws it. */
function drawing(): string {
	const rooms = ['--collapse', '^(nodes/AlfaCrm/[^/]+|sandbox/[^/]+|credentials)'];
	const ours = ['--include-only', '^(nodes|credentials|sandbox)/', '--exclude', 'eslint'];
	const args = ['nodes', 'credentials', 'sandbox', '--output-type', 'mermaid', ...rooms, ...ours];
	const lines = execa.sync('depcruise', args, { cwd: ROOT, preferLocal: true }).stdout.trim().split('\n');
	// Sorted: theirs is the order of the imports, which moves with any line of code.
	const isArrow = (line: string) => line.includes('-->');
	const arrows = lines.filter(isArrow).sort();
	return ['```mermaid', ...lines.filter((line) => !isArrow(line)), ...arrows, '```'].join('\n');
}

/** Each page with the tables that it should have. */
export function renderPages() {
	return PAGES.map(({ file, language, tables }) => {
		const text = fs.readFileSync(inRepo(file), 'utf8');
		const wanted = tables.reduce((page, name) => withSection(page, name, TABLES[name](language)), text);
		return { file, text, tables, wanted };
	});
}

/** `npm run docs`: writes the tables of the READMEs, of docs/ and of sandbox/, and the picture of the architecture. */
export async function main() {
	for (const { file, wanted } of renderPages()) fs.writeFileSync(inRepo(file), wanted);
	return 0;
}
