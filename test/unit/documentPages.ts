import fs from 'node:fs';

import { filesIn } from '../../scripts/lib/markdown';
import { inRepo } from '../../scripts/lib/paths';

/** Reads a file of this repository. */
export function readFile(...file: string[]): string {
	return fs.readFileSync(inRepo(...file), 'utf8');
}

/** Lists the pages in a folder, as names without the folder. */
export function listPages(folder: string): string[] {
	return fs.readdirSync(inRepo(folder)).filter((name) => name.endsWith('.md'));
}

/** Reads the first four lines of a page, in which the links to other pages stand. */
export function readTop(file: string): string {
	return readFile(file).split('\n').slice(0, 4).join('\n');
}

/** Finds what the first group of a pattern matches, each time that the pattern is in a text. */
export function findAll(text: string, pattern: RegExp): string[] {
	return [...text.matchAll(pattern)].map(([, match]) => match);
}

/** Lists the events in the first column of the table of events of a page. */
export function listEventsInTable(file: string): string[] {
	const [, table = ''] = /^\| Trigger On \|.*\n\| --- .*\n((?:\|.*\n)+)/m.exec(readFile(file)) ?? [];
	return findAll(table, /^\| (.+?) \|/gm).flatMap(splitEvents);
}

/** Splits the cell "Lesson Created, Completed" into "Lesson Created" and "Lesson Completed". */
function splitEvents(cell: string): string[] {
	const [firstEvent, ...otherVerbs] = cell.split(', ');
	const [subject] = firstEvent.split(' ');
	return [firstEvent, ...otherVerbs.map((verb) => `${subject} ${verb}`)];
}

/** Lists the heads of the tables of a page, each as its cells. */
export function listTableHeads(file: string): string[][] {
	const lines = readFile(file).split('\n');
	const heads = lines.filter((_line, index) => /^\|( -+:? \|)+$/.test(lines[index + 1] ?? ''));
	return heads.map((head) =>
		head
			.slice(1, -1)
			.split('|')
			.map((cell) => cell.trim()),
	);
}

/** Lists the messages with which the rows of the tables of a page begin. */
export function listQuotedMessages(file: string): string[] {
	return findAll(readFile(file), /^\| `([^`]+)`/gm);
}

/** Lists the names in the Russian glossary, such as "Customer" or "Reference List → Rooms". */
export function listNamesInGlossary(): string[] {
	const page = readFile('docs/ru/README.md');
	const [, section = ''] = /## Словарь: что как называется([^]*?)\n## /.exec(page) ?? [];
	const matches = [...section.matchAll(/\*\*(.*?)\*\*( → [A-Z][A-Za-z ]+)?/g)];
	return matches.map(([, name, list = '']) => name + list.trimEnd());
}

/** Reads the sources in some folders as one text. */
export function readSources(...folders: string[]): string {
	const files = folders.flatMap((folder) => filesIn(folder, '.ts'));
	return files.map((file) => readFile(file)).join('\n');
}
