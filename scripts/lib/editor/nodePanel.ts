import pWaitFor from 'p-wait-for';
import type { Locator, Page } from 'playwright-core';
import { Mapper } from './mapper';
import { OutputPanel } from './outputPanel';

/** An opened node: its form in the middle, its output at the right. */
export class NodePanel {
	readonly root: Locator;
	readonly output: OutputPanel;
	readonly mapper: Mapper;

	constructor(private readonly page: Page) {
		this.root = page.getByTestId('ndv');
		this.output = new OutputPanel(page);
		this.mapper = new Mapper(page);
	}

	async ready() {
		await this.root.getByTestId('node-parameters').waitFor();
		return this;
	}

	/** @param parameter name of a parameter, also of one inside a collection */
	parameter(parameter: string) {
		return this.root.getByTestId(`parameter-input-${parameter}`);
	}

	/** What a parameter shows. */
	async shown(parameter: string) {
		return await this.parameter(parameter).locator('input, textarea').first().inputValue();
	}

	/** Labels of the form from top to bottom, as far as the form is not unfolded further. */
	async labels() {
		const labels = await this.root.getByTestId('node-parameters').getByTestId('input-label').allInnerTexts();
		return labels.map((label) => label.split('\n')[0].trim());
	}

	/** Opens a dropdown and gives the names in it, without choosing. */
	async offered(parameter: string) {
		const input = this.parameter(parameter).locator('input').first();
		await input.click();
		await this.options.first().waitFor();
		const names = await this.options.locator('.option-headline').allInnerTexts();
		await input.click();
		await this.options.first().waitFor({ state: 'hidden' });
		return names;
	}

	/** @param name as the dropdown shows it */
	async pickOption(parameter: string, name: string) {
		await this.openOptions(parameter);
		await this.chooseOption(name);
	}

	async openOptions(parameter: string) {
		await this.parameter(parameter).locator('input').first().click();
		await this.options.first().waitFor();
	}

	/** One that an open dropdown shows. */
	option(name: string) {
		const headline = this.page.locator('.option-headline').getByText(name, { exact: true });
		return this.options.filter({ has: headline });
	}

	async chooseOption(name: string) {
		await this.option(name).click();
		await this.options.first().waitFor({ state: 'hidden' });
	}

	/** @param name of one of several, as the list shows it */
	async tickOption(parameter: string, name: string) {
		const headline = this.page.locator('.option-headline').getByText(name, { exact: true });
		const shown = headline.filter({ visible: true });
		// A list that is loaded anew cannot be opened meanwhile, or closes.
		await pWaitFor(async () => {
			await this.parameter(parameter).locator('.el-select').first().click();
			return await shown.waitFor({ timeout: 3_000 }).then(
				() => true,
				() => false,
			);
		});
		await shown.click();
		// It stays open for the next one; Escape would close the node.
		await this.leaveField();
		await shown.waitFor({ state: 'hidden' });
	}

	/** Closes what a field has open beside it. */
	async leaveField() {
		await this.root.getByTestId('node-parameters').click({ position: { x: 2, y: 2 } });
	}

	get options() {
		return this.page.getByTestId('parameter-input-item').filter({ visible: true });
	}

	async fill(parameter: string, text: string) {
		const input = this.parameter(parameter).locator('input, textarea').first();
		await input.fill(text);
		await input.blur();
	}

