import type { Locator, Page } from 'playwright-core';

/** The resource mapper of a node, in which a column is filled for each field. */
export class Mapper {
	readonly root: Locator;

	constructor(private readonly page: Page) {
		this.root = page.getByTestId('mapping-fields-container');
	}

	/** Waits for the columns, which the node loads. */
	async waitUntilReady() {
		await this.root.getByTestId('add-fields-select').waitFor();
		return this;
	}

	/** Reads the labels of the columns in the form, from top to bottom. */
	async readColumns() {
		const labels = await this.root.getByTestId('input-label').allInnerTexts();
		return labels.map((label) => label.split('\n')[0].trim()).filter(Boolean);
	}

	/**
	 * Fills a column with an expression.
	 *
	 * @param expression such as `{{ $json.phone }}`
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
	 *
	 * @returns the labels of all columns that the list offered before
	 */
	async addColumns(...labels: string[]): Promise<string[]> {
		const items = this.page.locator('[data-reka-menu-content]').getByRole('menuitem');
		let offeredLabels: string[] | undefined;
		for (const label of labels) {
			await this.root.getByTestId('add-fields-select').locator('button').click();
			await items.first().waitFor();
			offeredLabels ??= await items.allInnerTexts();
			await items.filter({ has: this.page.getByText(label, { exact: true }) }).click();
			await items.first().waitFor({ state: 'hidden' });
		}
		return offeredLabels ?? [];
	}
}
