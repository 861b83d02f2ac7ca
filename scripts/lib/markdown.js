'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { inRepo, ROOT } = require('./paths.js');

/** Folders whose pages are not ours. */
const FOREIGN = ['node_modules', 'dist', '.git'];
const SOURCES = ['nodes', 'credentials'];
const LINK = /\]\(([^()\s]+)\)|\b(?:src|srcset|href)="([^"]+)"/g;
/** What a message fills in. */
const GAP = '…';

/**
 * @param {string} folder
 * @param {string} ending
 * @returns {string[]} files below it, as paths inside the repository
 */
function filesIn(folder, ending) {
	return fs.readdirSync(inRepo(folder), { withFileTypes: true }).flatMap((entry) => {
		const inner = path.join(folder, entry.name);
		if (entry.isDirectory()) return FOREIGN.includes(entry.name) ? [] : filesIn(inner, ending);
		return entry.isFile() && entry.name.endsWith(ending) ? [inner] : [];
	});
}

/** Every page of the repository. */
const allPages = () => filesIn('.', '.md');

/** @param {string} file */
const read = (file) => fs.readFileSync(inRepo(file), 'utf8');

/** A page without its samples, in which nothing is a link or a heading. */
const prose = (/** @type {string} */ file) => read(file).replace(/^```[\s\S]*?^```$/gm, '');

/**
 * The names that GitHub gives the headings of a page.
 * @param {string} file
 */
function anchorsOf(file) {
	const headings = prose(file).match(/^#{1,6} .*$/gm) ?? [];
	return headings.map((heading) =>
		heading
			.replace(/^#+ /, '')
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\s_-]/gu, '')
			.replace(/\s/g, '-'),
	);
}

/**
 * The links of a page that lead nowhere: files that are not there, and headings that a page does not have.
 * @param {string} file
 */
function brokenLinks(file) {
	const targets = [
		...prose(file)
			.replace(/`[^`\n]*`/g, '')
			.matchAll(LINK),
	].map(([, link, source]) => link ?? source);
	return targets.filter((target) => {
		if (/^[a-z]+:/.test(target)) return false;
		const [name, anchor] = target.split('#');
		const found = name === '' ? file : path.relative(ROOT, inRepo(path.dirname(file), decodeURI(name)));
		if (found.startsWith('..') || !fs.existsSync(inRepo(found))) return true;
		return anchor !== undefined && !anchorsOf(found).includes(decodeURIComponent(anchor));
	});
}

/**
 * The messages that the table of a page's troubleshooting begins its rows with.
 * @param {string} file
 * @param {string} heading
 */
function quotedMessages(file, heading) {
	const [, section = ''] = read(file).split(`\n## ${heading}\n`);
	const [text] = section.split('\n## ');
	return [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, message]) => message);
}

/**
 * Whether the code holds each piece of a message; pieces are parted by what the message fills in.
 * @param {string} message
 */
function isInCode(message) {
	const code = SOURCES.flatMap((folder) => filesIn(folder, '.ts'))
		.map(read)
		.join('\n')
		.replace(/\\'/g, "'");
	return message.split(GAP).every((piece) => code.includes(piece.trim()));
}

module.exports = { allPages, brokenLinks, isInCode, quotedMessages };
