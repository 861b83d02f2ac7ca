import type { Locator, Page } from 'playwright-core';

/** What a node has put out, at the right of its form. */
export class OutputPanel {
	readonly root: Locator;
	readonly data: Locator;

	constructor(page: Page) {
		this.root = page.getByTestId('output-panel');
		this.data = this.root.getByTestId('ndv-data-container');
	}

	/** Waits for the end of a run; else the error says what the panel shows. */
	async ready() {
		await this.root.getByTestId('ndv-executing').waitFor({ state: 'hidden' });
		try {
			await this.root.locator('[data-test-id^=node-run-status-]').waitFor();
		} catch (error) {
			throw new Error(`The node has not run: ${await this.root.innerText()}`, { cause: error });
		}
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
	 * @returns cells by column, as they read
	 */
	async rows(): Promise<Array<Record<string, string>>> {
		await this.root.getByTestId('radio-button-table').click();
		await this.data.locator('table tr').nth(1).waitFor();
		const rows = await this.data.locator('table tr').all();
		const texts = rows.map(async (row) => await row.locator('th, td').allInnerTexts());
		const [head, ...lines] = (await Promise.all(texts)).map((cells) => cells.map((cell) => cell.trim()));
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

	async openBranch(name: 'Success' | 'Error') {
		await this.root.getByRole('tab', { name: `${name} Branch` }).click();
	}
}
