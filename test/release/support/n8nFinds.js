'use strict';

/**
 * What n8n itself makes of the built package, as JSON: the definition and the answer to a search that its AI builders get,
 * and where a search for each word finds a node of ours. Run by Node alone, for n8n's modules are not those of the tests.
 *
 * Arguments: the node_modules of an n8n, the folder of the package, and words.
 */
const fs = require('node:fs');
const path = require('node:path');

const [modules, root, ...words] = process.argv.slice(2);
const ofN8n = (...names) => require(path.join(modules, ...names));
const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));

const { generateNodeTypeFile } = ofN8n('@n8n', 'workflow-sdk', 'dist', 'generate-types', 'generate-types.js');
const { NodeTypeParser, searchCodeBuilderNodes } = ofN8n('@n8n/ai-utilities/dist/cjs/node-catalog/index.js');
const { sublimeSearch } = ofN8n('@n8n', 'utils', 'dist', 'search', 'sublime-search.cjs');

const manifest = readJson(path.join(root, 'package.json'));
const own = manifest.n8n.nodes.map((file) => {
	const name = path.basename(file, '.node.js');
	const { description } = new (require(path.join(root, file))[name])();
	const { categories, alias } = readJson(path.join(root, file.replace(/js$/, 'json')));
	return { ...description, name: `${manifest.name}.${description.name}`, codex: { categories, alias } };
});
const others = ['n8n-nodes-base', '@n8n/n8n-nodes-langchain'].flatMap((name) =>
	readJson(path.join(modules, name, 'dist', 'types', 'nodes.json')).map((node) => ({
		...node,
		name: `${name}.${node.name}`,
	})),
);

const isOurs = (name) => name.startsWith(`${manifest.name}.`);
const parser = new NodeTypeParser([...others, ...own]);
/** The node panel of the editor looks at these. */
const PANEL = [
	{ key: 'properties.displayName', weight: 1.3 },
	{ key: 'properties.codex.alias', weight: 1 },
];
const inPanel = [...others, ...own].map((properties) => ({ properties }));

const answer = searchCodeBuilderNodes(new NodeTypeParser(own), ['alfacrm']).results;
const found = words.map((word) => ({
	word,
	byBuilder: parser.searchNodeTypes(word, 5).some(({ id }) => isOurs(id)),
	inPanel: sublimeSearch(word, inPanel, PANEL).some(({ item }) => isOurs(item.properties.name)),
}));
const [definition, triggerDefinition] = own.map((node) => generateNodeTypeFile(node));
console.log(JSON.stringify({ definition, triggerDefinition, answer, found }));
