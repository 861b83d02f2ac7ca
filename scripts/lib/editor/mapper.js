'use strict';

/** The field mapper of a node. */
class Mapper {
	/** @param {import('playwright-core').Page} page */
	constructor(page) {
		this.page = page;
		this.root = page.getByTestId('mapping-fields-container');
	}

	/** Waits for the columns, which n8n asks the node for. */
	async ready() {
		await this.root.getByTestId('add-fields-select').waitFor();
		return this;
	}

	/** Labels of the columns in the form, from top to bottom. */
	async columns() {
		const labels = await this.root.getByTestId('input-label').allInnerTexts();
		return labels.map((label) => label.split('\n')[0].trim()).filter(Boolean);
	}

	/**
	 * Adds columns that are not in the form yet.
	 * @param {string[]} labels
	 * @returns {Promise<string[]>} the labels of all that were offered at first
	 */
	async add(...labels) {
		const items = this.page.locator('[data-reka-menu-content]').getByRole('menuitem');
		let offered;
		for (const label of labels) {
			await this.root.getByTestId('add-fields-select').locator('button').click();
			await items.first().waitFor();
			offered ??= await items.allInnerTexts();
			await items.filter({ has: this.page.getByText(label, { exact: true }) }).click();
			await items.first().waitFor({ state: 'hidden' });
		}
		return offered ?? [];
	}
}

module.exports = { Mapper };
