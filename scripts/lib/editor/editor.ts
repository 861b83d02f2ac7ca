import type { Browser, Page } from 'playwright-core';
import type { N8nClient } from '../n8n/client';
import { launchChromium } from '../browser';
import { BROWSER_ID } from '../n8n/session';
import { Canvas } from './canvas';
import { CredentialForm } from './credentialForm';
import { NodeCreator } from './nodeCreator';
import { NodePanel } from './nodePanel';

const VIEWPORT = { width: 1280, height: 800 };
/** The first page of a fresh n8n loads the whole editor, which takes a while on a busy machine. */
const TIMEOUT_MS = 30_000;
const NOTE = 'n8n-nodes-base.stickyNote';

/** n8n's editor in a Chromium, as a signed-in user sees it. */
export class Editor {
	readonly canvas: Canvas;

	constructor(
		private readonly browser: Browser,
		private readonly page: Page,
		private readonly url: string,
	) {
		this.canvas = new Canvas(page);
	}

	/** @param client whose login the browser takes over */
	static async open(client: N8nClient): Promise<Editor> {
		const { url } = client.session;
		const browser = await launchChromium();
		const browserId = { name: 'n8n-browserId', value: BROWSER_ID };
		const context = await browser.newContext({
			viewport: VIEWPORT,
			locale: 'en-US',
			storageState: {
				cookies: await client.session.cookies(),
				origins: [{ origin: url, localStorage: [browserId] }],
			},
		});
		context.setDefaultTimeout(TIMEOUT_MS);
		return new Editor(browser, await context.newPage(), url);
	}

	async close() {
		await this.browser.close();
	}

	async goTo(path: string) {
		await this.page.goto(this.url + path, { waitUntil: 'domcontentloaded' });
	}

	/**
	 * The window as it is now, without n8n's passing notices.
	 * @param more CSS, for this picture alone
	 */
	async screenshot(path: string, colorScheme: 'light' | 'dark', more = '') {
		await this.page.mouse.move(0, 0);
		await this.page.emulateMedia({ colorScheme });
		// What fades in is not there yet, whatever Playwright does to animations.
		await this.page.waitForFunction(
			"document.getAnimations().every(({ playState, effect }) => playState !== 'running' || effect.getComputedTiming().endTime === Infinity)",
		);
		// A notice goes by itself, perhaps while it is being closed; n8n also leaves the empty holders of its expression editors'
		// tooltips in the corner.
		const style = '.el-notification, div[class*="ͼ1 "]:not(.cm-editor) { display: none !important } ';
		await this.page.screenshot({ path, animations: 'disabled', style: style + more });
	}

	/** An empty workflow. */
	async openNewWorkflow() {
		await this.goTo('/workflow/new');
		return await this.canvas.ready();
	}

	/** A saved workflow, with all its nodes. */
	async openWorkflow({ id, nodes }: { id: string; nodes: Array<{ name: string; type: string }> }) {
		await this.goTo(`/workflow/${id}`);
		const drawn = nodes.filter(({ type }) => type !== NOTE);
		for (const { name } of drawn) await this.canvas.node(name).waitFor();
		return this.canvas;
	}

	/** The list of nodes beside an empty workflow. */
	async openNodeCreator() {
		await this.goTo('/workflow/new');
		await this.canvas.plus.click();
		return await new NodeCreator(this.page).ready();
	}

	/** The same list, beside the nodes that are there. */
	async openNodeCreatorAgain() {
		await this.page.getByTestId('node-creator-plus-button').click();
		return await new NodeCreator(this.page).ready();
	}

	/** The same list, for what comes after the last node. */
	async openNodeCreatorAtEnd() {
		await this.page.getByTestId('canvas-handle-plus').click();
		return await new NodeCreator(this.page).ready();
	}

	/** A node of a saved workflow, opened. */
	async openNode(workflow: { id: string; nodes: Array<{ id: string; name: string }> }, name: string) {
		const node = workflow.nodes.find((each) => each.name === name);
		await this.goTo(`/workflow/${workflow.id}/${node?.id}`);
		return await new NodePanel(this.page).ready();
	}

	/**
	 * The empty form for a new credential.
	 * @param type as n8n calls it, for example "AlfaCRM API"
	 */
	async openNewCredential(type: string) {
		await this.goTo('/home/credentials/create');
		await this.page.getByTestId('new-credential-type-select').locator('input').fill(type);
		await this.page.getByTestId('new-credential-type-select-option').filter({ hasText: type }).click();
		await this.page.getByTestId('new-credential-type-button').click();
		return await new CredentialForm(this.page).ready();
	}
}
