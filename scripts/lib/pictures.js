'use strict';

const fs = require('node:fs');
const { NodeHelpers } = require('n8n-workflow');
const { N8N_VERSION } = require('./n8n-install.js');
const { inRepo } = require('./paths.js');

/** @typedef {import('n8n-workflow').INodeProperties} Property */
/** @typedef {import('n8n-workflow').INodeTypeDescription} Description */

const COLOR_SCHEMES = /** @type {const} */ (['light', 'dark']);
const FACTS = 'screenshots.json';
/** Shown as a whole, from examples/. */
const EXAMPLE = 'form-to-lead.json';

/** The pictures of the READMEs: what the node in them is set to. */
const NODES = {
	node: {
		name: 'Get new leads',
		type: 'alfaCrm',
		parameters: {
			resource: 'customer',
			operation: 'getAll',
			branchId: 1,
			is_study: 0,
			limit: 20,
			filters: { lead_status_id: 2 },
		},
	},
	trigger: {
		name: 'New lead',
		type: 'alfaCrmTrigger',
		parameters: { event: 'customerCreated', branchIds: [1], is_study: 0 },
	},
	mapper: {
		name: 'Save a lead',
		type: 'alfaCrm',
		parameters: { resource: 'customer', operation: 'create', branchId: 1, inputMode: 'map' },
	},
};

/**
 * @param {string} picture
 * @param {'light' | 'dark'} colorScheme
 */
function pictureFile(picture, colorScheme) {
	return inRepo('docs', 'images', `${picture}-${colorScheme}.png`);
}

/**
 * What the pictures show of n8n, the nodes, the credential and the example; other facts make them stale.
 * @param {Description[]} nodes
 * @param {Property[]} credential
 */
function factsOf(nodes, credential) {
	const ofNodes = Object.entries(NODES).map(([picture, { type, parameters }]) => {
		const node = nodes.find(({ name }) => name === type);
		return [picture, node ? shownParameters(node, parameters) : []];
	});
	return {
		n8n: N8N_VERSION,
		nodes: nodes.map(({ name, version }) => `${name} ${String(version)}`),
		example: shownOnCanvas(exampleShown()),
		parameters: {
			credential: credential.filter(({ type }) => type !== 'hidden').map(toLine),
			...Object.fromEntries(ofNodes),
		},
	};
}

/**
 * The parameters that the editor shows with these values, from top to bottom.
 * @param {Description} description
 * @param {import('n8n-workflow').INodeParameters} parameters
 */
function shownParameters(description, parameters) {
	const node = { typeVersion: Number(description.version) };
	const values =
		NodeHelpers.getNodeParameters(description.properties, parameters, true, false, node, description) ?? {};
	return description.properties
		.filter((property) => NodeHelpers.displayParameter(values, property, node, description))
		.map((property) => toLine({ ...property, default: values[property.name] }));
}

/** @returns {import('./client.js').Workflow} */
function exampleShown() {
	return JSON.parse(fs.readFileSync(inRepo('examples', EXAMPLE), 'utf8'));
}

/**
 * Title, names of the nodes and words of the notes.
 * @param {import('./client.js').Workflow} workflow
 */
function shownOnCanvas({ name, nodes }) {
	const ofNodes = nodes.map((node) => node.parameters.content ?? node.name);
	return [name, ...ofNodes];
}

/**
 * Label and, where it is a plain one, value of a parameter.
 * @param {Property} property
 */
function toLine({ displayName, default: value, options = [] }) {
	const option = options.find((each) => 'value' in each && each.value === value);
	const shown = option?.name ?? (typeof value === 'object' ? '' : String(value));
	return shown === '' ? displayName : `${displayName}: ${shown}`;
}

/** The facts that were written down when the pictures were taken. */
function factsOfPictures() {
	return JSON.parse(fs.readFileSync(inRepo('docs', 'images', FACTS), 'utf8'));
}

/** @param {ReturnType<typeof factsOf>} facts */
function writeFacts(facts) {
	fs.writeFileSync(inRepo('docs', 'images', FACTS), `${JSON.stringify(facts, null, '\t')}\n`);
}

/**
 * Every picture file that there should be, with its bytes and pixels as far as it is there.
 * @returns {Array<{ file: string, bytes: number, size: string }>}
 */
function pictureFiles() {
	return ['credential', ...Object.keys(NODES), 'example'].flatMap((picture) =>
		COLOR_SCHEMES.map((colorScheme) => {
			const file = pictureFile(picture, colorScheme);
			const png = fs.existsSync(file) ? fs.readFileSync(file) : Buffer.alloc(24);
			return {
				file: `${picture}-${colorScheme}.png`,
				bytes: png.length,
				size: `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`,
			};
		}),
	);
}

module.exports = {
	COLOR_SCHEMES,
	exampleShown,
	factsOf,
	factsOfPictures,
	NODES,
	pictureFile,
	pictureFiles,
	writeFacts,
};
