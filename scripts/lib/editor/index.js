'use strict';

const { launchChromium } = require('../browser.js');
const { BROWSER_ID } = require('../session.js');
const { Canvas } = require('./canvas.js');
const { CredentialForm } = require('./credential-form.js');
const { NodeCreator } = require('./node-creator.js');
const { NodePanel } = require('./node-panel.js');

const VIEWPORT = { width: 1280, height: 800 };
/** The first page of a fresh n8n loads the whole editor, which takes a while on a busy machine. */
const TIMEOUT_MS = 30_000;
const NOTE = 'n8n-nodes-base.stickyNote';

/** n8n's editor in a Chromium, as a signed-in user sees it. */
class Editor {
	/**
	 * @param {import('playwright-core').Browser} browser
	 * @param {import('playwright-core').Page} page
	 * @param {string} url
	 */
	constructor(browser, page, url) {
		this.browser = browser;
		this.page = page;
		this.url = url;
		this.canvas = new Canvas(page);
	}

	/** @param {import('../client.js').N8nClient} client whose login the browser takes over */
	static async open(client) {
		const { url, cookies } = client.session;
		const browser = await launchChromium();
		const context = await browser.newContext({ viewport: VIEWPORT, locale: 'en-US' });
		context.setDefaultTimeout(TIMEOUT_MS);
		await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url })));
		await context.addInitScript((id) => localStorage.setItem('n8n-browserId', id), BROWSER_ID);
		return new Editor(browser, await context.newPage(), url);
	}

	async close() {
		await this.browser.close();
	}

	/** @param {string} path */
	async goTo(path) {
		await this.page.goto(this.url + path, { waitUntil: 'domcontentloaded' });
	}

	/**
	 * The window as it is now, without n8n's passing notices.
	 * @param {string} path
	 * @param {'light' | 'dark'} colorScheme
	 */
	async screenshot(path, colorScheme) {
		const notices = this.page.getByRole('alert').locator('.el-notification__closeBtn');
		while (await notices.count()) {
			await notices.first().click();
			await notices.first().waitFor({ state: 'hidden' });
		}
		await this.page.mouse.move(0, 0);
		await this.page.emulateMedia({ colorScheme });
		// n8n leaves the empty holders of its expression editors' tooltips in the corner.
		const style = 'div[class*="ͼ1 "]:not(.cm-editor) { display: none !important }';
		await this.page.screenshot({ path, animations: 'disabled', style });
	}

	/** An empty workflow. */
	async openNewWorkflow() {
		await this.goTo('/workflow/new');
		return await this.canvas.ready();
	}

	/**
	 * A saved workflow, with all its nodes.
	 * @param {{ id: string, nodes: Array<{ name: string, type: string }> }} workflow
	 */
	async openWorkflow({ id, nodes }) {
		await this.goTo(`/workflow/${id}`);
		const drawn = nodes.filter(({ type }) => type !== NOTE);
		for (const { name } of drawn) await this.canvas.node(name).waitFor();
		return this.canvas;
	}

	/** The list of nodes beside an empty workflow. */
	async openNodeCreator() {
		await this.goTo('/workflow/new');
		await this.page.getByTestId('canvas-plus-button').click();
		return await new NodeCreator(this.page).ready();
	}

	/**
	 * A node of a saved workflow, opened.
	 * @param {{ id: string, nodes: Array<{ id: string, name: string }> }} workflow
	 * @param {string} name
	 */
	async openNode(workflow, name) {
		const node = workflow.nodes.find((each) => each.name === name);
		await this.goTo(`/workflow/${workflow.id}/${node?.id}`);
		return await new NodePanel(this.page).ready();
	}

	/**
	 * The empty form for a new credential.
	 * @param {string} type as n8n calls it, for example "AlfaCRM API"
	 */
	async openNewCredential(type) {
		await this.goTo('/home/credentials/create');
		await this.page.getByTestId('new-credential-type-select').locator('input').fill(type);
		await this.page.getByTestId('new-credential-type-select-option').filter({ hasText: type }).click();
		await this.page.getByTestId('new-credential-type-button').click();
		return await new CredentialForm(this.page).ready();
	}
}

module.exports = { Editor, VIEWPORT };
