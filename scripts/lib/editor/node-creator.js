'use strict';

const { NodePanel } = require('./node-panel.js');

/** The list that opens with the plus of the canvas. */
class NodeCreator {
	/** @param {import('playwright-core').Page} page */
	constructor(page) {
		this.page = page;
		this.searchBar = page.getByTestId('node-creator-search-bar');
		this.names = page.getByTestId('node-creator-item-name');
	}

	async ready() {
		await this.searchBar.waitFor();
		return this;
	}

	/**
	 * Types into the search and waits until a node of that name is offered.
	 * @param {string} text
	 * @param {string} name
	 * @returns {Promise<string[]>} the names of all nodes found
	 */
	async search(text, name) {
		await this.searchBar.fill('');
		await this.named(name).first().waitFor({ state: 'hidden' });
		await this.searchBar.fill(text);
		await this.named(name).first().waitFor();
		return await this.names.allInnerTexts();
	}

	/** @param {string} name of the node that the last search has found */
	async openDetails(name) {
		await this.named(name).first().click();
	}

	/** Unfolds the actions: beside an empty workflow only the triggers are. */
	async openActions() {
		await this.page.getByTestId('node-creator-category-item').filter({ hasText: 'Actions' }).click();
	}

	/**
	 * @param {string} action of the node or its trigger, for example "Get many customers"
	 * @returns {Promise<NodePanel>} of the node that this adds
	 */
	async addAction(action) {
		await this.named(action).click();
		return await new NodePanel(this.page).ready();
	}

	/** @param {string} name */
	named(name) {
		return this.names.filter({ has: this.page.getByText(name, { exact: true }) });
	}
}

module.exports = { NodeCreator };
