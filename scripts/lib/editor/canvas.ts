import type { Locator, Page } from 'playwright-core';
import type { Workflow } from '../n8n/types';

/** The marks of nodes that cannot run yet: a red triangle, a key, and an offer to install the node. */
const MARKS = ['node-issues', 'node-setup-required', 'node-not-installed'];
/** How far the wheel must turn to move the canvas by a pixel. */
const WHEEL_PER_PIXEL = 2;

/** The canvas with the nodes of a workflow. */
export class Canvas {
	readonly nodes: Locator;
	readonly fileInput: Locator;
	/** The button that adds the first node of an empty workflow. */
	readonly plusButton: Locator;

	constructor(private readonly page: Page) {
		this.nodes = page.getByTestId('canvas-node');
		this.fileInput = page.getByTestId('workflow-import-input');
		this.plusButton = page.getByTestId('canvas-plus-button');
	}

	async waitUntilReady() {
		await this.fileInput.waitFor({ state: 'attached' });
		return this;
	}

	node(name: string) {
		return this.page.locator(`[data-test-id=canvas-node][data-node-name="${name}"]`);
	}

	/** Opens the form of a node. */
	async open(name: string) {
		await this.node(name).dblclick();
		await this.page.getByTestId('node-parameters').waitFor();
	}

	/** Reads the names of all nodes. Notes are no nodes. */
	async readNodeNames() {
		return await this.nodes.evaluateAll((nodes) =>
			nodes.map((node) => String(node.getAttribute('data-node-name'))),
		);
	}

	/**
	 * Reads the texts at a node: the labels of its outputs, the number of items, its name and subtitle.
	 *
	 * @param text is one of them, for which to wait
	 */
	async readNodeText(name: string, text: string): Promise<string[]> {
		const node = this.node(name);
		await node.getByText(text, { exact: true }).waitFor();
		return (await node.innerText()).split('\n').filter(Boolean);
	}

	/** Imports a workflow like "Import from file". Its nodes are added to those of the canvas. */
	async importFile(workflow: Workflow) {
		await this.fileInput.setInputFiles({
			name: 'workflow.json',
			mimeType: 'application/json',
			buffer: Buffer.from(JSON.stringify(workflow)),
		});
	}

	/**
	 * Finds the nodes that cannot run yet, and returns their names.
	 *
	 * @param expectedNames are nodes to wait for
	 */
	async findMarkedNodes(expectedNames: string[]) {
		const marks = MARKS.map((mark) => `[data-test-id=${mark}]`).join(',');
		for (const name of expectedNames) {
			await this.node(name).locator(marks).waitFor();
		}

		return await this.nodes.evaluateAll(
			(nodes, selector) =>
				nodes
					.filter((node) => node.querySelector(selector))
					.map((node) => String(node.getAttribute('data-node-name'))),
			marks,
		);
	}

	/** Removes all nodes. */
	async clear() {
		await this.page.keyboard.press('Control+a');
		await this.page.keyboard.press('Delete');
		await this.nodes.first().waitFor({ state: 'detached' });
	}

	/** Moves the nodes upwards. */
	async scrollUp(pixels: number) {
		await this.page.getByTestId('canvas').hover({ position: { x: 600, y: 500 } });
		await this.page.mouse.wheel(0, pixels * WHEEL_PER_PIXEL);
	}
}
