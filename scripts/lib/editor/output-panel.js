'use strict';

/** What a node has put out, at the right of its form. */
class OutputPanel {
	/** @param {import('playwright-core').Page} page */
	constructor(page) {
		this.page = page;
		this.root = page.getByTestId('output-panel');
		this.data = this.root.getByTestId('ndv-data-container');
	}

	/** Waits for the end of a run. */
	async ready() {
		await this.root.getByTestId('ndv-executing').waitFor({ state: 'hidden' });
		await this.root.locator('[data-test-id^=node-run-status-]').waitFor();
	}

	/** Whether the icon beside the title is the green one. */
	async isSuccess() {
		return await this.root.getByTestId('node-run-status-success').isVisible();
	}

	/** For example "3 items". */
	async count() {
		return await this.root.getByTestId('ndv-items-count').innerText();
	}

	/**
	 * The rows of the table view, first page.
	 * @returns {Promise<Array<Record<string, string>>>} cells by column, as they read
	 */
	async rows() {
		await this.root.getByTestId('radio-button-table').click();
		const [head, ...lines] = await this.data
			.locator('table tr')
			.evaluateAll((rows) =>
				rows.map((row) =>
					[...row.querySelectorAll('th, td')].map((cell) =>
						/** @type {HTMLElement} */ (cell).innerText.trim(),
					),
				),
			);
		return lines
			.filter((cells) => cells.length > 1)
			.map((cells) =>
				Object.fromEntries(head.map((name, index) => [name, cells[index]]).filter(([name]) => name)),
			);
	}

	/** The red words and the grey ones below them. */
	async error() {
		return {
			message: await this.data.getByTestId('node-error-message').innerText(),
			description: await this.data.getByTestId('node-error-description').innerText(),
		};
	}

	/** Words of the boxes above the data. */
	async hints() {
		return await this.root.getByTestId('node-hint').allInnerTexts();
	}

	/** @param {'Success' | 'Error'} name */
	async openBranch(name) {
		await this.root.getByRole('tab', { name: `${name} Branch` }).click();
	}
}

module.exports = { OutputPanel };
