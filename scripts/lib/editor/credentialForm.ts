import type { Locator, Page } from 'playwright-core';

/** The dialog of a credential. */
export class CredentialForm {
	readonly root: Locator;

	constructor(private readonly page: Page) {
		this.root = page.getByTestId('editCredential-modal');
	}

	async waitUntilReady() {
		await this.input('hostname').waitFor();
		return this;
	}

	input(parameter: string) {
		return this.root.getByTestId(`parameter-input-${parameter}`).locator('input');
	}

	/** Reads the labels of all parameters, from top to bottom. A star marks required ones. */
	async readLabels() {
		const labels = await this.root
			.locator('[data-test-id=credential-connection-parameter] label')
			.allInnerTexts();
		return labels.map((label) => label.split('\n')[0].trim());
	}

	/** @param values by the name of the parameter */
	async fill(values: Record<string, string>) {
		for (const [parameter, value] of Object.entries(values)) {
			await this.input(parameter).fill(value);
		}
	}

	/** Saves the credential, and waits for the test that n8n then runs by itself. */
	async save() {
		const tested = this.page.waitForResponse((response) => response.url().endsWith('/rest/credentials/test'));
		// The button appears as soon as n8n has noticed the change. Until then, the word "Saved" stands there.
		await this.root.getByTestId('credential-save-button').getByRole('button').click();
		await tested;
	}

	/** Shows a value in the form for a picture. n8n does not notice it, and cannot save it. */
	async showValueInPicture(parameter: string, text: string) {
		await this.input(parameter).evaluate((input, value) => void Object.assign(input, { value }), text);
	}

	/** Reads the green line about a test that passed. */
	async readSuccess() {
		const line = this.root.getByTestId('credentials-config-container-test-success');
		await line.waitFor();
		const [words] = (await line.innerText()).split('\n');
		return words.trim();
	}

	/** Reads the red box about a test that failed, with its details. */
	async readFailure() {
		const detailsLink = this.root.getByText('More details');
		await detailsLink.click();
		await detailsLink.waitFor({ state: 'hidden' });
		return await this.root.locator('.el-tag').filter({ hasText: 'connect with these settings' }).innerText();
	}
}
