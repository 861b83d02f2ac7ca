import fs from 'node:fs';

import { allExamples, withPackage } from '../../scripts/lib/examples';
import { inRepo } from '../../scripts/lib/paths';

export type Workflow = ReturnType<typeof withPackage>;
type WorkflowNode = Workflow['nodes'][number];

/** A workflow that users can import, with its notes in English and Russian. */
interface Example {
	file: string;
	/** The name of the file without its ending. */
	job: string;
	workflow: Workflow;
	/** The nodes that are no notes. */
	nodes: WorkflowNode[];
	notes: string[];
}

const NOTE = 'n8n-nodes-base.stickyNote';
/** The width and height of a node on the canvas. */
const NODE_SIZE = 96;
const NAME_HEIGHT = 44;

/** All examples, in the order of their files. */
export const examples = allExamples().map(({ file, workflow }): Example => {
	const notes = workflow.nodes.filter(isNote);
	return {
		file,
		job: file.replace('.json', ''),
		workflow,
		nodes: listSteps(workflow),
		notes: notes.map(({ parameters }) => String(parameters.content)),
	};
});

/** Whether a node is a note on the canvas. */
function isNote({ type }: WorkflowNode): boolean {
	return type === NOTE;
}

/** Lists the nodes of a workflow without its notes. */
export function listSteps({ nodes }: Workflow): WorkflowNode[] {
	return nodes.filter((node) => !isNote(node));
}

/** Finds a node by its name. */
export function findNode({ nodes }: Workflow, name: string): WorkflowNode {
	const node = nodes.find((candidate) => candidate.name === name);
	if (node === undefined) throw new Error(`The workflow has no node "${name}"`);
	return node;
}

/** Reads where the outputs of a node lead. */
export function connectionsFrom({ connections }: Workflow, name: string): unknown {
	return (connections as Record<string, unknown>)[name];
}

/** Reads a page of the documentation. */
export function readPage(page: string): string {
	return fs.readFileSync(inRepo(...page.split('/')), 'utf8');
}

/** Counts the words of a note as it is read: without addresses and the numbers of steps. */
export function countWords(note: string): number {
	const words = note.replace(/\]\([^)]*\)/g, ']').split(/\s+/);
	return words.filter((word) => /\p{L}|\d/u.test(word) && !/^\d\.$/.test(word)).length;
}

/** Finds the expressions between double braces in the parameters of a node. */
export function findExpressions(value: unknown): string[] {
	if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(findExpressions);
	if (typeof value !== 'string' || !value.startsWith('=')) return [];

	const matches = [...value.matchAll(/\{\{(.*?)\}\}(?!\})/gs)];
	return matches.map(([, expression]) => expression.trim());
}

/** Finds pairs of nodes that cover each other on the canvas, notes included. */
export function findCollisions({ nodes }: Workflow): string[] {
	return nodes.flatMap((node, index) => {
		const laterNodes = nodes.slice(index + 1);
		const coveredNodes = laterNodes.filter((laterNode) => areOverlapping(node, laterNode));
		return coveredNodes.map(({ name }) => `${String(node.name)} and ${String(name)}`);
	});
}

/** Lists the names of all connected nodes, each once. */
export function listConnectedNames({ connections }: Workflow): string[] {
	const outputs = connections as Record<string, Record<string, Array<Array<{ node: string }>>>>;
	const targets = Object.values(outputs).flatMap((types) => Object.values(types).flat(2));
	const names = [...Object.keys(outputs), ...targets.map(({ node }) => node)];
	return [...new Set(names)];
}

/** Whether two nodes cover each other on the canvas. */
function areOverlapping(node: WorkflowNode, otherNode: WorkflowNode): boolean {
	const box = boxOf(node);
	const otherBox = boxOf(otherNode);
	return (
		box.left < otherBox.right &&
		otherBox.left < box.right &&
		box.top < otherBox.bottom &&
		otherBox.top < box.bottom
	);
}

/** Computes the place of a node on the canvas, with the name below it. A note has its own size and no name. */
function boxOf(node: WorkflowNode) {
	const [left, top] = node.position;
	const sizeOfNote = (isNote(node) ? node.parameters : {}) as Record<string, number>;
	const { width = NODE_SIZE, height = NODE_SIZE + NAME_HEIGHT } = sizeOfNote;
	return { left, top, right: left + width, bottom: top + height };
}
