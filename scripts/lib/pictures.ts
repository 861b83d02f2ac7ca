import fs from 'node:fs';
import type {
	INodeParameters,
	INodeProperties as Property,
	INodeTypeDescription as Description,
} from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';
import { readJson, writeJson } from './json';
import { N8N_VERSION } from './n8n/install';
import type { Workflow } from './n8n/types';
import { inRepo } from './paths';

export const COLOR_SCHEMES = ['light', 'dark'] as const;
type ColorScheme = (typeof COLOR_SCHEMES)[number];
const FACTS = 'screenshots.json';
/** Shown as a whole, from examples/. */
const EXAMPLE = 'form-to-lead.json';

export interface PicturedNode {
	name: string;
	type: string;
	parameters: INodeParameters;
}

/** The pictures of the READMEs: what the node in them is set to. */
export const NODES: Record<'node' | 'trigger' | 'mapper', PicturedNode> = {
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

export function pictureFile(picture: string, colorScheme: ColorScheme) {
	return inRepo('docs', 'images', `${picture}-${colorScheme}.png`);
}

/** The first steps with the node of the picture `node`: a form that makes that stale makes this stale too. */
export const ANIMATION = inRepo('docs', 'images', 'first-steps.gif');

/** What the pictures show of n8n, the nodes, the credential and the example; other facts make them stale. */
export function factsOf(nodes: Description[], credential: Property[]) {
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

/** The parameters that the editor shows with these values, from top to bottom. */
function shownParameters(description: Description, parameters: INodeParameters) {
	const node = { typeVersion: Number(description.version) };
	const values =
		NodeHelpers.getNodeParameters(description.properties, parameters, true, false, node, description) ?? {};
	return description.properties
		.filter((property) => NodeHelpers.displayParameter(values, property, node, description))
		.map((property) => toLine({ ...property, default: values[property.name] }));
}

export function exampleShown(): Workflow {
	return readJson(inRepo('examples', EXAMPLE));
}

/** Title, names of the nodes and words of the notes. */
function shownOnCanvas({ name, nodes }: Workflow) {
	const ofNodes = nodes.map((node) => node.parameters.content ?? node.name);
	return [name, ...ofNodes];
}

/** Label and, where it is a plain one, value of a parameter. */
function toLine({ displayName, default: value, options = [] }: Property) {
	const option = options.find((each) => 'value' in each && each.value === value);
	const shown = option?.name ?? (typeof value === 'object' ? '' : String(value));
	return shown === '' ? displayName : `${displayName}: ${shown}`;
}

type Facts = ReturnType<typeof factsOf>;

/** The facts that were written down when the pictures were taken. */
export function factsOfPictures(): Facts {
	return readJson(inRepo('docs', 'images', FACTS));
}

export function writeFacts(facts: Facts) {
	writeJson(inRepo('docs', 'images', FACTS), facts);
}

/** Every picture file that there should be, with its bytes and pixels as far as it is there. */
export function pictureFiles(): Array<{ file: string; bytes: number; size: string }> {
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
