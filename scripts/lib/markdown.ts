import fs from 'node:fs';
import path from 'node:path';
import { inRepo } from './paths';
import { say } from './progress';

/** Folders whose pages are not ours. */
const FOREIGN = ['node_modules', 'dist', '.git'];

/** Files below a folder, as paths inside the repository. */
export function filesIn(folder: string, ending: string): string[] {
	return fs.readdirSync(inRepo(folder), { withFileTypes: true }).flatMap((entry) => {
		const inner = path.join(folder, entry.name);
		if (entry.isDirectory()) return FOREIGN.includes(entry.name) ? [] : filesIn(inner, ending);
		return entry.isFile() && entry.name.endsWith(ending) ? [inner] : [];
	});
}

/** Every page of the repository. */
export const allPages = () => filesIn('.', '.md');

type Cells = Array<string | number>;

const lineOf = (cells: Cells) => `| ${cells.join(' | ')} |`;

/** A table as Markdown has it; GitHub aligns it by itself. */
export function markdownTable(
	titles: string[],
	rows: Cells[],
	isText: (column: number) => boolean = () => true,
): string {
	const rule = titles.map((_title, column) => (isText(column) ? '---' : '--:'));
	return [titles, rule, ...rows].map(lineOf).join('\n');
}

/** Prints the head of a table that is measured, which takes an hour. @returns prints its next line */
export function printTable(titles: string[], isText: (column: number) => boolean) {
	say(markdownTable(titles, [], isText));
	return (...cells: Cells) => say(lineOf(cells));
}

/**
 * The page with another text between its marks `<!-- name -->` and `<!-- /name -->`. What stands outside of them is others'.
 */
export function withSection(page: string, name: string, text: string): string {
	const section = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- /${name} -->)`);
	if (!section.test(page)) throw new Error(`The page has no section "${name}"`);
	return page.replace(section, (_all, begin: string, end: string) => `${begin}\n${text}\n\n${end}`);
}