	/**
	 * Drags a field of the input onto a parameter.
	 * @param field one that the schema of the input shows
	 */
	async map(field: string, parameter: string) {
		const shown = this.root.getByTestId('ndv-input-panel').getByTestId('run-data-schema-node-name');
		await shown.and(this.page.locator(`[data-name="${field}"]`)).hover();
		await this.page.mouse.down();
		const box = await this.parameter(parameter).boundingBox();
		if (!box) throw new Error(`The form does not show ${parameter}`);
		await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 5 });
		await this.page.mouse.up();
		// n8n writes what was dropped 200 ms later; a run that has begun before does not have it, and counts as out of date.
		await this.parameter(parameter).locator('.cm-content', { hasText: '$json' }).waitFor();
	}

	/** Adds a field of 'Additional Fields', 'Update Fields', 'Fields' or 'Filters' to the form. */
	async addField(label: string) {
		// 'Options', where there are some, come last.
		await this.root.getByTestId('collection-parameter-add').first().click();
		const option = this.page.getByTestId('collection-parameter-option').filter({ visible: true });
		await option.filter({ has: this.page.getByText(label, { exact: true }) }).click();
	}

	/**
	 * Searches a record in a locator and chooses it.
	 * @param name of the one to choose
	 * @returns all names found
	 */
	async pickRecord(parameter: string, typed: string, name: string): Promise<string[]> {
		const found = await this.searchRecords(parameter, typed);
		const names = await found.allInnerTexts();
		await found.filter({ has: this.page.getByText(name, { exact: true }) }).click();
		return names;
	}

	/** Searches a record in a locator and chooses the first one found. */
	async pickFirst(parameter: string, typed: string) {
		await (await this.searchRecords(parameter, typed)).first().click();
	}

	/** Opens the list of a locator and gives the names in it, without choosing. */
	async listed(parameter: string): Promise<string[]> {
		const names = await (await this.openList(parameter)).allInnerTexts();
		await this.leaveField();
		return names;
	}

	/** @param name as the list of a locator shows it */
	async pickListed(parameter: string, name: string) {
		await this.openList(parameter);
		await this.listItem(name).click();
	}

	async openList(parameter: string): Promise<Locator> {
		await this.root.getByTestId(`resource-locator-${parameter}`).getByTestId('rlc-input').click();
		const items = this.page.getByTestId('rlc-item').filter({ visible: true });
		await items.first().waitFor();
		return items;
	}

	/** One that the open list of a locator shows. */
	listItem(name: string) {
		const items = this.page.getByTestId('rlc-item').filter({ visible: true });
		return items.filter({ has: this.page.getByText(name, { exact: true }) });
	}

	/** Names of the parameters that are shown in red, and of dropdowns that n8n could not fill. */
	async wrong(): Promise<string[]> {
		const parameters = this.root.getByTestId('node-parameters').locator('[data-test-id^=parameter-input-]');
		const states = async () =>
			await parameters.evaluateAll((all) =>
				all.map((one) => ({
					name: String(one.getAttribute('data-test-id')).replace('parameter-input-', ''),
					isRed: one.querySelector('[data-test-id=parameter-issues]') !== null,
					shown: one.querySelector('input')?.value ?? '',
				})),
			);
		await pWaitFor(async () => !(await states()).some(({ shown }) => shown.startsWith('Loading')));
		const wrong = (await states()).filter(({ isRed, shown }) => isRed || shown.startsWith('Error fetching'));
		return wrong.map(({ name }) => name);
	}

	private async searchRecords(parameter: string, typed: string): Promise<Locator> {
		const found = await this.openList(parameter);
		const answered = this.page.waitForResponse(
			(response) =>
				response.url().endsWith('/resource-locator-results') &&
				response.request().postDataJSON().filter === typed,
		);
		await this.page.getByTestId('rlc-search').filter({ visible: true }).fill(typed);
		const { results } = (await (await answered).json()).data;
		await found.nth(results.length).waitFor({ state: 'hidden' });
		return found;
	}

	/** The name that a locator shows. */
	async pickedRecord(parameter: string) {
		return await this.root.getByTestId(`resource-locator-${parameter}`).getByTestId('rlc-input').inputValue();
	}

	/**
	 * What happens when an item does not succeed.
	 * @param choice as the dropdown of the settings shows it
	 */
	async setOnError(choice: string) {
		await this.root.getByTestId('tab-settings').click();
		await this.pickOption('onError', choice);
		await this.root.getByTestId('tab-params').click();
	}

	/** Runs what comes before, so that its output can be mapped. */
	async executePrevious() {
		const started = this.waitForStart();
		await this.root.getByTestId('execute-previous-node').click();
		await started;
		await this.root.getByTestId('ndv-input-panel').getByTestId('run-data-schema-item').first().waitFor();
	}

	get executeButton() {
		return this.root.getByTestId('node-execute-button');
	}

	/** 'Execute step', to the end. */
	async execute() {
		await this.press('Execute step');
	}

	/** 'Execute step' on a form that n8n finds incomplete; gives the words of the notice. */
	async executeInVain() {
		await this.executeButton.click();
		return await this.page.getByRole('alert').filter({ hasText: 'cannot start' }).innerText();
	}

	/** The test of a polling trigger, to the end. */
	async fetchTestEvent() {
		await this.press('Fetch Test Event');
	}

	/** Lets a webhook trigger listen to its Test URL, until there is something. */
	async listen() {
		await this.root.getByTestId('trigger-execute-button').click();
		await this.root.getByText('Listening for test event').waitFor();
	}

	/**
	 * The credentials that the HTTP Request node can use.
	 * @param typed a part of their names
	 */
	async credentialTypes(typed: string) {
		await this.root.getByTestId('credential-select').first().click();
		await this.page.keyboard.type(typed);
		const found = this.page.locator('.el-select-dropdown__item').filter({ visible: true, hasText: typed });
		await found.first().waitFor();
		return await found.allInnerTexts();
	}

	/** The yellow boxes of the form. */
	async notices() {
		return await this.root.getByTestId('node-parameters').locator('.notice').allInnerTexts();
	}

	/**
	 * What other systems have to call, of a webhook trigger.
	 * @returns method and URL
	 */
	async webhookUrls(): Promise<{ test: string; production: string }> {
		const urls = this.root.locator('.webhooks');
		await urls.getByText('Webhook URLs').click();
		const shown = async (kind: string) => {
			await urls.getByTestId(`radio-button-${kind}`).click();
			return (await urls.locator('.webhook-wrapper').innerText()).split(/\s+/).join(' ').trim();
		};
		return { test: await shown('test'), production: await shown('production') };
	}

	/** What n8n's own Webhook node shows that it is tested with. */
	async testUrl() {
		return (await this.root.locator('.webhook-url').innerText()).trim();
	}

	/** What an expression comes to for the first item, as it is written below its parameter. */
	async preview(parameter: string) {
		const shown = this.root.getByTestId(`parameter-expression-preview-${parameter}`);
		return (await shown.innerText()).split(/\s+/).join(' ').trim();
	}

	/** @param label of the button above the form */
	async press(label: string) {
		const started = this.waitForStart();
		await this.executeButton.filter({ hasText: label }).click();
		await started;
		await this.output.ready();
	}

	async waitForStart() {
		const response = await this.page.waitForResponse((answer) =>
			/\/rest\/workflows\/[^/]+\/run$/.test(answer.url()),
		);
		const answer = await response.text();
		if (!answer.includes('executionId')) throw new Error(`n8n has not started the workflow: ${answer}`);
	}

	/** Back to the canvas, by the keyboard. */
	async leave() {
		await this.page.keyboard.press('Escape');
		await this.root.waitFor({ state: 'hidden' });
	}

	/** Back to the canvas. */
	async close() {
		await this.root.getByTestId('ndv-close-button').click();
		await this.root.waitFor({ state: 'hidden' });
	}
}
