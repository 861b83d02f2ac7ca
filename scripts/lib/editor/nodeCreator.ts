import type { Locator, Page } from 'playwright-core';
import { NodePanel } from './nodePanel';

/** The list of nodes that the plus button of the canvas opens. */
export class NodeCreator {
	readonly searchBar: Locator;
	readonly names: Locator;
	/** The heading that unfolds the actions of a node. */
	readonly actionsHeading: Locator;

	constructor(private readonly page: Page) {
		this.searchBar = page.getByTestId('node-creator-search-bar');
		this.names = page.getByTestId('node-creator-item-name');
		this.actionsHeading = page.getByTestId('node-creator-category-item').filter({ hasText: 'Actions' });
	}

	async waitUntilReady() {
		await this.searchBar.waitFor();
		return this;
	}

	/**
	 * Searches for a text, and waits until a node with the name is offered.
	 *
	 * @returns the names of all nodes that were found
	 */
	async search(text: string, name: string): Promise<string[]> {
		await this.searchBar.fill('');
		await this.itemNamed(name).first().waitFor({ state: 'hidden' });
		await this.searchBar.fill(text);
		await this.itemNamed(name).first().waitFor();
		return await this.names.allInnerTexts();
	}

	/** Opens the details of a node that the last search has found. */
	async openDetails(name: string) {
		await this.itemNamed(name).first().click();
	}

	/** Adds the first node that the last search has found. */
	async addFirstFound() {
		await this.searchBar.press('Enter');
	}

	/** Unfolds the actions. In an empty workflow, n8n unfolds only the triggers. */
	async openActions() {
		await this.unfold('Actions');
	}

	/** Unfolds the triggers. In a workflow with a trigger, n8n unfolds only the actions. */
	async openTriggers() {
		await this.unfold('Triggers');
	}

	private async unfold(category: string) {
		await this.page.getByTestId('node-creator-category-item').filter({ hasText: category }).click();
	}

	/** Adds a node for an action or a trigger, such as "Get many customers", and returns its panel. */
	async addAction(action: string): Promise<NodePanel> {
		await this.itemNamed(action).click();
		return await this.openAddedNode();
	}

	/** Returns the panel of the node that was added last. n8n opens it by itself. */
	async openAddedNode(): Promise<NodePanel> {
		return await new NodePanel(this.page).waitUntilReady();
	}

	itemNamed(name: string) {
		return this.names.filter({ has: this.page.getByText(name, { exact: true }) });
	}
}
