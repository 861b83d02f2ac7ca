import type { Locator, Page } from 'playwright-core';
import { NodePanel } from './nodePanel';

/** The list that opens with the plus of the canvas. */
export class NodeCreator {
	readonly searchBar: Locator;
	readonly names: Locator;
	/** The heading of the actions, which unfolds them. */
	readonly actions: Locator;

	constructor(private readonly page: Page) {
		this.searchBar = page.getByTestId('node-creator-search-bar');
		this.names = page.getByTestId('node-creator-item-name');
		this.actions = page.getByTestId('node-creator-category-item').filter({ hasText: 'Actions' });
	}

	async ready() {
		await this.searchBar.waitFor();
		return this;
	}

	/**
	 * Types into the search and waits until a node of that name is offered.
	 * @returns the names of all nodes found
	 */
	async search(text: string, name: string): Promise<string[]> {
		await this.searchBar.fill('');
		await this.named(name).first().waitFor({ state: 'hidden' });
		await this.searchBar.fill(text);
		await this.named(name).first().waitFor();
		return await this.names.allInnerTexts();
	}

	/** @param name of the node that the last search has found */
	async openDetails(name: string) {
		await this.named(name).first().click();
	}

	/** Enter takes the first node of the last search. */
	async takeFirst() {
		await this.searchBar.press('Enter');
	}

	/** Unfolds the actions: beside an empty workflow only the triggers are. */
	async openActions() {
		await this.unfold('Actions');
	}

	/** Unfolds the triggers: beside a workflow that has one only the actions are. */
	async openTriggers() {
		await this.unfold('Triggers');
	}

	private async unfold(category: string) {
		await this.page.getByTestId('node-creator-category-item').filter({ hasText: category }).click();
	}

	/**
	 * @param action of the node or its trigger, for example "Get many customers"
	 * @returns of the node that this adds
	 */
	async addAction(action: string): Promise<NodePanel> {
		await this.named(action).click();
		return await this.added();
	}

	/** The node that was added last, which n8n opens. */
	async added(): Promise<NodePanel> {
		return await new NodePanel(this.page).ready();
	}

	named(name: string) {
		return this.names.filter({ has: this.page.getByText(name, { exact: true }) });
	}
}
