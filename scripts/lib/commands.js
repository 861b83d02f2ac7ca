'use strict';

const fs = require('node:fs');
const { isBuiltin } = require('node:module');
const path = require('node:path');
const { inRepo } = require('./paths.js');

const REQUIRED = /\b(?:require|import)\(\s*['"]([^'"]+)['"]\s*\)/g;

/**
 * The names of all that a file requires, directly or through files of this repository.
 * @param {string} file inside the repository
 * @param {Set<string>} [seen]
 * @returns {string[]}
 */
function reach(file, seen = new Set()) {
	if (seen.has(file)) return [];
	seen.add(file);
	return [...fs.readFileSync(inRepo(file), 'utf8').matchAll(REQUIRED)].flatMap(([, name]) =>
		name.startsWith('.') ? reach(path.join(path.dirname(file), name), seen) : [name],
	);
}

/** @param {string} name of a module */
const isPartOfNode = (name) => name.startsWith('node:') && isBuiltin(name);

/** @param {string} name of a script that the bootstrap is asked for */
const loadCommand = (name) => require(inRepo('scripts', `${name}.js`));

/** The commands that the README speaks of, without `npm` and `run`. */
const commandsOfReadme = () =>
	[...fs.readFileSync(inRepo('README.md'), 'utf8').matchAll(/`npm (?:run )?([a-z0-9:]+)/g)].map(
		([, name]) => name,
	);

module.exports = { commandsOfReadme, isPartOfNode, loadCommand, reach };
