import pWaitFor from 'p-wait-for';
import type { Locator, Page } from 'playwright-core';
import { Mapper } from './mapper';
import { OutputPanel } from './outputPanel';

/** The panel of an opened node: its form in the middle, its output at the right. */
export class NodePanel {
	readonly root: Locator;
	readonly output: OutputPanel;
	readonly mapper: Mapper;

	constructor(private readonly page: Page) {
		this.root = page.getByTestId('ndv');
		this.output = new OutputPanel(page);
		this.mapper = new Mapper(page);
	}

	async waitUntilReady() {
		await this.root.getByTestId('node-parameters').waitFor();
		return this;
	}

	/** Locates a parameter by its name. It may be inside a collection. */
	parameter(parameter: string) {
		return this.root.getByTestId(`parameter-input-${parameter}`);
	}

	/** Reads the value that a parameter shows. */
	async readShownValue(parameter: string) {
		return await this.parameter(parameter).locator('input, textarea').first().inputValue();
	}

	/** Reads the labels of the form, from top to bottom, without those of folded collections. */
	async readLabels() {
		const labels = await this.root.getByTestId('node-parameters').getByTestId('input-label').allInnerTexts();
		return labels.map((label) => label.split('\n')[0].trim());
	}

	/** Reads the names in a dropdown, without choosing one. */
	async readOptionNames(parameter: string) {
		const input = this.parameter(parameter).locator('input').first();
		await input.click();
		await this.openOptionItems.first().waitFor();
		const names = await this.openOptionItems.locator('.option-headline').allInnerTexts();
		await input.click();
		await this.openOptionItems.first().waitFor({ state: 'hidden' });
		return names;
	}

	/** Chooses an option of a dropdown by its name. */
	async pickOption(parameter: string, name: string) {
		await this.openOptions(parameter);
		await this.chooseOption(name);
	}

	async openOptions(parameter: string) {
		await this.parameter(parameter).locator('input').first().click();
		await this.openOptionItems.first().waitFor();
	}

	/** Locates an option of the open dropdown by its name. */
	optionItem(name: string) {
		const headline = this.page.locator('.option-headline').getByText(name, { exact: true });
		return this.openOptionItems.filter({ has: headline });
	}

	async chooseOption(name: string) {
		await this.optionItem(name).click();
		await this.openOptionItems.first().waitFor({ state: 'hidden' });
	}

	/** Chooses an option of a dropdown that allows several. */
	async tickOption(parameter: string, name: string) {
		const headline = this.page.locator('.option-headline').getByText(name, { exact: true });
		const visibleOption = headline.filter({ visible: true });
		const openDropdown = async () => {
			await this.parameter(parameter).locator('.el-select').first().click();
			return await isShownSoon(visibleOption);
		};

		// While its options are loaded again, the dropdown does not open, or it closes.
		await pWaitFor(openDropdown);
		await visibleOption.click();

		// The dropdown stays open for another choice. The Escape key would close the whole node.
		await this.leaveField();
		await visibleOption.waitFor({ state: 'hidden' });
	}

	/** Closes the list that a field has opened. */
	async leaveField() {
		await this.root.getByTestId('node-parameters').click({ position: { x: 2, y: 2 } });
	}

	/** Locates all options of the open dropdown. */
	get openOptionItems() {
		return this.page.getByTestId('parameter-input-item').filter({ visible: true });
	}

	async fill(parameter: string, text: string) {
		const input = this.parameter(parameter).locator('input, textarea').first();
		await input.fill(text);
		await input.blur();
	}

