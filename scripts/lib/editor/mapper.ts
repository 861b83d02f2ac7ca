import type { Locator, Page } from 'playwright-core';

/** The field mapper of a node. */
export class Mapper {
	readonly root: Locator;

	constructor(private readonly page: Page) {
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
	 * Fills a column with an expression.
	 * @param expression with its braces
	 */
	async fillExpression(column: string, expression: string) {
		const options = this.root.getByTestId(`value["${column}"]-parameter-input-options-container`);
		await options.hover();
		await options.getByTestId('radio-button-expression').click();
		const editor = this.root.getByTestId(`parameter-input-${column}`).locator('.cm-content');
		await editor.fill(expression);
	}

	/**
	 * Adds columns that are not in the form yet.
	 * @returns the labels of all that were offered at first
	 */
	async add(...labels: string[]): Promise<string[]> {
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
