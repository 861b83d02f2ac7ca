import type { Locator, Page } from 'playwright-core';
import type { Workflow } from '../n8n/types';

/** How n8n marks a node that cannot run as it is: with a red triangle, with a key, or with what would install it. */
const MARKS = ['node-issues', 'node-setup-required', 'node-not-installed'];
/** How far n8n wants the wheel to be turned for a pixel. */
const WHEEL = 2;

/** The drawing board with the nodes of a workflow. */
export class Canvas {
	readonly nodes: Locator;
	readonly file: Locator;
	/** Where an empty workflow begins. */
	readonly plus: Locator;

	constructor(private readonly page: Page) {
		this.nodes = page.getByTestId('canvas-node');
		this.file = page.getByTestId('workflow-import-input');
		this.plus = page.getByTestId('canvas-plus-button');
	}

	async ready() {
		await this.file.waitFor({ state: 'attached' });
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

	/** Names of the nodes, without notes. */
	async names() {
		return await this.nodes.evaluateAll((nodes) =>
			nodes.map((node) => String(node.getAttribute('data-node-name'))),
		);
	}

	/**
	 * What is written at a node: labels of its outputs, number of items, name, subtitle.
	 * @param text wait until it is there
	 */
	async textOf(name: string, text: string): Promise<string[]> {
		const node = this.node(name);
		await node.getByText(text, { exact: true }).waitFor();
		return (await node.innerText()).split('\n').filter(Boolean);
	}

	/** "Import from file": puts the nodes beside those that are there. */
	async importFile(workflow: Workflow) {
		await this.file.setInputFiles({
			name: 'workflow.json',
			mimeType: 'application/json',
			buffer: Buffer.from(JSON.stringify(workflow)),
		});
	}

	/**
	 * Names of the nodes that carry a mark.
	 * @param expected wait until these do
	 */
	async marked(expected: string[]) {
		const marks = MARKS.map((mark) => `[data-test-id=${mark}]`).join(',');
		for (const name of expected) await this.node(name).locator(marks).waitFor();
		return await this.nodes.evaluateAll(
			(nodes, selector) =>
				nodes
					.filter((node) => node.querySelector(selector))
					.map((node) => String(node.getAttribute('data-node-name'))),
			marks,
		);
	}

	/** Removes all that is there. */
	async clear() {
		await this.page.keyboard.press('Control+a');
		await this.page.keyboard.press('Delete');
		await this.nodes.first().waitFor({ state: 'detached' });
	}

	/** Moves what is shown upwards. */
	async scrollUp(pixels: number) {
		await this.page.getByTestId('canvas').hover({ position: { x: 600, y: 500 } });
		await this.page.mouse.wheel(0, pixels * WHEEL);
	}
}