	/** Drags a field, which the schema of the input shows, onto a parameter. */
	async mapField(field: string, parameter: string) {
		const schemaFields = this.root.getByTestId('ndv-input-panel').getByTestId('run-data-schema-node-name');
		await schemaFields.and(this.page.locator(`[data-name="${field}"]`)).hover();
		await this.page.mouse.down();

		const box = await this.parameter(parameter).boundingBox();
		if (!box) throw new Error(`The form does not show ${parameter}`);
		await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 5 });
		await this.page.mouse.up();

		// n8n writes the expression 200 ms later. A run that began earlier would lack it.
		await this.parameter(parameter).locator('.cm-content', { hasText: '$json' }).waitFor();
	}

	/** Adds a field of 'Additional Fields', 'Update Fields', 'Fields' or 'Filters' to the form. */
	async addField(label: string) {
		// The collection 'Options' has such a button, too, but it comes last.
		await this.root.getByTestId('collection-parameter-add').first().click();
		const option = this.page.getByTestId('collection-parameter-option').filter({ visible: true });
		await option.filter({ has: this.page.getByText(label, { exact: true }) }).click();
	}

	/**
	 * Searches in a picker, and chooses the record with the name.
	 *
	 * @returns the names of all records that were found
	 */
	async pickRecord(parameter: string, text: string, name: string): Promise<string[]> {
		const records = await this.searchRecords(parameter, text);
		const names = await records.allInnerTexts();
		await records.filter({ has: this.page.getByText(name, { exact: true }) }).click();
		return names;
	}

	/** Searches in a picker, and chooses the first record that is found. */
	async pickFirstRecord(parameter: string, text: string) {
		const records = await this.searchRecords(parameter, text);
		await records.first().click();
	}

	/** Reads the names in the list of a picker, without choosing one. */
	async readRecordNames(parameter: string): Promise<string[]> {
		const records = await this.openRecordList(parameter);
		const names = await records.allInnerTexts();
		await this.leaveField();
		return names;
	}

	/** Chooses a record from the list of a picker by its name. */
	async pickListedRecord(parameter: string, name: string) {
		await this.openRecordList(parameter);
		await this.recordItem(name).click();
	}

	async openRecordList(parameter: string): Promise<Locator> {
		await this.root.getByTestId(`resource-locator-${parameter}`).getByTestId('rlc-input').click();
		const items = this.page.getByTestId('rlc-item').filter({ visible: true });
		await items.first().waitFor();
		return items;
	}

	/** Locates a record in the open list of a picker by its name. */
	recordItem(name: string) {
		const items = this.page.getByTestId('rlc-item').filter({ visible: true });
		return items.filter({ has: this.page.getByText(name, { exact: true }) });
	}

	/** Finds the parameters that are shown in red, and the dropdowns that n8n could not fill. Returns their names. */
	async findWrongParameters(): Promise<string[]> {
		await pWaitFor(async () => {
			const states = await this.readParameterStates();
			return !states.some(({ value }) => value.startsWith('Loading'));
		});

		const states = await this.readParameterStates();
		const wrongParameters = states.filter(({ isRed, value }) => isRed || value.startsWith('Error fetching'));
		return wrongParameters.map(({ name }) => name);
	}

	private async readParameterStates(): Promise<Array<{ name: string; isRed: boolean; value: string }>> {
		const parameters = this.root.getByTestId('node-parameters').locator('[data-test-id^=parameter-input-]');
		return await parameters.evaluateAll((elements) =>
			elements.map((element) => ({
				name: String(element.getAttribute('data-test-id')).replace('parameter-input-', ''),
				isRed: element.querySelector('[data-test-id=parameter-issues]') !== null,
				value: element.querySelector('input')?.value ?? '',
			})),
		);
	}

	/** Searches in a picker, and waits until it shows exactly the records that n8n has answered. */
	private async searchRecords(parameter: string, text: string): Promise<Locator> {
		const records = await this.openRecordList(parameter);
		const waitingForAnswer = this.page.waitForResponse((response) => {
			const isListOfRecords = response.url().endsWith('/resource-locator-results');
			return isListOfRecords && response.request().postDataJSON().filter === text;
		});
		await this.page.getByTestId('rlc-search').filter({ visible: true }).fill(text);

		const response = await waitingForAnswer;
		const { data } = await response.json();
		await records.nth(data.results.length).waitFor({ state: 'hidden' });
		return records;
	}

	/** Reads the name that a picker shows. */
	async readPickedRecord(parameter: string) {
		return await this.root.getByTestId(`resource-locator-${parameter}`).getByTestId('rlc-input').inputValue();
	}

	/**
	 * Sets what happens if an item fails.
	 *
	 * @param choice an option of 'On Error', as the settings show it
	 */
	async setOnError(choice: string) {
		await this.root.getByTestId('tab-settings').click();
		await this.pickOption('onError', choice);
		await this.root.getByTestId('tab-params').click();
	}

	/** Runs the nodes before this one, so that their output can be mapped. */
	async executePrevious() {
		const started = this.waitForStart();
		await this.root.getByTestId('execute-previous-node').click();
		await started;
		await this.root.getByTestId('ndv-input-panel').getByTestId('run-data-schema-item').first().waitFor();
	}

	get executeButton() {
		return this.root.getByTestId('node-execute-button');
	}

	/** Runs the node with 'Execute step', and waits for its output. */
	async execute() {
		await this.runByButton('Execute step');
	}

	/** Presses 'Execute step' on an incomplete form, and reads the notice that n8n shows. */
	async tryToExecute() {
		await this.executeButton.click();
		return await this.page.getByRole('alert').filter({ hasText: 'cannot start' }).innerText();
	}

	/** Tests a polling trigger, and waits for its output. */
	async fetchTestEvent() {
		await this.runByButton('Fetch Test Event');
	}

	/** Lets a webhook trigger listen to its Test URL. */
	async listen() {
		await this.root.getByTestId('trigger-execute-button').click();
		await this.root.getByText('Listening for test event').waitFor();
	}

	/** Searches the credential types of the HTTP Request node by a part of their names. */
	async searchCredentialTypes(text: string) {
		await this.root.getByTestId('credential-select').first().click();
		await this.page.keyboard.type(text);
		const options = this.page.locator('.el-select-dropdown__item').filter({ visible: true, hasText: text });
		await options.first().waitFor();
		return await options.allInnerTexts();
	}

	/** Reads the yellow boxes of the form. */
	async readNotices() {
		return await this.root.getByTestId('node-parameters').locator('.notice').allInnerTexts();
	}

	/** Reads the URLs of a webhook trigger, each with its HTTP method. */
	async readWebhookUrls(): Promise<{ test: string; production: string }> {
		const urls = this.root.locator('.webhooks');
		await urls.getByText('Webhook URLs').click();
		const readUrl = async (kind: string) => {
			await urls.getByTestId(`radio-button-${kind}`).click();
			return joinWords(await urls.locator('.webhook-wrapper').innerText());
		};
		return {
			test: await readUrl('test'),
			production: await readUrl('production'),
		};
	}

	/** Reads the Test URL of n8n's own Webhook node. */
	async readTestUrl() {
		return (await this.root.locator('.webhook-url').innerText()).trim();
	}

	/** Reads the result of an expression for the first item, which n8n shows below the parameter. */
	async readPreview(parameter: string) {
		const preview = this.root.getByTestId(`parameter-expression-preview-${parameter}`);
		return joinWords(await preview.innerText());
	}

	/** Runs the node by the button above its form, and waits for its output. */
	async runByButton(label: string) {
		const started = this.waitForStart();
		await this.executeButton.filter({ hasText: label }).click();
		await started;
		await this.output.waitForResult();
	}

	/** Waits until n8n has started an execution. */
	async waitForStart() {
		const response = await this.page.waitForResponse((answer) =>
			/\/rest\/workflows\/[^/]+\/run$/.test(answer.url()),
		);
		const answer = await response.text();
		if (!answer.includes('executionId')) throw new Error(`n8n has not started the workflow: ${answer}`);
	}

	/** Goes back to the canvas with the Escape key. */
	async leaveByKeyboard() {
		await this.page.keyboard.press('Escape');
		await this.root.waitFor({ state: 'hidden' });
	}

	/** Goes back to the canvas with the button. */
	async close() {
		await this.root.getByTestId('ndv-close-button').click();
		await this.root.waitFor({ state: 'hidden' });
	}
}

/** Waits a moment for an element. Returns whether it has appeared. */
async function isShownSoon(element: Locator): Promise<boolean> {
	try {
		await element.waitFor({ timeout: 3_000 });
		return true;
	} catch {
		return false;
	}
}

/** Joins the words of a text that the page breaks into lines. */
function joinWords(text: string): string {
	return text.split(/\s+/).join(' ').trim();
}
