import type { Locator, Page } from 'playwright-core';

/** The dialog in which a credential is filled in, saved and tested. */
export class CredentialForm {
	readonly root: Locator;

	constructor(private readonly page: Page) {
		this.root = page.getByTestId('editCredential-modal');
	}

	async ready() {
		await this.input('hostname').waitFor();
		return this;
	}

	input(parameter: string) {
		return this.root.getByTestId(`parameter-input-${parameter}`).locator('input');
	}

	/** Labels of all parameters from top to bottom; a star marks those that must be filled in. */
	async labels() {
		const labels = await this.root
			.locator('[data-test-id=credential-connection-parameter] label')
			.allInnerTexts();
		return labels.map((label) => label.split('\n')[0].trim());
	}

	/** @param values by parameter */
	async fill(values: Record<string, string>) {
		for (const [parameter, value] of Object.entries(values)) await this.input(parameter).fill(value);
	}

	/** Saves, upon which n8n tests by itself, and waits for the outcome of that test. */
	async save() {
		const tested = this.page.waitForResponse((response) => response.url().endsWith('/rest/credentials/test'));
		// Until n8n has taken over what was typed, the word "Saved" stands where the button will be.
		await this.root.getByTestId('credential-save-button').getByRole('button').click();
		await tested;
	}

	/** Writes what only a picture is to show, of which n8n learns nothing. */
	async paint(parameter: string, text: string) {
		await this.input(parameter).evaluate((input, value) => void Object.assign(input, { value }), text);
	}

	/** The green line. */
	async success() {
		const line = this.root.getByTestId('credentials-config-container-test-success');
		await line.waitFor();
		const [words] = (await line.innerText()).split('\n');
		return words.trim();
	}

	/** The red box, unfolded. */
	async failure() {
		const more = this.root.getByText('More details');
		await more.click();
		await more.waitFor({ state: 'hidden' });
		return await this.root.locator('.el-tag').filter({ hasText: 'connect with these settings' }).innerText();
	}
}
