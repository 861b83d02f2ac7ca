import type { Locator, Page } from 'playwright-core';

/** The output of a node, at the right of its form. */
export class OutputPanel {
	readonly root: Locator;
	readonly data: Locator;

	constructor(page: Page) {
		this.root = page.getByTestId('output-panel');
		this.data = this.root.getByTestId('ndv-data-container');
	}

	/** Waits for the end of a run. If there is none, the error quotes the panel. */
	async waitForResult() {
		await this.root.getByTestId('ndv-executing').waitFor({ state: 'hidden' });
		try {
			await this.root.locator('[data-test-id^=node-run-status-]').waitFor();
		} catch (readError) {
			throw new Error(`The node has not run: ${await this.root.innerText()}`, { cause: readError });
		}
	}

	/** Checks whether the icon beside the title is the green one. */
	async showsSuccess() {
		return await this.root.getByTestId('node-run-status-success').isVisible();
	}

	/** Reads the number of items, such as "3 items". */
	async readItemCount() {
		return await this.root.getByTestId('ndv-items-count').innerText();
	}

	/** Reads the rows on the first page of the table view. Each row has its cells by the name of the column. */
	async readRows(): Promise<Array<Record<string, string>>> {
		await this.root.getByTestId('radio-button-table').click();
		await this.data.locator('table tr').nth(1).waitFor();
		const [columns, ...lines] = await this.readTable();

		// A line with a single cell only fills up the table.
		const rowLines = lines.filter((cells) => cells.length > 1);
		return rowLines.map((cells) => {
			const row: Record<string, string> = {};
			for (const [index, column] of columns.entries()) {
				if (column) row[column] = cells[index];
			}
			return row;
		});
	}

	/** Reads the cells of all lines of the table, with the heading. */
	private async readTable(): Promise<string[][]> {
		const lines = await this.data.locator('table tr').all();
		return await Promise.all(
			lines.map(async (line) => {
				const cells = await line.locator('th, td').allInnerTexts();
				return cells.map((cell) => cell.trim());
			}),
		);
	}

	/** Reads the red message, and the grey description below it. */
	async error() {
		return {
			message: await this.data.getByTestId('node-error-message').innerText(),
			description: await this.data.getByTestId('node-error-description').innerText(),
		};
	}

	async openBranch(name: 'Success' | 'Error') {
		await this.root.getByRole('tab', { name: `${name} Branch` }).click();
	}
}
