import fs from 'node:fs';
import path from 'node:path';
import GithubSlugger from 'github-slugger';
import MarkdownIt from 'markdown-it';
import type { HTMLElement } from 'node-html-parser';
import { parse } from 'node-html-parser';
import { inRepo, ROOT } from './paths';

/** Folders whose pages are not ours. */
const FOREIGN = ['node_modules', 'dist', '.git'];
const SOURCES = ['nodes', 'credentials'];
/** What a message fills in. */
const GAP = '…';
const converter = new MarkdownIt({ html: true });

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

const read = (file: string) => fs.readFileSync(inRepo(file), 'utf8');
const htmlOf = (file: string) => parse(converter.render(read(file)));

/** The names that GitHub gives the headings of a page. */
function anchorsOf(file: string): string[] {
	const slugger = new GithubSlugger();
	return htmlOf(file)
		.querySelectorAll('h1, h2, h3, h4, h5, h6')
		.map(({ text }) => slugger.slug(text));
}

/** The links of a page that lead nowhere: files that are not there, and headings that a page does not have. */
export function brokenLinks(file: string): string[] {
	const targets = htmlOf(file)
		.querySelectorAll('[href], [src], [srcset]')
		.flatMap(({ attributes: { href, src, srcset } }) => [href, src, srcset])
		.filter((target) => target !== undefined);
	return targets.filter((target) => {
		if (/^[a-z]+:/.test(target)) return false;
		const [name, anchor] = decodeURI(target).split('#');
		const found = name === '' ? file : path.relative(ROOT, inRepo(path.dirname(file), name));
		if (found.startsWith('..') || !fs.existsSync(inRepo(found))) return true;
		return anchor !== undefined && !anchorsOf(found).includes(anchor);
	});
}

/** The messages that the rows of a page's tables begin with. */
export const quotedMessages = (file: string) => htmlOf(file).querySelectorAll('tr').flatMap(messageOf);

function messageOf(row: HTMLElement): string[] {
	const code = row.querySelector('td:first-child > code:first-child');
	return code ? [code.text] : [];
}

/** Whether the code holds each piece of a message; pieces are parted by what the message fills in. */
export function isInCode(message: string): boolean {
	const code = SOURCES.flatMap((folder) => filesIn(folder, '.ts'))
		.map(read)
		.join('\n')
		.replace(/\\'/g, "'");
	return message.split(GAP).every((piece) => code.includes(piece.trim()));
}

/** A table as Markdown has it; GitHub aligns it by itself. */
export function markdownTable(
	titles: string[],
	rows: Array<Array<string | number>>,
	isText: (column: number) => boolean = () => true,
): string {
	const rule = titles.map((_title, column) => (isText(column) ? '---' : '--:'));
	return [titles, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * The page with another text between its marks `<!-- name -->` and `<!-- /name -->`. What stands outside of them is others'.
 */
export function withSection(page: string, name: string, text: string): string {
	const section = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- /${name} -->)`);
	if (!section.test(page)) throw new Error(`The page has no section "${name}"`);
	return page.replace(section, (_all, begin: string, end: string) => `${begin}\n${text}\n\n${end}`);
}
