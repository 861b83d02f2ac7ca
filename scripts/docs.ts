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

/** Makes each part of a page that comes from the code. Parts without a language are English everywhere. */
const SECTIONS = {
	operations: makeOperationsTable,
	filters: makeFiltersTable,
	rooms: drawArchitecture,
	compat: () => compatTable(),
	versions: nameTriedVersions,
	settings: () => markdownTable(['setting', 'values', 'meaning', 'fact'], settingRows()),
	faults: () => markdownTable(['kind', 'fields', 'the client sees'], faultRows()),
};

interface PageDeclaration {
	file: string;
	language: Language;
	sections: Array<keyof typeof SECTIONS>;
}

const PAGES: PageDeclaration[] = [
	{ file: 'README.md', language: 'en', sections: ['versions'] },
	{ file: 'docs/ru/README.md', language: 'ru', sections: ['versions'] },
	{ file: 'docs/compatibility.md', language: 'en', sections: ['compat'] },
	{ file: 'docs/operations.md', language: 'en', sections: ['filters', 'operations'] },
	{ file: 'docs/ru/operations.md', language: 'ru', sections: ['filters', 'operations'] },
	{ file: 'docs/architecture.md', language: 'en', sections: ['rooms'] },
	{ file: 'sandbox/README.md', language: 'en', sections: ['settings', 'faults'] },
];

const OPERATION_LABELS: Record<OperationName, string> = {
	create: 'Create',
	delete: 'Delete',
	find: 'Find',
	get: 'Get',
	getAll: 'Get Many',
	update: 'Update',
	upsert: 'Create or Update',
};

/** `npm run docs`: writes the parts of the READMEs and of docs/ that come from the code. */
export async function main() {
	for (const { file, renderedText } of renderPages()) {
		fs.writeFileSync(inRepo(file), renderedText);
	}
	return 0;
}

/** Renders each page, with its sections as the code has them now. */
export function renderPages() {
	return PAGES.map(({ file, language, sections }) => {
		const text = fs.readFileSync(inRepo(file), 'utf8');
		let renderedText = text;
		for (const section of sections) {
			const content = SECTIONS[section](language);
			renderedText = withSection(renderedText, section, content);
		}
		return { file, text, sections, renderedText };
	});
}

/** Makes the table of the operations of each resource, and of how certain the facts about them are. */
function makeOperationsTable(language: Language): string {
	const words = WORDS[language];
	const rows = makeRows((entity) => {
		const { operations, actions = [], certainty } = entity;
		const certaintyText = words.certainty[certainty];
		const exceptions = certainty === 'unconfirmed' ? [] : labelsOfUnconfirmed(entity);
		return [
			joinSorted([...labelsOfOperations(operations), ...labelsOf(actions)]),
			exceptions.length === 0
				? certaintyText
				: `${certaintyText}; ${words.except}: ${joinSorted(exceptions)}`,
		];
	});
	return markdownTable(words.operations, rows);
}

/** Lists the operations that nobody has tried in a live account, unlike the others of the entity. */
function labelsOfUnconfirmed({ unconfirmed = [], actions = [] }: Entity): string[] {
	const unconfirmedActions = actions.filter((action) => action.unconfirmed);
	return [...labelsOfOperations(unconfirmed), ...labelsOf(unconfirmedActions)];
}

/** Makes the table of the filters of each list, with those that are always in the form. */
function makeFiltersTable(language: Language): string {
	const rows = makeRows(({ hidden: { views = [], partition } = {}, filters }) => {
		const alwaysShown = partition ? [...views, partition] : views;
		const labels = labelsOf([...alwaysShown, ...filters]);
		return [labels.length === 0 ? '–' : joinSorted(labels)];
	});
	return markdownTable(WORDS[language].filters, rows);
}

/** Makes a row for each entity, sorted by the name of its resource in the form. */
function makeRows(makeCells: (entity: Entity) => string[]): string[][] {
	const rows = entities.map((entity) => [nameResource(entity), ...makeCells(entity)]);
	return rows.sort(([nameA], [nameB]) => nameA.localeCompare(nameB, 'en'));
}

/** Names an entity that shares its resource with others by the resource and its own name. */
function nameResource({ label, plural, listedIn }: Entity): string {
	if (!listedIn) return label;
	return `${sharedResources.get(listedIn)?.label} → ${plural}`;
}

/** Names the versions of n8n in which `npm run compat` has tried the package. */
function nameTriedVersions(language: Language): string {
	const list = new Intl.ListFormat(language, { style: 'long' });
	return WORDS[language].tried(list.format(triedVersions()));
}

/** Draws the folders and the imports between them, as Mermaid code. */
function drawArchitecture(): string {
	const { stdout } = execa.sync(
		'depcruise',
		[
			'nodes',
			'credentials',
			'sandbox',
			'--output-type=mermaid',
			'--collapse=^(nodes/AlfaCrm/[^/]+|sandbox/[^/]+|credentials)',
			'--include-only=^(nodes|credentials|sandbox)/',
			'--exclude=eslint',
		],
		{ cwd: ROOT, preferLocal: true },
	);

	// depcruise writes the arrows in the order of the imports, which changes with any line of code.
	const lines = stdout.trim().split('\n');
	const arrows = lines.filter((line) => line.includes('-->')).sort();
	const otherLines = lines.filter((line) => !line.includes('-->'));
	return ['```mermaid', ...otherLines, ...arrows, '```'].join('\n');
}

function labelsOfOperations(names: readonly OperationName[]): string[] {
	return names.map((name) => OPERATION_LABELS[name]);
}

function labelsOf(labelled: ReadonlyArray<{ label: string }>): string[] {
	return labelled.map(({ label }) => label);
}

function joinSorted(names: string[]): string {
	return [...names].sort((a, b) => a.localeCompare(b, 'en')).join(', ');
}
